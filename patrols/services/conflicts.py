"""Two leaders on one cell: the second is told who changed it, when, and what stands there now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from patrols.models import Duty, Roster
from teams.models import User

Key = tuple[int, dt.date]  # member and day


def conflict_sentences(roster: Roster, cells: Mapping[Key, str], *, reader: User | None) -> dict[Key, str]:
    """A sentence for each cell; `cells` says what stands in it now, empty where nothing does. Two queries for all."""
    last = _last_events(roster, cells) if cells else {}
    users = {event.pgh_context.metadata.get("user") for event in last.values() if event.pgh_context}
    names = dict(User.objects.filter(pk__in=users - {None}).values_list("pk", "name")) if users else {}
    return {key: _sentence(now, last.get(key), names, reader) for key, now in cells.items()}


def _last_events(roster: Roster, cells: Mapping[Key, str]) -> dict[Key, Any]:
    """The history's newest entry of each cell, deletions included."""
    model: Any = Duty.pgh_event_model  # type: ignore[attr-defined]
    members, days = zip(*cells, strict=True)
    rows = model.objects.filter(roster=roster.pk, member__in=set(members), day__in=set(days))
    rows = rows.select_related("pgh_context").order_by("pgh_created_at", "pgh_id")
    return {(row.member_id, row.day): row for row in rows}


def _sentence(now: str, event: Any, names: Mapping[int, str], reader: User | None) -> str:
    context = event.pgh_context if event is not None else None
    user = context.metadata.get("user") if context else None
    if user is None or user not in names:
        return _unknown(now)
    facts = {"who": names[user], "time": _moment(event.pgh_created_at), "shift": now}
    if reader is not None and user == reader.pk:
        facts["who"] = _("You yourself")
    if now:
        return _("%(who)s set %(shift)s here (%(time)s). Nothing was overwritten.") % facts
    return _("%(who)s cleared this cell (%(time)s). Nothing was overwritten.") % facts


def _unknown(now: str) -> str:
    if now:
        return _("Somebody else has just set %(code)s here. Nothing was overwritten.") % {"code": now}
    return _("Somebody else has just cleared this cell. Nothing was overwritten.")


def _moment(at: dt.datetime) -> str:
    """10:32, with the date in front if it was another day."""
    local = timezone.localtime(at)
    clock = time_format(local, "H:i")
    if local.date() == timezone.localdate():
        return clock
    return f"{date_format(local, 'MONTH_DAY_FORMAT')} {clock}"
