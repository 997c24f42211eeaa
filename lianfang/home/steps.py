"""A step of the set-up, as the landing pages show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Do:
    """Something to click: a link, or a form's button where it changes something."""

    url: str
    label: str
    is_post: bool = False


@dataclass(frozen=True)
class Step:
    """What stands, what is missing, where to do it."""

    title: str
    found: str
    is_done: bool
    dos: Sequence[Do] = field(default_factory=list)
    hint: str = ""


@dataclass(frozen=True)
class Steps:
    """The steps still open, by their place among all, and those done."""

    open: list[tuple[int, Step]]
    done: list[Step]

    @classmethod
    def of(cls, steps: Iterable[Step]) -> Steps:
        numbered = list(enumerate(steps, start=1))
        return cls([(n, s) for n, s in numbered if not s.is_done], [s for _n, s in numbered if s.is_done])
