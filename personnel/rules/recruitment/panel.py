"""From the marks of several assessors to one score (handbook P3)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from personnel.models import Panel, Step
from personnel.rules.recruitment.formula import half_up


def panel_score(step: Step, marks: Sequence[Decimal], seats: int) -> Decimal | None:
    """The score that these marks make; None until each of the `seats` that may mark has marked, and enough of them.

    `trimmed` leaves out one highest and one lowest mark. Two decimals, half up.
    """
    if len(marks) < max(seats, step.panel_size, 1):
        return None
    counted = sorted(marks)[1:-1] if step.panel == Panel.TRIMMED else list(marks)
    return half_up(sum((Fraction(m) for m in counted), Fraction(0)) / len(counted)) if counted else None
