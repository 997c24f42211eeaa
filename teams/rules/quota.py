"""How many members a unit needs at least by its standard of the year (handbook T3)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem
from teams.models.figures import YearlyFigures
from teams.models.quota import FloorLevel, StaffingStandard, StandardKind

FLOORS = {FloorLevel.COUNTY: 100, FloorLevel.TOWN: 10, FloorLevel.VILLAGE: 5}


@dataclass(frozen=True)
class Term:
    """One summand: so many of `label`, at `rate` members for each `per` of them."""

    label: Any
    count: int | None
    rate: Decimal
    per: int

    @property
    def members(self) -> Decimal:
        return Decimal(self.count or 0) * self.rate / self.per


@dataclass(frozen=True)
class Reckoning:
    """A unit's minimum with the way to it."""

    terms: tuple[Term, ...]
    floor: int

    @property
    def required(self) -> int:
        """Whole people: a part of one counts as one; never below the floor."""
        total = sum((term.members for term in self.terms), Decimal(0))
        return max(int(total.to_integral_value(ROUND_CEILING)), self.floor)

    def problems(self) -> list[Problem]:
        """Figures that the standard needs and that nobody has entered."""
        message = _("The unit's yearly figures lack: %(label)s.")
        hint = _("Enter the yearly figures on the unit's page first.")
        return [
            Problem("figures_missing", message % {"label": term.label}, field="kind", hint=hint)
            for term in self.terms
            if term.count is None and term.rate
        ]


def reckon(standard: StaffingStandard, figures: YearlyFigures | None) -> Reckoning:
    """The minimum that `standard` gives for the unit's figures of its year."""
    floor = FLOORS.get(FloorLevel(standard.floor), 0)
    if standard.kind == StandardKind.RESIDENTS:
        residents = figures.residents if figures else None
        return Reckoning((Term(_("residents"), residents, standard.per_10000, 10_000),), floor)
    cases = _sum(figures, "criminal_cases", "security_cases")
    return Reckoning(
        (
            Term(_("registered population"), _sum(figures, "registered_population"), standard.per_registered, 1000),
            Term(_("floating population"), _sum(figures, "floating_population"), standard.per_floating, 1000),
            Term(_("criminal and security cases"), cases, standard.per_cases, 1000),
        ),
        floor,
    )


def _sum(figures: YearlyFigures | None, *names: str) -> int | None:
    """The figures together; None while one of them is unknown."""
    found = [getattr(figures, name) for name in names] if figures else []
    known = [value for value in found if value is not None]
    return sum(known) if known and len(known) == len(names) else None
