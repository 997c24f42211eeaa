"""The process in which Timefold runs: a squadron as JSON in, its roster as JSON out.

It imports the standard library and ``timefold`` alone; ``bench.with_timefold`` starts it and says what the keys mean.
Timefold turns these classes and lambdas into Java: plain attributes and short expressions are what it does well.
"""

# No postponed annotations here: Timefold reads them as types.
import json
import sys
from dataclasses import dataclass, field
from typing import Annotated, Any

from timefold.solver import SolverFactory
from timefold.solver.config import (
    Duration,
    EnvironmentMode,
    ScoreDirectorFactoryConfig,
    SolverConfig,
    TerminationConfig,
)
from timefold.solver.domain import (
    PlanningEntityCollectionProperty,
    PlanningId,
    PlanningPin,
    PlanningScore,
    PlanningVariable,
    ProblemFactCollectionProperty,
    ValueRangeProvider,
    planning_entity,
    planning_solution,
)
from timefold.solver.score import (
    ConstraintCollectors,
    ConstraintFactory,
    HardSoftScore,
    Joiners,
    constraint_provider,
)

HARD, SOFT = HardSoftScore.ONE_HARD, HardSoftScore.ONE_SOFT


@dataclass(eq=False)
class Member:
    """A person; lists are by week, day, number of duties or units of minutes (less what none would cost)."""

    id: Annotated[int, PlanningId]
    week_minutes: list[int]
    week_days: list[int]
    month_units: int
    most_days: int
    most_nights: int
    off: list[int]  # what a duty against a wish costs
    nights: list[int]
    weekends: list[int]
    holidays: list[int]
    minutes: list[int]


@planning_entity
@dataclass(eq=False)
class Place:
    """One person's place on a need, or (pinned) a duty before the month."""

    id: Annotated[int, PlanningId]
    pinned: Annotated[bool, PlanningPin]
    need: int
    day: int
    week: int  # -1: before the weeks that are judged
    starts: int
    rested: int  # the minute from which the next duty may start
    inside: int  # 0 before the month
    a_week: int  # minutes and, from bit 20, one day
    early_bit: int  # the day, if it is one of the first 17; Timefold sums 32 bits
    late_bit: int  # the day, from the 18th on
    night: int
    carried: int  # units of minutes; from bit 10, 16, 22 nights, weekends, holidays
    cost: int  # left open
    least: int
    alone: int  # the price of too few together
    able: Annotated[list[Member], ValueRangeProvider]
    person: Annotated[Member | None, PlanningVariable(allows_unassigned=True)] = field(default=None)


@planning_solution
@dataclass
class Plan:
    """A roster: who is on which place."""

    members: Annotated[list[Member], ProblemFactCollectionProperty]
    places: Annotated[list[Place], PlanningEntityCollectionProperty]
    score: Annotated[HardSoftScore | None, PlanningScore] = field(default=None)


def beyond(early: int, late: int, most: int) -> int:
    """By how many days runs of set bits are longer than ``most``."""
    bits = early + (late << 17)
    for _day in range(most):
        bits &= bits >> 1
    count = 0
    while bits > 0:
        bits &= bits - 1
        count += 1
    return count


def unfairness(member: Member, carried: int) -> int:
    """What the nights, weekends, holidays and minutes cost."""
    fair = member.minutes[carried & 1023] + member.nights[carried >> 10 & 63]
    return fair + member.weekends[carried >> 16 & 63] + member.holidays[carried >> 22 & 63]


@constraint_provider
def constraints(of: ConstraintFactory) -> list[Any]:
    """Hard limits, then cover, wishes and fair shares; few groups, as each one slows every move."""
    by_week = (
        of.for_each(Place)
        .filter(lambda place: place.week >= 0)
        .group_by(
            lambda place: place.person, lambda place: place.week, ConstraintCollectors.sum(lambda place: place.a_week)
        )
    )
    by_person = of.for_each(Place).group_by(
        lambda place: place.person,
        ConstraintCollectors.sum(lambda place: place.early_bit),
        ConstraintCollectors.sum(lambda place: place.late_bit),
        ConstraintCollectors.sum(lambda place: place.carried),
    )
    by_nights = (
        of.for_each(Place)
        .filter(lambda place: place.night > 0)
        .group_by(
            lambda place: place.person,
            ConstraintCollectors.sum(lambda place: place.early_bit),
            ConstraintCollectors.sum(lambda place: place.late_bit),
        )
    )
    together = (  # priced, not hard: moves of one person at a time could not fill such a need otherwise
        of.for_each(Place)
        .filter(lambda place: place.least > 1)
        .group_by(
            lambda place: place.need,
            lambda place: place.least,
            lambda place: place.alone,
            ConstraintCollectors.count(),
        )
    )
    return [
        of.for_each_unique_pair(
            Place,
            Joiners.equal(lambda place: place.person),
            Joiners.overlapping(lambda place: place.starts, lambda place: place.rested),
        )
        .penalize(HARD)
        .as_constraint("rest"),
        by_week.filter(lambda member, week, total: (total & 1048575) > member.week_minutes[week])
        .penalize(HARD)
        .as_constraint("hours a week"),
        by_week.filter(lambda member, week, total: (total >> 20) > member.week_days[week])
        .penalize(HARD)
        .as_constraint("weekly rest"),
        by_person.filter(lambda member, early, late, carried: (carried & 1023) > member.month_units)
        .penalize(HARD)
        .as_constraint("hours a month"),
        by_person.penalize(
            HARD, lambda member, early, late, carried: beyond(early, late, member.most_days)
        ).as_constraint("days in a row"),
        by_nights.penalize(HARD, lambda member, early, late: beyond(early, late, member.most_nights)).as_constraint(
            "nights in a row"
        ),
        by_person.impact(SOFT, lambda member, early, late, carried: -unfairness(member, carried)).as_constraint(
            "fair shares"
        ),
        together.filter(lambda need, least, alone, people: people < least)
        .penalize(SOFT, lambda need, least, alone, people: alone)
        .as_constraint("together"),
        of.for_each_including_unassigned(Place)
        .filter(lambda place: place.person is None)
        .penalize(SOFT, lambda place: place.cost)
        .as_constraint("cover"),
        of.for_each(Place)
        .filter(lambda place: place.inside > 0 and place.person.off[place.day] > 0)
        .penalize(SOFT, lambda place: place.person.off[place.day])
        .as_constraint("wishes"),
    ]


def read(data: dict[str, Any]) -> Plan:
    """The plan as the parent tells it: people and groups of people by their numbers."""
    members = [Member(id=number, **row) for number, row in enumerate(data["members"])]
    groups = [[members[number] for number in group] for group in data["groups"]]
    places = []
    for number, row in enumerate(data["places"]):
        person = row.pop("person")
        able = groups[row.pop("group")]
        places.append(Place(id=number, able=able, person=None if person is None else members[person], **row))
    return Plan(members, places)


def main() -> None:
    """Solve for the seconds asked; print each place's person by number (null: nobody) and Timefold's own score."""
    data = json.load(sys.stdin)
    config = SolverConfig(
        environment_mode=EnvironmentMode.NO_ASSERT,
        solution_class=Plan,
        entity_class_list=[Place],
        score_director_factory_config=ScoreDirectorFactoryConfig(constraint_provider_function=constraints),
        termination_config=TerminationConfig(spent_limit=Duration(milliseconds=int(data["seconds"] * 1000))),
    )
    plan = SolverFactory.create(config).build_solver().solve(read(data))
    people = [None if place.person is None else place.person.id for place in plan.places]
    json.dump({"people": people, "score": str(plan.score)}, sys.stdout)


if __name__ == "__main__":
    main()
