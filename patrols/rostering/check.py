"""The independent checker: what a roster covers, which limits it breaks, what it costs.

It reads a finished roster, however made, and judges it without the model, the search or the column generator. What
they share are definitions: which days a week has, how many minutes a month allows, what a step off a fair share costs.
Hand-made changes in the grid are judged by the same functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from patrols.rostering.problem import Assignment, Need, Person, Problem, Violation
from patrols.rostering.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Cover:
    """A need and how many serve it; ``missing_skills`` people with an asked skill are lacking."""

    need: Need
    have: int
    missing_skills: int = 0

    @property
    def below_minimum(self) -> int:
        return max(0, self.need.minimum - self.have)

    @property
    def below_ideal(self) -> int:
        """People missing between the minimum and the ideal."""
        return max(0, self.need.ideal - max(self.have, self.need.minimum))

    @property
    def beyond_ideal(self) -> int:
        return max(0, self.have - self.need.ideal)

    @property
    def cost(self) -> int:
        need = self.need
        short = (self.below_minimum + self.missing_skills) * need.weight_minimum + self.below_ideal * need.weight_ideal
        return short + self.beyond_ideal * need.weight_over


def timelines(problem: Problem, roster: Iterable[Assignment]) -> dict[str, Timeline]:
    """Each person's duties, those outside the problem's days included."""
    own: dict[str, list[Assignment]] = {person.id: [] for person in problem.people}
    for item in (*problem.outside, *roster):
        own[item.person].append(item)
    return {person.id: Timeline(problem, person, own[person.id]) for person in problem.people}


def check(problem: Problem, roster: Iterable[Assignment], *, soft: bool = False) -> list[Violation]:
    """Every broken hard limit of the roster, and the soft ones too if asked; ordered by person and day."""
    lines = timelines(problem, roster)
    found = [item for line in lines.values() for item in judge(problem, line, soft=soft)]
    found += _changed_fixed(problem, lines)
    found += _together(problem, lines, soft=soft)
    return sorted(found, key=lambda item: (item.person or "", item.days, item.code))


def check_together(problem: Problem, roster: Iterable[Assignment], *, soft: bool = False) -> list[Violation]:
    """The limits that the duties of several people break together; what one person's break alone is left out."""
    return _together(problem, timelines(problem, roster), soft=soft)


def _together(problem: Problem, lines: Mapping[str, Timeline], *, soft: bool) -> list[Violation]:
    return [
        item
        for limit in problem.limits
        if limit.hard or soft
        for item in limit.breaches_together(problem, lines)
        if not _waived(problem, item)
    ]


def check_person(
    problem: Problem, person_id: str, duties: Iterable[Assignment], *, soft: bool = False
) -> list[Violation]:
    """The limits that one person's duties break by themselves: what a changed grid cell asks for.

    ``duties`` may hold those of others; only the person's own are read.
    """
    own = [item for item in (*problem.outside, *duties) if item.person == person_id]
    return judge(problem, Timeline(problem, problem.person[person_id], own), soft=soft)


def judge(problem: Problem, line: Timeline, *, soft: bool = True) -> list[Violation]:
    """The limits that one timeline breaks by itself."""
    return [
        item
        for limit in problem.limits
        if (limit.hard or soft) and limit.concerns(line.person)
        for item in limit.breaches(line)
        if not _waived(problem, item)
    ]


def _waived(problem: Problem, item: Violation) -> bool:
    return item.hard and problem.is_waived(item.code, item.person or "", item.days)


def _changed_fixed(problem: Problem, lines: Mapping[str, Timeline]) -> list[Violation]:
    found = []
    for cell in problem.fixed:
        duties = lines[cell.person].by_day.get(cell.day, [])
        kept = not duties if cell.shift is None else [duty.shift.id for duty in duties] == [cell.shift]
        moved = cell.shift is not None and cell.beat is not None and any(duty.beat != cell.beat for duty in duties)
        if not kept or moved:
            found.append(Violation("fixed", cell.person, (cell.day,), {"shift": cell.shift}))
    return found


def cover(problem: Problem, roster: Iterable[Assignment]) -> list[Cover]:
    """How many people serve each need, in the order of the problem's needs."""
    serving: dict[str, list[Person]] = {need.id: [] for need in problem.needs}
    for item in roster:
        need = problem.need_at.get((item.day, item.shift, item.beat))
        if need is not None:
            serving[need.id].append(problem.person[item.person])
    return [Cover(need, len(serving[need.id]), _missing_skills(need, serving[need.id])) for need in problem.needs]


def _missing_skills(need: Need, people: list[Person]) -> int:
    return sum(max(0, share.count - sum(share.skill in person.skills for person in people)) for share in need.shares)


def uncovered(problem: Problem, roster: Iterable[Assignment]) -> int:
    """People missing below the minima, summed over all needs."""
    return sum(item.below_minimum for item in cover(problem, roster))


def cover_cost(problem: Problem, roster: Iterable[Assignment]) -> int:
    """The part of the objective that comes from cover: people missing and people too many."""
    return sum(item.cost for item in cover(problem, roster))


def objective(problem: Problem, roster: Iterable[Assignment]) -> int:
    """Cover cost plus the cost of every broken soft limit (wishes, fair shares…); hard limits cost nothing here."""
    duties = tuple(roster)
    soft = sum(item.cost for item in check(problem, duties, soft=True) if not item.hard)
    return cover_cost(problem, duties) + soft
