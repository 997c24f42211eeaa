"""The fitness limits of a region, which new campaigns begin with (handbook P3; by region and staff category)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from personnel.models import FitnessStandard, Sex
from personnel.models.recruitment.fitness import FitnessLimit
from personnel.services.recruitment.rights import check_right, refuse
from teams.models import Unit, User
from teams.policy import Action


@service
def set_fitness_standard(
    *, by: User | None, unit: Unit, staff_category: str, items: Iterable[dict[str, Any]]
) -> list[FitnessStandard]:
    """Replace the limits of a region for one staff category; campaigns there are keep theirs. Raises `Refused`."""
    check_right(by, Action.QUOTA_MANAGE, unit)
    rows = [FitnessStandard(unit=unit, staff_category=staff_category, **item) for item in items]
    refuse(overlap_problems(rows))
    FitnessStandard.objects.filter(unit=unit, staff_category=staff_category).delete()
    return FitnessStandard.objects.bulk_create(rows)


@service
def set_fitness_limit(
    *,
    by: User | None,
    before: FitnessStandard | None,
    unit: Unit | None = None,
    staff_category: str = "",
    **values: Any,
) -> FitnessStandard:
    """Add one limit to its region's set, or put it in the place of `before`. Raises `Refused`."""
    region = before.unit if before else unit
    category = before.staff_category if before else staff_category
    if region is None:
        raise Refused([Problem("region_missing", _("Name the region."), field="unit")])
    rows = FitnessStandard.objects.filter(unit=region, staff_category=category)
    kept = _values(rows.exclude(pk=before.pk) if before else rows)
    made = set_fitness_standard(by=by, unit=region, staff_category=category, items=[*kept, values])
    return made[-1]


@service
def remove_fitness_limit(*, by: User | None, limit: FitnessStandard) -> None:
    """Take one limit out of its region's set. Raises `Refused`."""
    rows = FitnessStandard.objects.filter(unit=limit.unit, staff_category=limit.staff_category).exclude(pk=limit.pk)
    set_fitness_standard(by=by, unit=limit.unit, staff_category=limit.staff_category, items=_values(rows))


def _values(rows: Iterable[FitnessStandard]) -> list[dict[str, Any]]:
    names = [f.name for f in FitnessLimit._meta.get_fields()]
    return [{name: getattr(row, name) for name in names} for row in rows]


def overlap_problems(rows: Iterable[Any]) -> list[Problem]:
    """One age of one sex has one limit in an item: else it would be measured, and judged, twice."""
    problems = []
    ordered = sorted(rows, key=lambda r: (r.name, r.sex, r.age_from))
    for one, other in pairwise(ordered):
        if (one.name, one.sex) == (other.name, other.sex) and other.age_from <= one.age_until:
            names = {"item": one.name, "sex": Sex(one.sex).label, "age": other.age_from}
            message = _("“%(item)s” has two limits for %(sex)s of age %(age)d.")
            problems.append(Problem("fitness_overlap", message % names))
    return problems
