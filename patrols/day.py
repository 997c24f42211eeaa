"""One day of a roster for a phone: what is still open, who is where, who is free."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from patrols.grid import Cell, Column, Grid
from patrols.models import Beat, ShiftType
from patrols.services.rostering import NeedCover
from personnel.models import Member


@dataclass(frozen=True)
class Person:
    """A member and their cell of the day."""

    member: Member
    cell: Cell


@dataclass(frozen=True)
class Post:
    """A beat in one shift (`beat` None: the shift without a beat), its need if there is one, and who serves."""

    shift: ShiftType
    beat: Beat | None
    need: NeedCover | None
    people: list[Person]


class RosterDay:
    """A column of the grid, read from top to bottom."""

    def __init__(self, grid: Grid, date: dt.date) -> None:
        self.grid = grid
        self.column: Column = next(column for column in grid.columns if column.date == date)

    @property
    def date(self) -> dt.date:
        return self.column.date

    @property
    def keep(self) -> str:
        """What the links to other days carry on."""
        return "&compare=1" if self.grid.compared else ""

    @cached_property
    def people(self) -> list[Person]:
        at = self.grid.columns.index(self.column)
        return [Person(row.member, row.cells[at]) for crew in self.grid.crews for row in crew.rows]

    @cached_property
    def posts(self) -> list[Post]:
        """Every place that is served or asked for, by shift and beat."""
        needs = {(need.shift_type_id, need.beat_id): need for need in self.column.needs}
        served: dict[tuple[int, int | None], list[Person]] = {key: [] for key in needs}
        beats = {beat.pk: beat for beat in self.grid.sheet.beats}
        for person in self.people:
            if duty := person.cell.duty:
                served.setdefault((duty.shift_type_id, duty.beat_id if duty.beat_id in beats else None), []).append(
                    person
                )
        order = [beat.pk for beat in self.grid.sheet.beats]
        return [
            Post(shift, beats.get(beat or 0), needs.get((shift.pk, beat or 0)), served[shift.pk, beat])
            for shift in self.grid.sheet.shift_types
            for beat in (*order, None)
            if (shift.pk, beat) in served
        ]

    @property
    def open(self) -> list[Post]:
        """The places below their minimum."""
        return [post for post in self.posts if post.need and post.need.missing]

    @property
    def free(self) -> list[Person]:
        return [person for person in self.people if not person.cell.duty and not person.cell.absence]

    @property
    def away(self) -> list[Person]:
        return [person for person in self.people if not person.cell.duty and person.cell.absence]

    @property
    def findings(self) -> list[str]:
        """What breaks a limit on this day."""
        return [finding.message for finding in self.grid.findings if self.date in finding.days]
