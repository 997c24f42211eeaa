"""What a campaign must be before it is approved (handbook P1, P3, P5), and the quota that bounds it (T3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem
from personnel.models import Campaign, CampaignStatus, Member, MemberStatus, PriorityGroup, Step, StepKind, Vacancy
from personnel.models.recruitment.campaign import ONCE
from personnel.rules.recruitment import terms
from personnel.rules.recruitment.ranking import EDUCATION, OLDER, PRIORITY, YOUNGER
from teams.models import StaffingStandard, Unit, User
from teams.policy import Role

NEEDED = (StepKind.ELIGIBILITY, StepKind.VETTING, StepKind.NOTICE, StepKind.HIRE)


@dataclass(frozen=True)
class Gap:
    """A unit's approved headcount of a year against who holds a place, and what open campaigns already ask for."""

    standard: StaffingStandard
    serving: int
    asked: int

    @property
    def missing(self) -> int:
        return max(self.standard.required - self.serving, 0)

    @property
    def free(self) -> int:
        """How many more a new campaign may ask for."""
        return max(self.standard.required - self.serving - self.asked, 0)


def holding(unit: Unit) -> int:
    """Who holds a place of the headcount in the unit and below: everybody who hasn't left, suspended ones too."""
    return Member.objects.below(unit).exclude(status=MemberStatus.LEFT).count()


def gap(unit: Unit, year: int, *, besides: Campaign | None = None) -> Gap | None:
    """The gap of the unit or of the nearest unit above with a standard; None where no standard is set."""
    standard = StaffingStandard.objects.covering(unit, year).select_related("unit").first()
    if standard is None:
        return None
    running = Vacancy.objects.filter(
        campaign__status=CampaignStatus.OPEN, campaign__year=year, unit__path__startswith=standard.unit.path
    )
    if besides is not None and besides.pk:
        running = running.exclude(campaign=besides)
    asked = running.aggregate(places=Sum("places"), hired=Sum("hired"))
    return Gap(standard, holding(standard.unit), (asked["places"] or 0) - (asked["hired"] or 0))


def quota_problems(campaign: Campaign) -> list[Problem]:
    """Whether the vacancies stay within the approved gap of each unit they are for."""
    problems: list[Problem] = []
    places: dict[int, int] = {}
    gaps: dict[int, Gap] = {}
    for vacancy in campaign.vacancies.select_related("unit"):
        found = gap(vacancy.unit, campaign.year, besides=campaign)
        if found is None:
            message = _("No staffing standard is set for %(unit)s in %(year)d.")
            hint = _("The brigade sets it on the quota page.")
            names = {"unit": vacancy.unit.name, "year": campaign.year}
            problems.append(Problem("quota_missing", message % names, hint=hint))
            continue
        gaps[found.standard.pk] = found
        places[found.standard.pk] = places.get(found.standard.pk, 0) + vacancy.places
    over = _("%(unit)s may recruit %(free)d more this year; the campaign asks for %(asked)d.")
    for pk, found in gaps.items():
        if places[pk] > found.free:
            names = {"unit": found.standard.unit.name, "free": found.free, "asked": places[pk]}
            problems.append(Problem("quota_exceeded", over % names))
    return problems


def campaign_problems(campaign: Campaign) -> list[Problem]:
    """What keeps a draft from being submitted, the quota left out."""
    steps = list(campaign.steps.all())
    problems = [*_step_problems(steps), *_weight_problems(campaign, steps), *terms.formula_problems(campaign)]
    vacancies = list(campaign.vacancies.all())
    if not vacancies:
        problems.append(Problem("no_vacancy", _("The campaign has no vacancy yet.")))
    groups = {p.group for p in campaign.priorities.all()}
    problems += [problem for vacancy in vacancies for problem in vacancy_problems(vacancy, groups)]
    if any(key not in tie_breaks(campaign) for key in campaign.tie_breaks):
        problems.append(Problem("tie_break_unknown", _("The order among equals names what doesn't exist.")))
    first = next((s for s in steps if s.starts_on), None)
    if first and first.starts_on and first.starts_on < campaign.apply_from:
        problems.append(Problem("step_before_applications", _("A step is dated before applications begin.")))
    return problems


def vacancy_problems(vacancy: Vacancy, groups: Iterable[str]) -> list[Problem]:
    """Whether a post's own conditions can be asked for, and be shown by a candidate."""
    problems = []
    if vacancy.sex and not vacancy.sex_reason.strip():
        message = _("%(post)s: a post for one sex only names the rule that asks for it.")
        problems.append(Problem("sex_without_reason", message % {"post": vacancy.title}, "sex_reason"))
    if vacancy.born_from and vacancy.born_until and vacancy.born_until < vacancy.born_from:
        message = _("%(post)s: nobody is born after the last day and before the first.")
        problems.append(Problem("born_out_of_order", message % {"post": vacancy.title}, "born_until"))
    for group in sorted(set(vacancy.groups) - set(groups)):
        message = _("%(post)s is only for %(group)s: list that among the priority groups, so that it can be claimed.")
        label = PriorityGroup(group).label if group in PriorityGroup.values else group
        problems.append(Problem("group_not_listed", message % {"post": vacancy.title, "group": label}, "groups"))
    return problems


def tie_breaks(campaign: Campaign) -> list[str]:
    """What may decide among equals: the scored steps, and what stands in every application."""
    steps = list(campaign.steps.all())
    keys = terms.step_keys(steps)
    return [PRIORITY, *(keys[s.pk] for s in steps if s.is_scored), EDUCATION, OLDER, YOUNGER]


def _step_problems(steps: list[Step]) -> list[Problem]:
    kinds = [s.kind for s in steps]
    problems = [
        Problem("step_missing", _("The step “%(step)s” is missing.") % {"step": kind.label})
        for kind in NEEDED
        if kind not in kinds
    ]
    if problems:
        return problems
    return [*twice_problems(steps), *_order_problems(steps), *_date_problems(steps)]


def twice_problems(steps: Iterable[Step]) -> list[Problem]:
    """A kind may come again under a name of its own; the vetting, the notice and the hire come once."""
    problems, seen, kinds = [], set(), set()
    for step in steps:
        if step.kind in ONCE and step.kind in kinds:
            message = _("The step “%(step)s” comes once only.") % {"step": step}
            problems.append(Problem("step_twice", message))
        elif str(step) in seen:
            message = _("Two steps are called “%(step)s”: give each a name of its own.") % {"step": step}
            problems.append(Problem("step_twice", message))
        seen.add(str(step))
        kinds.add(step.kind)
    return problems


def _order_problems(steps: list[Step]) -> list[Problem]:
    problems = []
    kinds = [s.kind for s in steps]
    if kinds[-1] != StepKind.HIRE:
        problems.append(Problem("notice_and_hire_last", _("The hire comes last.")))
    scored = [s.position for s in steps if s.is_scored]
    notice = next(s for s in steps if s.kind == StepKind.NOTICE)
    if any(position > notice.position for position in scored):
        message = _("The public notice shows the frozen ranking: every scored step comes before it.")
        problems.append(Problem("notice_and_hire_last", message))
    if any(s.ratio and not any(p < s.position for p in scored) for s in steps):
        message = _("Who is let in by a ratio is chosen by scores: a scored step comes before it.")
        problems.append(Problem("ratio_without_scores", message))
    return problems


def _weight_problems(campaign: Campaign, steps: list[Step]) -> list[Problem]:
    """Without a formula of its own the weights are the formula."""
    total = sum(s.weight for s in steps)
    if campaign.formula.strip() or total == 100:
        return []
    message = _("The weights of the scored steps add up to %(total)s, not to 100.") % {
        "total": f"{Decimal(total).normalize():f}"
    }
    return [Problem("weights_not_100", message)]


def _date_problems(steps: Iterable[Step]) -> list[Problem]:
    days = [s.starts_on for s in steps if s.starts_on]
    if days == sorted(days):
        return []
    return [Problem("steps_out_of_order", _("The dates of the steps don't follow their order."))]


def approval_problems(campaign: Campaign, by: User) -> list[Problem]:
    """Nobody approves their own campaign, nor one of a unit that they lead."""
    if campaign.drafted_by_id == by.pk:
        return [Problem("own_campaign", _("Who drafted a campaign doesn't approve it."))]
    leads = [p for p in by.current_posts if p.role == Role.LEADER and p.unit]
    if any(campaign.unit.path.startswith(p.unit.path) for p in leads if p.unit):
        return [Problem("own_unit", _("You lead this unit: somebody else approves its campaign."))]
    return []


def application_time_problems(campaign: Campaign, today: dt.date) -> list[Problem]:
    """Whether applications are taken today."""
    if campaign.is_open and campaign.apply_from <= today <= campaign.apply_until:
        return []
    return [Problem("applications_closed", _("Applications are not taken at this time."))]
