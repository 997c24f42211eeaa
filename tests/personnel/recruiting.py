"""A campaign for tests: standard, draft, steps, candidates."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from lianfang.platform.id_numbers import invented_id_number
from personnel.models import (
    Application,
    ApplicationDocument,
    Campaign,
    DisqualifierKind,
    Notice,
    Objection,
    PanelSeat,
    ScoreCorrection,
    StaffCategory,
    Step,
    StepResult,
    Vacancy,
)
from personnel.services.recruitment import applications, board, campaigns, ranking
from teams.models import StaffingStandard, Unit, User
from tests.factories import make_user

_serial = itertools.count(1)
STEPS: list[dict[str, Any]] = [
    {"kind": "eligibility"},
    {"kind": "written", "weight": 60, "pass_mark": 60},
    {"kind": "interview", "weight": 40},
    {"kind": "medical", "ratio": 1},
    {"kind": "vetting"},
    {"kind": "notice"},
    {"kind": "hire"},
]


def make_standard(unit: Unit, required: int = 20, year: int | None = None) -> StaffingStandard:
    return StaffingStandard.objects.create(unit=unit, year=year or timezone.localdate().year, required=required)


def make_draft(
    unit: Unit, by: User, *, places: int = 1, steps: Any = None, post: str = "巡逻员", **fields: Any
) -> Campaign:
    """A draft with one vacancy in the unit; applications are open for a week around today."""
    today = timezone.localdate()
    values = {
        "title": "辅警招聘",
        "year": today.year,
        "apply_from": today - dt.timedelta(days=3),
        "apply_until": today + dt.timedelta(days=3),
        "staff_category": StaffCategory.FIELD,
    } | fields
    campaign = campaigns.draft_campaign(by=by, unit=unit, **values)
    campaigns.set_steps(by=by, campaign=campaign, steps=steps or STEPS)
    campaigns.set_vacancies(by=by, campaign=campaign, vacancies=[{"unit": unit, "title": post, "places": places}])
    return campaign


def make_campaign(unit: Unit, by: User, approver: User, *, priorities: Any = (), **fields: Any) -> Campaign:
    """An open campaign."""
    campaign = make_draft(unit, by, **fields)
    campaigns.set_priorities(by=by, campaign=campaign, priorities=priorities)
    campaigns.submit_campaign(by=by, campaign=campaign)
    return campaigns.approve_campaign(by=approver, campaign=campaign)


def make_application(campaign: Campaign, name: str = "赵一", **fields: Any) -> Application:
    serial = next(_serial)
    born = fields.pop("born", dt.date(1998, 1, 1) + dt.timedelta(days=serial % 900))
    vacancy: Vacancy = fields.pop("vacancy", None) or campaign.vacancies.get()
    values = {"education": "college", "phone": "13800001234"} | fields
    return applications.apply(
        by=None,
        vacancy=vacancy,
        channel=values.pop("channel", "staff"),
        name=name,
        id_number=values.pop("id_number", invented_id_number(born, "male", serial % 500)),
        **values,
    )


def step_of(campaign: Campaign, kind: str) -> Step:
    return campaign.steps.get(kind=kind)


def score(campaign: Campaign, kind: str, by: User, scores: dict[int, str]) -> None:
    found = {pk: Decimal(text) for pk, text in scores.items()}
    board.save_scores(by=by, campaign=campaign, step=step_of(campaign, kind), scores=found)


def pass_step(campaign: Campaign, kind: str, applications: list[int]) -> None:
    board.decide(by=None, campaign=campaign, step=step_of(campaign, kind), applications=applications, passed=True)


def tick_off(application: Application) -> None:
    """The checklist without a hit, and a sound vetting."""
    today = timezone.localdate()
    points = dict.fromkeys(DisqualifierKind.values, (False, ""))
    board.check_disqualifiers(by=None, application=application, on=today, points=points)
    board.save_vetting(
        by=None, application=application, assessors="钱一、孙二", visited_on=today, findings="良好", is_sound=True
    )


def freeze_at(campaign: Campaign, by: User, scores: dict[int, tuple[str, str]]) -> None:
    """Written test and interview with these scores, both passed; then frozen."""
    everybody = list(scores)
    pass_step(campaign, "eligibility", everybody)
    score(campaign, "written", by, {pk: s[0] for pk, s in scores.items()})
    pass_step(campaign, "written", everybody)
    score(campaign, "interview", by, {pk: s[1] for pk, s in scores.items()})
    pass_step(campaign, "interview", everybody)
    ranking.freeze(by=by, campaign=campaign)


def second_brigade(unit: Unit) -> User:
    return make_user("brigade_two", "brigade", unit, name="钱副大队长")


def recruitment_of(squadron: Unit, digits: str) -> dict[str, Any]:
    """One of everything for the sweep: an open campaign, a candidate, a file, a correction, a notice, an objection."""
    today = timezone.localdate()
    drafter = make_user(f"drafter{digits}", "leader", squadron, name=f"D{digits}")
    approver = make_user(f"approver{digits}", "brigade", Unit.objects.get_parent(squadron), name=f"E{digits}")
    make_standard(squadron)
    campaign = make_campaign(squadron, drafter, approver, title=f"C{digits}", post=f"V{digits}")
    application = make_application(campaign, f"A{digits}")
    document = ApplicationDocument(
        application=application, kind="other", name="a.pdf", content_type="application/pdf", size=4
    )
    document.file.save("", ContentFile(b"%PDF"), save=True)
    result = StepResult.objects.create(application=application, step=step_of(campaign, "written"), score=70)
    correction = ScoreCorrection.objects.create(
        application=application, result=result, before=70, after=80, reason="x", proposed_by=drafter
    )
    seat = PanelSeat.objects.create(step=step_of(campaign, "interview"), name=f"S{digits}")
    notice = Notice.objects.create(campaign=campaign, first_day=today, last_day=today)
    objection = Objection.objects.create(notice=notice, unit=squadron, text="x")
    return {
        "campaign": campaign,
        "application": application,
        "document": document,
        "correction": correction,
        "seat": seat,
        "notice": notice,
        "objection": objection,
    }
