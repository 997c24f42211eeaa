"""Accounts with their posts from a workbook; the first passwords come back once, as slips."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.names import name_keys
from lianfang.platform.problems import Problem, Refused
from lianfang.platform.tables import (
    Change,
    LinePlan,
    TableColumn,
    TablePlan,
    TableRow,
    choice_words,
    folded,
    one_of,
    template,
)
from teams.models import Post, Unit, User
from teams.policy import ADMIN_ROLES, Role
from teams.rules.accounts import UNIT_KINDS, post_problems
from teams.rules.unit_codes import whole_code
from teams.services.accounts import add_post, create_account
from teams.services.checks import row_problems
from teams.services.quick_start import Slip

NAME = TableColumn(
    "name", _("full name"), ("名字", "人员姓名"), _("Rows without a name are left out."), width=14, needed=True
)
ROLE = TableColumn("role", _("role"), ("职务", "岗位", "职责", "post"), one_of(Role), width=18, needed=True)
UNIT = TableColumn(
    "unit", _("unit"), ("所在单位", "所属单位", "单位名称"), _("Its name or code. Empty for administrators."), width=30
)
USERNAME = TableColumn(
    "username", _("user name"), ("账号", "登录名", "用户名"), _("Empty: made from the name's pinyin."), width=18
)
COLUMNS = (NAME, ROLE, UNIT, USERNAME)
EXAMPLE = (_("Zhou Jianguo"), Role.LEADER.label, _("Chengbei squadron"), "")
ROLE_WORDS = choice_words(
    Role,
    {
        Role.LEADER: ("中队长", "副所长", "队长"),
        Role.GROUP_LEADER: ("组长", "班长", "分队长"),
        Role.BRIGADE: ("大队", "大队民警", "大队内勤", "大队长"),
        Role.REVIEWER: ("综治办", "综治", "综治办人员"),
        Role.INSPECTOR: ("督察", "督查", "督察员"),
        Role.OFFICER: ("民警", "社区民警"),
        Role.MEMBER: ("队员", "辅警", "联防队员"),
        Role.SYSTEM_ADMIN: ("系统管理员",),
        Role.SECURITY_ADMIN: ("安全管理员", "安全保密管理员"),
        Role.AUDIT_ADMIN: ("审计管理员", "安全审计员"),
    },
)
FIRST_ROLES = (Role.REVIEWER, Role.BRIGADE, Role.LEADER)
MOST = 300  # accounts at once: each slip is printed and cut


@dataclass
class Wanted:
    """What a row asks for: an account, there already or new, and a post for it."""

    name: str
    role: str
    unit: Unit | None
    username: str
    user: User | None = None


class Accounts:
    """Who is there, and the units by what a row may call them; read once."""

    def __init__(self, today: dt.date) -> None:
        self.today = today
        self.users = {user.username: user for user in User.objects.all()}
        posts = Post.objects.on(today).select_related("user")
        self.held = {(post.user_id, post.role, post.unit_id) for post in posts}
        self.holders = {(post.user.name, post.role, post.unit_id): post.user for post in posts if post.user.is_active}
        self.units = list(Unit.objects.get_queryset().open(today))
        self.taken = set(self.users)

    def called(self, text: str, role: str) -> list[Unit]:
        """The open units that `text` names and that have such a post."""
        code = whole_code(text)
        found = [u for u in self.units if code == u.code or folded(text) in (folded(u.name), folded(u.short_name))]
        return [u for u in found if u.kind in UNIT_KINDS.get(role, ())] or found

    def new_username(self, name: str) -> str:
        """The name in pinyin, with a number where it is taken: zhoujianguo2."""
        stem = "".join(c for c in name_keys(name)[0] if c.isascii() and c.isalnum())[:30] or "user"
        number, found = 1, stem
        while found in self.taken:
            number += 1
            found = f"{stem}{number}"
        return found


def plan_accounts(rows: Sequence[TableRow], *, by: User | None) -> TablePlan:
    """What the rows would do; accounts that no row names stay as they are."""
    accounts = Accounts(timezone.localdate())
    seen: dict[tuple[str, str, int | None], int] = {}
    fresh: dict[str, str] = {}  # new user names of this table and whose they are
    lines = [_line(row, accounts, fresh, by) for row in rows if row["name"]]
    for line in lines:
        wanted = line.what
        if line.problems or wanted is None:
            continue
        key = (wanted.username, wanted.role, wanted.unit.pk if wanted.unit else None)
        if key in seen:
            line.complain("repeated", NAME, _("stands in row %(row)d already") % {"row": seen[key]})
        seen.setdefault(key, line.row)
    return TablePlan(lines)


def _line(row: TableRow, accounts: Accounts, fresh: dict[str, str], by: User | None) -> LinePlan:
    line = LinePlan(row.number, row["name"])
    role = str(ROLE_WORDS.get(folded(row["role"]), "")) if row["role"] else ""
    if not role:
        line.complain("role_unknown", ROLE, _("is one of: %(roles)s") % {"roles": one_of(Role)})
        return line
    unit = _unit(row, role, accounts, line)
    if line.problems:
        return line
    wanted = Wanted("".join(row["name"].split()) if not row["name"].isascii() else row["name"], role, unit, "")
    _choose_account(row, wanted, accounts, fresh, line)
    line.what, line.title = wanted, f"{wanted.name} ({wanted.username})"
    post = f"{Role(role).label} · {unit.name}" if unit else str(Role(role).label)
    if wanted.user and (wanted.user.pk, role, unit.pk if unit else None) in accounts.held:
        return line  # there already
    line.is_new = wanted.user is None
    line.changes = [Change(_("official post"), "", post)]
    user = wanted.user or User(username=wanted.username, name=wanted.name)
    for problem in post_problems(user, role, unit, accounts.today, None, by=by):
        line.complain(problem.code, None, f"{problem.message} {problem.hint}".strip())
    if line.is_new:
        for problem in row_problems(user, exclude=("password",)):
            line.complain(problem.code, NAME if problem.field == "name" else USERNAME, problem.message)
    return line


def _unit(row: TableRow, role: str, accounts: Accounts, line: LinePlan) -> Unit | None:
    if not row["unit"]:
        if role not in ADMIN_ROLES:
            line.complain("unit_missing", UNIT, _("is missing"))
        return None
    found = accounts.called(row["unit"], role)
    if len(found) != 1:
        text = _("may be several; write its code") if found else _("no open unit has this name or code")
        line.complain("unit_unknown", UNIT, text)
        return None
    return found[0]


def _choose_account(row: TableRow, wanted: Wanted, accounts: Accounts, fresh: dict[str, str], line: LinePlan) -> None:
    """The account that the row names, or that holds this very post under this name; else a new one."""
    place = wanted.unit.pk if wanted.unit else None
    if row["username"]:
        wanted.username = User.normalize_username(row["username"])
        wanted.user = accounts.users.get(wanted.username)
        if wanted.user and wanted.user.name != wanted.name:
            line.complain("username_taken", USERNAME, _("belongs to %(name)s") % {"name": wanted.user.name})
        elif wanted.user and not wanted.user.is_active:
            line.complain("account_closed", USERNAME, _("this account is closed"))
    else:
        wanted.user = accounts.holders.get((wanted.name, wanted.role, place))
        wanted.username = wanted.user.username if wanted.user else accounts.new_username(wanted.name)
    if wanted.user is None:
        owner = fresh.setdefault(wanted.username, wanted.name)
        if owner != wanted.name:
            line.complain("username_taken", USERNAME, _("belongs to %(name)s") % {"name": owner})
        accounts.taken.add(wanted.username)


@service
def import_accounts(*, by: User | None, rows: Sequence[TableRow], expected: str = "") -> list[Slip]:
    """Make the rows' accounts and posts, all or none; answers the slips of the new ones. Raises `Refused`."""
    plan = plan_accounts(rows, by=by)
    plan.refuse(expected)
    todo = [line for line in plan.lines if line.kind in ("new", "changed")]
    if len({line.what.username for line in todo if line.is_new}) > MOST:
        raise Refused([Problem("too_many", _("At most %(n)d new accounts at once.") % {"n": MOST})])
    made: dict[str, User] = {}
    slips: list[Slip] = []
    for line in todo:
        try:
            slip = _write(line.what, made, by)
        except Refused as refused:
            raise Refused([Problem(p.code, p.message, p.field, p.hint, line.row) for p in refused.problems]) from None
        slips += [slip] if slip else []
    return slips


def _write(wanted: Wanted, made: dict[str, User], by: User | None) -> Slip | None:
    user = wanted.user or made.get(wanted.username)
    starts = timezone.localdate()
    if user is not None:
        add_post(by=by, user=user, role=wanted.role, unit=wanted.unit, starts=starts)
        return None
    user, password = create_account(
        by=by, username=wanted.username, name=wanted.name, role=wanted.role, unit=wanted.unit, starts=starts
    )
    made[wanted.username] = user
    return Slip(user, wanted.unit, password, wanted.role)


def accounts_template() -> bytes:
    """The workbook to fill in, with a row for each post that a station needs first and nobody holds."""
    today = timezone.localdate()
    held: set[tuple[str, int | None]] = set(
        Post.objects.on(today).filter(user__is_active=True).values_list("role", "unit_id")
    )
    rows = [["", Role(role).label, "", ""] for role in sorted(ADMIN_ROLES) if (role, None) not in held]
    rows += [
        ["", role.label, unit.name, ""]
        for unit in Unit.objects.get_queryset().open(today)
        for role in FIRST_ROLES
        if unit.kind in UNIT_KINDS[role] and (role, unit.pk) not in held
    ]
    return template(gettext("Accounts"), COLUMNS, rows, EXAMPLE)
