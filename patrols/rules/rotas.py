"""What a rota implies — hours, nights, rest — judged by the limits before anybody works by it (handbook D8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from lianfang.platform.problems import Problem
from patrols import rostering as engine
from patrols.models import ShiftType, WorkingTimeLimits
from patrols.models.rota import OFF
from patrols.rostering import limits

DAYS_A_YEAR, MONTHS_A_YEAR = 365, 12
WORKDAYS_A_MONTH = 20.83  # 劳社部发〔2008〕3号: (365 - 104 - 11) / 12
MONDAY = dt.date(2024, 1, 1)  # any Monday: a rota knows no holidays
FEWEST_DAYS = 8 * 7  # so that a pattern meets the weeks in every way that it can within two months
WHO = "0"


@dataclass(frozen=True)
class Implied:
    """What one person works by a rota, on the average."""

    hours_a_month: float
    nights_a_month: float
    duties_a_month: float
    days_off_a_week: float
    least_rest: float | None  # hours between two duties; None where there is only one
    working_days: int
    cycle: int

    @property
    def hours_text(self) -> str:
        return f"{self.hours_a_month:.0f}"


def implied(pattern: Sequence[str], shifts: Mapping[str, ShiftType]) -> Implied:
    """The averages of a pattern; a month is a twelfth of 365 days."""
    worked = [shifts[code] for code in pattern if code != OFF]
    share = DAYS_A_YEAR / MONTHS_A_YEAR / len(pattern)
    return Implied(
        hours_a_month=share * sum(shift.counted_minutes for shift in worked) / 60,
        nights_a_month=share * sum(shift.is_night for shift in worked),
        duties_a_month=share * len(worked),
        days_off_a_week=7 * (len(pattern) - len(worked)) / len(pattern),
        least_rest=_least_rest(pattern, shifts),
        working_days=len(worked),
        cycle=len(pattern),
    )


def rota_problems(pattern: Sequence[str], shifts: Mapping[str, ShiftType], row: WorkingTimeLimits) -> list[Problem]:
    """Which of the working-time limits the pattern breaks, one problem a limit; codes as the checker names them."""
    unknown = sorted({code for code in pattern if code != OFF and code not in shifts})
    if unknown:
        text = _("There is no shift type “%(codes)s” in the squadron.") % {"codes": "”, “".join(unknown)}
        return [Problem("rota_unknown_shift", text, field="pattern")]
    if all(code == OFF for code in pattern):
        return [Problem("rota_without_duty", _("The pattern holds no shift."), field="pattern")]
    return [*_month_problems(implied(pattern, shifts), row), *_checked(pattern, shifts, row)]


def _month_problems(found: Implied, row: WorkingTimeLimits) -> list[Problem]:
    standard = WORKDAYS_A_MONTH * float(row.standard_hours_a_day)
    most = standard + float(row.overtime_a_month)
    if found.hours_a_month <= most:
        return []
    text = _("%(hours)s hours a month on average; %(standard)s are standard, with all overtime %(most)s are allowed.")
    return [
        Problem("hours_month", text % {"hours": found.hours_text, "standard": round(standard), "most": round(most)})
    ]


def _checked(pattern: Sequence[str], shifts: Mapping[str, ShiftType], row: WorkingTimeLimits) -> list[Problem]:
    """The worst breach of each limit that the engine's checker finds in some weeks of the rota."""
    problem, placed = _weeks(pattern, shifts, row)
    worst: dict[str, engine.Violation] = {}
    for item in engine.check(problem, placed):
        if item.code in SENTENCES and (item.code not in worst or _badness(item) > _badness(worst[item.code])):
            worst[item.code] = item
    return [Problem(code, SENTENCES[code](worst[code].params)) for code in SENTENCES if code in worst]


def _weeks(
    pattern: Sequence[str], shifts: Mapping[str, ShiftType], row: WorkingTimeLimits
) -> tuple[engine.Problem, tuple[engine.Assignment, ...]]:
    """One person who works by the pattern for two months or two rounds, whatever is longer."""
    count = max(FEWEST_DAYS, 2 * len(pattern))
    kinds = tuple(
        engine.ShiftType(
            code, shift.name, shift.starts_at.hour * 60 + shift.starts_at.minute, shift.minutes, shift.is_night,
            float(shift.counting_factor),
        )
        for code, shift in shifts.items()
    )  # fmt: skip
    codes = [pattern[day % len(pattern)] for day in range(count)]
    placed = tuple(engine.Assignment(WHO, day, code) for day, code in enumerate(codes) if code != OFF)
    person = engine.Person(WHO)
    return engine.Problem(engine.days_from(MONDAY, count), (person,), kinds, (), _limits(row)), placed


def _limits(row: WorkingTimeLimits) -> tuple[limits.Limit, ...]:
    return (
        limits.Overlap(),
        limits.Rest(minutes=int(row.rest_between_shifts * 60)),
        limits.HoursADay(most=int(row.hours_a_day * 60)),
        limits.HoursInSpan(span="week", most=int(row.hours_a_week * 60)),
        limits.ConsecutiveDays(most=row.consecutive_days),
        limits.ConsecutiveNights(most=row.consecutive_nights),
        limits.WeeklyRest(days=row.days_off_a_week),
    )


def _least_rest(pattern: Sequence[str], shifts: Mapping[str, ShiftType]) -> float | None:
    """The shortest time between two duties of two rounds of the pattern, in hours."""
    spans = []
    for day, code in enumerate([*pattern, *pattern]):
        if code != OFF:
            starts = day * 1440 + shifts[code].starts_at.hour * 60 + shifts[code].starts_at.minute
            spans.append((starts, starts + shifts[code].minutes))
    gaps = [after[0] - before[1] for before, after in pairwise(spans)]
    return min(gaps) / 60 if gaps else None


def _badness(item: engine.Violation) -> float:
    """How far a violation is from what is allowed; more is worse, whichever way its limit looks."""
    values: Mapping[str, Any] = item.params
    if "most" in values:
        return float(next(value for key, value in values.items() if key in ("minutes", "length")) - values["most"])
    return float(values.get("least", 0) - next((v for k, v in values.items() if k in ("rest", "free")), 0))


def _hours(value: Any) -> str:
    return f"{value / 60:g}"


SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "overlap": lambda p: _("A duty begins before the one of the day before has ended."),
    "rest": lambda p: (
        _("%(rest)s hours of rest between two duties; at least %(least)s are needed.")
        % {"rest": _hours(p["rest"]), "least": _hours(p["least"])}
    ),
    "hours_day": lambda p: (
        _("%(hours)s hours on one day; at most %(most)s are allowed.")
        % {"hours": _hours(p["minutes"]), "most": _hours(p["most"])}
    ),
    "hours_week": lambda p: (
        _("up to %(hours)s hours in a week; at most %(most)s are allowed.")
        % {"hours": _hours(p["minutes"]), "most": _hours(p["most"])}
    ),
    "consecutive_days": lambda p: (
        _("%(length)s working days in a row; at most %(most)s are allowed.")
        % {"length": p["length"], "most": p["most"]}
    ),
    "consecutive_nights": lambda p: (
        _("%(length)s nights in a row; at most %(most)s are allowed.") % {"length": p["length"], "most": p["most"]}
    ),
    "weekly_rest": lambda p: (
        _("weeks with %(free)s days off; at least %(least)s are needed.") % {"free": p["free"], "least": p["least"]}
    ),
}
