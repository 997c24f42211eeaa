"""Rosters: the list, a new one, publishing and taking back, what changed, on paper and as a workbook."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.platform.problems import Refused
from patrols import undo, workbook
from patrols.filters import RosterFilter
from patrols.forms.roster import ReasonForm, RosterForm, next_month
from patrols.grid import Grid
from patrols.models import Roster, RosterVersion
from patrols.rules.versions import Change
from patrols.services import copies, exceptions, rostering, rosters
from patrols.views.sheets import reads_whole, sheet_for
from patrols.wording import ChangeLines
from teams.gate import SignedInRequest, gate, manageable, visible
from teams.models import CalendarDay, Unit
from teams.policy import Action
from teams.scope import scope_of

PER_PAGE = 60  # five years of one squadron, or a month of sixty
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@gate(Action.ROSTER_VIEW)
def roster_list(request: SignedInRequest) -> HttpResponse:
    """The rosters in the user's scope, by month."""
    listed = RosterFilter(request.GET, queryset=_rosters().visible_to(request.user), request=request)
    squadrons = _squadrons(request)
    missing = _without_next_month(squadrons)
    context = {
        "filter": listed,
        "rosters": rosters.with_counts(listed.qs[:PER_PAGE]),
        "next_month": next_month(timezone.localdate())[0],
        "missing": missing,
        "without_calendar": CalendarDay.objects.lacks(next_month(timezone.localdate())[0]),
        "may_create": bool(squadrons),
        "may_generate_all": bool(scope_of(request.user, Action.ROSTER_GENERATE_ALL)),
        "one_unit": Unit.objects.visible_to(request.user).squadrons()[:2].count() <= 1,
    }
    return render(request, "patrols/roster/list.html", context)


@require_http_methods(["GET", "POST"])
@gate(Action.ROSTER_EDIT)
def roster_new(request: SignedInRequest) -> HttpResponse:
    """An empty draft for next month or any other span."""
    form = RosterForm(request.POST or None, units=_squadrons(request), today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        try:
            roster = rosters.create_roster(by=request.user, **form.cleaned_data)
        except Refused as refusal:
            for problem in refusal.problems:
                form.add_error(problem.field, problem.message)
        else:
            return redirect("roster-grid", pk=roster.pk)
    return render(request, "patrols/roster/new.html", {"form": form})


@require_POST
@gate(Action.ROSTER_EDIT)
def roster_copy(request: SignedInRequest, pk: int) -> HttpResponse:
    """Fill the free cells with the pattern of four weeks before."""
    roster = manageable(_rosters(), request.user, Action.ROSTER_EDIT, pk=pk)
    try:
        with undo.step(request, roster):
            count = copies.copy_last(by=request.user, roster=roster)
    except Refused as refusal:
        messages.warning(request, str(refusal.problems[0].message))
    else:
        messages.success(request, ngettext("%(n)s cell copied.", "%(n)s cells copied.", count) % {"n": count})
    return redirect("roster-grid", pk=roster.pk)


@require_http_methods(["GET", "POST"])
@gate(Action.ROSTER_PUBLISH)
def roster_publish(request: SignedInRequest, pk: int) -> HttpResponse:
    """Asks with what changes, or says what stands in the way; publishes."""
    roster = manageable(_rosters(), request.user, Action.ROSTER_PUBLISH, pk=pk)
    if request.method == "POST":
        try:
            rosters.publish(by=request.user, roster=roster)
        except Refused as refusal:
            return _publish_page(request, roster, refusal.problems, status=409)
        messages.success(request, _("Published. The members see their shifts now."))
        return redirect("roster-grid", pk=roster.pk)
    return _publish_page(request, roster, rosters.publishing_problems(roster))


@require_http_methods(["GET", "POST"])
@gate(Action.ROSTER_PUBLISH)
def roster_unpublish(request: SignedInRequest, pk: int) -> HttpResponse:
    """Back to draft, with a reason."""
    roster = manageable(_rosters(), request.user, Action.ROSTER_PUBLISH, pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            rosters.unpublish(by=request.user, roster=roster, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            for problem in refusal.problems:
                form.add_error(problem.field, problem.message)
        else:
            messages.success(request, _("The roster is a draft again."))
            return redirect("roster-grid", pk=roster.pk)
    context = {"roster": roster, "form": form, "cancel_url": reverse("roster-grid", args=[roster.pk])}
    return render(request, "patrols/roster/unpublish.html", context)


@require_POST
@gate(Action.ROSTER_PUBLISH)
def roster_close(request: SignedInRequest, pk: int) -> HttpResponse:
    """Close a published roster that is over."""
    roster = manageable(_rosters(), request.user, Action.ROSTER_PUBLISH, pk=pk)
    try:
        rosters.close(by=request.user, roster=roster, today=timezone.localdate())
    except Refused as refusal:
        messages.warning(request, str(refusal.problems[0].message))
    return redirect("roster-grid", pk=roster.pk)


@require_GET
@gate(Action.ROSTER_VIEW)
def roster_versions(request: SignedInRequest, pk: int) -> HttpResponse:
    """Each published version and what it changed against the one before."""
    roster = _whole(request, pk)
    versions = list(RosterVersion.objects.filter(roster=roster).select_related("published_by"))
    changes = [[Change.from_json(item) for item in version.changes] for version in versions]
    lines = ChangeLines(roster, [change for found in changes for change in found])
    # The first version is new as a whole: listing each duty would say nothing.
    listed = [
        (version, [] if version.number == 1 else lines.of(found))
        for version, found in zip(versions, changes, strict=True)
    ]
    return render(request, "patrols/roster/versions.html", {"roster": roster, "versions": listed})


@require_GET
@gate(Action.ROSTER_VIEW)
def roster_version(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """One published version on paper, as it was, however the roster stands now."""
    roster = _whole(request, pk)
    version = get_object_or_404(RosterVersion.objects.select_related("roster__unit"), roster=roster, number=number)
    context = {"roster": roster, "version": version, "grid": Grid(rostering.version_sheet(version))}
    return render(request, "patrols/roster/print.html", context | {"today": timezone.localdate()})


@require_GET
@gate(Action.ROSTER_VIEW)
def roster_print(request: SignedInRequest, pk: int) -> HttpResponse:
    """The sheet for the wall: A3 landscape, one page for forty people."""
    roster = visible(_rosters(), request.user, pk=pk)
    context = {"roster": roster, "grid": Grid(sheet_for(request.user, roster)), "today": timezone.localdate()}
    return render(request, "patrols/roster/print.html", context)


@require_GET
@gate(Action.ROSTER_VIEW)
def roster_xlsx(request: SignedInRequest, pk: int) -> HttpResponse:
    """The workbook that looks like the grid."""
    roster = visible(_rosters(), request.user, pk=pk)
    content = workbook.roster_workbook(Grid(sheet_for(request.user, roster)))
    name = f"roster-{roster.unit.code}-{roster.first_day:%Y-%m-%d}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=XLSX, headers=headers)


def _publish_page(request: SignedInRequest, roster: Roster, problems: list[Any], status: int = 200) -> HttpResponse:
    changes = rosters.waiting_changes(roster)
    sheet = rostering.sheet(roster)
    wishes = [is_met for _wish, is_met in sheet.wishes()]
    context = {
        "roster": roster,
        "problems": problems,
        "heeded": len(wishes),
        "met": sum(wishes),
        "duty_count": roster.duties.count(),
        "exceptions": sheet.facts.exceptions,
        "lifted": exceptions.lifted(sheet),
        "changes": ChangeLines(roster, changes).of(changes) if roster.version else [],
        "cancel_url": reverse("roster-grid", args=[roster.pk]),
    }
    return render(request, "patrols/roster/publish.html", context, status=status)


def _whole(request: SignedInRequest, pk: int) -> Roster:
    """The roster, for those who may see all of it: a version holds everybody's duties."""
    roster: Roster = visible(_rosters(), request.user, pk=pk)
    if not reads_whole(request.user, roster):
        raise Http404
    return roster


def _rosters() -> Any:
    return Roster.objects.select_related("unit")


def _squadrons(request: SignedInRequest) -> Any:
    """The squadrons for which the user may make rosters."""
    today = timezone.localdate()
    return Unit.objects.manageable_by(request.user, Action.ROSTER_EDIT).squadrons().open(today)


def _without_next_month(squadrons: Any) -> list[Unit]:
    first, last = next_month(timezone.localdate())
    return list(squadrons.exclude(rosters__first_day__lte=last, rosters__last_day__gte=first))
