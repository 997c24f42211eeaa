"""One cell or a hundred: the only way in which a draft's duties change by hand."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from patrols.models import Duty, DutyOrigin, Roster, ShiftType
from patrols.services import rostering
from patrols.services.conflicts import conflict_sentences
from patrols.services.rosters import locked, refusing_constraints
from teams.models import User

NO_BEAT = 0

# What makes a duty impossible rather than unwise is refused in the cell; the rest is shown and stops publishing.
IMPOSSIBLE = frozenset({"certificate", "absence"})


@dataclass(frozen=True)
class CellChange:
    """What a cell shall hold. `shift_code` None empties it; `beat_id` None lets the service choose, `NO_BEAT` is none.

    `expected` is the cell's mark (`mark_of`) as the editor last saw it; None does not ask.
    """

    member_id: int
    day: dt.date
    shift_code: str | None
    beat_id: int | None = None
    expected: str | None = None
    is_fixed: bool = True
    origin: str = DutyOrigin.HAND  # undo gives a generated cell back as what it was


@dataclass(frozen=True)
class CellOutcome:
    """How one change ended: `saved`, `conflict` (somebody else changed the cell) or `refused`, and what stands now."""

    change: CellChange
    status: str
    mark: str
    is_fixed: bool = False
    origin: str = DutyOrigin.HAND
    message: str = ""


@dataclass(frozen=True)
class CellResult:
    """The outcomes in the order of the changes, and what stands after them.

    `sheet` holds the touched people alone, `cover` the needs of the touched days: nobody else's standing and no other
    day's can change.
    """

    cells: list[CellOutcome]
    sheet: rostering.Sheet
    cover: list[rostering.NeedCover]
    together: list[rostering.Finding]  # what everybody's duties of the touched days break together

    @property
    def findings(self) -> list[rostering.Finding]:
        """The hard limits that the touched people's duties break now, and those broken on the touched days."""
        return [finding for finding in (*self.sheet.findings(), *self.together) if finding.hard]


def mark_of(duty: Duty | None) -> str:
    """What a cell holds, as a short text that two editors can compare: `<shift type>.<beat or 0>`, or empty."""
    return f"{duty.shift_type_id}.{duty.beat_id or NO_BEAT}" if duty else ""


@service
def set_cells(*, by: User | None, roster: Roster, changes: Sequence[CellChange]) -> CellResult:
    """Apply the changes to a draft, in their order, in one transaction.

    A cell that is not as expected stays as it is and is reported as `conflict`; a duty in an absence or without
    certificate is reported as `refused`. Raises `Refused` when the roster is no draft.
    """
    roster = locked(roster)
    if not roster.is_draft:
        raise Refused([Problem("roster_not_draft", _("The roster is published; take it back to change it."))])
    days = {change.day for change in changes}
    board = _Board(rostering.sheet(roster, members={change.member_id for change in changes}), days)
    outcomes = [board.apply(change) for change in changes]
    with refusing_constraints():
        board.write(roster)
    outcomes = _told(board, outcomes, by)
    return CellResult(outcomes, board.sheet, board.cover(), board.sheet.findings_together(days))


def _told(board: _Board, outcomes: list[CellOutcome], reader: User | None) -> list[CellOutcome]:
    """The outcomes, each conflict with who was quicker and what stands now."""
    keys = [(o.change.member_id, o.change.day) for o in outcomes if o.status == "conflict"]
    told = conflict_sentences(board.sheet.roster, {key: board.words(key) for key in keys}, reader=reader)
    return [
        replace(o, message=told[o.change.member_id, o.change.day]) if o.status == "conflict" else o for o in outcomes
    ]


@dataclass
class _Board:
    """The touched people's cells while changes are applied: what stands, what is to be written."""

    sheet: rostering.Sheet
    days: set[dt.date]
    cells: dict[tuple[int, dt.date], Duty] = field(init=False)
    stored: dict[tuple[int, dt.date], Duty] = field(init=False)
    touched: dict[tuple[int, dt.date], None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cells = {(duty.member_id, duty.day): duty for duty in self.sheet.duties}
        self.stored = dict(self.cells)
        self.members = {member.pk: member for member in self.sheet.members}
        roster = self.sheet.roster
        # A transferred member's duty may bring another squadron's shift type along; it is none to choose here.
        self.shifts = {shift.code: shift for shift in self.sheet.shift_types if shift.unit_id == roster.unit_id}
        needs = [need for need in self.sheet.cover() if need.day in self.days]
        self.needs = {(need.beat_id, need.shift_type_id, need.day): need for need in needs}
        places = roster.duties.filter(day__in=self.days).values_list("beat_id", "shift_type_id", "day")
        self.have = Counter(places)
        self.beats = {beat.pk for beat in self.sheet.beats}

    def apply(self, change: CellChange) -> CellOutcome:
        key = (change.member_id, change.day)
        now = self.cells.get(key)
        if problem := self._unknown(change):
            return self._stays(change, "refused", problem)
        if change.expected is not None and change.expected != mark_of(now):
            return self._stays(change, "conflict", "")
        if change.shift_code is None:
            self._put(key, None)
            return CellOutcome(change, "saved", "")
        return self._set(change, self.shifts[change.shift_code])

    def write(self, roster: Roster) -> None:
        """Bring the database to what the board holds: at most three statements and the roster's own."""
        gone = [self.stored[k].pk for k in self.touched if k in self.stored and k not in self.cells]
        new = [self.cells[k] for k in self.touched if k in self.cells and k not in self.stored]
        other = [self.cells[k] for k in self.touched if k in self.cells and k in self.stored]
        if gone:
            Duty.objects.filter(pk__in=gone).delete()
        Duty.objects.bulk_create(new)
        fields = ["shift_type", "beat", "starts", "ends", "is_fixed", "origin", "unit"]
        Duty.objects.bulk_update(other, fields)
        if self.touched:
            roster.save(update_fields=["changed_at"])

    def cover(self) -> list[rostering.NeedCover]:
        """The needs of the touched days with everybody's duties, not the touched people's alone."""
        return [replace(need, have=self.have[key]) for key, need in self.needs.items()]

    def _unknown(self, change: CellChange) -> str:
        if change.member_id not in self.members:
            return _("This member cannot be rostered here.")
        if not self.sheet.roster.first_day <= change.day <= self.sheet.roster.last_day:
            return _("The day lies outside the roster.")
        if change.shift_code is not None and change.shift_code not in self.shifts:
            return _("There is no shift type “%(code)s”.") % {"code": change.shift_code[:10]}
        if change.beat_id and change.beat_id not in self.beats:
            return _("This beat is not one of the squadron's.")
        return ""

    def words(self, key: tuple[int, dt.date]) -> str:
        """What stands in a cell: its shift's code and its beat; empty where nothing does."""
        now = self.cells.get(key)
        if now is None:
            return ""
        beat = next((beat.name for beat in self.sheet.beats if beat.pk == now.beat_id), "")
        return f"{now.shift_type.code} {beat}".strip()

    def _set(self, change: CellChange, shift: ShiftType) -> CellOutcome:
        key = (change.member_id, change.day)
        before = self.cells.get(key)
        self._put(key, None)
        beat_id = self._beat_for(shift, change) if change.beat_id is None else change.beat_id or None
        duty = self._duty(change, shift, beat_id)
        self._put(key, duty)
        if message := self._impossible(change):
            self._put(key, before)
            return self._stays(change, "refused", message)
        return CellOutcome(change, "saved", mark_of(duty), duty.is_fixed, duty.origin)

    def _duty(self, change: CellChange, shift: ShiftType, beat_id: int | None) -> Duty:
        member = self.members[change.member_id]
        starts, ends = shift.span_on(change.day)
        stored = self.stored.get((change.member_id, change.day))
        return Duty(
            pk=stored.pk if stored else None,
            roster=self.sheet.roster,
            unit_id=stored.unit_id if stored else member.unit_id,
            member_id=member.pk,
            day=change.day,
            shift_type=shift,
            beat_id=beat_id,
            starts=starts,
            ends=ends,
            is_fixed=change.is_fixed,
            origin=change.origin,
        )

    def _beat_for(self, shift: ShiftType, change: CellChange) -> int | None:
        """The beat that lacks most people in this shift: below the minimum first, then below the ideal; else none."""
        open_needs = [
            (-max(0, need.minimum - self.have[key]), key[0])
            for key, need in self.needs.items()
            if key[1:] == (shift.pk, change.day) and self.have[key] < need.ideal
        ]
        return min(open_needs, key=lambda item: item[0])[1] if open_needs else None

    def _put(self, key: tuple[int, dt.date], duty: Duty | None) -> None:
        before = self.cells.pop(key, None)
        if before is not None:
            self.have[before.beat_id, before.shift_type_id, before.day] -= 1
        if duty is not None:
            self.cells[key] = duty
            self.have[duty.beat_id, duty.shift_type_id, duty.day] += 1
        self.touched[key] = None
        shift_id, beat_id = (duty.shift_type_id, duty.beat_id) if duty else (None, None)
        self.sheet = self.sheet.with_cell(*key, shift_id, beat_id)

    def _impossible(self, change: CellChange) -> str:
        for finding in self.sheet.findings_of([change.member_id]):
            if finding.code in IMPOSSIBLE and change.day in finding.days:
                return finding.message
        return ""

    def _stays(self, change: CellChange, status: str, message: str) -> CellOutcome:
        now = self.cells.get((change.member_id, change.day))
        origin = now.origin if now else DutyOrigin.HAND
        return CellOutcome(change, status, mark_of(now), bool(now and now.is_fixed), origin, message)
