"""Who is related to whom: by account or by name, as either side declared it, before or after (handbook P6).

The question itself is asked of the database (`lf_related`), so that a page, a bulk action, an import and a line of SQL
all get the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem
from personnel.models import Application
from teams.models import User

RELATED = Problem("assessor_related", _("You are declared to be related to this candidate: somebody else takes over."))
NOBODY = frozenset({"无", "没有", "暂无", "未有", "none", "no", "nobody", "-", "—", "/", "n/a", ""})


def related_to(user: User | None, applications: Iterable[int], name: str = "") -> set[int]:
    """The applications among these whose candidate is related to the account, or to an assessor of that name."""
    wanted = list(applications)
    if not wanted or (user is None and not name):
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wanted.id FROM unnest(%s::bigint[]) AS wanted(id) WHERE lf_related(wanted.id, %s, %s)",
            [wanted, user.pk if user else None, name],
        )
        return {pk for (pk,) in cursor.fetchall()}


def related_problems(user: User | None, applications: Iterable[Application], name: str = "") -> list[Problem]:
    """One problem for each candidate whom `user`, or the assessor of that name, is related to."""
    found = list(applications)
    barred = related_to(user, [a.pk for a in found], name)
    text = _("%(name)s: you are declared to be related, so somebody else scores and decides.")
    if name:
        text = _("%(name)s: related to %(assessor)s, who gives no mark here.")
    return [Problem("assessor_related", text % {"name": a.name, "assessor": name}) for a in found if a.pk in barred]


def names_somebody(name: str) -> bool:
    """Whether a relative was named: many write 无 into a field that asks for one."""
    return name.strip().casefold() not in NOBODY
