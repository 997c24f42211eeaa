"""The public notice, objections, and the hire (handbook P3, P7, P9)."""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianfang.platform.fields import lookup_hash
from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from personnel.models import (
    Application,
    ApplicationState,
    Campaign,
    Hire,
    Notice,
    NoticeEntry,
    Objection,
    Outcome,
    PriorityGroup,
    RankingRow,
    Source,
    StepKind,
    StepResult,
)
from personnel.rules.recruitment import campaigns as campaign_rules
from personnel.rules.recruitment import candidates as rules
from personnel.rules.recruitment.hiring import contract_problems
from personnel.rules.recruitment.seals import seal_problems
from personnel.services.members import add_member
from personnel.services.recruitment.rights import check_right, locked, refuse, refuse_related
from teams.models import CalendarDay, StaffingStandard, User
from teams.policy import Action

LONGEST_SPAN = dt.timedelta(days=60)
ANSWER_DAYS = 5  # working days after the day of arrival


def last_day_of(first_day: dt.date, working_days: int) -> dt.date:
    """The last of so many working days by the work calendar; `first_day` is the first one if it is one."""
    days = CalendarDay.objects.span(first_day, first_day + LONGEST_SPAN)
    return [day.date for day in days if day.is_workday][working_days - 1]


@service
def publish_notice(*, by: User | None, campaign: Campaign, first_day: dt.date) -> Notice:
    """Put up everybody who came into the step of the notice and stands on none yet. Raises `Refused`."""
    row = locked(campaign)
    check_right(by, Action.RECRUITMENT_MANAGE, row.unit)
    ranking = row.rankings.first()
    found = Application.objects.running().filter(
        campaign=row, step__kind=StepKind.NOTICE, waiting=False, notice_entry=None
    )
    ranked = {r.application_id: r for r in RankingRow.objects.filter(ranking=ranking, application__in=found)}
    problems = []
    if not ranked or not row.is_open:
        problems.append(Problem("nobody_for_notice", _("Nobody waits for a notice.")))
    if first_day < timezone.localdate():
        problems.append(Problem("notice_in_past", _("A notice cannot begin in the past."), "first_day"))
    refuse([*problems, *seal_problems(row)])
    notice = Notice.objects.create(
        campaign=row, first_day=first_day, last_day=last_day_of(first_day, row.notice_days), published_by=by
    )
    NoticeEntry.objects.bulk_create(
        [NoticeEntry(notice=notice, application_id=pk, row=frozen) for pk, frozen in ranked.items()]
    )
    return notice


@service
def object_to(
    *, by: User | None, notice: Notice, text: str, contact: str, entry: NoticeEntry | None = None
) -> Objection:
    """An objection from the public, while the notice runs; the same words again are the same one. Raises `Refused`."""
    today = timezone.localdate()
    if not notice.takes_objections(today):
        raise Refused([Problem("notice_over", _("This notice takes no objections at this time."))])
    digest = lookup_hash(f"{entry.pk if entry else ''}\0{contact.strip()}\0{text.strip()}")
    row, _created = Objection.objects.get_or_create(
        notice=notice,
        digest=digest,
        defaults={
            "unit_id": notice.campaign.unit_id,
            "entry": entry,
            "text": text,
            "contact": contact,
            "number": f"Y{today.year}{secrets.randbelow(10**12):012d}",
            "due_on": last_day_of(today + dt.timedelta(days=1), ANSWER_DAYS),
        },
    )
    return row


def find_objection(campaign: Campaign, number: str) -> Objection | None:
    """The objection with this receipt number."""
    return Objection.objects.filter(notice__campaign=campaign, number=number.strip()).first()


@service
def answer_objection(*, by: User, objection: Objection, answer: str, is_upheld: bool) -> None:
    """Answer it; an upheld one leaves it to the board to drop the candidate. Raises `Refused`."""
    check_right(by, Action.RECRUITMENT_MANAGE, objection.unit)
    if not answer.strip():
        raise Refused([Problem("answer_missing", _("An objection is answered in words."), field="answer")])
    row: Objection = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    if row.answered_on:
        raise Refused([Problem("answered", _("This objection has its answer already."))])
    row.answer, row.is_upheld, row.answered_by = answer.strip(), is_upheld, by
    row.answered_on = timezone.localdate()
    row.save()


@service
def hire(
    *,
    by: User | None,
    application: Application,
    hired_on: dt.date,
    contract_from: dt.date,
    contract_until: dt.date | None,
    probation_until: dt.date | None,
    training_due_on: dt.date,
) -> Hire:
    """Make the candidate a member, from what the application says; within places and quota. Raises `Refused`."""
    campaign = locked(application.campaign)
    check_right(by, Action.RECRUITMENT_MANAGE, campaign.unit)
    row: Application = (
        Application.objects.select_for_update(of=("self",))
        .select_related("vacancy__unit", "step", "campaign")
        .get(pk=application.pk)
    )
    refuse_related(by, [row])
    problems = hire_problems(row)
    refuse([*problems, *contract_problems(hired_on, contract_from, contract_until, probation_until)])
    # Parallel hires of one unit, whatever their campaign, queue here; each then counts what the others wrote.
    covering = StaffingStandard.objects.covering(row.vacancy.unit, campaign.year).values("pk")
    list(StaffingStandard.objects.select_for_update().filter(pk__in=list(covering.values_list("pk", flat=True))))
    refuse(_room_problems(row))
    try:
        with transaction.atomic():
            return _make_member(by, row, hired_on, contract_from, contract_until, probation_until, training_due_on)
    except IntegrityError:
        raise Refused([NO_ROOM]) from None


NO_ROOM = Problem("no_room", _("The vacancy or the approved headcount of the unit is filled."))


def hire_problems(application: Application) -> list[Problem]:
    """Whether the candidate has come through everything."""
    if application.state != ApplicationState.ACTIVE or application.step.kind != StepKind.HIRE:
        return [Problem("not_at_hire", _("The candidate has not come through all steps."))]
    return [
        *rules.hit_problems(application),
        *rules.vetting_problems(application, timezone.localdate()),
        *seal_problems(application.campaign),
    ]


def _room_problems(application: Application) -> list[Problem]:
    vacancy = application.vacancy
    vacancy.refresh_from_db(fields=["hired"])
    found = campaign_rules.gap(vacancy.unit, application.campaign.year)
    full = vacancy.hired >= vacancy.places or found is None or found.serving >= found.standard.required
    return [NO_ROOM] if full else []


SOURCES = (
    (PriorityGroup.VETERAN, Source.VETERAN),
    (PriorityGroup.GRADUATE, Source.GRADUATE),
    (PriorityGroup.LOCAL_YOUTH, Source.LOCAL_YOUTH),
)


def _make_member(
    by: User | None,
    row: Application,
    hired_on: dt.date,
    contract_from: dt.date,
    contract_until: dt.date | None,
    probation_until: dt.date | None,
    training_due_on: dt.date,
) -> Hire:
    claims = set(row.confirmed_claims)
    member = add_member(
        by=by,
        unit=row.vacancy.unit,
        id_number=row.id_number,
        right=Action.RECRUITMENT_MANAGE,
        name=row.name,
        phone=row.phone,
        education=row.education,
        school=row.school,
        major=row.major,
        political_status=row.political_status,
        source=next((source for group, source in SOURCES if group in claims), Source.OPEN),
        is_veteran=PriorityGroup.VETERAN in claims,
        staff_category=row.campaign.staff_category,
        position=row.vacancy.title,
        hired_on=hired_on,
        contract_from=contract_from,
        contract_until=contract_until,
        probation_until=probation_until,
    )
    row.state, row.waiting = ApplicationState.HIRED, False
    row.save(update_fields=["state", "waiting"])
    StepResult.objects.update_or_create(
        application=row,
        step=row.step,
        defaults={
            "outcome": Outcome.PASSED,
            "assessor": by,
            "decided_at": timezone.now(),
            "entered_at": row.step_since,
        },
    )
    return Hire.objects.create(application=row, member=member, training_due_on=training_due_on, hired_by=by)
