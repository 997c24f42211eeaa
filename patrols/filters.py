"""Filters of the lists of patrols. Their choices hold what the user may see and nothing else."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from patrols.models import Roster, RosterStatus
from teams.models import Unit


def squadrons_of(request: Any) -> Any:
    return Unit.objects.visible_to(request.user).squadrons()


class RosterFilter(filters.FilterSet):
    """By squadron and status. An unknown value finds nothing rather than everything."""

    unit = filters.ModelChoiceFilter(label=_("Squadron"), queryset=squadrons_of, empty_label=_("All"))
    status = filters.ChoiceFilter(label=_("Status"), choices=RosterStatus.choices, empty_label=_("All"))

    class Meta:
        model = Roster
        fields = ["unit", "status"]

    @property
    def qs(self) -> Any:
        found = super().qs
        return found if self.form.is_valid() else found.none()
