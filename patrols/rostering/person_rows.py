"""Limits that are linear in one person's duties, as rows of the master programme."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from patrols.rostering.frame import OFF, Frame
from patrols.rostering.limits import HoursInSpan, Limit, ShiftCount, WeeklyRest
from patrols.rostering.pricing import minutes_outside


@dataclass(frozen=True)
class PersonRow:
    """Σ weight·duty of one person lies between two numbers, or each unit outside costs."""

    person: int
    weights: NDArray[np.float64]  # days × shifts
    least: float
    most: float
    price: float | None
    unit: float

    def within(self, days: range, row: NDArray[np.int16]) -> PersonRow | None:
        """The same for some days, where the row says what is done on the others; None if it always holds."""
        others = np.flatnonzero(row != OFF)
        others = others[(others < days.start) | (others >= days.stop)]
        known = float(self.weights[others, row[others]].sum())
        weights = self.weights[days.start : days.stop]
        least, most = self.least - known, self.most - known
        if least <= 0 and weights.max(axis=1, initial=0).sum() <= most:
            return None
        return replace(self, weights=weights, least=least, most=most)


def rows_of(limit: Limit, frame: Frame, concerned: list[int]) -> list[PersonRow]:
    """The rows that a limit linear in each person's duties becomes; none for the others."""
    problem = frame.problem
    shape = (len(problem.days), len(problem.shift_types))
    if not concerned or (limit.hard and any(waiver.code == limit.name for waiver in problem.waivers)):
        return []
    price = None if limit.hard else float(limit.weight)
    if isinstance(limit, ShiftCount) and limit.most < len(problem.days):
        weights = np.zeros(shape)
        weights[:, frame.shift_index[limit.shift]] = 1
        return [PersonRow(index, weights, -math.inf, limit.most, price, 1) for index in concerned]
    if isinstance(limit, WeeklyRest):
        return [row for week in limit.weeks(problem) for row in _week_rows(limit, frame, week, concerned)]
    if isinstance(limit, HoursInSpan) and limit.span == "week":
        return [row for span in limit.spans(problem) for row in _hour_rows(limit, frame, span, concerned)]
    return []


def _week_rows(limit: WeeklyRest, frame: Frame, week: list[int], concerned: list[int]) -> list[PersonRow]:
    weights = np.zeros((len(frame.problem.days), len(frame.problem.shift_types)))
    inside = [day for day in week if 0 <= day < len(frame.problem.days)]
    weights[inside] = 1
    rows = []
    for person in concerned:
        outside = sum((person, day) in frame.outside for day in week)
        room = 7 - limit.days - outside
        if room < len(inside):
            rows.append(PersonRow(person, weights, -math.inf, max(0, room), None if limit.hard else limit.weight, 1))
    return rows


def _hour_rows(limit: HoursInSpan, frame: Frame, span: list[int], concerned: list[int]) -> list[PersonRow]:
    problem = frame.problem
    weights = np.zeros((len(problem.days), len(problem.shift_types)))
    weights[[day for day in span if 0 <= day < len(problem.days)]] = [s.counted_minutes for s in problem.shift_types]
    cap = limit.cap(problem, span)
    rows = []
    for person in concerned:
        outside = minutes_outside(limit, frame, person, span)
        most = math.inf if cap is None else max(0, cap - outside)
        least = -math.inf if limit.least is None else limit.least - outside
        if most < weights.max(axis=1).sum() or math.isfinite(least):
            rows.append(PersonRow(person, weights, least, most, None if limit.hard else limit.weight, 60))
    return rows
