"""A roster's life: made, published, taken back, closed. Each change of state has its one service here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Count, OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from patrols.models import Duty, Roster, RosterStatus, RosterVersion
from patrols.rules import versions
from patrols.services import exceptions, officers, rostering
from personnel.models import Engagement, EngagementKind, Member
from teams.models import Unit, UnitKind, User
from teams.policy import Action

LONGEST_SPAN = 62  # days: a grid wider than two months is nobody's working sheet

# What the database says when somebody else was quicker, in words.
CONSTRAINTS = {
    "one_roster_a_day": gettext_lazy("The squadron already has a roster for some of these days."),
    "one_engagement_at_a_time": gettext_lazy("Somebody's time was taken meanwhile. Look at the roster again."),
    "duty_needs_certificate": gettext_lazy("A certificate was withdrawn meanwhile. Look at the roster again."),
    "published_duty_holds_time": gettext_lazy("The roster changed while it was being published. Try again."),
    "roster_version_number_once": gettext_lazy("Somebody else has just published this roster. Look at it again."),
    "published_duties_guarded": gettext_lazy("The roster is published: its duties change only with a reason."),
}


@service
def create_roster(
    *,
    by: User | None,
    unit: Unit,
    first_day: dt.date,
    last_day: dt.date,
    action: Action = Action.ROSTER_EDIT,
) -> Roster:
    """An empty draft for the squadron from `first_day` to `last_day`, both included.

    `action` is what gives the actor the right to it.

    Raises `Refused` where the span is unsound or meets another roster of the squadron, `PermissionDenied` outside
    the actor's scope.
    """
    if problems := _span_problems(unit, first_day, last_day):
        raise Refused(problems)
    with refusing_constraints():
        roster = Roster.objects.create(unit=unit, first_day=first_day, last_day=last_day)
    if by is not None and not _may(roster, by, action):
        raise PermissionDenied
    return roster


@service
def publish(*, by: User | None, roster: Roster) -> RosterVersion:
    """Publish a draft: each duty takes its member's time, and the version is frozen with what changed in it.

    Raises `Refused` with a sentence for every broken hard limit and every clash with time taken elsewhere.
    """
    roster = locked(roster)
    if problems := _unseen_problems(roster) or publishing_problems(roster):
        raise Refused(problems)
    sheet = rostering.sheet(roster)
    with refusing_constraints():
        _take_time(roster)
        officers.name_leads(roster, sheet)
        roster.status = RosterStatus.PUBLISHED
        roster.version += 1
        roster.save()
        return _freeze(roster, by, exceptions.frozen(sheet))


@service
def unpublish(*, by: User | None, roster: Roster, reason: str) -> Roster:
    """Back to draft: the members' time is free again; the frozen versions stay. Raises `Refused` without a reason."""
    roster = locked(roster)
    if not reason.strip():
        raise Refused([Problem("reason_missing", _("Say why the roster is taken back."), field="reason")])
    if roster.status != RosterStatus.PUBLISHED:
        raise Refused([Problem("roster_not_published", _("Only a published roster can be taken back."))])
    if problems := _unseen_problems(roster):
        raise Refused(problems)
    taken = list(roster.duties.values_list("engagement_id", flat=True))
    roster.duties.update(engagement=None)
    Engagement.objects.filter(pk__in=[pk for pk in taken if pk]).delete()
    roster.leads.all().delete()
    roster.status = RosterStatus.DRAFT
    roster.save()
    return roster


@service
def close(*, by: User | None, roster: Roster, today: dt.date) -> Roster:
    """Close a published roster whose last day is over: from then on its duties never change."""
    roster = locked(roster)
    if roster.status != RosterStatus.PUBLISHED:
        raise Refused([Problem("roster_not_published", _("Only a published roster can be closed."))])
    if roster.last_day >= today:
        raise Refused([Problem("roster_runs", _("The roster still runs; it can be closed after its last day."))])
    roster.status = RosterStatus.CLOSED
    roster.save()
    return roster


def publishing_problems(roster: Roster) -> list[Problem]:
    """Why the roster cannot be published as it stands: empty when it can."""
    if roster.status != RosterStatus.DRAFT:
        return [Problem("roster_not_draft", _("The roster is already published."))]
    sheet = rostering.sheet(roster)
    if not sheet.duties:
        return [Problem("roster_empty", _("The roster is empty."), hint=_("Generate it or fill it in first."))]
    # The limits know all time that is taken, other rosters' duties included.
    return [finding.problem for finding in sheet.findings() if finding.hard]


def waiting_changes(roster: Roster) -> list[versions.Change]:
    """What publishing now would change against the last published version."""
    last = roster.versions.first()
    return versions.changes(last.duties if last else [], versions.snapshot(roster.duties.all()))


def with_counts(listed: Iterable[Roster]) -> list[Roster]:
    """The rosters with `duty_count` and `member_count`, in one query for all of them."""
    found = list(listed)
    rows = Duty.objects.filter(roster__in=found).values("roster_id")
    counts = {
        row["roster_id"]: row
        for row in rows.annotate(duties=Count("pk"), members=Count("member_id", distinct=True)).order_by()
    }
    for roster in found:
        row = counts.get(roster.pk, {"duties": 0, "members": 0})
        roster.duty_count, roster.member_count = row["duties"], row["members"]  # type: ignore[attr-defined]
    return found


def locked(roster: Roster) -> Roster:
    """The roster as it stands now, locked until the transaction ends, so that two leaders come one after the other."""
    held: Roster = Roster.objects.select_for_update(of=("self",)).select_related("unit").get(pk=roster.pk)
    return held


class refusing_constraints:  # noqa: N801 - used as a statement
    """Turn the database's refusal (a race that the rules could not see) into `Refused` with a sentence."""

    def __enter__(self) -> None:
        self._savepoint = transaction.atomic()
        self._savepoint.__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._savepoint.__exit__(kind, error, trace)  # type: ignore[arg-type]
        if isinstance(error, IntegrityError):
            name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
            if name in CONSTRAINTS:
                raise Refused([Problem(name, CONSTRAINTS[name])]) from error


def _may(roster: Roster, by: User, action: Action) -> bool:
    return Roster.objects.manageable_by(by, action).filter(pk=roster.pk).exists()


def _span_problems(unit: Unit, first_day: dt.date, last_day: dt.date) -> list[Problem]:
    if unit.kind != UnitKind.SQUADRON:
        return [Problem("roster_unit", _("Rosters are made for squadrons."), field="unit")]
    if last_day < first_day:
        return [Problem("roster_span", _("The last day lies before the first."), field="last_day")]
    if (last_day - first_day).days >= LONGEST_SPAN:
        text = _("A roster spans at most %(days)d days.") % {"days": LONGEST_SPAN}
        return [Problem("roster_span", text, field="last_day")]
    if Roster.objects.filter(unit=unit, first_day__lte=last_day, last_day__gte=first_day).exists():
        return [Problem("one_roster_a_day", CONSTRAINTS["one_roster_a_day"], field="first_day")]
    return []


def _unseen_problems(roster: Roster) -> list[Problem]:
    """Of whose time can neither be taken nor given back: they, and it, went to a unit out of the actor's sight."""
    unseen = roster.duties.exclude(member__in=Member.objects.all()).values("member").distinct().count()
    if not unseen:
        return []
    text = ngettext(
        "%(n)s member with duties here was transferred to a unit that you do not see. Only somebody who leads both"
        " units can do this.",
        "%(n)s members with duties here were transferred to units that you do not see. Only somebody who leads both"
        " units can do this.",
        unseen,
    )
    return [Problem("members_unseen", text % {"n": unseen})]


def _take_time(roster: Roster) -> None:
    kinds = {True: EngagementKind.TRAINING, False: EngagementKind.DUTY}
    spans = roster.duties.values_list("member_id", "starts", "ends", "shift_type__is_training")
    Engagement.objects.bulk_create(
        [Engagement(member_id=m, kind=kinds[is_training], starts=s, ends=e) for m, s, e, is_training in spans]
    )
    # One statement: a member's time is taken once, so member and start name the engagement.
    own = Engagement.objects.filter(
        member_id=OuterRef("member_id"), starts=OuterRef("starts"), ends=OuterRef("ends"), kind__in=kinds.values()
    )
    roster.duties.update(engagement_id=Subquery(own.values("pk")[:1]))


def _freeze(roster: Roster, by: User | None, lifted: list[dict[str, Any]]) -> RosterVersion:
    duties = versions.snapshot(roster.duties.all())
    last = roster.versions.first()
    return RosterVersion.objects.create(
        roster=roster,
        unit_id=roster.unit_id,
        number=roster.version,
        published_by=by,
        duties=duties,
        exceptions=lifted,
        changes=[change.as_json() for change in versions.changes(last.duties if last else [], duties)],
        digest=versions.digest(duties),
    )
