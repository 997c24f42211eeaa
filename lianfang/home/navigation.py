"""The navigation of the signed-in user: what the posts of today open."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from lianfang.home.addresses import address
from lianfang.home.matter import Matter
from lianfang.home.waiting import matters_of
from teams.models import Post, Unit, User
from teams.policy import Action
from teams.scope import scope_of


@dataclass(frozen=True)
class Section:
    """An entry of the side bar: the url name it leads to, and the action that opens it (None: whoever signed in).

    `own`: a reach to the own file is enough; the lists of a unit need more than that.
    """

    url_name: str
    label: Any
    action: Action | None = None
    own: bool = False


@dataclass
class Entry:
    url: str
    label: Any
    count: int = 0
    is_active: bool = False
    is_here: bool = False


@dataclass(frozen=True)
class Group:
    key: str
    label: Any
    entries: list[Entry]


@dataclass
class Navigation:
    """All that the frame of a page shows beside its content."""

    groups: list[Group] = field(default_factory=list)
    unit: Unit | None = None
    unit_url: str = ""
    posts: list[Post] = field(default_factory=list)
    waiting: int = 0
    search_url: str = ""
    search_text: str = ""
    password_url: str = ""
    sign_in_url: str = ""
    sign_out_url: str = ""


SECTIONS: list[tuple[str, Any, list[Section]]] = [
    (
        "start",
        "",
        [
            Section("home", _("Today")),
            Section("my-shifts", _("My shifts"), Action.ROSTER_VIEW, own=True),
            Section("my-file", _("My file"), Action.MEMBER_VIEW, own=True),
        ],
    ),
    (
        "people",
        _("People"),
        [
            Section("member-list", _("Members"), Action.MEMBER_VIEW),
            Section("member-import", _("Import"), Action.MEMBER_IMPORT),
            Section("absence-list", _("Absences"), Action.MEMBER_VIEW),
            Section("campaign-list", _("Recruitment"), Action.RECRUITMENT_VIEW),
            Section("quota-table", _("Headcount quota"), Action.QUOTA_VIEW),
        ],
    ),
    (
        "duty",
        _("Duty"),
        [
            Section("roster-list", _("Rosters"), Action.ROSTER_VIEW),
            Section("cover-page", _("Beats and cover"), Action.COVER_VIEW),
            Section("shift-list", _("Shift types"), Action.COVER_VIEW),
            Section("officer-list", _("Sworn officers"), Action.COVER_VIEW),
            Section("limits-page", _("Limits and rules"), Action.COVER_VIEW),
        ],
    ),
    (
        "unit",
        _("Unit"),
        [
            Section("unit-list", _("Units"), Action.UNIT_VIEW),
            Section("calendar-page", _("Work calendar")),
            Section("job-list", _("Jobs"), Action.MEMBER_IMPORT),
        ],
    ),
    (
        "setup",
        _("Set-up"),
        [
            Section("admin:teams_user_changelist", _("Accounts"), Action.ACCOUNT_MANAGE),
        ],
    ),
]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Template context: `navigation`, the frame of a page (a context processor). Parts never pay for it."""
    return {"navigation": SimpleLazyObject(lambda: build_navigation(request))}


def build_navigation(request: HttpRequest) -> Navigation:
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return Navigation(sign_in_url=address("sign-in"))
    found = Navigation(
        unit=main_unit(user),
        posts=user.current_posts,
        password_url=address("password-change"),
        sign_out_url=address("sign-out"),
    )
    if user.must_change_password:
        return found  # nothing else opens yet
    found.groups = groups_of(user)
    mark_active(found.groups, request.path)
    matters = matters_of(request)
    found.waiting = len(matters)
    count_matters(found.groups, matters)
    if scope_of(user, Action.UNIT_VIEW):
        found.unit_url = address("unit-detail", found.unit.pk) if found.unit else ""
        found.search_url = address("search")
        found.search_text = request.GET.get("q", "") if request.path == found.search_url else ""
    return found


def groups_of(user: User) -> list[Group]:
    """The groups with at least one section that the user's posts open."""
    groups = []
    for key, label, sections in SECTIONS:
        opened = [entry for section in sections if (entry := entry_of(section, user))]
        if key == "setup" and user.is_staff:
            opened += [Entry(url, _("Administration"))] if (url := address("admin:index")) else []
        if opened:
            groups.append(Group(key, label, opened))
    return groups


def entry_of(section: Section, user: User) -> Entry | None:
    url = address(section.url_name)
    return Entry(url, section.label) if url and opens(section, user) else None


def opens(section: Section, user: User) -> bool:
    if section.action is None:
        return True
    scope = scope_of(user, section.action)
    return scope.own if section.own else bool(scope.everywhere or scope.paths)


def count_matters(groups: list[Group], matters: list[Matter]) -> None:
    """Each section bears the number of matters that wait in it."""
    counts = Counter(address(matter.section) for matter in matters)
    for entry in (entry for group in groups for entry in group.entries):
        entry.count = counts[entry.url]


def mark_active(groups: list[Group], path: str) -> None:
    """The entry with the longest address that begins this page's address is the current one."""
    entries = [entry for group in groups for entry in group.entries]
    fitting = [e for e in entries if e.url == path or (e.url != "/" and path.startswith(e.url))]
    if fitting:
        best = max(fitting, key=lambda e: len(e.url))
        best.is_active, best.is_here = True, best.url == path


def main_unit(user: User) -> Unit | None:
    """The unit of the user's first post that has one: what the top bar shows."""
    return next((post.unit for post in user.current_posts if post.unit), None)
