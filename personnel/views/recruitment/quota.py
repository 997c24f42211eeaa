"""The headcount quota: one table of standard, strength and gap, and the form of a unit's standard (handbook T3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from personnel.forms.recruitment import StandardForm
from personnel.views.recruitment.answers import status_of, written
from teams.gate import SignedInRequest, gate, manageable
from teams.models import StaffingStandard, Unit, UnitKind, YearlyFigures
from teams.policy import Action
from teams.rules.quota import Reckoning, reckon
from teams.scope import scope_of
from teams.services.quota import set_standard

KINDS = (UnitKind.BRIGADE, UnitKind.SQUADRON)


@dataclass(frozen=True)
class Line:
    """One unit of the table; no standard yet: nothing required."""

    unit: Unit
    standard: StaffingStandard | None
    reckoning: Reckoning | None
    holding: int

    @property
    def gap(self) -> int | None:
        return self.standard.required - self.holding if self.standard else None


@require_GET
@gate(Action.QUOTA_VIEW)
def quota_table(request: SignedInRequest) -> HttpResponse:
    """Every unit's standard of the year, who holds a place, and the shortfall."""
    year = _year(request)
    units = list(Unit.objects.manageable_by(request.user, Action.QUOTA_VIEW).filter(kind__in=KINDS))
    lines = lines_of(units, year)
    context = {
        "lines": lines,
        "year": year,
        "may_set": bool(scope_of(request.user, Action.QUOTA_MANAGE)),
        "may_see_members": bool(scope_of(request.user, Action.MEMBER_VIEW).paths),
        "required": sum(line.standard.required for line in lines if line.standard),
        "short": sum(max(line.gap or 0, 0) for line in lines),
    }
    return render(request, "personnel/recruitment/quota/table.html", context)


@require_GET
@gate(Action.QUOTA_VIEW)
def unit_quota(request: SignedInRequest, pk: int) -> HttpResponse:
    """One unit's strength against its standard: a fragment that the unit's page includes."""
    unit = manageable(Unit.objects.get_queryset(), request.user, Action.QUOTA_VIEW, pk=pk)
    year = timezone.localdate().year
    may_set = scope_of(request.user, Action.QUOTA_MANAGE).covers(unit.path)
    context = {"line": lines_of([unit], year)[0], "year": year, "may_set": may_set}
    return render(request, "personnel/recruitment/quota/_part.html", context)


def lines_of(units: Sequence[Unit], year: int) -> list[Line]:
    """The units' lines of the table; the database counts the places for those who may not see the members."""
    standards = {s.unit_id: s for s in StaffingStandard.objects.filter(year=year, unit__in=units)}
    figures = {f.unit_id: f for f in YearlyFigures.objects.filter(year=year, unit__in=units)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT path, places FROM lf_unit_places()")
        counts = cursor.fetchall()
    return [
        Line(
            unit=unit,
            standard=(standard := standards.get(unit.pk)),
            reckoning=reckon(standard, figures.get(unit.pk)) if standard else None,
            holding=sum(n for path, n in counts if path.startswith(unit.path)),
        )
        for unit in units
    ]


def _year(request: SignedInRequest) -> int:
    text = request.GET.get("year", "")
    # Four characters at most: Python refuses to read a number of thousands of digits.
    year = int(text) if len(text) == 4 and text.isdecimal() else 0
    return year if 1990 <= year <= 2100 else timezone.localdate().year


@require_http_methods(["GET", "POST"])
@gate(Action.QUOTA_VIEW)
def quota_set(request: SignedInRequest, pk: int) -> HttpResponse:
    """A unit's standard for the year; the headcount follows from its figures."""
    unit = manageable(Unit.objects.get_queryset(), request.user, Action.QUOTA_MANAGE, pk=pk)
    year = _year(request)
    standard = StaffingStandard.objects.filter(unit=unit, year=year).first()
    form = StandardForm(request.POST or None, instance=standard)
    if request.method == "POST" and written(
        form, lambda: set_standard(by=request.user, unit=unit, year=year, **form.cleaned_data)
    ):
        messages.success(request, _("The standard was set."))
        return redirect("quota-table")
    figures = YearlyFigures.objects.filter(unit=unit, year=year).first()
    context = {"form": form, "unit": unit, "year": year, "figures": figures}
    return render(request, "personnel/recruitment/quota/form.html", context, status=status_of(form))
