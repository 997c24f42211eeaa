"""The board's columns and cards: who stands where, for how long, and what stands against the next step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from lianfang.platform.problems import Problem
from personnel.models import Application, ApplicationState, Campaign, Step, StepKind, StepResult
from personnel.models.recruitment.application import ApplicationQuerySet
from personnel.rules.recruitment import candidates as rules
from personnel.rules.recruitment.readiness import Readiness, readiness
from personnel.services.recruitment import places

SHOWN = 40  # cards of one column among the others; the count is of all
SHOWN_ALONE = 1000
LONG = 7  # days after which a candidate waits long


@dataclass(frozen=True)
class Card:
    """A candidate in a step. `closed`: the signed-in user is related, and opens nothing of it."""

    application: Application
    score: Decimal | None
    problems: list[Problem]
    closed: bool

    @property
    def pk(self) -> int:
        return int(self.application.pk)

    @property
    def readiness(self) -> Readiness:
        return readiness(self.problems)

    @property
    def waits_long(self) -> bool:
        return self.application.days_waiting > LONG


@dataclass(frozen=True)
class BoardColumn:
    """A step with who stands in it and who waits before it."""

    step: Step
    inside: list[Card]
    waiting: list[Application]
    limited: bool
    shown: int = SHOWN

    @property
    def cards(self) -> list[Card]:
        return self.inside[: self.shown]

    @property
    def hidden(self) -> int:
        return len(self.inside) - len(self.cards)

    @property
    def longest(self) -> int:
        """Days that the candidate who waits longest has been here."""
        return max((c.application.days_waiting for c in self.inside), default=0)

    @property
    def late(self) -> int:
        return sum(c.waits_long for c in self.inside)

    @property
    def ready(self) -> list[Card]:
        return [c for c in self.inside if c.readiness == Readiness.READY and not c.closed]

    @property
    def out(self) -> list[Card]:
        return [c for c in self.inside if c.readiness == Readiness.OUT and not c.closed]

    @property
    def open(self) -> list[Card]:
        """Everybody whom the signed-in user may decide on."""
        return [c for c in self.inside if not c.closed]

    @property
    def is_decided_here(self) -> bool:
        """The hire has a page of its own."""
        return self.step.kind != StepKind.HIRE


def columns(
    campaign: Campaign, rows: ApplicationQuerySet, related: Collection[int] = (), step: Step | None = None
) -> list[BoardColumn]:
    """One column a step, or that of `step` alone; in a fixed number of queries."""
    found = _with_all_that_rules_read(rows)
    by_step: dict[int, list[Application]] = defaultdict(list)
    for application in found.filter(step=step) if step else found:
        by_step[application.step_id].append(application)
    results = {(r.application_id, r.step_id): r for r in _results(campaign, by_step)}
    today = timezone.localdate()
    steps = [step] if step else list(campaign.steps.all())
    return [
        BoardColumn(
            step=s,
            inside=[_card(a, s, results.get((a.pk, s.pk)), related, today) for a in by_step[s.pk] if not a.waiting],
            waiting=[a for a in by_step[s.pk] if a.waiting],
            limited=bool(places.limit(s)),
            shown=SHOWN_ALONE if step else SHOWN,
        )
        for s in steps
    ]


def _with_all_that_rules_read(rows: ApplicationQuerySet) -> ApplicationQuerySet:
    return (
        rows.select_related("campaign", "vacancy__unit", "vetting", "notice_entry__notice")
        .prefetch_related(
            "disqualifiers", "fitness_values", "campaign__fitness_items", "notice_entry__notice__objections"
        )
        .defer("id_number", "phone", "vetting__findings")
        .order_by("step_since", "pk")
    )


def _results(campaign: Campaign, by_step: dict[int, list[Application]]) -> Any:
    pks = [a.pk for found in by_step.values() for a in found]
    return StepResult.objects.filter(step__campaign=campaign, application__in=pks)


def _card(
    application: Application, step: Step, result: StepResult | None, related: Collection[int], today: Any
) -> Card:
    is_running = application.state == ApplicationState.ACTIVE
    problems = rules.pass_problems(application, step, result, today) if is_running else []
    return Card(application, result.score if result else None, problems, application.pk in related)
