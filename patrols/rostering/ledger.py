"""The running account of a roster under search: its cost and violations by the checker, kept up to date piecemeal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from functools import cached_property

import numpy as np

from patrols.rostering.check import Cover, judge
from patrols.rostering.frame import OFF, Frame, Slot, Table
from patrols.rostering.limits import Limit
from patrols.rostering.problem import Assignment
from patrols.rostering.timeline import Timeline


class Account:
    """Cost of a table, by person and by slot, and how many hard limits it breaks. Not changed once it is asked."""

    def __init__(self) -> None:
        self.by_person: dict[int, int] = {}
        self.hard_by_person: dict[int, int] = {}
        self.by_slot: dict[Slot, int] = {}
        self.uncovered_by_slot: dict[Slot, int] = {}
        self.together = 0
        self.together_hard = 0

    def copy(self) -> Account:
        other = Account()
        other.by_person, other.hard_by_person = dict(self.by_person), dict(self.hard_by_person)
        other.by_slot, other.uncovered_by_slot = dict(self.by_slot), dict(self.uncovered_by_slot)
        other.together, other.together_hard = self.together, self.together_hard
        return other

    @cached_property
    def objective(self) -> int:
        return sum(self.by_person.values()) + sum(self.by_slot.values()) + self.together

    @cached_property
    def hard(self) -> int:
        return sum(self.hard_by_person.values()) + self.together_hard

    @property
    def uncovered(self) -> int:
        return sum(self.uncovered_by_slot.values())


class Ledger:
    """Judges tables with the checker's own functions; only what changed is judged again."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.problem = frame.problem
        self.grouped = [
            limit for limit in self.problem.limits if type(limit).breaches_together is not Limit.breaches_together
        ]
        self._outside: dict[str, list[Assignment]] = {}
        for duty in self.problem.outside:
            self._outside.setdefault(duty.person, []).append(duty)

    def open(self, table: Table) -> Account:
        account = Account()
        everyone = range(len(self.problem.people))
        return self._judge(account, table, everyone, self.frame.needs_of_slot)

    def update(self, account: Account, before: Table, after: Table) -> Account:
        """The account of ``after``, from that of ``before``."""
        changed = (before.work != after.work) | (before.place != after.place)
        cells = np.argwhere(changed)
        people = {int(person) for person, _day in cells}
        slots = {
            (int(day), int(table.work[person, day]))
            for person, day in cells
            for table in (before, after)
            if table.work[person, day] != OFF
        }
        return self._judge(account.copy(), after, people, slots & self.frame.needs_of_slot.keys())

    def _judge(self, account: Account, table: Table, people: Collection[int], slots: Collection[Slot]) -> Account:
        for person in people:
            found = judge(self.problem, self.line(table, person))
            account.by_person[person] = sum(item.cost for item in found if not item.hard)
            account.hard_by_person[person] = sum(item.hard for item in found)
        for slot in slots:
            account.by_slot[slot], account.uncovered_by_slot[slot] = self._cover(table, slot)
        if self.grouped and (people or slots):
            everyone = [self.line(table, person) for person in range(len(self.problem.people))]
            lines = {line.person.id: line for line in everyone}
            found = [item for limit in self.grouped for item in limit.breaches_together(self.problem, lines)]
            account.together = sum(item.cost for item in found if not item.hard)
            account.together_hard = sum(item.hard for item in found)
        return account

    def line(self, table: Table, person: int) -> Timeline:
        who = self.problem.people[person]
        return Timeline(self.problem, who, [*self._outside.get(who.id, ()), *self.frame.duties_of(table, person)])

    def _cover(self, table: Table, slot: Slot) -> tuple[int, int]:
        day = slot[0]
        serving: dict[int, list[frozenset[str]]] = {index: [] for index in self.frame.needs_of_slot[slot]}
        for person in np.flatnonzero(table.work[:, day] == slot[1]):
            place = int(table.place[person, day])
            if place in serving:
                serving[place].append(self.problem.people[person].skills)
        covers = [self._one(index, skills) for index, skills in serving.items()]
        return sum(item.cost for item in covers), sum(item.below_minimum for item in covers)

    def _one(self, index: int, skills: list[frozenset[str]]) -> Cover:
        need = self.problem.needs[index]
        held = Counter(skill for own in skills for skill in own) if need.shares else Counter[str]()
        missing = sum(max(0, share.count - held[share.skill]) for share in need.shares)
        return Cover(need, len(skills), missing)
