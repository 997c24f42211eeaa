"""Strength of a unit (handbook T3): a fragment that the unit page includes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from personnel.models import DutyCertificate, Member, Source, StaffCategory
from personnel.models.member import MemberQuerySet
from teams.gate import SignedInRequest, gate, visible
from teams.models import Unit
from teams.policy import Action


@dataclass(frozen=True)
class Figure:
    """One number of the strip and the list of members it was counted from."""

    label: Any
    count: int
    query: str
    tone: str = ""

    @property
    def url(self) -> str:
        return f"{reverse('member-list')}?{self.query}"


@require_GET
@gate(Action.MEMBER_VIEW)
def unit_strength(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who serves today in the unit and below: by category, with a certificate, veterans, graduates."""
    unit = visible(Unit.objects.get_queryset(), request.user, pk=pk)
    members = Member.objects.visible_to(request.user).below(unit)
    today = timezone.localdate()
    context = {"unit": unit, "figures": figures(members, unit, today), "below": below(members, unit, today)}
    return render(request, "personnel/strength/_part.html", context)


def below(members: MemberQuerySet, unit: Unit, today: dt.date) -> list[Figure]:
    """How many serve in each open unit directly below, its own units included."""
    children = list(Unit.objects.get_children(unit).filter(Q(closed_on=None) | Q(closed_on__gt=today)))
    if not children:
        return []
    counts = members.serving(today).order_by().values_list("unit__path").annotate(n=Count("pk"))
    by_path = dict(counts)
    return [
        Figure(
            child.name,
            sum(n for path, n in by_path.items() if path.startswith(child.path)),
            f"unit={child.pk}&status=active",
        )
        for child in children
    ]


def figures(members: MemberQuerySet, unit: Unit, today: dt.date) -> list[Figure]:
    """The numbers of the strip, in one query."""
    certified = Exists(DutyCertificate.objects.valid_on(today).filter(member=OuterRef("pk")))
    count = members.serving(today).aggregate(
        serving=Count("pk"),
        certified=Count("pk", filter=Q(certified)),
        veterans=Count("pk", filter=Q(is_veteran=True)),
        graduates=Count("pk", filter=Q(source=Source.GRADUATE)),
        **{category: Count("pk", filter=Q(staff_category=category)) for category in StaffCategory.values},
    )
    here = f"unit={unit.pk}&status=active"
    missing = count["serving"] - count["certified"]
    return [
        Figure(_("Serving"), count["serving"], here),
        *(Figure(c.label, count[c.value], f"{here}&staff_category={c.value}") for c in StaffCategory),
        Figure(_("Certificate valid today"), count["certified"], f"{here}&certificate=valid", "good"),
        Figure(_("Without certificate"), missing, f"{here}&certificate=invalid", "bad" if missing else ""),
        Figure(_("Retired soldiers"), count["veterans"], f"{here}&origin=veteran"),
        Figure(_("Graduates"), count["graduates"], f"{here}&origin=graduate"),
    ]
