"""A rule that began or ended within a roster: its limit judges the days between and no other.

Only rules about single days come so; a rule that counts over a roster binds the whole of it or nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from patrols import rostering as engine
from patrols.rostering import limits

if TYPE_CHECKING:
    from patrols.rostering.model import RosterModel
    from patrols.rostering.timeline import Timeline


@dataclass(frozen=True, kw_only=True)
class _Part(limits.Limit):
    """From day `since` to day `until` of the roster, both included. The later one of two days counts."""

    since: int
    until: int

    def breaches(self, timeline: Timeline) -> Iterator[engine.Violation]:
        return (item for item in super().breaches(timeline) if self.binds_on(item.days[-1]))

    def breaches_together(
        self, problem: engine.Problem, timelines: Mapping[str, Timeline]
    ) -> Iterator[engine.Violation]:
        return (item for item in super().breaches_together(problem, timelines) if self.binds_on(item.days[-1]))

    def binds_on(self, day: int) -> bool:
        return self.since <= day <= self.until


@dataclass(frozen=True, kw_only=True)
class SuccessionPart(_Part, limits.ForbiddenSuccession):
    """What clashes is asked for by day (`binds_on`), so that nothing more is to be said to the model."""


@dataclass(frozen=True, kw_only=True)
class NotPairedPart(_Part, limits.NotPaired):
    def constrain(self, model: RosterModel) -> None:
        for need in model.needs_of(self.pair):
            if self.binds_on(need.day):
                model.at_most([(1, model.placed(name, need)) for name in self.pair], 1, self.soft_weight)


@dataclass(frozen=True, kw_only=True)
class CrewTogetherPart(_Part, limits.CrewTogether):
    def constrain(self, model: RosterModel) -> None:
        shifts = [shift.id for shift in model.problem.shift_types]
        for day in range(max(self.since, 0), min(self.until + 1, len(model.problem.days))):
            if crew := model.people_of(self, [day], whole=True):
                used = [(1, model.any_of([model.duty(index, day, shift) for index in crew])) for shift in shifts]
                model.at_most(used, 1, self.soft_weight)


PARTS: dict[type[limits.Limit], type] = {
    limits.ForbiddenSuccession: SuccessionPart,
    limits.NotPaired: NotPairedPart,
    limits.CrewTogether: CrewTogetherPart,
}
