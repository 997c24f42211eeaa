"""The fitness limits by region and staff category: one table, and the form of a region's (configuration)."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianfang.platform.problems import Problem, Refused
from personnel.forms.recruitment import FitnessStandardForm
from personnel.models import FitnessStandard, StaffCategory
from personnel.services.recruitment.fitness import set_fitness_standard
from teams.gate import SignedInRequest, gate, manageable
from teams.models import Unit, UnitKind
from teams.policy import Action

KINDS = (UnitKind.DISTRICT, UnitKind.BRIGADE, UnitKind.SQUADRON)


@require_GET
@gate(Action.RECRUITMENT_VIEW)
def fitness_standards(request: SignedInRequest) -> HttpResponse:
    """What applies in the user's units: their own limits, and those of the units above."""
    units = list(Unit.objects.manageable_by(request.user, Action.RECRUITMENT_VIEW).filter(kind__in=KINDS))
    paths = {unit.path[:end] for unit in units for end in range(Unit.steplen, len(unit.path) + 1, Unit.steplen)}
    rows = FitnessStandard.objects.filter(unit__path__in=paths).select_related("unit")
    ordered = rows.order_by("unit__path", "staff_category", "name", "sex", "age_from")
    mine = {u.pk for u in Unit.objects.manageable_by(request.user, Action.QUOTA_MANAGE).filter(kind__in=KINDS)}
    regions = [
        (unit, category, StaffCategory(category).label, list(items))
        for (unit, category), items in groupby(ordered, key=lambda r: (r.unit, r.staff_category))
    ]
    context = {
        "regions": regions,
        "manageable": mine,
        "units": [unit for unit in units if unit.pk in mine],
        "categories": StaffCategory.choices,
    }
    return render(request, "personnel/recruitment/fitness/table.html", context)


@require_http_methods(["GET", "POST"])
@gate(Action.RECRUITMENT_VIEW)
def fitness_standard(request: SignedInRequest, pk: int, category: str) -> HttpResponse:
    """The limits of one region for one category; what is ticked, or left empty, goes."""
    unit = manageable(Unit.objects.get_queryset(), request.user, Action.QUOTA_MANAGE, pk=pk)
    if category not in StaffCategory.values:
        raise Http404
    factory: Any = forms.modelformset_factory(FitnessStandard, form=FitnessStandardForm, extra=3, can_delete=True)
    rows = FitnessStandard.objects.filter(unit=unit, staff_category=category)
    formset = factory(request.POST or None, queryset=rows, prefix="row")
    problems: list[Problem] = []
    if request.method == "POST" and formset.is_valid():
        kept = [f for f in formset.forms if (f.has_changed() or f.instance.pk) and not f.cleaned_data.get("DELETE")]
        items = [{name: f.cleaned_data[name] for name in FitnessStandardForm.Meta.fields} for f in kept]
        try:
            set_fitness_standard(by=request.user, unit=unit, staff_category=category, items=items)
        except Refused as refused:
            problems = refused.problems
        else:
            messages.success(request, _("The limits were set; campaigns drafted from now on begin with them."))
            return redirect("fitness-standards")
    context = {"unit": unit, "category": StaffCategory(category).label, "formset": formset, "problems": problems}
    status = 422 if problems or (formset.is_bound and not formset.is_valid()) else 200
    return render(request, "personnel/recruitment/fitness/form.html", context, status=status)
