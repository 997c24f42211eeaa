"""What is asked of a candidate at each step (handbook P2–P6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext_lazy as _

from lianfang.platform import id_numbers
from lianfang.platform.fields import lookup_hash
from lianfang.platform.problems import Problem
from personnel.models import (
    Application,
    Campaign,
    DisqualifierKind,
    Education,
    FitnessItem,
    PriorityGroup,
    Sex,
    Step,
    StepKind,
    StepResult,
    Vacancy,
    Vetting,
)
from personnel.rules.members import YOUNGEST
from personnel.rules.recruitment.formula import half_up

EDUCATION_ORDER = {
    Education.JUNIOR: 1,
    Education.SENIOR: 2,
    Education.VOCATIONAL: 2,  # the same stage of schooling
    Education.COLLEGE: 3,
    Education.BACHELOR: 4,
    Education.POSTGRADUATE: 5,
}
TAKEN = Problem(
    "applied_already", _("With this ID number somebody has applied already in this campaign."), field="id_number"
)


def identity_problems(campaign: Campaign, id_number: str, today: dt.date) -> list[Problem]:
    """A well-formed ID number that has not applied in this campaign yet."""
    problems = id_numbers.problems(id_number, today=today)
    if problems:
        return problems
    taken = Application.objects.filter(campaign=campaign, id_number_hash=lookup_hash(id_number))
    return [TAKEN] if taken.exists() else []


@dataclass(frozen=True)
class Conditions:
    """What is asked for: the post's own condition where it has one, else the campaign's."""

    born_from: dt.date | None
    born_until: dt.date | None
    education: str
    sex: str
    groups: tuple[str, ...]

    @classmethod
    def of(cls, vacancy: Vacancy, campaign: Campaign) -> Conditions:
        return cls(
            born_from=vacancy.born_from or campaign.born_from,
            born_until=vacancy.born_until or campaign.born_until,
            education=vacancy.education or campaign.education,
            sex=vacancy.sex,
            groups=tuple(vacancy.groups),
        )


def eligibility_problems(application: Application) -> list[Problem]:
    """Which conditions of the post or the campaign the candidate doesn't meet."""
    campaign = application.campaign
    asked = Conditions.of(application.vacancy, campaign)
    problems = []
    if asked.born_from and application.birth_date < asked.born_from:
        message = _("born %(born)s, %(limit)s or later is asked for")
        problems.append(_unmet("born_before", message, application.birth_date, asked.born_from))
    if asked.born_until and application.birth_date > asked.born_until:
        message = _("born %(born)s, %(limit)s or earlier is asked for")
        problems.append(_unmet("born_after", message, application.birth_date, asked.born_until))
    if application.age_on(campaign.apply_until) < YOUNGEST:
        problems.append(Problem("too_young", _("younger than %(age)d") % {"age": YOUNGEST}))
    if asked.education and not educated_enough(application.education, asked.education):
        names = {"has": application.get_education_display(), "needs": Education(asked.education).label}
        problems.append(Problem("education", _("education: %(has)s, %(needs)s or more is asked for") % names))
    if asked.sex and application.sex != asked.sex:
        problems.append(Problem("sex", _("the post is for %(sex)s only") % {"sex": Sex(asked.sex).label}))
    return [*problems, *_group_problems(application, asked.groups)]


def _group_problems(application: Application, groups: Collection[str]) -> list[Problem]:
    """A post for certain groups asks that one of them is proven, not only claimed."""
    if not groups or set(groups) & set(application.confirmed_claims):
        return []
    names = "、".join(str(PriorityGroup(g).label) for g in groups if g in PriorityGroup.values)
    if set(groups) & set(application.claims):
        return [
            Problem("group_unproven", _("the post is only for %(groups)s: claimed, not confirmed") % {"groups": names})
        ]
    return [Problem("group", _("the post is only for %(groups)s") % {"groups": names})]


def _unmet(code: str, message: object, born: dt.date, limit: dt.date) -> Problem:
    return Problem(code, str(message) % {"born": born, "limit": limit})


def schooling(education: str) -> int:
    """A number that is higher for more schooling; 0 for none known."""
    return EDUCATION_ORDER[Education(education)] if education in EDUCATION_ORDER else 0


def educated_enough(has: str, needs: str) -> bool:
    return EDUCATION_ORDER.get(Education(has), 0) >= EDUCATION_ORDER[Education(needs)] if has else False


def pass_problems(application: Application, step: Step, result: StepResult | None, today: dt.date) -> list[Problem]:
    """What keeps a candidate from passing `step`. Related rows come prefetched: this runs over hundreds."""
    problems: list[Problem] = []
    if step.is_scored:
        problems += score_problems(step, result)
    if step.kind == StepKind.ELIGIBILITY:
        problems += eligibility_problems(application)
    if step.kind == StepKind.FITNESS:
        problems += fitness_problems(application)
    if step.kind == StepKind.VETTING:
        problems += vetting_problems(application, today)
    if step.kind == StepKind.NOTICE:
        problems += notice_problems(application, today)
    if step.kind == StepKind.HIRE:
        problems.append(Problem("hire_by_contract", _("Hire each candidate on the candidate's own page.")))
    return problems + hit_problems(application)


def score_problems(step: Step, result: StepResult | None) -> list[Problem]:
    if result is None or result.score is None:
        return [Problem("score_missing", _("has no score yet"))]
    if step.pass_mark is not None and result.score < step.pass_mark:
        names = {"score": result.score, "mark": step.pass_mark}
        return [Problem("below_pass_mark", _("%(score)s is below the pass mark of %(mark)s") % names)]
    return []


def hit_problems(application: Application) -> list[Problem]:
    """Any point of the checklist that was found rules the candidate out."""
    return [
        Problem("disqualified", _("ruled out: %(point)s") % {"point": check.get_kind_display()})
        for check in application.disqualifiers.all()
        if check.is_hit
    ]


def checklist_problems(application: Application) -> list[Problem]:
    done = {check.kind for check in application.disqualifiers.all()}
    missing = len(DisqualifierKind.values) - len(done)
    return [Problem("checklist_open", _("the checklist is not finished"))] if missing else []


def vetting_problems(application: Application, today: dt.date) -> list[Problem]:
    """The vetting is on file, by two people at least, found the candidate fit, and is not to be looked at again by
    now; the checklist is finished."""
    vetting: Vetting | None = getattr(application, "vetting", None)
    if vetting is None or vetting.is_sound is None:
        return [Problem("vetting_open", _("the political vetting is not finished")), *checklist_problems(application)]
    if not vetting.is_sound:
        return [Problem("vetting_unfit", _("the political vetting found the candidate unfit"))]
    if vetting.look_again_on and vetting.look_again_on <= today:
        message = _("the political vetting was to be looked at again on %(day)s") % {"day": vetting.look_again_on}
        return [Problem("vetting_look_again", message), *checklist_problems(application)]
    return checklist_problems(application)


def assessors_problems(assessors: str) -> list[Problem]:
    names = assessors.replace("，", "、").replace(",", "、").split("、")
    if len({name.strip() for name in names if name.strip()}) >= 2:
        return []
    return [Problem("two_assessors", _("Two people at least do a vetting; part their names by “、”."), "assessors")]


def items_for(application: Application, items: Collection[FitnessItem]) -> list[FitnessItem]:
    """The fitness items for the candidate's sex, and age on the last day of applications."""
    age = application.age_on(application.campaign.apply_until)
    return [i for i in items if i.sex == application.sex and i.age_from <= age <= i.age_until]


def fitness_problems(application: Application) -> list[Problem]:
    """Items that were not measured, or missed their limit."""
    values = {v.item_id: v.value for v in application.fitness_values.all()}
    problems = []
    for item in items_for(application, application.campaign.fitness_items.all()):
        if item.pk not in values:
            problems.append(Problem("fitness_missing", _("%(item)s: not measured") % {"item": item.name}))
        elif not item.met_by(values[item.pk]):
            names = {"item": item.name, "value": values[item.pk].normalize(), "limit": item.limit.normalize()}
            problems.append(Problem("fitness_missed", _("%(item)s: %(value)s, the limit is %(limit)s") % names))
    return problems


def notice_problems(application: Application, today: dt.date) -> list[Problem]:
    """The notice has run its days, and every objection to it or to this candidate has its answer."""
    entry = getattr(application, "notice_entry", None)
    if entry is None:
        return [Problem("no_notice", _("stands on no public notice yet"))]
    if today <= entry.notice.last_day:
        return [Problem("notice_runs", _("the notice runs until %(day)s") % {"day": entry.notice.last_day})]
    objections = [o for o in entry.notice.objections.all() if o.entry_id in (None, entry.pk)]
    if any(o.answered_on is None for o in objections):
        return [Problem("objection_unanswered", _("an objection to the notice waits for its answer"))]
    if any(o.is_upheld and o.entry_id == entry.pk for o in objections):
        return [Problem("objection_upheld", _("an objection to this candidate was found justified"))]
    return []


def parsed_score(text: str, full_mark: Decimal = Decimal(100)) -> Decimal:
    """A score of 0 to the full mark as typed or read from a cell, to two decimals half up. Raises ValueError."""
    try:
        score = Decimal(text.strip().replace("，", ".").replace("。", "."))
    except InvalidOperation:
        raise ValueError(text) from None
    if not score.is_finite() or not 0 <= score <= full_mark:
        raise ValueError(text)
    return half_up(score)


def item_points(application: Application, items: Collection[FitnessItem]) -> dict[str, Decimal]:
    """The points of each of the candidate's items that gives some, by the item's name."""
    values = {v.item_id: v.value for v in application.fitness_values.all()}
    points = {item.name: item.points(values[item.pk]) for item in items_for(application, items) if item.pk in values}
    return {name: found for name, found in points.items() if found is not None}
