"""Limits on how a need may be staffed: led by a sworn officer, in pairs or more (D4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from patrols.rostering.limits.base import Limit
from patrols.rostering.problem import Need, Officer, Person, Problem, Violation

if TYPE_CHECKING:
    from patrols.rostering.model import RosterModel
    from patrols.rostering.timeline import Duty, Timeline


@dataclass(frozen=True, kw_only=True)
class OfficerLed(Limit):
    """Nobody serves an officer-led need unless a sworn officer of that beat is free to lead it throughout.

    ``leads`` maps need ids to officer ids: who leads what is settled before the members are (see leads.py).
    """

    code: ClassVar[str] = "officer"
    can_be_soft: ClassVar[bool] = False
    leads: Mapping[str, str]

    def bars(self, problem: Problem, person: Person, need: Need) -> bool:
        return need.officer_led and need.id not in self.leads

    def breaches(self, timeline: Timeline) -> Iterator[Violation]:
        officers = {officer.id: officer for officer in timeline.problem.officers}
        for duty in timeline.inside:
            if duty.need is None or not duty.need.officer_led:
                continue
            officer = officers.get(self.leads.get(duty.need.id, ""))
            if officer is None or not self._leads(officer, duty):
                yield self.violation(timeline.person, (duty.day,), need=duty.need)

    @staticmethod
    def _leads(officer: Officer, duty: Duty) -> bool:
        if officer.beats is not None and duty.beat not in officer.beats:
            return False
        free = officer.available
        return free is None or any(period.start <= duty.start and duty.end <= period.end for period in free)


@dataclass(frozen=True, kw_only=True)
class InPairs(Limit):
    """A need is served by nobody or by at least as many as it says: patrols without an officer go in pairs or more."""

    code: ClassVar[str] = "pairs"
    only_grows: ClassVar[bool] = False

    def constrain(self, model: RosterModel) -> None:
        for need in model.needs_of(None):
            if need.least_together > 1:
                model.nobody_or_at_least(need, need.least_together, self.soft_weight)

    def breaches_together(self, problem: Problem, timelines: Mapping[str, Timeline]) -> Iterator[Violation]:
        have = Counter(duty.need.id for line in timelines.values() for duty in line.inside if duty.need)
        for need in problem.needs:
            if 0 < have[need.id] < need.least_together:
                by = need.least_together - have[need.id]
                least = need.least_together
                yield self.violation(None, (need.day,), by=by, need=need, have=have[need.id], least=least)
