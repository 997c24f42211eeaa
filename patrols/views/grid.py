"""The roster grid: the page, the changes that its script sends, and the plain form behind each cell."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.platform.problems import Refused
from patrols import undo
from patrols.day import RosterDay
from patrols.forms.duty import DutyCellForm
from patrols.forms.roster import RemarkForm
from patrols.grid import Grid, facts_json
from patrols.models import DutyOrigin, Roster, RosterStatus
from patrols.services import duties, remarks, rostering, rosters
from patrols.views.sheets import reads_whole, sheet_for
from patrols.wording import ChangeLine, ChangeLines
from teams.gate import SignedInRequest, gate, manageable, visible
from teams.policy import Action
from teams.scope import scope_of

# What the page's script says; it holds no words of its own.
SCRIPT_TEXT = {
    "saving": gettext_lazy("Saving…"),
    "saved": gettext_lazy("Saved at %(time)s"),
    "retrying": gettext_lazy("No connection, trying again…"),
    "offline": gettext_lazy("The server does not answer."),
    "signedOut": gettext_lazy("You are signed out: sign in again in another tab, then come back to this one."),
    "unsaved": gettext_lazy("Not saved yet."),
    "heldCount": gettext_lazy("Typed and not saved: %(n)s cells."),
    "putBack": gettext_lazy("What was not saved has been put back."),
    "readOnly": gettext_lazy("This roster cannot be changed here."),
    "undone": gettext_lazy("Undone"),
    "redone": gettext_lazy("Done again"),
    "copied": gettext_lazy("Copied"),
    "free": gettext_lazy("Free"),
    "noBeat": gettext_lazy("No beat"),
    "clear": gettext_lazy("Clear"),
    "more": gettext_lazy("Shift and beat…"),
    "needs": gettext_lazy("Needs %(minimum)s, has %(have)s"),
    "lacks": gettext_lazy("%(n)s with the asked skill are missing."),
    "lead": gettext_lazy("Led by %(name)s."),
    "noLead": gettext_lazy("No sworn officer is free to lead."),
    "version": gettext_lazy("In version %(n)s: %(cell)s"),
    "loneDay": gettext_lazy("Whole day chosen: a letter sets everybody, Ctrl+C copies."),
    "noNeed": gettext_lazy("Nothing is asked for on this day."),
    "coverOf": gettext_lazy("Cover on %(day)s"),
    "remark": gettext_lazy("Remark…"),
    "wish": gettext_lazy("Wish: %(wish)s"),
    "who": gettext_lazy("Who could fill it?"),
    "looking": gettext_lazy("Looking…"),
    "brokenCount": gettext_lazy("%(n)s places"),
    "changedSince": gettext_lazy("changed since"),
}

MOST_CHANGES = 2000  # more than two months of a whole squadron is no gesture of a hand


@require_GET
@gate(Action.ROSTER_VIEW)
def roster_grid(request: SignedInRequest, pk: int) -> HttpResponse:
    """The roster of a squadron, to read and (while it is a draft, with the right) to change.

    `?day=` chooses the day that a phone lists (alone, as a part), `?compare=1` marks what differs from the last
    published version.
    """
    roster = visible(_rosters(), request.user, pk=pk)
    today = timezone.localdate()
    # A version holds everybody's duties, so a group leader's view knows none.
    comparing = request.GET.get("compare") and reads_whole(request.user, roster)
    compared = roster.versions.first() if comparing else None
    grid = Grid(sheet_for(request.user, roster), today=today, compared=compared)
    may_edit = scope_of(request.user, Action.ROSTER_EDIT).covers(roster.unit.path)
    day = RosterDay(grid, _shown_day(roster, request.GET.get("day", ""), today))
    context: dict[str, Any] = {"roster": roster, "grid": grid, "may_edit": may_edit, "day": day}
    if request.headers.get("HX-Target") == "day":
        return render(request, "patrols/roster/_day.html", context)
    context |= {
        "data": _page_data(grid, may_edit=may_edit) | {"steps": undo.steps_of(request, grid) if may_edit else []},
        "may_close": roster.status == RosterStatus.PUBLISHED and roster.last_day < today,
        "may_publish": scope_of(request.user, Action.ROSTER_PUBLISH).covers(roster.unit.path),
        "changes": _change_lines(roster) if compared else [],
        "has_shifts": any(shift.is_active for shift in grid.sheet.shift_types),
    }
    return render(request, "patrols/roster/grid.html", context)


def _page_data(grid: Grid, *, may_edit: bool) -> dict[str, Any]:
    """What the page's script starts from."""
    roster = grid.roster
    rights = {"editable": may_edit and roster.is_draft, "remarkable": may_edit and not roster.is_closed}
    return grid.as_json() | rights | {"text": SCRIPT_TEXT}


def _change_lines(roster: Roster) -> list[ChangeLine]:
    changes = rosters.waiting_changes(roster)
    return ChangeLines(roster, changes).of(changes)


def _shown_day(roster: Roster, asked: str, today: dt.date) -> dt.date:
    """The day asked for, else today, else the roster's first."""
    day = _date(asked) or today
    return day if roster.first_day <= day <= roster.last_day else roster.first_day


def _date(text: str) -> dt.date | None:
    try:
        return parse_date(text)
    except ValueError:  # such as 31 February
        return None


@require_POST
@gate(Action.ROSTER_EDIT)
def roster_cells(request: SignedInRequest, pk: int) -> JsonResponse:
    """Apply a batch of changes; answers with each cell's outcome and the facts that they touched."""
    roster = manageable(_rosters(), request.user, Action.ROSTER_EDIT, pk=pk)
    try:
        changes = _changes(request.body)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return JsonResponse({"problems": [_("The request was not understood.")]}, status=400)
    try:
        result = duties.set_cells(by=request.user, roster=roster, changes=changes)
    except Refused as refusal:
        return JsonResponse({"problems": [str(p.message) for p in refusal.problems]}, status=409)
    facts = facts_json(result.sheet, result.findings, result.cover)
    return JsonResponse({"cells": [_outcome_json(cell) for cell in result.cells], **facts})


@require_http_methods(["GET", "POST"])
@gate(Action.ROSTER_EDIT)
def duty_cell(request: SignedInRequest, pk: int, member: int, day: str) -> HttpResponse:
    """One cell as a plain form, for those without script; it keeps the same rules as the grid."""
    roster = manageable(_rosters(), request.user, Action.ROSTER_EDIT, pk=pk)
    person = visible(roster.members(), request.user, pk=member)
    sheet = rostering.sheet(roster)
    date = _day_of(roster, day)
    form = DutyCellForm(request.POST or None, sheet=sheet, member_id=person.pk, day=date)
    if request.method == "POST" and form.is_valid():
        with undo.step(request, roster):
            problems = _set_cell(request, roster, form.change())
        if not problems:
            return _to_day(roster, date)
        form.add_error(None, problems)
    found = [f for f in sheet.findings_of([person.pk]) if date in f.days]
    wish = next((row.what for row in sheet.facts.wishes.get(person.pk, ()) if row.day == date), "")
    context = {"roster": roster, "person": person, "day": date, "form": form, "findings": found, "wish": wish}
    return render(request, "patrols/roster/cell.html", context)


@require_GET
@gate(Action.ROSTER_EDIT)
def roster_need(request: SignedInRequest, pk: int, beat: int, shift_type: int, day: str) -> HttpResponse:
    """Who could fill a need, ranked, and what stops each of the others."""
    roster = manageable(_rosters(), request.user, Action.ROSTER_EDIT, pk=pk)
    date = _day_of(roster, day)
    sheet = rostering.sheet(roster)
    need = next((n for n in sheet.cover() if (n.beat_id, n.shift_type_id, n.day) == (beat, shift_type, date)), None)
    context = {
        "roster": roster,
        "day": date,
        "need": need,
        "beat": next((b for b in sheet.beats if b.pk == beat), None),
        "shift": next((s for s in sheet.shift_types if s.pk == shift_type), None),
        "candidates": sheet.candidates(beat, shift_type, date) if need else [],
    }
    part = request.headers.get("X-Requested-With") == "grid"
    return render(request, "patrols/roster/_need.html" if part else "patrols/roster/need.html", context)


@require_http_methods(["GET", "POST"])
@gate(Action.ROSTER_EDIT)
def roster_remark(request: SignedInRequest, pk: int, day: str) -> HttpResponse:
    """A word about one day, shown in the grid and on paper."""
    roster = manageable(_rosters(), request.user, Action.ROSTER_EDIT, pk=pk)
    date = _day_of(roster, day)
    now = roster.remarks.filter(day=date).first()
    form = RemarkForm(request.POST or None, initial={"text": now.text if now else ""})
    if request.method == "POST" and form.is_valid():
        try:
            remarks.set_remark(by=request.user, roster=roster, day=date, text=form.cleaned_data["text"])
        except Refused as refusal:
            form.add_error(None, [str(problem.message) for problem in refusal.problems])
        else:
            return _to_day(roster, date)
    return render(request, "patrols/roster/remark.html", {"roster": roster, "day": date, "form": form})


def _rosters() -> Any:
    return Roster.objects.select_related("unit")


def _to_day(roster: Roster, day: dt.date) -> HttpResponse:
    """Back to the grid, at the day from which the form was opened."""
    return redirect(f"{reverse('roster-grid', args=[roster.pk])}?day={day.isoformat()}")


def _day_of(roster: Roster, text: str) -> dt.date:
    """The day in the address; any other than the roster's own is a 404."""
    day = _date(text)
    if day is None or not roster.first_day <= day <= roster.last_day:
        raise Http404
    return day


def _set_cell(request: SignedInRequest, roster: Roster, change: duties.CellChange) -> list[str]:
    try:
        outcome = duties.set_cells(by=request.user, roster=roster, changes=[change]).cells[0]
    except Refused as refusal:
        return [str(problem.message) for problem in refusal.problems]
    if outcome.status != "saved":
        return [outcome.message]
    messages.success(request, _("Saved."))
    return []


def _changes(body: bytes) -> list[duties.CellChange]:
    """The batch as the script sends it. Raises ValueError, KeyError or TypeError on anything else."""
    items = json.loads(body)["changes"]
    if not isinstance(items, list) or len(items) > MOST_CHANGES:
        raise ValueError
    return [
        duties.CellChange(
            member_id=int(item["member"]),
            day=dt.date.fromisoformat(item["day"]),
            shift_code=None if item["shift"] is None else str(item["shift"]),
            beat_id=None if item.get("beat") is None else int(item["beat"]),
            expected=None if item.get("expected") is None else str(item["expected"]),
            is_fixed=bool(item.get("fixed", True)),
            origin=DutyOrigin(item.get("origin") or DutyOrigin.HAND),
        )
        for item in items
    ]


def _outcome_json(cell: duties.CellOutcome) -> dict[str, Any]:
    return {
        "member": cell.change.member_id,
        "day": cell.change.day.isoformat(),
        "status": cell.status,
        "mark": cell.mark,
        "fixed": cell.is_fixed,
        "origin": cell.origin,
        "message": str(cell.message),
    }
