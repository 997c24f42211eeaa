"""Hard beats dealt out evenly (D9): people of one shift change places until nobody carries more than need be.

The search settles who works which shift; which beat of it somebody serves changes nothing else, as long as skills,
pairs and fixed cells are heeded. So this comes last, and takes no time worth speaking of.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import combinations

from patrols.rostering.limits import FairShare, Limit, NotPaired
from patrols.rostering.problem import Assignment, Need, Problem, Roster

MOST_ROUNDS = 20


def even_out(problem: Problem, roster: Roster) -> Roster:
    """The roster with places changed inside shifts, so that the hard beats' shares are better kept; never a worse one.

    Without hard needs, or without their fair share among the limits, the roster as it is.
    """
    share = next((i for i in problem.limits if isinstance(i, FairShare) and i.measure == "hard_beats"), None)
    if share is None:
        return roster
    return _Dealer(problem, roster, share).deal()


class _Dealer:
    def __init__(self, problem: Problem, roster: Roster, share: FairShare) -> None:
        self.problem, self.roster = problem, list(roster)
        self.shares = share.shares
        self.fixed = {(cell.person, cell.day) for cell in problem.fixed}
        self.bars = [limit for limit in problem.limits if type(limit).bars is not Limit.bars]
        self.apart: dict[str, set[str]] = defaultdict(set)
        for limit in problem.limits:
            if isinstance(limit, NotPaired):
                self.apart[limit.pair[0]].add(limit.pair[1])
                self.apart[limit.pair[1]].add(limit.pair[0])
        self.carried = Counter(item.person for item in roster if (need := self._need(item)) and need.is_hard)

    def deal(self) -> Roster:
        slots: dict[tuple[int, str], list[int]] = defaultdict(list)
        for index, item in enumerate(self.roster):
            if self._need(item) and (item.person, item.day) not in self.fixed:
                slots[item.day, item.shift].append(index)
        for _round in range(MOST_ROUNDS):
            if not sum(self._better(slot) for slot in slots.values()):
                break
        return tuple(self.roster)

    def _better(self, slot: Iterable[int]) -> bool:
        """Change places wherever that brings two people nearer to their shares; whether any did."""
        changed = False
        for one, two in combinations(slot, 2):
            first, second = self.roster[one], self.roster[two]
            if self._gains(first, second) and self._may(first, second) and self._may(second, first):
                self.roster[one] = first._replace(beat=second.beat)
                self.roster[two] = second._replace(beat=first.beat)
                step = -1 if self._hard(first) else 1
                self.carried[first.person] += step
                self.carried[second.person] -= step
                changed = True
        return changed

    def _gains(self, first: Assignment, second: Assignment) -> bool:
        if self._hard(first) == self._hard(second):
            return False
        giver, taker = (first, second) if self._hard(first) else (second, first)
        if giver.person not in self.shares or taker.person not in self.shares:
            return False
        # Squares: who gives one up gets nearer by 2·over − 1, who takes one on by −2·over − 1.
        return self._over(giver.person) - self._over(taker.person) > 1

    def _over(self, person: str) -> float:
        return self.carried[person] - self.shares[person]

    def _may(self, mover: Assignment, leaver: Assignment) -> bool:
        """Whether the mover can take the leaver's place."""
        need, person = self._need(leaver), self.problem.person[mover.person]
        if need is None or any(
            limit.concerns(person) and limit.bars(self.problem, person, need) for limit in self.bars
        ):
            return False
        asked = {share.skill for share in need.shares}
        if asked & person.skills != asked & self.problem.person[leaver.person].skills:
            return False
        others = self.apart.get(mover.person)
        place = (leaver.day, leaver.shift, leaver.beat)
        return not others or not any(
            item.person in others and item.person != leaver.person and (item.day, item.shift, item.beat) == place
            for item in self.roster
        )

    def _hard(self, item: Assignment) -> bool:
        need = self._need(item)
        return need is not None and need.is_hard

    def _need(self, item: Assignment) -> Need | None:
        return self.problem.need_at.get((item.day, item.shift, item.beat))
