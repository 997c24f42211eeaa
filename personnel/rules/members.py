"""What a member file must be before it is stored (handbook P8)."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.utils.translation import gettext_lazy as _

from lianfang.platform import id_numbers
from lianfang.platform.fields import lookup_hash
from lianfang.platform.problems import Problem
from personnel.models import Member
from teams.models import Unit, User
from teams.policy import Role

YOUNGEST = 18  # full age, 民法典 art. 17


def taken(function: str, keys: list[str]) -> set[str]:
    """Which of `keys` some unit has already: `lf_taken_id_numbers` by look-up hash, `lf_taken_certificates` by number.

    These functions look beyond the row scope and tell nothing else.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [keys])  # the name is one of two constants
        return {key for (key,) in cursor.fetchall()}


def id_number_problems(id_number: str, today: dt.date, *, own: Member | None = None) -> list[Problem]:
    """A well-formed number that no other member has. `own` is the member whose file it is."""
    problems = id_numbers.problems(id_number, today=today)
    if problems:
        return problems
    if own is not None and own.id_number == id_number:
        return []
    if taken("lf_taken_id_numbers", [lookup_hash(id_number)]):
        message = _("A member with this ID number exists already, perhaps in another unit.")
        return [Problem("id_number_taken", message, field="id_number")]
    return []


def file_problems(member: Member, today: dt.date) -> list[Problem]:
    """What in the file contradicts itself."""
    problems = []
    if member.birth_date and member.hired_on and member.age_on(member.hired_on) < YOUNGEST:
        young = _("The member would have been younger than %(age)d when hired.") % {"age": YOUNGEST}
        problems.append(Problem("hired_too_young", young, field="hired_on"))
    if member.contract_from and member.contract_until and member.contract_until < member.contract_from:
        backwards = _("The contract ends before it begins.")
        problems.append(Problem("contract_ends_before_start", backwards, field="contract_until"))
    return problems


def account_problems(member: Member, user: User | None) -> list[Problem]:
    """Whether the member may sign in as `user`: an account that a post of today makes a member of this unit."""
    posts = user.current_posts if user is not None and user.is_active else []
    if any(p.role == Role.MEMBER and p.unit and member.unit.path.startswith(p.unit.path) for p in posts):
        return []
    # One answer for no account and for one elsewhere: nobody learns which names exist.
    message = _(
        "No account of this name holds a post as a member of %(unit)s; the system administrator makes the account "
        "and gives it the post."
    )
    return [Problem("account_elsewhere", message % {"unit": member.unit.name}, field="username")]


def transfer_problems(member: Member, unit: Unit, today: dt.date) -> list[Problem]:
    """Whether the member may move to `unit`."""
    if member.unit_id == unit.pk:
        return [Problem("transfer_same", _("The member is in this unit already."), field="unit")]
    if unit.closed_on and unit.closed_on <= today:
        return [Problem("unit_closed", _("%(unit)s is closed.") % {"unit": unit.name}, field="unit")]
    return []
