"""From a draft to an open campaign (handbook P1)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
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
    FitnessStandard,
    Panel,
    Priority,
    Step,
    StepKind,
    Vacancy,
)
from personnel.models.recruitment.fitness import FitnessLimit
from personnel.rules.recruitment import campaigns as rules
from personnel.rules.recruitment import terms
from personnel.rules.recruitment.formula import FormulaError, names
from personnel.services.recruitment.fitness import overlap_problems
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
    """A new draft with the usual steps, and the fitness limits of the region for its staff category.

    Raises `Refused`.
    """
    check_right(by, Action.RECRUITMENT_MANAGE, unit)
    campaign = Campaign.objects.create(unit=unit, drafted_by=by, **values)
    _lay_steps(campaign, USUAL_STEPS)
    _lay_fitness_items(campaign)
    refuse(_mark_scored(campaign))
    return campaign


def _lay_fitness_items(campaign: Campaign) -> None:
    standard = FitnessStandard.objects.covering(campaign.unit, campaign.staff_category)
    fields = [f.name for f in FitnessLimit._meta.get_fields()]
    FitnessItem.objects.bulk_create(
        [FitnessItem(campaign=campaign, **{name: getattr(row, name) for name in fields}) for row in standard]
    )


@service
def change_campaign(*, by: User | None, campaign: Campaign, **values: Any) -> Campaign:
    """Change a draft. Raises `Refused` once it is more than that, and for a formula that cannot be reckoned."""
    row = _draft(campaign, by)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    refuse(_mark_scored(row))
    return row


def _mark_scored(campaign: Campaign) -> list[Problem]:
    """A step that the formula names has a score; then what is wrong with the formula."""
    steps = list(campaign.steps.all())
    try:
        tree = terms.own_tree(campaign)
    except FormulaError as error:
        return [error.problem]
    named = {name.word for name in names(tree)} if tree else set()
    keys = terms.step_keys(steps)
    if tree and terms.item_names(tree):  # points of items stand before the ranking freezes
        named |= {keys[s.pk] for s in steps if s.kind == StepKind.FITNESS}
    unscored = [s.pk for s in steps if not s.is_scored and keys[s.pk] in named]
    Step.objects.filter(pk__in=unscored).update(is_scored=True)
    return terms.formula_problems(campaign)


@service
def set_vacancies(*, by: User | None, campaign: Campaign, vacancies: Iterable[dict[str, Any]]) -> None:
    """Replace the draft's vacancies, each `unit`, `title`, `places` and conditions, inside the campaign's own unit."""
    row = _draft(campaign, by)
    wanted = list(vacancies)
    groups = {p.group for p in row.priorities.all()}
    made = [Vacancy(campaign=row, **v) for v in wanted]
    # A group may be listed later; the plan's page says so until it is.
    refuse([p for v in made for p in rules.vacancy_problems(v, groups | set(v.groups))])
    if any(not v["unit"].path.startswith(row.unit.path) for v in wanted):
        raise Refused([Problem("vacancy_elsewhere", _("A vacancy lies outside the campaign's unit."))])
    row.vacancies.all().delete()
    Vacancy.objects.bulk_create(made)


@service
def set_steps(*, by: User | None, campaign: Campaign, steps: Iterable[dict[str, Any]]) -> None:
    """Replace the draft's steps, in the order given. Raises `Refused`."""
    row = _draft(campaign, by)
    made = _steps(row, steps)
    refuse(rules.twice_problems(made))
    row.steps.all().delete()
    Step.objects.bulk_create(made)
    # What else the formula lacks now is said on the plan's page: it is changed there next.
    _mark_scored(row)


def _lay_steps(campaign: Campaign, steps: Iterable[dict[str, Any]]) -> None:
    Step.objects.bulk_create(_steps(campaign, steps))


def _steps(campaign: Campaign, steps: Iterable[dict[str, Any]]) -> list[Step]:
    """Unsaved rows in the order given; what has a weight, or marks of assessors, has a score."""
    made = [Step(campaign=campaign, position=n, **s) for n, s in enumerate(steps, start=1)]
    for step in made:
        step.is_scored = step.can_be_scored and bool(step.is_scored or step.weight or step.has_panel)
        step.weight = step.weight if step.can_be_scored else Decimal(0)
        step.panel_size = max(step.panel_size or 1, FEWEST[Panel(step.panel)])
    return made


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
    made = [FitnessItem(campaign=row, **item) for item in items]
    refuse(overlap_problems(made))
    row.fitness_items.all().delete()
    FitnessItem.objects.bulk_create(made)


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


# Assessors that each way of reckoning needs.
FEWEST = {Panel.NONE: 1, Panel.AVERAGE: 2, Panel.TRIMMED: 3}
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
