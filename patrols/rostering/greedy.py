"""A usable roster at once: needs filled one after the other, minima first, always by someone whom no limit stops."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from patrols.rostering.frame import NOWHERE, OFF, Frame, Table
from patrols.rostering.ledger import Ledger
from patrols.rostering.problem import Assignment
from patrols.rostering.timeline import Timeline


class Greedy:
    """Fills the needs of a table. Only limits that adding can't mend are asked; the others are left to the search."""

    def __init__(self, frame: Frame, stop: Callable[[], bool] = lambda: False) -> None:
        self.frame = frame
        self.problem = frame.problem
        self.stop = stop
        self.table = frame.empty_table()
        self.ledger = Ledger(frame)
        self.limits = [limit for limit in frame.hard if limit.only_grows or getattr(limit, "most", None) is not None]
        people = range(len(self.problem.people))
        self.minutes = np.array([self._minutes_so_far(person) for person in people])
        self.nights = np.array([self.problem.people[person].history.nights / 12 for person in people])
        self.lines: dict[int, Timeline] = {}
        self.servers = self._servers()
        self.open_cells = self._open_cells()
        self.clashes = [frame.clash_sets(person) for person in people]
        self.heads = [0] * len(self.problem.needs)
        self._place_fixed()

    def _open_cells(self) -> NDArray[np.bool_]:
        """People × days × shifts: what may be given, clashes with other duties aside."""
        problem = self.problem
        found = np.zeros((len(problem.people), len(problem.days), len(problem.shift_types)), bool)
        for person, row in enumerate(self.frame.allowed):
            for day, shifts in enumerate(row):
                found[person, day, list(shifts)] = (person, day) not in self.frame.fixed
        return found

    def _servers(self) -> NDArray[np.bool_]:
        """Needs × people: who may be put on a need, their time aside."""
        of_kind = np.zeros((len(self.problem.needs), len(self.frame.open_needs)), bool)
        for kind, needs in enumerate(self.frame.open_needs):
            of_kind[list(needs), kind] = True
        return of_kind[:, self.frame.kind_of]

    def _minutes_so_far(self, person: int) -> float:
        row = self.table.work[person]
        return float(sum(self.problem.shift_types[shift].counted_minutes for shift in row if shift != OFF))

    def _place_fixed(self) -> None:
        for (person, day), cell in self.frame.fixed.items():
            place = int(self.table.place[person, day])
            if place == NOWHERE and cell.shift is not None and cell.beat is None:
                slot = (day, self.frame.shift_index[cell.shift])
                options = [n for n in self.frame.needs_of_slot.get(slot, ()) if self.frame.serves(person, n)]
                place = max(options, key=self._missing, default=NOWHERE)
                self.table.place[person, day] = place
            if place != NOWHERE:
                self.heads[place] += 1

    def _missing(self, need: int) -> int:
        return self.problem.needs[need].ideal - self.heads[need]

    def run(self) -> Table:
        """Minima of all days first, then ideals."""
        for goal in ("minimum", "ideal"):
            for need in self._order():
                target = getattr(self.problem.needs[need], goal)
                while self.heads[need] < target and not self.stop():
                    if not self._add_group(need, target):
                        break
        return self.table

    def _order(self) -> list[int]:
        """Day by day; on a day the needs that fewest people can serve come first."""
        width = self.servers.sum(axis=1).tolist()
        return sorted(range(len(self.heads)), key=lambda n: (self.problem.needs[n].day, width[n], n))

    def _add_group(self, need: int, target: int) -> bool:
        """Add one person, or at once as many as must be there together."""
        least = self.problem.needs[need].least_together
        count = max(1, min(least, target) - self.heads[need])
        added: list[int] = []
        for _ in range(count):
            person = self._first_fit(need)
            if person is None:
                for other in added:
                    self._remove(other, need)
                return False
            added.append(person)
        return True

    def _first_fit(self, need: int) -> int | None:
        problem_need = self.problem.needs[need]
        day, shift = problem_need.day, self.frame.shift_index[problem_need.shift]
        free = np.flatnonzero(self.open_cells[:, day, shift] & (self.table.work[:, day] == OFF) & self.servers[need])
        rank = self.minutes[free] + (600.0 * self.nights[free] if self.problem.shift_types[shift].is_night else 0.0)
        ranked: list[int] = free[np.argsort(rank, kind="stable")].tolist()
        for person in ranked:
            if self._clashes(person, day, shift):
                continue
            name = self.problem.people[person].id
            line = self._line(person).having(Assignment(name, day, problem_need.shift, problem_need.beat))
            self.table.work[person, day], self.table.place[person, day] = shift, need
            if self._is_fine(line, day) and not self._pairs_broken(person, day):
                self.lines[person] = line
                self._count(person, need, 1)
                return person
            self.table.work[person, day], self.table.place[person, day] = OFF, NOWHERE
        return None

    def _line(self, person: int) -> Timeline:
        if person not in self.lines:
            self.lines[person] = self.ledger.line(self.table, person)
        return self.lines[person]

    def _clashes(self, person: int, day: int, shift: int) -> bool:
        return any(
            (self._at(person, day - apart), shift) in pairs or (shift, self._at(person, day + apart)) in pairs
            for apart, pairs in self.clashes[person].items()
        )

    def _at(self, person: int, day: int) -> int:
        if 0 <= day < len(self.problem.days):
            return int(self.table.work[person, day])
        return self.frame.outside.get((person, day), OFF)

    def _is_fine(self, line: Timeline, day: int) -> bool:
        """Whether no violation that involves the new duty can only get worse (fixed duties may be at fault before)."""
        return not any(
            day in item.days and (limit.only_grows or "most" in item.params)
            for limit in self.limits
            if limit.concerns(line.person)
            for item in limit.breaches(line)
            if not self.problem.is_waived(item.code, line.person.id, item.days)
        )

    def _pairs_broken(self, person: int, day: int) -> bool:
        """Whether a limit between this person and others on duty that day is broken."""
        people = self.problem.people
        grouped = [limit for limit in self.ledger.grouped if limit.hard and limit.only_grows]
        limits = [limit for limit in grouped if limit.concerns(people[person])]
        if not limits:
            return False
        there = np.flatnonzero(self.table.work[:, day] != OFF).tolist()
        concerned = [other for other in there if any(limit.concerns(people[other]) for limit in limits)]
        lines = {people[other].id: self.ledger.line(self.table, other) for other in concerned}
        return any(day in item.days for limit in limits for item in limit.breaches_together(self.problem, lines))

    def _remove(self, person: int, need: int) -> None:
        day = self.problem.needs[need].day
        self.table.work[person, day], self.table.place[person, day] = OFF, NOWHERE
        self.lines.pop(person)
        self._count(person, need, -1)

    def _count(self, person: int, need: int, sign: int) -> None:
        shift = self.problem.shift[self.problem.needs[need].shift]
        self.minutes[person] += sign * shift.counted_minutes
        self.nights[person] += sign * shift.is_night
        self.heads[need] += sign
