"""Who may open what: the table that `tests/test_sweep.py` walks.

Roles as letters keep a row on one line: L leader, G group leader, B brigade, R reviewer, I inspector, O officer,
M member, S system admin, C security admin, A audit admin, N nobody (whose post has ended).
`write=None` means the address takes no POST at all (405).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

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


# Objects that hang on the member's own file; the other objects lie outside a member's scope.
OWN_FILE = frozenset({"member", "certificate", "absence", "member_skill", "protection", "wish"})
# Objects of the squadron, which a group leader's scope (the group) does not reach.
OF_SQUADRON = frozenset(
    {
        "campaign",
        "application",
        "document",
        "correction",
        "objection",
        "notice",
        "seat",
        "squadron",
        "unit_leader",
        "roster",
        "beat",
        "shift_type",
        "cover",
        "limits",
        "rota",
    }
) | {
    "sworn_officer",
    "exception",
    "rule",
}


@dataclass(frozen=True)
class Page:
    """One address: `on` names the world's object in its path, `read` and `write` who may GET and POST there.

    None stands for a method that the address doesn't take. `missing`: its object exists for nobody here.
    """

    read: frozenset[str] | None
    write: frozenset[str] | None = None
    on: str = ""
    extra: tuple[tuple[str, Any], ...] = ()
    public: bool = False
    missing: bool = False
    key: str = "pk"

    def arguments(self, world: World, place: str, role: str) -> dict[str, Any]:
        """The arguments of the address for an object at `place`; a job is the role's own or somebody else's."""
        extra = {key: value(world, place) if callable(value) else value for key, value in self.extra}
        if not self.on:
            return extra
        if self.on == "job":
            owner = role if place == "own" else next(r for r in sorted(EVERYONE) if r != role)
            return extra | {self.key: world.jobs[owner].pk}
        return extra | {self.key: getattr(world[place], self.on).pk}

    def reached_by(self, role: str, place: str) -> bool:
        """Whether the object at `place` lies inside the role's scope; a public page's lies inside everybody's."""
        if self.public:
            return not self.missing
        if self.missing or not self.on:
            return not self.missing
        if self.on == "job":
            return place == "own"
        if role in ADMINS:
            return True
        if role == "member":
            return place == "own" and self.on in OWN_FILE
        if role == "group_leader":
            return place == "own" and self.on not in OF_SQUADRON
        return place == "own" or (place == "sibling" and role in WIDE)


def roles(letters: str) -> frozenset[str]:
    return frozenset(LETTERS[letter] for letter in letters)


@dataclass(frozen=True)
class AdminAccess:
    view: frozenset[str]
    add: frozenset[str] = frozenset()


Extra = Callable[[World, str], Any]

ALL_UNITS = roles("LGBRIOSCA")
FILES = roles("LGBM")
ROSTERS = roles("LGBIOM")
COVER = roles("LBIO")
LEADER = roles("L")
RECRUITERS = roles("LB")
IMPORTERS = roles("LB")

MEMBER: Extra = lambda world, place: world[place].member.pk  # noqa: E731
BEAT: Extra = lambda world, place: world[place].beat.pk  # noqa: E731
SHIFT: Extra = lambda world, place: world[place].shift_type.pk  # noqa: E731
STEP: Extra = lambda world, place: world[place].campaign.steps.order_by("position")[1].pk  # noqa: E731
NO_IMPORT = (("pk", UUID(int=0)),)

TABLE: dict[str, Page] = {
    # signing in
    "healthz": Page(EVERYONE, EVERYONE, public=True),
    "set-language": Page(EVERYONE, EVERYONE, public=True),
    "sign-in": Page(EVERYONE, EVERYONE, public=True),
    "demo-sign-in": Page(None, EVERYONE, public=True, missing=True),
    "sign-out": Page(None, EVERYONE, public=True),
    "password-change": Page(EVERYONE, EVERYONE),
    # home
    "home": Page(EVERYONE),
    "search": Page(ALL_UNITS),
    # teams
    "unit-quick-start": Page(roles("S"), roles("S")),
    "leader-accounts": Page(roles("S"), roles("S")),
    "unit-import": Page(roles("S"), roles("S")),
    "unit-template": Page(roles("S")),
    "account-import": Page(roles("S"), roles("S")),
    "account-template": Page(roles("S")),
    "calendar-page": Page(EVERYONE),
    "calendar-shipped": Page(None, roles("S"), extra=(("year", 2026),)),
    "calendar-template": Page(EVERYONE),
    "unit-list": Page(ALL_UNITS),
    "unit-detail": Page(ALL_UNITS, on="squadron"),
    "leader-new": Page(IMPORTERS, IMPORTERS, on="squadron"),
    "leader-edit": Page(IMPORTERS, IMPORTERS, on="unit_leader"),
    "leader-remove": Page(None, IMPORTERS, on="unit_leader"),
    "unit-figures": Page(ALL_UNITS, on="squadron"),
    "figures-edit": Page(IMPORTERS, IMPORTERS, on="squadron", extra=(("year", 2025),)),
    # personnel
    "member-list": Page(FILES),
    "member-add": Page(LEADER, LEADER),
    "my-file": Page(FILES),
    "member-detail": Page(FILES, on="member"),
    "member-edit": Page(LEADER, LEADER, on="member"),
    "member-transfer": Page(LEADER, LEADER, on="member"),
    "member-account": Page(LEADER, LEADER, on="member"),
    "member-status": Page(LEADER, LEADER, on="member"),
    "member-photo": Page(FILES, on="member", missing=True),  # nobody there has one; see test_photos
    "member-photo-change": Page(LEADER, LEADER, on="member"),
    "member-photo-remove": Page(None, LEADER, on="member"),
    "id-number": Page(None, roles("LB"), on="member"),
    "certificate-list": Page(FILES),
    "certificate-renew": Page(LEADER, LEADER),
    "certificate-issue": Page(LEADER, LEADER, on="member"),
    "certificate-withdraw": Page(LEADER, LEADER, on="certificate"),
    "member-skill-add": Page(LEADER, LEADER, on="member"),
    "member-skill-remove": Page(None, LEADER, on="member_skill"),
    "protection-add": Page(LEADER, LEADER, on="member"),
    "protection-remove": Page(None, LEADER, on="protection"),
    "absence-list": Page(FILES),
    "absence-add": Page(LEADER, LEADER),
    "absence-cancel": Page(LEADER, LEADER, on="absence"),
    "member-export": Page(FILES),
    "member-export-whole": Page(roles("LB"), roles("LB")),
    "roster-template": Page(FILES),
    "unit-strength": Page(FILES, on="squadron"),
    "member-import": Page(IMPORTERS, IMPORTERS),
    "member-import-preview": Page(IMPORTERS, IMPORTERS, extra=NO_IMPORT, missing=True),
    "member-import-confirm": Page(None, IMPORTERS, extra=NO_IMPORT, missing=True),
    "member-import-cancel": Page(None, IMPORTERS, extra=NO_IMPORT, missing=True),
    "member-import-bad-rows": Page(IMPORTERS, extra=NO_IMPORT, missing=True),
    # recruitment
    "campaign-list": Page(RECRUITERS),
    "campaign-new": Page(RECRUITERS, RECRUITERS),
    "quota-table": Page(roles("LBR")),
    "unit-quota": Page(roles("LBR"), on="squadron"),
    "quota-set": Page(roles("B"), roles("B"), on="squadron"),
    "campaign-detail": Page(RECRUITERS, on="campaign"),
    "campaign-edit": Page(RECRUITERS, RECRUITERS, on="campaign"),
    "campaign-part": Page(RECRUITERS, RECRUITERS, on="campaign", extra=(("part", "vacancies"),)),
    "campaign-submit": Page(None, RECRUITERS, on="campaign"),
    "campaign-approve": Page(None, roles("B"), on="campaign"),
    "campaign-return": Page(None, roles("B"), on="campaign"),
    "campaign-end": Page(None, RECRUITERS, on="campaign"),
    "campaign-freeze": Page(None, RECRUITERS, on="campaign"),
    "campaign-notice": Page(None, RECRUITERS, on="campaign"),
    "campaign-ranking": Page(RECRUITERS, on="campaign"),
    "campaign-figures": Page(RECRUITERS, on="campaign"),
    "figures-print": Page(RECRUITERS, on="campaign"),
    "figures-export": Page(RECRUITERS, on="campaign"),
    "ranking-print": Page(RECRUITERS, on="campaign", missing=True),
    "ranking-export": Page(RECRUITERS, on="campaign", missing=True),
    "candidates-export": Page(RECRUITERS, on="campaign"),
    "scores-print": Page(RECRUITERS, on="campaign", extra=(("step", STEP),)),
    "notice-print": Page(RECRUITERS, on="notice"),
    "campaign-board": Page(RECRUITERS, on="campaign"),
    "board-decide": Page(None, RECRUITERS, on="campaign"),
    "board-let-in": Page(None, RECRUITERS, on="campaign", extra=(("step", STEP),)),
    "score-sheet": Page(RECRUITERS, RECRUITERS, on="campaign", extra=(("step", STEP),)),
    "score-workbook": Page(RECRUITERS, RECRUITERS, on="campaign", extra=(("step", STEP),)),
    "campaign-relatives": Page(None, RECRUITERS, on="campaign"),
    "seat-new": Page(None, RECRUITERS, on="campaign", extra=(("step", STEP),)),
    "seat-sheet": Page(RECRUITERS, RECRUITERS, on="seat"),
    "seat-workbook": Page(RECRUITERS, RECRUITERS, on="seat"),
    "seat-remove": Page(None, RECRUITERS, on="seat"),
    "vetting-list": Page(RECRUITERS),
    "fitness-standards": Page(RECRUITERS),
    "fitness-standard": Page(roles("B"), roles("B"), on="squadron", extra=(("category", "field"),)),
    "application-new": Page(RECRUITERS, RECRUITERS, on="campaign"),
    "application-import": Page(RECRUITERS, RECRUITERS, on="campaign"),
    "application-template": Page(RECRUITERS, on="campaign"),
    "recruitment-upload": Page(RECRUITERS, RECRUITERS, extra=NO_IMPORT, missing=True),
    "score-upload": Page(RECRUITERS, extra=NO_IMPORT, missing=True),
    "score-upload-reasons": Page(RECRUITERS, extra=NO_IMPORT, missing=True),
    "recruitment-upload-cancel": Page(None, RECRUITERS, extra=NO_IMPORT, missing=True),
    "recruitment-upload-reasons": Page(RECRUITERS, extra=NO_IMPORT, missing=True),
    "application-detail": Page(RECRUITERS, on="application"),
    "application-withdraw": Page(None, RECRUITERS, on="application"),
    "application-claims": Page(None, RECRUITERS, on="application"),
    "application-kinship": Page(None, RECRUITERS, on="application"),
    "application-document": Page(None, RECRUITERS, on="application"),
    "application-fitness": Page(None, RECRUITERS, on="application"),
    "application-checklist": Page(RECRUITERS, RECRUITERS, on="application"),
    "application-vetting": Page(RECRUITERS, RECRUITERS, on="application"),
    "application-hire": Page(RECRUITERS, RECRUITERS, on="application"),
    "application-correct": Page(RECRUITERS, RECRUITERS, on="application"),
    "document-download": Page(RECRUITERS, on="document"),
    "correction-approve": Page(None, RECRUITERS, on="correction"),
    "objection-answer": Page(RECRUITERS, RECRUITERS, on="objection"),
    "opening-list": Page(EVERYONE, public=True),
    "application-receipt": Page(EVERYONE, public=True),
    "application-status": Page(EVERYONE, EVERYONE, public=True),
    "application-own": Page(EVERYONE, public=True),
    "own-document-add": Page(None, EVERYONE, public=True),
    "own-document-remove": Page(None, EVERYONE, on="document", public=True),
    "application-leave": Page(None, EVERYONE, public=True),
    "objection-status": Page(EVERYONE, EVERYONE, public=True),
    "opening-detail": Page(EVERYONE, on="campaign", public=True),
    "opening-apply": Page(EVERYONE, EVERYONE, on="campaign", public=True),
    "opening-result": Page(EVERYONE, on="campaign", public=True),
    "notice-object": Page(EVERYONE, EVERYONE, on="notice", public=True),
    # patrols
    "roster-list": Page(ROSTERS),
    "roster-new": Page(LEADER, LEADER),
    "roster-grid": Page(ROSTERS, on="roster"),
    "roster-cells": Page(None, LEADER, on="roster"),
    "duty-cell": Page(LEADER, LEADER, on="roster", extra=(("member", MEMBER), ("day", "2026-12-01"))),
    "roster-need": Page(LEADER, on="roster", extra=(("beat", BEAT), ("shift_type", SHIFT), ("day", "2026-12-01"))),
    "roster-remark": Page(LEADER, LEADER, on="roster", extra=(("day", "2026-12-01"),)),
    "roster-copy": Page(None, LEADER, on="roster"),
    "roster-generate": Page(LEADER, LEADER, on="roster"),
    "generate-all": Page(roles("B"), roles("B")),
    "roster-publish": Page(LEADER, LEADER, on="roster"),
    "roster-unpublish": Page(LEADER, LEADER, on="roster"),
    "roster-close": Page(None, LEADER, on="roster"),
    "roster-versions": Page(ROSTERS, on="roster"),
    "roster-version": Page(ROSTERS, on="roster", extra=(("number", 1),)),
    "roster-print": Page(ROSTERS, on="roster"),
    "roster-xlsx": Page(ROSTERS, on="roster"),
    "my-shifts": Page(ROSTERS),
    "my-wishes": Page(ROSTERS, ROSTERS),
    "wish-withdraw": Page(None, roles("M"), on="wish"),
    "wish-decline": Page(None, LEADER, on="wish"),
    "wish-enter": Page(LEADER, LEADER, on="roster"),
    "wish-edit": Page(LEADER, LEADER, on="wish"),
    "wish-remove": Page(None, LEADER, on="wish"),
    "roster-wishes": Page(LEADER, on="roster"),
    "my-calendar": Page(ROSTERS, ROSTERS),
    "calendar-revoke": Page(None, ROSTERS),
    "calendar-feed": Page(EVERYONE, extra=(("token", "unknown"),), public=True, missing=True),
    "rota-list": Page(COVER),
    "rota-new": Page(LEADER, LEADER),
    "rota-edit": Page(LEADER, LEADER, on="rota"),
    "rota-delete": Page(None, LEADER, on="rota"),
    "rota-apply": Page(LEADER, LEADER, on="roster"),
    "cover-page": Page(COVER, LEADER),
    "beat-map": Page(COVER),
    "beat-new": Page(LEADER, LEADER),
    "beat-page": Page(COVER, on="beat"),
    "cover-import": Page(LEADER, LEADER),
    "cover-template": Page(LEADER),
    "beat-edit": Page(LEADER, LEADER, on="beat"),
    "beat-delete": Page(None, LEADER, on="beat"),
    "cover-new": Page(LEADER, LEADER, on="beat"),
    "shift-list": Page(COVER),
    "shift-new": Page(LEADER, LEADER),
    "shift-usual": Page(None, LEADER, on="squadron", extra=(("kind", "three"),)),
    "shift-edit": Page(LEADER, LEADER, on="shift_type"),
    "shift-delete": Page(None, LEADER, on="shift_type"),
    "limits-page": Page(COVER),
    "limits-new": Page(roles("B"), roles("B")),
    "limits-edit": Page(roles("B"), roles("B"), on="limits"),
    "limits-delete": Page(None, roles("B"), on="limits"),
    "officer-list": Page(COVER),
    "officer-new": Page(roles("LB"), roles("LB")),
    "officer-edit": Page(roles("LB"), roles("LB"), on="sworn_officer"),
    "officer-delete": Page(None, roles("LB"), on="sworn_officer"),
    "rule-list": Page(COVER),
    "rule-new": Page(LEADER, LEADER, extra=(("kind", "weekends"),)),
    "rule-edit": Page(LEADER, LEADER, on="rule"),
    "rule-end": Page(None, LEADER, on="rule"),
    "exception-list": Page(COVER),
    "exception-new": Page(LEADER, LEADER),
    "exception-sign": Page(None, roles("B"), on="exception"),
    "exception-withdraw": Page(None, LEADER, on="exception"),
    # jobs
    "job-list": Page(EVERYONE),
    "job-detail": Page(EVERYONE, on="job"),
    "job-cancel": Page(None, EVERYONE, on="job"),
    "job-stop": Page(None, EVERYONE, on="job"),
}

SYSTEM = roles("S")

ADMIN: dict[str, AdminAccess] = {
    "teams.unit": AdminAccess(roles("SCA"), SYSTEM),
    "teams.managingbody": AdminAccess(roles("SCA"), SYSTEM),
    "teams.user": AdminAccess(SYSTEM, SYSTEM),
    "teams.post": AdminAccess(SYSTEM, SYSTEM),
    "teams.calendarday": AdminAccess(SYSTEM, SYSTEM),
    "teams.failedsignin": AdminAccess(roles("C")),
    "teams.signin": AdminAccess(roles("A")),
    "teams.historyentry": AdminAccess(roles("A")),
    "personnel.application": AdminAccess(RECRUITERS),
    "personnel.applicationdocument": AdminAccess(RECRUITERS),
    "personnel.notice": AdminAccess(RECRUITERS),
    "personnel.objection": AdminAccess(RECRUITERS),
    "personnel.campaign": AdminAccess(RECRUITERS),
    "personnel.vacancy": AdminAccess(RECRUITERS),
    "personnel.step": AdminAccess(RECRUITERS),
    "personnel.panelseat": AdminAccess(RECRUITERS),
    "personnel.fitnessstandard": AdminAccess(RECRUITERS, roles("B")),
    "personnel.kinship": AdminAccess(RECRUITERS),
    "personnel.assessorrelative": AdminAccess(RECRUITERS),
    "personnel.scorecorrection": AdminAccess(RECRUITERS),
    "patrols.rosterrule": AdminAccess(LEADER, LEADER),
    "patrols.wish": AdminAccess(LEADER),
}
