"""Wishes: asked for and taken back by the member, or by a leader in their name; declined by the leader (D6, D19)."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from patrols.models import ShiftType, Wish
from patrols.rules.wishes import change_problems, entry_problems, terms_of, wish_problems
from personnel.models import Member
from teams.models import User
from teams.policy import Action
from teams.scope import scope_of


@service
def ask_wish(*, by: User | None, wish: Wish, today: dt.date) -> Wish:
    """Ask for a day. Raises `Refused` outside the squadron's terms, `PermissionDenied` for another member's."""
    member = _locked(wish)
    if by is not None and member.user_id != by.pk:
        raise PermissionDenied
    wish.unit = member.unit
    if problems := wish_problems(wish, terms_of(member.unit.squadron()), today):
        raise Refused(problems)
    wish.save()
    return wish


@service
def enter_wish(*, by: User, wish: Wish, today: dt.date) -> Wish:
    """Enter or change a wish in a member's name; it counts like any, and says who entered it.

    Raises `Refused` outside the squadron's terms, for a wish that the member made, and for one that went meanwhile;
    `PermissionDenied` for a member of another squadron.
    """
    member = _locked(wish)
    if not scope_of(by, Action.ROSTER_EDIT).covers(member.unit.path):
        raise PermissionDenied
    terms = terms_of(member.unit.squadron())
    wish.unit, wish.entered_by = member.unit, by
    wish.is_late = wish.day < terms.first_open(today)
    if problems := _stored_problems(wish) or entry_problems(wish, terms, today):
        raise Refused(problems)
    wish.save()
    return wish


@service
def remove_wish(*, by: User, wish: Wish) -> None:
    """Withdraw a wish that a leader entered; the history keeps it. Raises `Refused` for any other."""
    if not scope_of(by, Action.ROSTER_EDIT).covers(wish.unit.path):
        raise PermissionDenied
    if problems := _stored_problems(wish):
        raise Refused(problems)
    wish.delete()


def _locked(wish: Wish) -> Member:
    """The member, locked: two taps at once would both count the same wishes."""
    rows = Member.objects.select_for_update(of=("self",)).select_related("unit")
    member: Member = rows.get(pk=wish.member_id)
    return member


def _stored_problems(wish: Wish) -> list[Problem]:
    """Why the wish as it stands in the database is not a leader's to change."""
    if wish.pk is None:
        return []
    stored = Wish.objects.select_for_update(of=("self",)).filter(pk=wish.pk).first()
    if stored is None:
        return [Problem("wish_gone", _("The wish was withdrawn meanwhile."))]
    return change_problems(stored)


@service
def withdraw_wish(*, by: User, wish: Wish) -> None:
    """Take a wish back, whenever it is. Raises `Refused` once it was declined: the answer stays to be read."""
    if wish.member.user_id != by.pk:
        raise PermissionDenied
    if wish.declined_at:
        raise Refused([Problem("wish_declined", _("The wish was declined; it stays with its answer."))])
    wish.delete()


@service
def decline_wish(*, by: User, wish: Wish, answer: str) -> Wish:
    """From then on rosters do not heed it; the member reads why. Raises `Refused` without a reason."""
    if not answer.strip():
        raise Refused([Problem("wish_answer", _("Say why, the member reads it."), field="answer")])
    wish.declined_by, wish.declined_at, wish.answer = by, timezone.now(), answer.strip()
    return _answered(by, wish)


@service
def restore_wish(*, by: User, wish: Wish) -> Wish:
    """Take back a refusal: rosters heed the wish again."""
    wish.declined_by, wish.declined_at, wish.answer = None, None, ""
    return _answered(by, wish)


def _answered(by: User, wish: Wish) -> Wish:
    if not scope_of(by, Action.ROSTER_EDIT).covers(wish.unit.path):
        raise PermissionDenied
    wish.save(update_fields=["declined_by", "declined_at", "answer"])
    return wish


def take_wishes_along(by: User | None, member: Member, since: dt.date) -> None:
    """Wishes for `since` and later go to the member's new unit, each for the shift of the same code there.

    Where there is no such shift nobody can fulfil the wish: it is declined, and the member reads why.
    """
    rows = Wish.objects.select_for_update(of=("self",)).filter(member=member, day__gte=since)
    wishes = list(rows.select_related("shift_type__unit"))
    squadron = member.unit.squadron()
    shifts = {shift.code: shift for shift in ShiftType.objects.filter(unit=squadron, is_active=True)} if wishes else {}
    for wish in wishes:
        wish.unit, old = member.unit, wish.shift_type
        if old and not squadron.path.startswith(old.unit.path):
            new = shifts.get(old.code)
            if new is not None:
                wish.shift_type = new
            elif wish.declined_at is None and by is not None:
                wish.declined_by, wish.declined_at = by, timezone.now()
                wish.answer = _("The new squadron has no such shift.")
        wish.save(update_fields=["unit", "shift_type", "declined_by", "declined_at", "answer"])
