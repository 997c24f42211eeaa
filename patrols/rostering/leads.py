"""Who leads: a sworn officer for as many officer-led needs as can have one, nobody leading two beats at once."""

from __future__ import annotations

from patrols.rostering.problem import MINUTES_A_DAY, Need, Officer, Problem


def choose_leads(problem: Problem) -> dict[str, str]:
    """For each officer-led need that can have one, the officer who leads it; the same inputs give the same answer.

    Needs are taken in order of their end; each gets, among the free officers who answer for its beat, the one who
    answers for fewest beats and leads least so far. An officer can lead several needs on one beat at a time.
    """
    leads: dict[str, str] = {}
    busy: dict[str, list[tuple[int, int, str]]] = {officer.id: [] for officer in problem.officers}
    led = [need for need in problem.needs if need.officer_led]
    for need in sorted(led, key=lambda item: (_span(problem, item)[1], item.id)):
        start, end = _span(problem, need)
        free = [o for o in problem.officers if _can_lead(o, need, start, end, busy[o.id])]
        if free:
            chosen = min(free, key=lambda o: (len(o.beats) if o.beats is not None else 10**6, len(busy[o.id]), o.id))
            busy[chosen.id].append((start, end, need.beat))
            leads[need.id] = chosen.id
    return leads


def _span(problem: Problem, need: Need) -> tuple[int, int]:
    start = need.day * MINUTES_A_DAY + problem.shift[need.shift].start_minute
    return start, start + problem.shift[need.shift].minutes


def _can_lead(officer: Officer, need: Need, start: int, end: int, busy: list[tuple[int, int, str]]) -> bool:
    if officer.beats is not None and need.beat not in officer.beats:
        return False
    if officer.available is not None and not any(period.covers(start, end) for period in officer.available):
        return False
    return all(end <= other_start or other_end <= start or beat == need.beat for other_start, other_end, beat in busy)
