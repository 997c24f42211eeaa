"""Whom the register of sworn officers may hold (handbook P20)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _

from lianfang.platform.problems import Problem
from patrols.models import Beat, OfficerAvailability, SwornOfficer
from patrols.models.task import FORBIDDEN


def officer_problems(officer: SwornOfficer, beats: Collection[Beat]) -> list[Problem]:
    """Why the officer cannot be kept so."""
    found = []
    same = SwornOfficer.objects.filter(unit=officer.unit, name=officer.name, post=officer.post)
    if same.exclude(pk=officer.pk).exists():
        text = _("The squadron already has an officer of this name and post.")
        found.append(Problem("officer_twice", text, field="name"))
    if any(not beat.unit.path.startswith(officer.unit.path) for beat in beats):
        found.append(Problem("officer_beat", _("The beat belongs to another squadron."), field="beats"))
    if set(officer.task_kinds) & {str(kind) for kind in FORBIDDEN}:
        text = _("Members take no part in such tasks, so nobody leads them there.")
        found.append(Problem("officer_task", text, field="task_kinds"))
    return found


def availability_problems(rows: Iterable[OfficerAvailability]) -> list[Problem]:
    """Why the times make no sense, each problem with the row's number."""
    found = []
    for number, row in enumerate(rows, start=1):
        if not row.weekdays:
            found.append(Problem("availability_days", _("Choose at least one weekday."), "weekdays", row=number))
        if (row.starts_at is None) != (row.ends_at is None):
            text = _("Give both times, or none for the whole day.")
            found.append(Problem("availability_times", text, "ends_at", row=number))
        if row.first_day and row.last_day and row.last_day < row.first_day:
            text = _("The last day lies before the first.")
            found.append(Problem("availability_span", text, "last_day", row=number))
    return found
