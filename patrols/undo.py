"""Steps that the grid can take back although the page was loaded anew since: a rota, a copied month, a cell's form.

Kept in the session, for they are one editor's own; a cell that changed since drops out of its step.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest

from patrols.grid import Grid
from patrols.models import Duty, DutyOrigin, Roster
from patrols.services.duties import mark, mark_of

KEY = "roster_steps"
MOST_STEPS = 10
Stood = tuple[str, bool, str]  # a cell's mark, whether it is fixed, where it comes from
FREE: Stood = ("", True, DutyOrigin.HAND)


@contextmanager
def step(request: HttpRequest, roster: Roster) -> Iterator[None]:
    """What the block changes in the roster's cells is one step."""
    before = _cells(roster)
    yield
    after = _cells(roster)
    changed = [key for key in {**before, **after} if before.get(key, FREE)[0] != after.get(key, FREE)[0]]
    if not changed:
        return
    entries = [[*key, list(before.get(key, FREE)), after.get(key, FREE)[0]] for key in sorted(changed)]
    kept = request.session.get(KEY, {})
    steps = kept.get("steps", []) if kept.get("roster") == roster.pk else []
    request.session[KEY] = {"roster": roster.pk, "steps": [*steps, entries][-MOST_STEPS:]}


def steps_of(request: HttpRequest, grid: Grid) -> list[list[dict[str, Any]]]:
    """The steps that can still be taken back, the latest last, as the page's script reads them."""
    kept = request.session.get(KEY, {})
    if kept.get("roster") != grid.roster.pk:
        return []
    marks = {f"{duty.member_id}|{duty.day.isoformat()}": mark_of(duty) for duty in grid.sheet.duties}
    found = []
    for entries in reversed(kept["steps"]):
        standing = [item for item in entries if marks.get(f"{item[0]}|{item[1]}", "") == item[3]]
        marks |= {f"{member}|{day}": before[0] for member, day, before, _after in standing}
        if standing:
            found.append([_json(*item[:3]) for item in standing])
    return found[::-1]


def _json(member: int, day: str, before: Stood) -> dict[str, Any]:
    mark, is_fixed, origin = before
    return {"member": member, "day": day, "mark": mark, "fixed": is_fixed, "origin": origin}


def _cells(roster: Roster) -> dict[tuple[int, str], Stood]:
    rows = Duty.objects.filter(roster=roster)
    listed = rows.values_list("member_id", "day", "shift_type_id", "beat_id", "is_fixed", "origin")
    return {(m, day.isoformat()): (mark(shift, beat), fixed, origin) for m, day, shift, beat, fixed, origin in listed}
