"""One rostering problem in the field's own terms: who, when, where, and within which limits.

Times are whole minutes from 00:00 local time of the problem's first day (day 0); days are numbered from it, and
a day before it has a negative number. A duty belongs to the day on which it starts, also when it ends after
midnight. A person has at most one duty that starts on a given day. Nothing here knows a database or a language.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from patrols.rostering.limits import Limit

MINUTES_A_DAY = 1440
DAYS_A_WEEK = 7
Span = Literal["week", "month", "quarter", "whole"]


@dataclass(frozen=True, slots=True)
class Period:
    """The minutes ``start`` (included) to ``end`` (not included); ``reason`` is a code for whoever explains it."""

    start: int
    end: int
    reason: str = ""

    def overlaps(self, start: int, end: int) -> bool:
        return self.start < end and start < self.end

    def covers(self, start: int, end: int) -> bool:
        return self.start <= start and end <= self.end


@dataclass(frozen=True, slots=True)
class ShiftType:
    """A shift type 班次: when it starts, how long it lasts, and how much of it counts as working time."""

    id: str
    code: str
    start_minute: int
    minutes: int
    is_night: bool = False
    counting_factor: float = 1.0
    is_training: bool = False

    @property
    def counted_minutes(self) -> int:
        """Working time in minutes: standby 备勤 counts by its factor (D2)."""
        return round(self.minutes * self.counting_factor)

    def start_on(self, day: int) -> int:
        return day * MINUTES_A_DAY + self.start_minute

    def end_on(self, day: int) -> int:
        return self.start_on(day) + self.minutes


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the problem as the work calendar (T11) has it."""

    index: int
    date: datetime.date
    is_weekend: bool = False
    is_holiday: bool = False
    is_workday: bool = True


@dataclass(frozen=True, slots=True)
class Wish:
    """A person asks to work (``wants``) or to be off on ``day``, on one shift type or on any."""

    day: int
    shift: str | None = None
    wants: bool = False
    weight: int = 10


@dataclass(frozen=True, slots=True)
class History:
    """What a person carried over the twelve months before: duties at night, on weekends, on holidays; minutes; duties
    on hard beats."""

    nights: int = 0
    weekends: int = 0
    holidays: int = 0
    minutes: int = 0
    hard_beats: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """A member. ``certificates`` is None where no certificate is asked for; empty means there is none (P10)."""

    id: str
    name: str = ""
    crew: str = ""
    category: str = ""
    skills: frozenset[str] = frozenset()
    unavailable: tuple[Period, ...] = ()
    certificates: tuple[Period, ...] | None = None
    protected: tuple[Period, ...] = ()
    wishes: tuple[Wish, ...] = ()
    history: History = History()


@dataclass(frozen=True, slots=True)
class Officer:
    """A sworn officer who can lead: the beats they answer for (None: any), when they are free (None: always)."""

    id: str
    name: str = ""
    beats: frozenset[str] | None = None
    available: tuple[Period, ...] | None = None


@dataclass(frozen=True, slots=True)
class SkillShare:
    """Of the people on a need, at least ``count`` hold ``skill``."""

    skill: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Need:
    """How many people a beat needs on one day and shift (D3).

    ``skills`` everyone there must hold; ``shares`` some of them. ``least_together``: staffed by nobody or by at
    least that many (D4: patrols without an officer go in pairs or more). ``is_hard``: a post that wears people out
    more than others, evened out (D9). The weights are the costs of one person missing below the minimum, missing below
    the ideal, and beyond the ideal.
    """

    id: str
    beat: str
    day: int
    shift: str
    minimum: int
    ideal: int
    skills: frozenset[str] = frozenset()
    shares: tuple[SkillShare, ...] = ()
    officer_led: bool = False
    least_together: int = 1
    is_hard: bool = False
    weight_minimum: int = 10_000
    weight_ideal: int = 600
    weight_over: int = 300

    def __post_init__(self) -> None:
        if not 0 <= self.minimum <= self.ideal:
            raise ValueError(f"need {self.id}: 0 ≤ minimum {self.minimum} ≤ ideal {self.ideal} does not hold")
        if not 0 <= self.weight_ideal <= self.weight_minimum or self.weight_over < 0:
            raise ValueError(f"need {self.id}: weights must satisfy 0 ≤ ideal ≤ minimum and over ≥ 0")


@dataclass(frozen=True, slots=True)
class Fixed:
    """A cell that the engine must leave as it is: this duty, or (``shift`` None) a day kept free.

    With ``beat`` None the engine chooses among the needs of that day and shift, if the person can serve one.
    """

    person: str
    day: int
    shift: str | None = None
    beat: str | None = None


class Assignment(NamedTuple):
    """One duty: ``person`` works ``shift`` starting on ``day`` at ``beat`` (None: no beat, counts for no need)."""

    person: str
    day: int
    shift: str
    beat: str | None = None


Roster = tuple[Assignment, ...]


@dataclass(frozen=True, slots=True)
class Waiver:
    """The emergency exception (劳动法 42) that someone names and signs: a limit lifted for some days and people."""

    code: str
    first_day: int
    last_day: int
    people: frozenset[str] | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken limit: its code, whom and which days it concerns, and the numbers a sentence is made from.

    ``cost`` is what a broken soft limit adds to the objective; 0 for a hard one.
    """

    code: str
    person: str | None
    days: tuple[int, ...]
    params: Mapping[str, object] = field(default_factory=dict)
    hard: bool = True
    need: str | None = None
    cost: int = 0


@dataclass(frozen=True)
class Problem:
    """Everything a roster is made from.

    ``outside`` are duties before day 0 or after the last day; rest and runs cross the border into them.
    ``known_from``/``known_until`` bound the days whose duties are known: beyond them days count as off for a
    "most", and a "least" that would reach beyond them is not judged. Raises ValueError on references to unknown
    people, shift types or days.
    """

    days: tuple[Day, ...]
    people: tuple[Person, ...]
    shift_types: tuple[ShiftType, ...]
    needs: tuple[Need, ...]
    limits: tuple[Limit, ...] = ()
    fixed: tuple[Fixed, ...] = ()
    outside: Roster = ()
    officers: tuple[Officer, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    known_from: int = 0
    known_until: int | None = None

    def __post_init__(self) -> None:
        if [day.index for day in self.days] != list(range(len(self.days))):
            raise ValueError("days must be numbered 0, 1, 2, …")
        self._refuse_repeated_names()
        self._refuse_unknown_names()

    def _refuse_repeated_names(self) -> None:
        for noun, names in (
            ("person", [person.id for person in self.people]),
            ("shift type", [shift.id for shift in self.shift_types]),
            ("need", [need.id for need in self.needs]),
            ("need (day, shift, beat)", [(need.day, need.shift, need.beat) for need in self.needs]),
            ("fixed cell", [(cell.person, cell.day) for cell in self.fixed]),
        ):
            if len(set(names)) != len(names):
                raise ValueError(f"a {noun} occurs twice")

    def _refuse_unknown_names(self) -> None:
        for need in self.needs:
            if need.shift not in self.shift or not 0 <= need.day < len(self.days):
                raise ValueError(f"need {need.id}: unknown shift type or day")
        cells: list[Fixed | Assignment] = [*self.fixed, *self.outside]
        for cell in cells:
            if cell.person not in self.person or (cell.shift is not None and cell.shift not in self.shift):
                raise ValueError(f"duty of {cell.person} on day {cell.day}: unknown person or shift type")
        if any(0 <= duty.day < len(self.days) for duty in self.outside):
            raise ValueError("an outside duty lies inside the problem's days")
        if any(not 0 <= cell.day < len(self.days) for cell in self.fixed):
            raise ValueError("a fixed cell lies outside the problem's days")
        for person in self.people:
            for wish in person.wishes:
                if not 0 <= wish.day < len(self.days) or (wish.shift is not None and wish.shift not in self.shift):
                    raise ValueError(f"wish of {person.id} for day {wish.day}: unknown day or shift type")

    @cached_property
    def person(self) -> dict[str, Person]:
        return {person.id: person for person in self.people}

    @cached_property
    def shift(self) -> dict[str, ShiftType]:
        return {shift.id: shift for shift in self.shift_types}

    @cached_property
    def need_at(self) -> dict[tuple[int, str, str | None], Need]:
        """The need of a day, shift type and beat."""
        return {(need.day, need.shift, need.beat): need for need in self.needs}

    @cached_property
    def calendar_spans(self) -> dict[Span, list[list[int]]]:
        """The days of each calendar span that touches the problem; only weeks include days outside it."""
        inside = range(len(self.days))
        first = -self.days[0].date.weekday()
        weeks = range(self.week_of(len(self.days) - 1) + 1)
        months: dict[tuple[int, int], list[int]] = {}
        quarters: dict[tuple[int, int], list[int]] = {}
        for day in self.days:
            months.setdefault((day.date.year, day.date.month), []).append(day.index)
            quarters.setdefault((day.date.year, (day.date.month - 1) // 3), []).append(day.index)
        return {
            "week": [[first + DAYS_A_WEEK * week + day for day in range(DAYS_A_WEEK)] for week in weeks],
            "month": list(months.values()),
            "quarter": list(quarters.values()),
            "whole": [list(inside)],
        }

    @property
    def last_known(self) -> int:
        """The first day after those whose duties are known."""
        return len(self.days) if self.known_until is None else self.known_until

    def is_waived(self, code: str, person: str, days: Iterable[int]) -> bool:
        """Whether an emergency exception lifts the limit for the person on any of the days."""
        return bool(self.waivers) and any(
            waiver.code == code
            and (waiver.people is None or person in waiver.people)
            and any(waiver.first_day <= day <= waiver.last_day for day in days)
            for waiver in self.waivers
        )

    def date_of(self, day: int) -> datetime.date:
        """The date of a day number, also outside the problem."""
        return self.days[0].date + datetime.timedelta(days=day)

    def week_of(self, day: int) -> int:
        """The number of the calendar week (Monday to Sunday) of a day; day 0 lies in week 0."""
        return (day + self.days[0].date.weekday()) // DAYS_A_WEEK


def days_from(first: datetime.date, count: int, holidays: frozenset[datetime.date] = frozenset()) -> tuple[Day, ...]:
    """``count`` days from ``first``, weekends by the calendar; without make-up workdays, which only T11 knows."""
    dates = [first + datetime.timedelta(days=index) for index in range(count)]
    return tuple(
        Day(
            index,
            date,
            is_weekend=date.weekday() >= 5,
            is_holiday=date in holidays,
            is_workday=date.weekday() < 5 and date not in holidays,
        )
        for index, date in enumerate(dates)
    )
