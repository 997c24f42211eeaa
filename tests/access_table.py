"""Who may open what: the table that `tests/test_sweep.py` walks.

Roles as letters keep a row on one line: L leader, G group leader, B brigade, R reviewer, I inspector, O officer,
M member, S system admin, C security admin, A audit admin, N nobody (whose post has ended).
`write=None` means the address takes no POST at all (405).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.world import World

LETTERS = {
    "L": "leader",
    "G": "group_leader",
    "B": "brigade",
    "R": "reviewer",
    "I": "inspector",
    "O": "officer",
    "M": "member",
    "S": "system_admin",
    "C": "security_admin",
    "A": "audit_admin",
    "N": "nobody",
}
EVERYONE = frozenset(LETTERS.values())
ADMINS = frozenset({"system_admin", "security_admin", "audit_admin"})
# Roles whose post reaches the sibling squadron too; admins reach everything; the others only their own squadron.
WIDE = frozenset({"brigade", "reviewer", "inspector"})


@dataclass(frozen=True)
class Page:
    """One address: `on` names the world's object in its path, `read` and `write` who may GET and POST there."""

    read: frozenset[str] | None
    write: frozenset[str] | None = None
    on: str = ""
    extra: tuple[tuple[str, Any], ...] = ()
    public: bool = False
    key: str = "pk"

    def roles_to_try(self) -> list[str]:
        return sorted(EVERYONE)

    def arguments(self, world: World, place: str, role: str) -> dict[str, Any]:
        extra: dict[str, Any] = {k: v(world, place) if callable(v) else v for k, v in self.extra}
        if not self.on:
            return extra
        if self.on == "job":
            owner = role if place == "own" else next(r for r in sorted(EVERYONE) if r != role)
            return extra | {self.key: world.jobs[owner].pk}
        return extra | {self.key: getattr(world[place], self.on).pk}


class Reaches:
    """Whether an object lies inside the scope of a role."""

    @staticmethod
    def of(role: str, page: Page, place: str) -> bool:
        if place == "own" or role in ADMINS:
            return place == "own" or page.on != "job"
        return place == "sibling" and role in WIDE and page.on != "job"


def roles(letters: str) -> frozenset[str]:
    return frozenset(LETTERS[letter] for letter in letters)


@dataclass(frozen=True)
class AdminAccess:
    view: frozenset[str]
    add: frozenset[str] = frozenset()


Extra = Callable[[World, str], Any]

TABLE: dict[str, Page] = {
    "healthz": Page(EVERYONE, EVERYONE, public=True),
    "set-language": Page(EVERYONE, EVERYONE, public=True),
}

ADMIN: dict[str, AdminAccess] = {}
