"""A member file's past, in words: who changed which fields, and when. Never what encrypted fields held."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from lianfang.platform.fields import EncryptedTextField
from personnel.models import Member
from teams.models import Unit, User

SHOWN = 50
LABELS = {"name": _("full name")}
UNTOLD = {"id_number_hash", "name_pinyin", "name_letters", "name_initials", "id"}


@dataclass(frozen=True)
class FieldChange:
    """A field's name, and what it held before and after ("" for both where that stays secret)."""

    label: Any
    before: str = ""
    after: str = ""


@dataclass
class Entry:
    """One write to the file."""

    at: dt.datetime
    who: str
    what: Any
    changes: list[FieldChange] = field(default_factory=list)


KINDS = {"insert": _("File created"), "update": _("File changed"), "delete": _("File deleted")}


def entries(member: Member) -> list[Entry]:
    """The latest writes, newest first."""
    events = list(_events().filter(pgh_obj_id=member.pk).select_related("pgh_context").order_by("-pgh_id")[: SHOWN + 1])
    units = {u.pk: u.name for u in Unit.objects.filter(pk__in={e.unit_id for e in events})}
    names = _names(events)
    found = []
    for event, before in zip(events, [*events[1:], None], strict=True):
        what = KINDS.get(event.pgh_label.split("_")[-1], KINDS["update"])
        entry = Entry(event.pgh_created_at, _who(event, names), what)
        if before is not None and event.pgh_label != "insert":
            entry.changes = [c for f in _fields() if (c := _change(f, before, event, units))]
        found.append(entry)
    return found[:SHOWN]


def _events() -> Any:
    model: Any = apps.get_model("personnel", "MemberEvent")
    return model.objects


def _fields() -> list[Any]:
    return [f for f in Member._meta.concrete_fields if f.name not in UNTOLD]


def _who(event: Any, names: dict[int, str]) -> str:
    """The person's name today; "system" where nobody was signed in."""
    actor = _actor(event)
    return names.get(actor.get("user", 0)) or str(actor.get("name", ""))


def _actor(event: Any) -> dict[str, Any]:
    """Who wrote, as the context of the write has it."""
    found: dict[str, Any] = event.pgh_context.metadata if event.pgh_context else {}
    return found


def _names(events: list[Any]) -> dict[int, str]:
    """The people behind the accounts that wrote; one query."""
    accounts = {actor["user"] for actor in map(_actor, events) if "user" in actor}
    return {user.pk: user.name or user.username for user in User.objects.filter(pk__in=accounts)}


def _change(f: Any, before: Model, after: Model, units: dict[int, str]) -> FieldChange | None:
    old, new = getattr(before, f.attname), getattr(after, f.attname)
    if old == new:
        return None
    if isinstance(f, EncryptedTextField) or f.name in ("user", "photo"):
        return FieldChange(LABELS.get(f.name, f.verbose_name))
    if f.name == "unit":
        return FieldChange(f.verbose_name, units.get(old, ""), units.get(new, ""))
    return FieldChange(LABELS.get(f.name, f.verbose_name), _word(f, old), _word(f, new))


def _word(f: Any, value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if f.choices:
        return str(dict(f.choices).get(value, value) or "")
    return "" if value is None else str(value)
