"""One cell or a hundred: the only way in which a draft's duties change by hand."""

from __future__ import annotations

import datetime as dt
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
    return mark(duty.shift_type_id, duty.beat_id) if duty else ""


def mark(shift_type_id: int, beat_id: int | None) -> str:
    return f"{shift_type_id}.{beat_id or NO_BEAT}"


@service
def set_cells(*, by: User | None, roster: Roster, changes: Sequence[CellChange]) -> CellResult:
    """Apply the changes to a draft, in their order, in one transaction.

    A cell that is not as expected stays as it is and is reported as `conflict`; a duty that is impossible rather than
    unwise is reported as `refused`, the rest is shown and stops publishing. Raises `Refused` when the roster is no
    draft.
    """
    roster = locked(roster)
    if not roster.is_draft:
        raise Refused([Problem("roster_not_draft", _("The roster is published; take it back to change it."))])
    days = {change.day for change in changes}
    sheet = rostering.sheet(roster, members={change.member_id for change in changes}, days=days)
    board = _Board(sheet, rostering.DaysTogether(sheet, days))
    outcomes = [board.apply(change) for change in changes]
    with refusing_constraints():
        board.write(roster)
    outcomes = _told(board, outcomes, by)
    return CellResult(outcomes, board.after(), board.days.cover(), board.days.findings())


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

    sheet: rostering.Sheet  # as it was read
    days: rostering.DaysTogether
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
        """Bring the database to what the board holds: at most two statements and the roster's own."""
        gone = [self.stored[k].pk for k in self.touched if k in self.stored and k not in self.cells]
        if gone:
            Duty.objects.filter(pk__in=gone).delete()
        # One statement for new cells and changed ones: an update of a hundred rows case by case costs as much again.
        Duty.objects.bulk_create(
            [self.cells[key] for key in self.touched if key in self.cells],
            update_conflicts=True,
            unique_fields=["roster", "member", "day"],
            update_fields=["shift_type", "beat", "starts", "ends", "is_fixed", "origin", "unit"],
        )
        if self.touched:
            roster.save(update_fields=["changed_at"])

    def after(self) -> rostering.Sheet:
        """The touched people's sheet with what the board holds."""
        return self.sheet.with_duties(
            self.sheet.cell(member_id, day, duty.shift_type_id, duty.beat_id)
            for (member_id, day), duty in self.cells.items()
        )

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
        if message := self.sheet.impossible(self.sheet.cell(*key, shift.pk, None)):
            return self._stays(change, "refused", message)
        self._put(key, None)
        chosen = self.days.neediest_beat(shift.pk, change.day) if change.beat_id is None else change.beat_id or None
        duty = self._duty(change, shift, chosen)
        self._put(key, duty)
        return CellOutcome(change, "saved", mark_of(duty), duty.is_fixed, duty.origin)

    def _duty(self, change: CellChange, shift: ShiftType, beat_id: int | None) -> Duty:
        member = self.members[change.member_id]
        starts, ends = shift.span_on(change.day)
        stored = self.stored.get((change.member_id, change.day))
        return Duty(
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

    def _put(self, key: tuple[int, dt.date], duty: Duty | None) -> None:
        self.cells.pop(key, None)
        if duty is not None:
            self.cells[key] = duty
        self.touched[key] = None
        self.days.put(*key, (duty.beat_id, duty.shift_type_id) if duty else None)

    def _stays(self, change: CellChange, status: str, message: str) -> CellOutcome:
        now = self.cells.get((change.member_id, change.day))
        origin = now.origin if now else DutyOrigin.HAND
        return CellOutcome(change, status, mark_of(now), bool(now and now.is_fixed), origin, message)
