"""Changes of member files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianfang.platform import id_numbers
from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from lianfang.platform.stamps import stale
from personnel.models import IdNumberReading, Member
from personnel.rules import members as rules
from teams.models import Unit, User
from teams.policy import Action
from teams.scope import scope_of

# Apps above say here what goes to the new unit with a member (wishes), from the day of the transfer on.
TAKEN_ALONG: list[Callable[[User | None, Member, dt.date], None]] = []


@service
def add_member(
    *, by: User | None, unit: Unit, id_number: str, right: Action = Action.MEMBER_MANAGE, **values: Any
) -> Member:
    """A new file in `unit`; sex and birth date follow from the ID number. Raises `Refused`.

    `right`: what `by` must be allowed in the unit; a hire comes from recruitment, not from keeping files.
    """
    member = Member(unit=unit)
    _set_id_number(member, id_number)
    return _save(member, by, values, right)


@service
def change_member(*, by: User | None, member: Member, id_number: str = "", stamp: str = "", **values: Any) -> Member:
    """Change a file; `id_number` only where it was wrong. Raises `Refused`.

    `stamp` is `stamp_of` the file as the form showed it: who comes second is told.
    """
    row = Member.objects.select_for_update().get(pk=member.pk)
    _refuse(stale(row, stamp, values.items()))
    if id_number:
        _set_id_number(row, id_number)
    return _save(row, by, values)


@service
def transfer_member(*, by: User | None, member: Member, unit: Unit) -> Member:
    """Move the member to `unit`; duties and records of the past stay with the old one. Raises `Refused`."""
    row: Member = Member.objects.select_for_update().get(pk=member.pk)
    today = timezone.localdate()
    _refuse(rules.transfer_problems(row, unit, today))
    check_right(by, row.unit)
    row.unit = unit
    check_right(by, unit)
    row.save(update_fields=["unit"])
    for take_along in TAKEN_ALONG:
        take_along(by, row, today)
    return row


@service
def tie_account(*, by: User | None, member: Member, username: str) -> Member:
    """Let the member sign in with this account and see the own file; "" unties. Raises `Refused`."""
    row: Member = Member.objects.select_for_update().get(pk=member.pk)
    check_right(by, row.unit)
    user = User.objects.filter(username=username).first() if username else None
    if username:
        _refuse(rules.account_problems(row, user))
    row.user = user
    try:
        with transaction.atomic():
            row.save(update_fields=["user"])
    except IntegrityError:  # tied to a member, perhaps of a unit that the user doesn't see
        message = _("This account belongs to another member.")
        raise Refused([Problem("account_taken", message, field="username")]) from None
    return row


@service
def read_id_number(*, by: User, member: Member, reason: str) -> str:
    """The whole ID number, for a reason that is kept with who read it and when. Raises `Refused` without one."""
    read_id_numbers(by=by, members=[member], reason=reason)
    return member.id_number


@service
def read_id_numbers(*, by: User, members: list[Member], reason: str) -> None:
    """Log that `by` reads the whole numbers of `members`. Raises `Refused` without a reason or the right."""
    if not reason.strip():
        raise Refused([Problem("reason_missing", _("A reason is needed."), field="reason")])
    scope = scope_of(by, Action.ID_NUMBER_READ)
    if not all(scope.covers(member.unit.path) for member in members):
        raise Refused([Problem("no_right", _("You may not read this ID number."))])
    IdNumberReading.objects.bulk_create(
        [IdNumberReading(member=member, by=by, reason=reason.strip()[:200]) for member in members], batch_size=1000
    )


def _set_id_number(member: Member, id_number: str) -> None:
    number = id_numbers.normalise(id_number)
    _refuse(rules.id_number_problems(number, timezone.localdate(), own=member if member.pk else None))
    member.id_number = number
    member.birth_date = id_numbers.birth_date(number)
    member.sex = id_numbers.sex(number)


def _save(member: Member, by: User | None, values: dict[str, Any], right: Action = Action.MEMBER_MANAGE) -> Member:
    for name, value in values.items():
        setattr(member, name, value)
    check_right(by, member.unit, right)
    _refuse(rules.file_problems(member, timezone.localdate()))
    try:
        with transaction.atomic():
            _write(member)
    except IntegrityError:  # two people entered the same number at the same moment
        message = _("A member with this ID number exists already, perhaps in another unit.")
        raise Refused([Problem("id_number_taken", message, field="id_number")]) from None
    return member


def _write(member: Member) -> None:
    """Only what differs is written: a cipher is never twice the same, and the history would show it as a change."""
    if member.pk is None:
        member.save()
        return
    stored = Member.objects.get(pk=member.pk)
    member.derive()
    names = [f.attname for f in Member._meta.concrete_fields]
    changed = [name for name in names if getattr(stored, name) != getattr(member, name)]
    if changed:
        member.save(update_fields=changed)


def check_right(by: User | None, unit: Unit, right: Action = Action.MEMBER_MANAGE) -> None:
    if by is not None and not scope_of(by, right).covers(unit.path):
        raise Refused([Problem("no_right", _("You may not change files of this unit."))])


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise Refused(problems)
