"""What a limit is: data that can bar a duty, constrain the model, and judge a finished roster.

A limit says the same thing twice, on purpose: ``excludes``/``clashes``/``bars``/``constrain`` for the model, and
``breaches`` for the checker, written without the former from the definitions that both share (the days of a span, its
cap, the price of a step). Tests drive one against the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from patrols.rostering.problem import Need, Person, Problem, ShiftType, Violation

if TYPE_CHECKING:
    from patrols.rostering.model import RosterModel
    from patrols.rostering.timeline import Timeline


@dataclass(frozen=True, kw_only=True)
class Limit:
    """Base of all limits. ``people`` None: everyone. A soft one costs ``weight`` for each unit it is broken by."""

    code: ClassVar[str] = ""
    #: Adding a duty can break the limit but never mend it: what a greedy search may rely on.
    only_grows: ClassVar[bool] = True
    #: Whether the model can price a breach; limits that bar duties outright cannot be soft.
    can_be_soft: ClassVar[bool] = True

    people: frozenset[str] | None = None
    hard: bool = True
    weight: int = 10

    def __post_init__(self) -> None:
        if not (self.hard or self.can_be_soft):
            raise ValueError(f"{type(self).__name__} is always hard")

    @property
    def name(self) -> str:
        """The code shown for this limit; some classes have one for each variant."""
        return self.code

    @property
    def soft_weight(self) -> int | None:
        return None if self.hard else self.weight

    def concerns(self, person: Person) -> bool:
        return self.people is None or person.id in self.people

    def binds_on(self, day: int) -> bool:
        """Whether the limit judges what is on this day; where two duties clash, the later one's counts."""
        return True

    # --- for the model -------------------------------------------------------------------------------------------

    def excludes(self, problem: Problem, person: Person, day: int, shift: ShiftType) -> bool:
        """Whether this duty alone is impossible for the person."""
        return False

    def excluded_days(self, problem: Problem, person: Person, shift: ShiftType) -> Iterable[int]:
        """The days on which ``excludes`` holds; a limit that knows them asks about fewer."""
        return [day for day in range(len(problem.days)) if self.excludes(problem, person, day, shift)]

    def clashes(self, problem: Problem, earlier: ShiftType, later: ShiftType, days_between: int) -> bool:
        """Whether one person cannot work ``earlier`` on a day and ``later`` ``days_between`` ≥ 1 days after it."""
        return False

    def reach(self, problem: Problem) -> int:
        """How many days apart two duties can still clash."""
        return 0

    def bars(self, problem: Problem, person: Person, need: Need) -> bool:
        """Whether the person cannot serve this need, though they may work the shift elsewhere."""
        return False

    def constrain(self, model: RosterModel) -> None:
        """Add to the model what the three hooks above cannot say."""

    # --- for the checker -----------------------------------------------------------------------------------------

    def breaches(self, timeline: Timeline) -> Iterator[Violation]:
        """Each place where one person's duties break the limit."""
        return iter(())

    def breaches_together(self, problem: Problem, timelines: Mapping[str, Timeline]) -> Iterator[Violation]:
        """Each place where the duties of several people together break it."""
        return iter(())

    def violation(
        self, person: Person | None, days: tuple[int, ...], *, by: int = 1, need: Need | None = None, **params: object
    ) -> Violation:
        """A violation of this limit, costing its weight ``by`` times if the limit is soft."""
        return Violation(
            code=self.name,
            person=person.id if person else None,
            days=days,
            params=params,
            hard=self.hard,
            need=need.id if need else None,
            cost=0 if self.hard else self.weight * by,
        )
