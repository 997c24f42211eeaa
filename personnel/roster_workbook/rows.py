"""One person of a roster workbook: what the row says, whom it speaks of, what it changes, what is wrong with it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem
from personnel.roster_workbook.columns import BY_KEY
from personnel.roster_workbook.units import Place


@dataclass(frozen=True, slots=True)
class Change:
    """One field that the workbook changes, in words fit for a screen (no encrypted values)."""

    label: Any
    before: str
    after: str


@dataclass(slots=True)
class CertificatePlan:
    """What the row says of a duty certificate; `existing` is the one with that number (`known.CERTIFICATE_FIELDS`)."""

    number: str
    valid_from: dt.date | None
    valid_until: dt.date | None
    existing: Any = None

    @property
    def is_news(self) -> bool:
        if self.existing is None:
            return True
        until, start = self.valid_until, self.valid_from
        return bool((until and until != self.existing.valid_until) or (start and start != self.existing.valid_from))


@dataclass(slots=True)
class RowPlan:
    """One person of the workbook. `values` holds only the fields that the row fills.

    `member` is the person's file as far as the import reads it (`known.MEMBER_FIELDS`), None for a new one.
    """

    row: int
    values: dict[str, Any] = field(default_factory=dict)
    id_number_hash: str = ""
    certificate: CertificatePlan | None = None
    place: Place | None = None
    rehired_on: dt.date | None = None  # the first day of a new engagement, of a member who had left
    member: Any = None
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.values.get("name", ""))

    def complain(self, code: str, key: str, message: Any) -> None:
        """Note a problem of this row; the sentence begins with the column's name."""
        label = BY_KEY[key].label if key in BY_KEY else ""
        text = _("%(column)s: %(reason)s") % {"column": label, "reason": message} if label else message
        self.problems.append(Problem(code, text, field=key, row=self.row))
