"""From a draft to an open campaign (handbook P1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from personnel.models import (
    Application,
    ApplicationState,
    Campaign,
    CampaignStatus,
    FitnessItem,
    Priority,
    Step,
    StepKind,
    Vacancy,
)
from personnel.rules.recruitment import campaigns as rules
from personnel.services.recruitment.rights import check_right, locked, refuse
from teams.models import StaffingStandard, Unit, User
from teams.policy import Action

# What most campaigns use; a draft changes it freely.
USUAL_STEPS: tuple[dict[str, Any], ...] = (
    {"kind": StepKind.ELIGIBILITY},
    {"kind": StepKind.WRITTEN, "weight": 60, "pass_mark": 60},
    {"kind": StepKind.FITNESS},
    {"kind": StepKind.INTERVIEW, "weight": 40, "pass_mark": 60, "ratio": 3},
    {"kind": StepKind.MEDICAL, "ratio": 1},
    {"kind": StepKind.VETTING},
    {"kind": StepKind.NOTICE},
    {"kind": StepKind.HIRE},
)


@service
def draft_campaign(*, by: User, unit: Unit, **values: Any) -> Campaign:
    """A new draft with the usual steps. Raises `Refused`."""
    check_right(by, Action.RECRUITMENT_MANAGE, unit)
    campaign = Campaign.objects.create(unit=unit, drafted_by=by, **values)
    Step.objects.bulk_create(
        [Step(campaign=campaign, position=n, **step) for n, step in enumerate(USUAL_STEPS, start=1)]
    )
    return campaign


@service
def change_campaign(*, by: User | None, campaign: Campaign, **values: Any) -> Campaign:
    """Change a draft. Raises `Refused` once it is more than that."""
    row = _draft(campaign, by)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row


@service
def set_vacancies(*, by: User | None, campaign: Campaign, vacancies: Iterable[dict[str, Any]]) -> None:
    """Replace the draft's vacancies, each `unit`, `title`, `places`, inside the campaign's own unit."""
    row = _draft(campaign, by)
    wanted = list(vacancies)
    if any(not v["unit"].path.startswith(row.unit.path) for v in wanted):
        raise Refused([Problem("vacancy_elsewhere", _("A vacancy lies outside the campaign's unit."))])
    row.vacancies.all().delete()
    Vacancy.objects.bulk_create([Vacancy(campaign=row, **v) for v in wanted])


@service
def set_steps(*, by: User | None, campaign: Campaign, steps: Iterable[dict[str, Any]]) -> None:
    """Replace the draft's steps, in the order given. Raises `Refused`."""
    row = _draft(campaign, by)
    wanted = list(steps)
    if len({s["kind"] for s in wanted}) < len(wanted):
        raise Refused([Problem("step_twice", _("A step stands in the order twice."))])
    row.steps.all().delete()
    Step.objects.bulk_create([Step(campaign=row, position=n, **s) for n, s in enumerate(wanted, start=1)])


@service
def set_priorities(*, by: User | None, campaign: Campaign, priorities: Iterable[dict[str, Any]]) -> None:
    """Replace the draft's priority groups, each `group` and `bonus`."""
    row = _draft(campaign, by)
    row.priorities.all().delete()
    Priority.objects.bulk_create([Priority(campaign=row, **p) for p in priorities])


@service
def set_fitness_items(*, by: User | None, campaign: Campaign, items: Iterable[dict[str, Any]]) -> None:
    """Replace the draft's fitness items."""
    row = _draft(campaign, by)
    row.fitness_items.all().delete()
    FitnessItem.objects.bulk_create([FitnessItem(campaign=row, **item) for item in items])


@service
def submit_campaign(*, by: User | None, campaign: Campaign) -> Campaign:
    """Hand the draft to the brigade. Raises `Refused` with all that is wrong with it."""
    row = _draft(campaign, by)
    refuse([*rules.campaign_problems(row), *rules.quota_problems(row)])
    row.status, row.returned_for = CampaignStatus.SUBMITTED, ""
    row.save(update_fields=["status", "returned_for"])
    return row


@service
def return_campaign(*, by: User, campaign: Campaign, reason: str) -> Campaign:
    """Give a submitted campaign back to be changed. Raises `Refused`."""
    row = _submitted(campaign, by)
    if not reason.strip():
        raise Refused([Problem("reason_missing", _("A reason is needed."), field="reason")])
    row.status, row.returned_for = CampaignStatus.DRAFT, reason.strip()[:200]
    row.save(update_fields=["status", "returned_for"])
    return row


@service
def approve_campaign(*, by: User, campaign: Campaign) -> Campaign:
    """Open it, within the quota: the standards it draws on are locked, so that two approvals count one another."""
    row = _submitted(campaign, by)
    standards = StaffingStandard.objects.filter(year=row.year).select_for_update(of=("self",)).order_by("pk")
    list(standards.filter(unit__path__startswith=row.unit.path[: Unit.steplen]))
    refuse([*rules.approval_problems(row, by), *rules.campaign_problems(row), *rules.quota_problems(row)])
    row.status, row.approved_by, row.approved_at = CampaignStatus.OPEN, by, timezone.now()
    row.save(update_fields=["status", "approved_by", "approved_at"])
    return row


@service
def end_campaign(*, by: User | None, campaign: Campaign, cancel: bool = False) -> Campaign:
    """Finish an open campaign, or cancel one that nobody has been hired in. Raises `Refused`."""
    row = locked(campaign)
    check_right(by, Action.RECRUITMENT_MANAGE, row.unit)
    problems = []
    if row.status not in ((CampaignStatus.OPEN,) if not cancel else (*UNFINISHED,)):
        problems.append(Problem("not_open", _("The campaign is not open.")))
    if cancel and Application.objects.filter(campaign=row, state=ApplicationState.HIRED).exists():
        problems.append(Problem("hired_already", _("Somebody has been hired already: finish the campaign instead.")))
    refuse(problems)
    row.status = CampaignStatus.CANCELLED if cancel else CampaignStatus.CLOSED
    row.save(update_fields=["status"])
    return row


UNFINISHED = (CampaignStatus.DRAFT, CampaignStatus.SUBMITTED, CampaignStatus.OPEN)


def _draft(campaign: Campaign, by: User | None) -> Campaign:
    row = locked(campaign)
    check_right(by, Action.RECRUITMENT_MANAGE, row.unit)
    if not row.is_draft:
        raise Refused([Problem("campaign_fixed", _("The campaign is no draft any more: it stays as it is."))])
    return row


def _submitted(campaign: Campaign, by: User) -> Campaign:
    row = locked(campaign)
    check_right(by, Action.RECRUITMENT_APPROVE, row.unit)
    if row.status != CampaignStatus.SUBMITTED:
        raise Refused([Problem("not_submitted", _("The campaign does not wait for approval."))])
    return row
