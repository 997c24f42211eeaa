"""Setting the staffing standard of a unit for a year (handbook T3)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from teams.models import Unit, User
from teams.models.figures import YearlyFigures
from teams.models.quota import StaffingStandard
from teams.policy import Action
from teams.rules.quota import reckon
from teams.scope import scope_of


@service
def set_standard(*, by: User | None, unit: Unit, year: int, **values: str | Decimal) -> StaffingStandard:
    """Set the year's standard; the approved headcount follows from the unit's figures. Raises `Refused`."""
    if by is not None and not scope_of(by, Action.QUOTA_MANAGE).covers(unit.path):
        raise Refused([Problem("no_right", _("You may not set the standard of this unit."))])
    row = StaffingStandard.objects.select_for_update(of=("self",)).filter(unit=unit, year=year).first()
    standard: Any = row or StaffingStandard(unit=unit, year=year)
    for name, value in values.items():
        setattr(standard, name, value)
    reckoning = reckon(standard, YearlyFigures.objects.filter(unit=unit, year=year).first())
    if problems := reckoning.problems():
        raise Refused(problems)
    standard.required = reckoning.required
    standard.approved_by = by
    standard.save()
    return standard  # type: ignore[no-any-return]
