"""The fitness limits of a region, which new campaigns begin with (handbook P3; by region and staff category)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem
from personnel.models import FitnessStandard, Sex
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
