"""A problem compiled to small integers: what each person may work when, what clashes, which needs a shift has.

Model, search and columns all read this one frame; it is built once for a problem.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from patrols.rostering.limits import Limit, NotPaired
from patrols.rostering.problem import Assignment, Fixed, Need, Person, Problem

OFF = -1
NOWHERE = -1
Slot = tuple[int, int]  # (day, shift index)
Pairs = frozenset[tuple[int, int]]  # of shifts, the earlier first
IntTable = NDArray[np.int16]  # of shifts, of which there are few
NeedTable = NDArray[np.int32]  # of needs: a year of twenty beats has tens of thousands


class Table:
    """A roster as two arrays, people × days: the shift index (or OFF) and the need index (or NOWHERE)."""

    __slots__ = ("place", "work")

    def __init__(self, work: IntTable, place: NeedTable) -> None:
        self.work = work
        self.place = place

    def copy(self) -> Table:
        return Table(self.work.copy(), self.place.copy())


@dataclass(frozen=True)
class Part:
    """Some people within some days of a table; what they do on all other days stays.

    ``days`` go on after the ``window`` as far as it matters there how the window ends: until everyone has gone from
    work to a day off, or the other way round. On those days everyone does what ``work`` says.
    """

    people: tuple[int, ...]
    window: range
    days: range
    work: IntTable  # of everyone, on all days

    @classmethod
    def of(cls, table: Table, people: Iterable[int], window: range) -> Part:
        people = tuple(people)
        later = table.work[list(people), window.stop :] != OFF
        width = later.shape[1]
        ends = [int(np.argmax(row != row[0])) + 1 if (row != row[0]).any() else width for row in later if width]
        return cls(people, window, range(window.start, window.stop + max(ends, default=0)), table.work)


class Frame:
    """The compiled problem. People, days, shifts, needs are indexes into the problem's tuples."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.person_index = {person.id: index for index, person in enumerate(problem.people)}
        self.shift_index = {shift.id: index for index, shift in enumerate(problem.shift_types)}
        self.need_index = {need.id: index for index, need in enumerate(problem.needs)}
        self.hard = [limit for limit in problem.limits if limit.hard]
        self.fixed = {(self.person_index[cell.person], cell.day): cell for cell in problem.fixed}
        self.outside = {
            (self.person_index[duty.person], duty.day): self.shift_index[duty.shift] for duty in problem.outside
        }

    @property
    def cells(self) -> int:
        """How many cells a roster has: people times days."""
        return len(self.problem.people) * len(self.problem.days)

    @cached_property
    def needs_of_slot(self) -> dict[Slot, list[int]]:
        slots: dict[Slot, list[int]] = {}
        for index, need in enumerate(self.problem.needs):
            slots.setdefault((need.day, self.shift_index[need.shift]), []).append(index)
        return slots

    @cached_property
    def _apart(self) -> set[str]:
        return {name for limit in self.problem.limits if isinstance(limit, NotPaired) for name in limit.pair}

    @cached_property
    def _barring(self) -> list[Limit]:
        return [limit for limit in self.hard if type(limit).bars is not Limit.bars]

    @cached_property
    def _kinds(self) -> list[tuple[object, ...]]:
        """People with the same kind are interchangeable for every need."""
        asked = {skill for need in self.problem.needs for skill in need.skills}
        asked |= {share.skill for need in self.problem.needs for share in need.shares}
        return [
            (
                person.skills & asked,
                person.id if person.id in self._apart else "",
                tuple(limit.concerns(person) for limit in self._barring),
            )
            for person in self.problem.people
        ]

    @cached_property
    def kind_of(self) -> list[int]:
        numbers: dict[tuple[object, ...], int] = {}
        return [numbers.setdefault(kind, len(numbers)) for kind in self._kinds]

    def serves(self, person: int, need: int) -> bool:
        """Whether the person may be put on the need, their time aside."""
        return need in self.open_needs[self.kind_of[person]]

    @cached_property
    def open_needs(self) -> list[set[int]]:
        examples: dict[int, Person] = {}
        for person, kind in zip(self.problem.people, self.kind_of, strict=True):
            examples.setdefault(kind, person)
        return [self._needs_open_to(examples[kind]) for kind in sorted(examples)]

    @cached_property
    def skills_of(self) -> list[frozenset[str]]:
        """For each kind the skills that any need asks for."""
        examples: dict[int, frozenset[str]] = {}
        for person, kind in zip(self.problem.people, self.kind_of, strict=True):
            examples.setdefault(kind, person.skills)
        return [examples[kind] for kind in sorted(examples)]

    def _needs_open_to(self, person: Person) -> set[int]:
        barring = [limit for limit in self._barring if limit.concerns(person)]
        return {
            index
            for index, need in enumerate(self.problem.needs)
            if not any(
                limit.bars(self.problem, person, need)
                and not self.problem.is_waived(limit.name, person.id, (need.day,))
                for limit in barring
            )
        }

    @cached_property
    def allowed(self) -> list[list[tuple[int, ...]]]:
        """For each person and day the shifts that they may work, fixed cells not considered."""
        return [self._allowed(index, person) for index, person in enumerate(self.problem.people)]

    @cached_property
    def _excluding(self) -> list[Limit]:
        return [limit for limit in self.hard if type(limit).excludes is not Limit.excludes]

    @cached_property
    def _shifts_needed(self) -> list[dict[int, tuple[int, ...]]]:
        """For each kind of people: day → shifts with a need open to them."""
        tables = []
        for needs in self.open_needs:
            by_day: dict[int, set[int]] = {}
            for (day, shift), members in self.needs_of_slot.items():
                if not needs.isdisjoint(members):
                    by_day.setdefault(day, set()).add(shift)
            tables.append({day: tuple(sorted(shifts)) for day, shifts in by_day.items()})
        return tables

    def _allowed(self, index: int, person: Person) -> list[tuple[int, ...]]:
        closed = self._closed(person)
        needed = self._shifts_needed[self.kind_of[index]]
        return [
            tuple(shift for shift in needed.get(day, ()) if not closed[shift][day])
            for day in range(len(self.problem.days))
        ]

    def _closed(self, person: Person) -> list[list[bool]]:
        """Shifts × days: whether a limit excludes the duty by itself."""
        problem = self.problem
        found = np.zeros((len(problem.shift_types), len(problem.days)), bool)
        for limit in self._excluding:
            if limit.concerns(person):
                for index, shift in enumerate(problem.shift_types):
                    days = limit.excluded_days(problem, person, shift)
                    if problem.waivers:
                        days = [day for day in days if not problem.is_waived(limit.name, person.id, (day,))]
                    found[index, list(days)] = True
        return found.tolist()

    @cached_property
    def clashes(self) -> list[list[tuple[Limit, dict[int, set[tuple[int, int]]]]]]:
        """For each person the limits under which two duties clash: days apart → pairs of shifts (earlier, later)."""
        tables = [(limit, self._clash_table(limit)) for limit in self.hard if type(limit).clashes is not Limit.clashes]
        return [
            [(limit, table) for limit, table in tables if table and limit.concerns(person)]
            for person in self.problem.people
        ]

    def _clash_table(self, limit: Limit) -> dict[int, set[tuple[int, int]]]:
        shifts = self.problem.shift_types
        table: dict[int, set[tuple[int, int]]] = {}
        for apart in range(1, limit.reach(self.problem) + 1):
            for first, earlier in enumerate(shifts):
                for second, later in enumerate(shifts):
                    if limit.clashes(self.problem, earlier, later, apart):
                        table.setdefault(apart, set()).add((first, second))
        return table

    def clash_sets(self, person: int) -> dict[int, set[tuple[int, int]]]:
        """The pairs of shifts that clash for a person on whatever day, by days apart."""
        merged: dict[int, set[tuple[int, int]]] = {}
        for limit, table in self.clashes[person]:
            for apart, pairs in table.items() if self._is_steady(limit) else ():
                merged.setdefault(apart, set()).update(pairs)
        return merged

    def _is_steady(self, limit: Limit) -> bool:
        """Whether the limit binds on all days, and no waiver lifts it on any."""
        binds_on_all = type(limit).binds_on is Limit.binds_on
        return binds_on_all and all(waiver.code != limit.name for waiver in self.problem.waivers)

    @cached_property
    def clash_on_all_days(self) -> list[bool]:
        """For each person whether what clashes is the same on all days."""
        return [all(self._is_steady(limit) for limit, _table in own) for own in self.clashes]

    @cached_property
    def days_apart(self) -> list[list[int]]:
        """For each person how many days apart two duties can clash."""
        return [sorted({apart for _limit, table in own for apart in table}) for own in self.clashes]

    def clashing(self, person: int, day: int, apart: int) -> Pairs:
        """The pairs of shifts that a person cannot work on the day and so many days after it."""
        own = self.clashes[person]
        if not self.clash_on_all_days[person]:
            name, days = self.problem.people[person].id, range(day, day + apart + 1)
            own = [
                (limit, table)
                for limit, table in own
                if limit.binds_on(days[-1]) and not self.problem.is_waived(limit.name, name, days)
            ]
        key = (apart, *(id(table) for _limit, table in own))
        if key not in self._merged:
            self._merged[key] = frozenset().union(*(table.get(apart, ()) for _limit, table in own))
        return self._merged[key]

    @cached_property
    def _merged(self) -> dict[tuple[int, ...], Pairs]:
        """The pairs under several limits together, by days apart and the limits' tables: few, and asked for often."""
        return {}

    def known(self, person: int, day: int) -> int:
        """What is known of a day outside the problem: the shift, or OFF."""
        return self.outside.get((person, day), OFF)

    # --- tables --------------------------------------------------------------------------------------------------

    def empty_table(self) -> Table:
        """Only the fixed duties."""
        shape = (len(self.problem.people), len(self.problem.days))
        table = Table(np.full(shape, OFF, np.int16), np.full(shape, NOWHERE, np.int32))
        for (person, day), cell in self.fixed.items():
            if cell.shift is not None:
                table.work[person, day] = self.shift_index[cell.shift]
                table.place[person, day] = self.place_of(cell)
        return table

    def is_pinned(self, person: int, day: int) -> bool:
        """Whether the cell is fixed together with its beat."""
        cell = self.fixed.get((person, day))
        return cell is not None and cell.shift is not None and cell.beat is not None

    def place_of(self, cell: Fixed | Assignment) -> int:
        """The index of the need that a duty serves, or NOWHERE."""
        need: Need | None = self.problem.need_at.get((cell.day, cell.shift or "", cell.beat))
        return NOWHERE if need is None else self.need_index[need.id]

    def roster_of(self, table: Table) -> tuple[Assignment, ...]:
        """The table's duties in the order of people and days."""
        return tuple(duty for person in range(len(self.problem.people)) for duty in self.duties_of(table, person))

    def duties_of(self, table: Table, person: int) -> list[Assignment]:
        """One person's duties inside the problem's days."""
        name = self.problem.people[person].id
        shifts = self.problem.shift_types
        return [
            Assignment(name, day, shifts[shift].id, self._beat(person, day, place))
            for day, (shift, place) in enumerate(
                zip(table.work[person].tolist(), table.place[person].tolist(), strict=True)
            )
            if shift != OFF
        ]

    def _beat(self, person: int, day: int, place: int) -> str | None:
        cell = self.fixed.get((person, day))
        if cell is not None and cell.beat is not None:
            return cell.beat
        return None if place == NOWHERE else self.problem.needs[place].beat

    def table_of(self, roster: tuple[Assignment, ...]) -> Table:
        """A roster's duties as a table; fixed cells are taken from the problem."""
        table = self.empty_table()
        for duty in roster:
            cell = (self.person_index[duty.person], duty.day)
            if cell not in self.fixed:
                table.work[cell] = self.shift_index[duty.shift]
                table.place[cell] = self.place_of(duty)
            elif self.fixed[cell].beat is None:
                table.place[cell] = self.place_of(duty)
        return table
