"""Why a need is unfilled: for each person the limits that stop them, and who could come, best first (D6, D10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from patrols.rostering.check import check_person, timelines
from patrols.rostering.limits import Limit
from patrols.rostering.problem import Assignment, Need, Problem, Violation


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person for a need: ``ok`` if no hard limit stops them, else ``violations``, the first the plainest.

    ``cost`` is what the objective would change by (less is better); ``reasons`` are the numbers that rank them:
    duties, minutes, nights and weekend duties in the problem's days, and wishes that it would break.
    """

    person: str
    ok: bool
    violations: tuple[Violation, ...]
    cost: int
    reasons: dict[str, int]


#: The order in which reasons are given: the plainest first.
PLAINEST = (
    "at_work", "fixed", "absence", "certificate", "skill", "officer", "protected", "overlap", "rest", "succession",
)  # fmt: skip


def candidates(
    problem: Problem, roster: Iterable[Assignment], need: Need, people: Iterable[str] | None = None
) -> list[Candidate]:
    """Everyone (or the given people) as a candidate for the need, those who may come first, ranked by cost."""
    duties = tuple(roster)
    by_person: dict[str, list[Assignment]] = {person.id: [] for person in problem.people}
    for duty in duties:
        by_person[duty.person].append(duty)
    names = list(people) if people is not None else [person.id for person in problem.people]
    found = [_candidate(problem, by_person, need, name) for name in names]
    return sorted(found, key=lambda item: (not item.ok, item.cost, item.reasons["minutes"], item.person))


def _candidate(problem: Problem, by_person: dict[str, list[Assignment]], need: Need, name: str) -> Candidate:
    own = by_person[name]
    before = check_person(problem, name, own, soft=True)
    own_before = [item for item in before if item.hard]
    short_before = {(item.code, item.days) for item in own_before if {"minutes", "least"} <= item.params.keys()}
    with_duty = [*own, Assignment(name, need.day, need.shift, need.beat)]
    after = check_person(problem, name, with_duty, soft=True)
    # Who is beyond a limit already would go further beyond it; who is short of hours comes nearer to them.
    stops = [
        item for item in after if item.hard and item not in own_before and (item.code, item.days) not in short_before
    ]
    stops += _already_there(problem, own, need, name) + _apart(problem, by_person, need, name)
    cost = sum(item.cost for item in after) - sum(item.cost for item in before)
    ordered = tuple(sorted(stops, key=_plainness))
    return Candidate(name, not stops, ordered, cost, _reasons(problem, own, before, after))


def _already_there(problem: Problem, own: list[Assignment], need: Need, name: str) -> list[Violation]:
    found = [
        Violation("at_work", name, (need.day,), {"shift": duty.shift, "beat": duty.beat})
        for duty in own
        if duty.day == need.day
    ]
    kept_free = any((cell.person, cell.day, cell.shift) == (name, need.day, None) for cell in problem.fixed)
    return [*found, Violation("fixed", name, (need.day,), {"shift": None})] if kept_free else found


def _apart(problem: Problem, by_person: dict[str, list[Assignment]], need: Need, name: str) -> list[Violation]:
    """Limits between people, such as two who are not paired, judged with only those who serve the need."""
    judging = [
        limit
        for limit in problem.limits
        if limit.hard and limit.only_grows and type(limit).breaches_together is not Limit.breaches_together
    ]
    if not judging:
        return []
    place = (need.day, need.shift, need.beat)
    there = [duty for duties in by_person.values() for duty in duties if (duty.day, duty.shift, duty.beat) == place]
    lines = timelines(problem, [*there, Assignment(name, need.day, need.shift, need.beat)])
    return [
        item
        for limit in judging
        for item in limit.breaches_together(problem, lines)
        if item.person == name or item.params.get("other") == name
    ]


def _plainness(item: Violation) -> tuple[int, str]:
    return (PLAINEST.index(item.code) if item.code in PLAINEST else len(PLAINEST), item.code)


def _reasons(
    problem: Problem, own: list[Assignment], before: list[Violation], after: list[Violation]
) -> dict[str, int]:
    shifts = [problem.shift[duty.shift] for duty in own]
    broken = sum(item.code == "wish" for item in after) - sum(item.code == "wish" for item in before)
    return {
        "duties": len(own),
        "minutes": sum(shift.counted_minutes for shift in shifts),
        "nights": sum(shift.is_night for shift in shifts),
        "weekends": sum(problem.days[duty.day].is_weekend for duty in own),
        "wishes_broken": broken,
    }
