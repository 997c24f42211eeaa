"""Units with what stands above them, for places where "一班" alone would not say which."""

from __future__ import annotations

from collections.abc import Iterable

from teams.models import Unit, UnitKind


def lines(units: Iterable[Unit]) -> dict[int, list[Unit]]:
    """For each unit (by id) itself and all above it, the highest first. One query, however many."""
    by_pk = {u.pk: u for u in units}
    step = Unit.steplen
    paths = {u.path[:end] for u in by_pk.values() for end in range(step, len(u.path) + 1, step)}
    by_path = {u.path: u for u in Unit.objects.filter(path__in=paths)}
    return {
        pk: [by_path[u.path[:end]] for end in range(step, len(u.path) + 1, step) if u.path[:end] in by_path]
        for pk, u in by_pk.items()
    }


def labels(units: Iterable[Unit]) -> dict[int, str]:
    """For each unit (by id) its name, a group's with its squadron before it."""
    found = {}
    for pk, line in lines(units).items():
        shown = [u for u in line if u.kind in (UnitKind.SQUADRON, UnitKind.GROUP, UnitKind.SUB_TEAM)]
        found[pk] = " ".join(u.label for u in shown or line[-1:])
    return found
