"""Applying, by whichever way; kinship and giving up (handbook P2, P6)."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import IO, Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianfang.platform import id_numbers
from lianfang.platform.fields import lookup_hash
from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from personnel.models import (
    Application,
    ApplicationState,
    Campaign,
    Channel,
    Kinship,
    KinshipSide,
    Vacancy,
)
from personnel.rules.recruitment import campaigns as campaign_rules
from personnel.rules.recruitment import candidates as rules
from personnel.rules.recruitment.kinship import names_somebody
from personnel.services.recruitment import places
from personnel.services.recruitment.documents import add_own_document
from personnel.services.recruitment.panels import reckon_panels
from personnel.services.recruitment.rights import check_right, locked, refuse, refuse_related
from teams.models import User
from teams.policy import Action

BATCH = 500


@service
def apply(
    *,
    by: User | None,
    vacancy: Vacancy,
    channel: str,
    id_number: str,
    relatives: Sequence[tuple[str, str]] = (),
    files: Sequence[tuple[str, str, IO[bytes]]] = (),
    form_key: str = "",
    **values: Any,
) -> Application:
    """A new application; sex and birth date follow from the ID number. Raises `Refused`.

    `relatives`: the name and the relation of each relative who serves in the force or in its offices. `files`: kind,
    name and content of the candidate's own papers. `form_key` is drawn for each form that is shown: the same form
    sent twice makes one application, and both times answers it.
    """
    campaign = vacancy.campaign
    if channel != Channel.PUBLIC:
        check_right(by, Action.RECRUITMENT_MANAGE, campaign.unit)
    today = timezone.localdate()
    number = id_numbers.normalise(id_number)
    refuse(campaign_rules.application_time_problems(campaign, today))
    _queue(campaign, number)
    sent = _sent_already(campaign, number, form_key)
    if sent:
        return sent
    refuse(rules.identity_problems(campaign, number, today))
    application = new_application(vacancy, channel, number, values | {"form_key": form_key})
    try:
        with transaction.atomic():
            application.save()
    except IntegrityError:  # by another way at the same moment: a workbook
        raise Refused([rules.TAKEN]) from None
    add_relatives(application, relatives)
    for kind, name, file in files:
        _add_file(application, kind, name, file)
    return application


def _queue(campaign: Campaign, id_number: str) -> None:
    """Whoever sends the same ID number at the same moment waits, and then sees what the first one made."""
    with connection.cursor() as cursor:
        key = lookup_hash(f"application:{campaign.pk}:{id_number}")
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _sent_already(campaign: Campaign, id_number: str, form_key: str) -> Application | None:
    """The application that this very form made a moment ago (a second click, a page sent anew)."""
    rows = Application.objects.filter(campaign=campaign, form_key=form_key).with_id_number(id_number)
    found: Application | None = rows.first() if form_key else None
    return found


def _add_file(application: Application, kind: str, name: str, file: IO[bytes]) -> None:
    try:
        add_own_document(by=None, application=application, kind=kind, name=name, file=file)
    except Refused as refused:
        raise Refused([replace(p, field=f"file_{kind}") for p in refused.problems]) from None


def new_application(vacancy: Vacancy, channel: str, id_number: str, values: dict[str, Any]) -> Application:
    """An unsaved application at the campaign's first step."""
    campaign = vacancy.campaign
    return Application(
        campaign=campaign,
        vacancy=vacancy,
        unit_id=campaign.unit_id,
        number=new_numbers(campaign, 1)[0],
        id_number=id_number,
        sex=id_numbers.sex(id_number),
        birth_date=id_numbers.birth_date(id_number),
        channel=channel,
        step=campaign.steps.order_by("position")[0],
        **values,
    )


def add_relatives(application: Application, relatives: Sequence[tuple[str, str]]) -> None:
    Kinship.objects.bulk_create(
        [
            Kinship(application=application, side=KinshipSide.CANDIDATE, relative_name=name, relation=relation or "—")
            for name, relation in relatives
            if names_somebody(name)
        ]
    )


@service
def apply_many(*, by: User | None, campaign: Campaign, rows: Sequence[dict[str, Any]]) -> int:
    """All rows of a workbook that was judged before, or none. Raises `Refused` where one was taken meanwhile."""
    check_right(by, Action.RECRUITMENT_MANAGE, campaign.unit)
    refuse(campaign_rules.application_time_problems(campaign, timezone.localdate()))
    first = campaign.steps.order_by("position")[0]
    numbers = new_numbers(campaign, len(rows))
    new: list[Application] = []
    relatives: list[Sequence[tuple[str, str]]] = []
    for row, number in zip(rows, numbers, strict=True):
        values = dict(row) | {"step": first, "channel": Channel.WORKBOOK}
        relatives.append(values.pop("relatives", ()))
        new.append(_from_row(campaign, number, values))
    try:
        with transaction.atomic():
            Application.objects.bulk_create(new, batch_size=BATCH)
    except IntegrityError:
        raise Refused([rules.TAKEN]) from None
    for application, named in zip(new, relatives, strict=True):
        if named:
            add_relatives(application, named)
    return len(new)


def new_numbers(campaign: Campaign, count: int) -> list[str]:
    """So many receipt numbers that nobody has and nobody guesses, from a few queries."""
    found: set[str] = set()
    while len(found) < count:
        drawn = {f"{campaign.year}{campaign.pk:03d}{secrets.randbelow(10**8):08d}" for _n in range(count - len(found))}
        found |= drawn - set(Application.objects.filter(number__in=drawn).values_list("number", flat=True))
    return list(found)


def _from_row(campaign: Campaign, number: str, values: dict[str, Any]) -> Application:
    id_number = values["id_number"]
    application = Application(
        campaign=campaign,
        unit_id=campaign.unit_id,
        number=number,
        sex=id_numbers.sex(id_number),
        birth_date=id_numbers.birth_date(id_number),
        **values,
    )
    application.derive()
    return application


def find_receipt(campaign: Campaign, number: str, last_six: str) -> Application | None:
    """The application with this receipt number, where the last six characters of the ID number fit too."""
    found = Application.objects.filter(campaign=campaign, number=number.strip()).select_related("step").first()
    tail = found.id_number[-6:] if found else "\0" * 6
    fits = secrets.compare_digest(lookup_hash(tail), lookup_hash(id_numbers.normalise(last_six)))
    return found if found and fits else None


@service
def declare_kinship(
    *, by: User | None, application: Application, assessor: User, relation: str, side: str = KinshipSide.ASSESSOR
) -> Kinship:
    """An assessor declares to be related; from now on this assessor scores nothing of the candidate's."""
    if not relation.strip():
        raise Refused([Problem("relation_missing", _("Say how you are related."), field="relation")])
    campaign = locked(application.campaign)
    kinship: Kinship = Kinship.objects.create(
        application=application,
        side=side,
        assessor=assessor,
        relative_name=assessor.name or assessor.username,
        relation=relation.strip(),
    )
    reckon_panels(campaign)
    return kinship


@service
def confirm_claims(*, by: User | None, application: Application, claims: Sequence[str]) -> None:
    """Which of the claimed priority groups were proven. Frozen with the ranking."""
    campaign = locked(application.campaign)
    check_right(by, Action.RECRUITMENT_MANAGE, campaign.unit)
    if campaign.rankings.exists():
        raise Refused([Problem("ranking_frozen", _("The ranking is frozen: priority groups stay as they are."))])
    refuse_related(by, [application])
    allowed = {p.group for p in campaign.priorities.all()}
    row = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    row.confirmed_claims = sorted(allowed & set(claims))
    row.save(update_fields=["confirmed_claims"])


@service
def withdraw(*, by: User | None, application: Application, reason: str) -> None:
    """The candidate gives up; whoever waits for the place moves up. Raises `Refused`."""
    campaign = locked(application.campaign)
    check_right(by, Action.RECRUITMENT_MANAGE, campaign.unit)
    row: Application = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    refuse_related(by, [row])
    if row.state != ApplicationState.ACTIVE:
        raise Refused([Problem("not_running", _("The candidate is not in the running any more."))])
    if not reason.strip():
        raise Refused([Problem("reason_missing", _("A reason is needed."), field="reason")])
    row.state, row.reason = ApplicationState.WITHDRAWN, reason.strip()[:200]
    row.save(update_fields=["state", "reason"])
    places.move_up(campaign)


def open_days(campaign: Campaign, today: dt.date) -> int:
    """Days left to apply, today included."""
    return (campaign.apply_until - today).days + 1
