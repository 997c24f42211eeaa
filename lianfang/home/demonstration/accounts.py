"""An account per role; the sign-in page of a demonstration has a button for each."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lianfang.home.demonstration.layout import DIVISION, SQUADRONS, URBAN
from personnel.models import Member
from personnel.services.members import change_member
from teams.models import Unit, User
from teams.policy import Role
from teams.services.accounts import DEMONSTRATION_PASSWORD, create_demonstration_account

FIRST = SQUADRONS[0]  # the squadron that the demonstration's leader leads
BRIGADE_CODE, COUNTY_CODE = f"{DIVISION}010000", f"{DIVISION}000000"


@dataclass(frozen=True)
class Account:
    """An account of the demonstration. `member`: the number of the invented member it belongs to, if any."""

    username: str
    role: Role
    unit_code: str | None
    name: str = ""
    member: int | None = None


ACCOUNTS = (
    Account("leader", Role.LEADER, FIRST.code, "周队长"),
    Account("leader2", Role.LEADER, URBAN.code, "吴队长"),
    Account("group_leader", Role.GROUP_LEADER, FIRST.group_code(1), member=0),
    Account("member", Role.MEMBER, FIRST.group_code(1), member=2),
    Account("officer", Role.OFFICER, FIRST.code, "郑警官"),
    Account("brigade", Role.BRIGADE, BRIGADE_CODE, "王大队长"),
    Account("inspector", Role.INSPECTOR, BRIGADE_CODE, "冯督察"),
    Account("reviewer", Role.REVIEWER, COUNTY_CODE, "陈主任"),
    Account("system_admin", Role.SYSTEM_ADMIN, None, "系统管理员"),
    Account("security_admin", Role.SECURITY_ADMIN, None, "安全管理员"),
    Account("audit_admin", Role.AUDIT_ADMIN, None, "审计管理员"),
)


def create_staff(units: Mapping[str, Unit], since: dt.date) -> dict[str, User]:
    """The accounts of those who are no members, by user name."""
    return {a.username: _create(a, a.name, units, since) for a in ACCOUNTS if a.member is None}


def create_members(units: Mapping[str, Unit], members: Mapping[int, Member], since: dt.date) -> None:
    """The accounts of those members who are there, each joined to its member file."""
    for account in ACCOUNTS:
        member = members.get(account.member) if account.member is not None else None
        if member is not None:
            change_member(by=None, member=member, user=_create(account, member.name, units, since))


def _create(account: Account, name: str, units: Mapping[str, Unit], since: dt.date) -> User:
    unit = units[account.unit_code] if account.unit_code else None
    return create_demonstration_account(
        by=None, username=account.username, name=name, role=account.role, unit=unit, starts=since
    )


def accounts_table() -> str:
    """The accounts as they stand, for the terminal: user name, name, role, unit."""
    users = User.objects.filter(is_demonstration=True, is_active=True).prefetch_related("posts__unit")
    found = {user.username: user for user in users}
    rows = [_row(found[account.username]) for account in ACCOUNTS if account.username in found]
    hint = _("The sign-in page has a button for each of these accounts; or use the password %(password)s.") % {
        "password": DEMONSTRATION_PASSWORD
    }
    return "\n".join([hint, *_aligned([(_("account"), _("name"), _("role"), _("unit")), *rows])])


def _row(user: User) -> tuple[str, ...]:
    post = user.posts.all()[0]
    return user.username, user.name, str(post.get_role_display()), _place(post.unit) if post.unit else ""


def _place(unit: Unit) -> str:
    above = unit.squadron()
    return unit.name if above == unit else f"{above.name} {unit.name}"


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  " + "  ".join(text + " " * (w - _width(text)) for text, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
