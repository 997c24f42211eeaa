"""What a rule answers: a list of problems, empty when all is well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, in words for the person who must put it right.

    `code` names the rule; `message` is a finished sentence (lazy translations are welcome); `field` the form field it
    belongs to; `hint` says how to put it right; `row` the number of a workbook's row, counted as Excel counts.
    """

    code: str
    message: Any
    field: str | None = None
    hint: Any = ""
    row: int | None = None

    def __str__(self) -> str:
        return str(self.message)


class Refused(Exception):
    """A service found problems and wrote nothing. Pages show them; commands print them and exit with 1."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(p.code for p in problems))  # codes only: texts may hold personal data
        self.problems = problems
