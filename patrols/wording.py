"""Changes between versions in words: ids become the names they have today."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from patrols.models import Beat, Roster, ShiftType
from patrols.rules.versions import Change
from personnel.models import Member


def gap_text(gap: float | None) -> str:
    """How far cover may be from the best possible, rounded up; empty for the whole of it: then nothing is known."""
    return "" if gap is None or gap >= 1 else f"{math.ceil(gap * 1000) / 10:.1f} %"


@dataclass(frozen=True)
class ChangeLine:
    """One changed cell: who, when, from what, to what."""

    name: str
    day: str
    before: str
    after: str


class ChangeLines:
    """Reads the names that the changes need once, whatever their number."""

    def __init__(self, roster: Roster, changes: Collection[Change]) -> None:
        sides = [side for change in changes for side in (change.before, change.after) if side]
        members = {change.member_id for change in changes}
        self.names = dict(Member.objects.filter(pk__in=members).values_list("pk", "name"))
        self.codes = dict(ShiftType.objects.filter(pk__in={s for s, _b in sides}).values_list("pk", "code"))
        self.beats = dict(Beat.objects.filter(pk__in={b for _s, b in sides if b}).values_list("pk", "name"))

    def of(self, changes: Collection[Change]) -> list[ChangeLine]:
        return [
            ChangeLine(
                name=self.names.get(change.member_id, _("a member who has left your scope")),
                day=date_format(change.day, "MONTH_DAY_FORMAT"),
                before=self._side(change.before),
                after=self._side(change.after),
            )
            for change in changes
        ]

    def _side(self, side: tuple[int, int | None] | None) -> str:
        if side is None:
            return _("free")
        shift, beat = side
        return " ".join(part for part in (self.codes.get(shift, "?"), self.beats.get(beat or 0, "")) if part)
