"""The audit trail: events of every tracked model, newest first, as sentences about who changed what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lianfang.platform.fields import EncryptedTextField
from teams.models import Unit, User

PAGE = 50
LABELS = {"insert": _("added"), "update": _("changed"), "delete": _("removed")}
# django-axes has no Chinese of its own.
FIELD_LABELS = {
    "ip_address": _("network address"),
    "failures_since_start": _("wrong passwords"),
    "username": _("user name"),
    "path": _("place in the tree"),
}
HIDDEN = "•••"  # encrypted values stay closed here too


@dataclass(frozen=True)
class Filters:
    """What of the trail is asked for; empty means all."""

    model: str = ""  # as "teams.post"
    object_id: str = ""
    username: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    before: tuple[dt.datetime, str, int] | None = None  # keyset: the last entry of the page before


@dataclass(frozen=True)
class Change:
    """One column: before and after, as shown."""

    field: str
    old: str
    new: str


@dataclass(frozen=True)
class Entry:
    """One event: when, who, what was done to which row, why."""

    at: dt.datetime
    key: str  # the event model
    number: int
    label: Any
    kind: str
    model: Any
    object_id: int
    who: str
    reason: str
    path: str
    service: str
    changes: tuple[Change, ...]

    @property
    def cursor(self) -> str:
        return f"{self.at.isoformat()}|{self.key}|{self.number}"


def parse_cursor(text: str) -> tuple[dt.datetime, str, int] | None:
    """A cursor from an address; None if it is no cursor."""
    try:
        at, key, number = text.split("|")
        return dt.datetime.fromisoformat(at), key, int(number)
    except ValueError:
        return None


def tracked_models() -> dict[str, type[models.Model]]:
    """Event models by the label of the model they follow."""
    found = {m.pgh_tracked_model._meta.label_lower: m for m in apps.get_models() if hasattr(m, "pgh_tracked_model")}
    return dict(sorted(found.items()))


def entries(filters: Filters, size: int = PAGE) -> list[Entry]:
    """One page of the trail, newest first, from all models or one."""
    wanted = {k: m for k, m in tracked_models().items() if filters.model in ("", k)}
    events = [event for key, model in wanted.items() for event in _newest(key, model, filters, size)]
    events.sort(key=lambda e: (e.pgh_created_at, e.trail_key, e.pgh_id), reverse=True)
    return _describe(events[:size])


def _newest(key: str, model: Any, filters: Filters, size: int) -> Iterable[Any]:
    rows = model.objects.filter(_condition(key, filters)).select_related("pgh_context")
    previous = model.objects.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
    rows = rows.annotate(previous_id=Subquery(previous.order_by("-pgh_id").values("pgh_id")[:1]))
    for event in rows.order_by("-pgh_created_at", "-pgh_id")[:size]:
        event.trail_key = key
        yield event


def _condition(key: str, filters: Filters) -> Q:
    condition = Q()
    if filters.object_id:
        condition &= Q(pgh_obj_id=filters.object_id) if filters.object_id.isdecimal() else Q(pk__in=[])
    if filters.username:
        condition &= Q(pgh_context__metadata__name=filters.username)
    if filters.since:
        condition &= Q(pgh_created_at__date__gte=filters.since)
    if filters.until:
        condition &= Q(pgh_created_at__date__lte=filters.until)
    if filters.before:
        at, before_key, number = filters.before
        same = Q(pk__in=[]) if key > before_key else Q(pgh_created_at=at)
        if key == before_key:
            same &= Q(pgh_id__lt=number)
        condition &= Q(pgh_created_at__lt=at) | same
    return condition


def _describe(events: list[Any]) -> list[Entry]:
    """Entries with their differences; the row before each comes in one query a model."""
    before: dict[tuple[str, int], Any] = {}
    for key in {event.trail_key for event in events}:
        ids = [e.previous_id for e in events if e.trail_key == key and e.previous_id]
        before |= {(key, pk): row for pk, row in tracked_models()[key]._default_manager.in_bulk(ids).items()}
    people = User.objects.filter(username__in={_who(e) for e in events})
    names = Names(dict(people.values_list("username", "name")), {})
    return [_entry(e, before.get((e.trail_key, e.previous_id)), names) for e in events]


@dataclass
class Names:
    """What people and rows are called today; rows outside the reader's scope stay numbers."""

    people: dict[str, str]
    rows: dict[tuple[Any, Any], str]

    def of(self, model: Any, pk: Any) -> str:
        if (model, pk) not in self.rows:
            row = model._default_manager.filter(pk=pk).first() if model in (User, Unit) else None
            self.rows[model, pk] = str(row) if row else str(pk)
        return self.rows[model, pk]


def _entry(event: Any, previous: Any, names: Names) -> Entry:
    details = event.pgh_context.metadata if event.pgh_context else {}
    who = _who(event)
    return Entry(
        at=event.pgh_created_at,
        key=event.trail_key,
        number=event.pgh_id,
        label=LABELS.get(event.pgh_label, event.pgh_label),
        kind=event.pgh_label,
        model=type(event).pgh_tracked_model._meta.verbose_name,
        object_id=event.pgh_obj_id,
        who=_who_text(who, details, names),
        reason=details.get("reason", ""),
        path=details.get("path", ""),
        service=details.get("service", ""),
        changes=() if event.pgh_label == "delete" else tuple(_changes(event, previous, names)),
    )


def _who(event: Any) -> str:
    return str(event.pgh_context.metadata.get("name", "")) if event.pgh_context else ""


def _who_text(who: str, details: dict[str, Any], names: Names) -> str:
    if who in names.people:
        return f"{names.people[who]} ({who})"
    if "user" in details or not who:
        return who
    # Without a user: a request of somebody not signed in, or a command.
    return str(_("not signed in") if "path" in details else _("the system"))


def _changes(event: Any, previous: Any, names: Names) -> Iterable[Change]:
    """The columns that differ from the row before; of a new row, those that hold something."""
    for field in event._meta.fields:
        # A look-up hash says nothing that the column it stands for doesn't.
        if field.name.startswith("pgh_") or field.name == "id" or field.name.endswith("_hash"):
            continue
        label = _label(field)
        new = getattr(event, field.attname)
        old = getattr(previous, field.attname) if previous else None
        if label and new != old and not (previous is None and new in ("", None)):
            yield Change(str(label), _text(field, old, names), _text(field, new, names))


def _label(field: Any) -> Any:
    """What people call the column; "" for one that only serves the machine and so has no translated name."""
    if field.name in FIELD_LABELS:
        return FIELD_LABELS[field.name]
    if isinstance(field.verbose_name, Promise):
        return field.verbose_name
    return field.related_model._meta.verbose_name if field.related_model else ""


def _text(field: Any, value: Any, names: Names) -> str:
    if value in ("", None):
        return ""
    if isinstance(field, EncryptedTextField):
        return HIDDEN
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, dt.datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if field.related_model:
        return names.of(field.related_model, value)
    return str(dict(field.flatchoices).get(value, value))
