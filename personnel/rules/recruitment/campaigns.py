"""What a campaign must be before it is approved (handbook P1, P3, P5), and the quota that bounds it (T3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem
from personnel.models import Campaign, CampaignStatus, Member, MemberStatus, Step, StepKind, Vacancy
from personnel.models.recruitment.campaign import SCORED
from personnel.rules.recruitment.ranking import OLDER, PRIORITY, YOUNGER
from teams.models import StaffingStandard, Unit, User
from teams.policy import Role

NEEDED = (StepKind.ELIGIBILITY, StepKind.VETTING, StepKind.NOTICE, StepKind.HIRE)
TIE_BREAKS = (PRIORITY, *(kind.value for kind in SCORED), OLDER, YOUNGER)


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
    problems = _step_problems(steps)
    if not campaign.vacancies.exists():
        problems.append(Problem("no_vacancy", _("The campaign has no vacancy yet.")))
    if any(key not in TIE_BREAKS for key in campaign.tie_breaks):
        problems.append(Problem("tie_break_unknown", _("The order among equals names what doesn't exist.")))
    first = next((s for s in steps if s.starts_on), None)
    if first and first.starts_on and first.starts_on < campaign.apply_from:
        problems.append(Problem("step_before_applications", _("A step is dated before applications begin.")))
    return problems


def _step_problems(steps: list[Step]) -> list[Problem]:
    kinds = [s.kind for s in steps]
    problems = [
        Problem("step_missing", _("The step “%(step)s” is missing.") % {"step": kind.label})
        for kind in NEEDED
        if kind not in kinds
    ]
    if problems:
        return problems
    if sum(s.weight for s in steps) != 100:
        problems.append(Problem("weights_not_100", _("The weights of the scored steps add up to 100.")))
    if kinds[-2:] != [StepKind.NOTICE, StepKind.HIRE]:
        message = _("The public notice and then the hire come last.")
        problems.append(Problem("notice_and_hire_last", message))
    scored = [s.position for s in steps if s.is_scored]
    if any(s.ratio and not any(p < s.position for p in scored) for s in steps):
        message = _("Who is let in by a ratio is chosen by scores: a scored step comes before it.")
        problems.append(Problem("ratio_without_scores", message))
    return problems + _date_problems(steps)


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
