"""A unit's yearly figures, the years side by side (handbook T4)."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from lianfang.platform.problems import Refused
from teams.forms.figures import FiguresForm
from teams.gate import SignedInRequest, gate, manageable, visible
from teams.models import Unit, YearlyFigures
from teams.models.figures import COUNTS, FIRST_YEAR
from teams.policy import Action
from teams.rules.figures import REFERENCES, years_of
from teams.scope import scope_of
from teams.services.figures import save_figures
from teams.views.refusals import add_problems

FORM_LABELS = {name: field.label for name, field in FiguresForm.base_fields.items()}
YEARS = 6  # side by side on one page


@require_GET
@gate(Action.UNIT_VIEW)
def unit_figures(request: SignedInRequest, pk: int) -> HttpResponse:
    """The latest years side by side, with rates per 10,000 residents beside published ones."""
    unit = visible(Unit.objects.get_queryset(), request.user, pk=pk)
    today = timezone.localdate()
    rows = list(YearlyFigures.objects.visible_to(request.user).filter(unit=unit)[:YEARS])
    years = years_of(unit, rows, today)
    taken = {row.year for row in rows}
    context = {
        "unit": unit,
        "years": years,
        "lines": [(FORM_LABELS[c], [getattr(row, c) for row in rows]) for c in COUNTS],
        "references": REFERENCES,
        "may_edit": scope_of(request.user, Action.UNIT_RECORD_MANAGE).covers(unit.path),
        "addable": [year for year in range(today.year, today.year - 3, -1) if year not in taken],
        "today": today,
        "with_members": bool(scope_of(request.user, Action.MEMBER_VIEW)),
    }
    return render(request, "teams/figures/page.html", context)


@require_http_methods(["GET", "POST"])
@gate(Action.UNIT_RECORD_MANAGE)
def figures_edit(request: SignedInRequest, pk: int, year: int) -> HttpResponse:
    """The figures of one year, new or corrected."""
    unit = manageable(Unit.objects.get_queryset(), request.user, Action.UNIT_RECORD_MANAGE, pk=pk)
    if not FIRST_YEAR <= year <= timezone.localdate().year:
        raise Http404
    row = YearlyFigures.objects.filter(unit=unit, year=year).first()
    form = FiguresForm(request.POST or None, initial=FiguresForm(instance=row).initial)
    if form.is_valid():
        try:
            save_figures(by=request.user, unit=unit, year=year, counts=form.cleaned_data)
        except Refused as refused:
            add_problems(form, refused)
        else:
            return redirect("unit-figures", unit.pk)
    return render(request, "teams/figures/form.html", {"form": form, "unit": unit, "year": year})
