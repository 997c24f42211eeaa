"""Some days of a roster with everybody's duties: what they cover and break together, few as a sheet's people may be."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection

from patrols import rostering as engine
from patrols.services.rostering.problem import skills_of
from patrols.services.rostering.sheet import Finding, NeedCover, Sheet
from personnel.models import MemberSkill

Place = tuple[int | None, int]  # beat and shift type


class DaysTogether:
    """The cells of some days, read once; they follow what is put into them."""

    def __init__(self, sheet: Sheet, days: Collection[dt.date]) -> None:
        self.sheet = sheet
        numbers = {sheet.facts.index(day) for day in days}
        self.needs = tuple(need for need in sheet.engine_problem.needs if need.day in numbers)
        rows = sheet.roster.duties.filter(day__in=days).values_list("member_id", "day", "beat_id", "shift_type_id")
        self.cells: dict[tuple[int, dt.date], Place] = {(m, day): (beat, shift) for m, day, beat, shift in rows}
        self.have = Counter((*place, day) for (_m, day), place in self.cells.items())
        self._open: dict[tuple[int, dt.date], list[engine.Need]] = defaultdict(list)
        for need in self.needs:
            self._open[int(need.shift), sheet.date(need.day)].append(need)

    def put(self, member_id: int, day: dt.date, place: Place | None) -> None:
        """The cell holds this now; None empties it."""
        if before := self.cells.pop((member_id, day), None):
            self.have[*before, day] -= 1
        if place is not None:
            self.cells[member_id, day] = place
            self.have[*place, day] += 1

    def neediest_beat(self, shift_type_id: int, day: dt.date) -> int | None:
        """The beat that lacks most people in this shift: below the minimum first, then below the ideal; else none."""
        found = [
            (-max(0, need.minimum - have), int(need.beat))
            for need in self._open.get((shift_type_id, day), ())
            if (have := self.have[int(need.beat), shift_type_id, day]) < need.ideal
        ]
        order = {beat.pk: number for number, beat in enumerate(self.sheet.beats)}
        return min(found, key=lambda item: (item[0], order[item[1]]))[1] if found else None

    def cover(self) -> list[NeedCover]:
        return self.sheet.cover_of(engine.cover(self._problem, self._placed))

    def findings(self) -> list[Finding]:
        return [self.sheet.finding(item) for item in engine.check_together(self._problem, self._placed)]

    @property
    def _placed(self) -> list[engine.Assignment]:
        known = self.sheet.engine_problem.shift
        index = self.sheet.facts.index
        return [
            engine.Assignment(str(member), index(day), str(shift), str(beat) if beat else None)
            for (member, day), (beat, shift) in self.cells.items()
            if str(shift) in known
        ]

    @property
    def _problem(self) -> engine.Problem:
        """The people of these days, with the skills that a need asks for."""
        members = {member for member, _day in self.cells}
        skills: dict[int, list[MemberSkill]] = defaultdict(list)
        if any(need.shares for need in self.needs):
            for row in MemberSkill.objects.filter(member__in=members):
                skills[row.member_id].append(row)
        roster = self.sheet.roster
        return dataclasses.replace(
            self.sheet.engine_problem,
            people=tuple(engine.Person(str(pk), skills=skills_of(roster, skills[pk])) for pk in sorted(members)),
            needs=self.needs,
            outside=(),
        )
