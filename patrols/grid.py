"""The roster as people look at it: crews and their members down, days across, cover below, numbers on top.

The page, the printed sheet and the workbook all draw this one table; the page's script gets the same facts as data.
Beside the remarks it reads nothing itself: everything comes from the sheet.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from patrols.models import Beat, Duty, DutyOrigin, Risk, Roster, RosterVersion, ShiftType
from patrols.models.cover import WEEKDAYS
from patrols.services.duties import mark_of
from patrols.services.rostering import Finding, NeedCover, Sheet, Totals
from patrols.wording import gap_text
from personnel.models import AbsenceKind, Member
from teams.models.calendar import Day

TONES = {"short": "bad", "thin": "warn", "full": "good", "over": "good"}
WORST_FIRST = ("short", "thin", "over", "full")
LINES_A_PAGE = (50, 56, 62, 68)  # at the row heights of `static/css/print-roster.css`
LONGEST_NAME = 5  # letters in one line beside the days
HOUR_LIMITS = frozenset({"hours_day", "hours_week", "hours_month", "hours_quarter", "hours_whole"})


@dataclass(frozen=True)
class Column:
    """A day: its number, its weekday, whether it is free, and how well it is covered."""

    day: Day
    needs: tuple[NeedCover, ...]
    remark: str = ""
    is_today: bool = False

    @property
    def date(self) -> dt.date:
        return self.day.date

    @cached_property
    def iso(self) -> str:
        return self.date.isoformat()

    @property
    def weekday(self) -> str:
        return str(WEEKDAYS[self.date.weekday()])

    @property
    def is_free(self) -> bool:
        return not self.day.is_workday

    @property
    def tone(self) -> str:
        return tone_of(self.needs)

    @cached_property
    def css(self) -> str:
        names = ["free" if self.is_free else "", "holiday" if self.day.is_holiday else ""]
        return " ".join(name for name in (*names, "today" if self.is_today else "") if name)

    @cached_property
    def name(self) -> str:
        """The day, its weekday, and its feast."""
        day = date_format(self.date, "MONTH_DAY_FORMAT")
        text = _("%(day)s %(weekday)s") % {"day": day, "weekday": self.weekday}
        return f"{text} {self.day.name}".strip()

    @cached_property
    def label(self) -> str:
        """The whole day for screen readers and tooltips."""
        return f"{self.name} {self.remark}".strip()


@dataclass(frozen=True)
class Cell:
    """One person on one day."""

    member_id: int
    column: Column
    duty: Duty | None
    shift: ShiftType | None
    beat: str
    absence: str  # one or two characters, shown hatched
    absence_label: str
    is_broken: bool
    published: str | None = None  # the mark in the version that the grid is compared with
    published_text: str = ""  # and what it says
    wish: str = ""  # what the member asked for

    @property
    def date(self) -> dt.date:
        return self.column.date

    @property
    def mark(self) -> str:
        return mark_of(self.duty)

    @property
    def iso(self) -> str:
        return self.column.iso

    @property
    def origin(self) -> str:
        """Where the duty comes from, unless it was set by hand."""
        return self.duty.origin if self.duty and self.duty.origin != DutyOrigin.HAND else ""

    @property
    def is_changed(self) -> bool:
        return self.published is not None and self.published != self.mark

    @property
    def text(self) -> str:
        return self.shift.code if self.shift else self.absence

    @property
    def chip(self) -> str:
        if self.shift:
            return f"shift shift-{self.shift.colour}"
        return "away-mark" if self.absence else "free-mark"

    @property
    def tip(self) -> str:
        return f"{self.beat if self.shift else self.absence_label} {self.wish_text}".strip()

    @property
    def wish_text(self) -> str:
        return _("Wish: %(wish)s") % {"wish": self.wish} if self.wish else ""

    @property
    def css(self) -> str:
        names = [self.column.css] if self.column.css else []
        if self.absence:
            names.append("away")
        if self.is_broken:
            names.append("broken")
        if self.duty and self.duty.is_fixed:
            names.append("fixed")
        if self.is_changed:
            names.append("changed")
        if self.wish:
            names.append("wished")
        return " ".join(names)


@dataclass(frozen=True)
class Row:
    """A member's days and totals."""

    member: Member
    cells: list[Cell]
    totals: Totals

    @property
    def badge(self) -> str:
        """班长, 组长: who leads the crew is marked; that the others are members goes without saying."""
        position = self.member.position.strip()
        return position if position.endswith("长") else ""

    @property
    def has_long_name(self) -> bool:
        """One that does not fit the column in one line: two people may begin alike."""
        return len(self.member.name) > LONGEST_NAME

    @property
    def hours_over(self) -> bool:
        return bool(self.totals.broken & HOUR_LIMITS)

    @property
    def nights_over(self) -> bool:
        return "consecutive_nights" in self.totals.broken

    @property
    def overtime(self) -> int:
        return round(max(0, self.totals.overtime_minutes) / 60)


@dataclass(frozen=True)
class Crew:
    """The members of one patrol group."""

    name: str
    rows: list[Row]


@dataclass(frozen=True)
class CoverRow:
    """A beat in one shift: each day's people against the need; None where nothing is asked for."""

    beat: Beat
    shift: ShiftType
    cells: list[tuple[Column, NeedCover | None]]
    is_first: bool  # of its beat: the name is written once
    broken: frozenset[dt.date]  # the days on which its people together break a limit

    @property
    def leads(self) -> list[tuple[Column, str]]:
        """The officer who leads on each day; empty where the need is not police-led, or nobody serves it."""
        if not any(need and need.officer_led for _column, need in self.cells):
            return []
        return [(column, need.lead if need and need.officer_led and need.have else "") for column, need in self.cells]


@dataclass(frozen=True)
class Strip:
    """The numbers on top."""

    needed: int
    filled: int
    broken: int
    nights: tuple[int, int]
    weekends: tuple[int, int]
    hard_beats: tuple[int, int]
    hours: int
    standard: int
    is_generated: bool
    is_changed: bool  # since it was generated, or what it must cover has
    gap: str  # how far the cover may be from the best possible; empty where that is not known

    @property
    def nights_text(self) -> str:
        return _spread(self.nights)

    @property
    def weekends_text(self) -> str:
        return _spread(self.weekends)

    @property
    def hard_beats_text(self) -> str:
        return _spread(self.hard_beats)


class Grid:
    """The whole table of one roster."""

    def __init__(self, sheet: Sheet, *, today: dt.date | None = None, compared: RosterVersion | None = None) -> None:
        self.sheet = sheet
        self.today = today
        self.compared = compared

    @property
    def roster(self) -> Roster:
        return self.sheet.roster

    @property
    def is_part(self) -> bool:
        """A group's rows alone: what the squadron covers and breaks together does not show in them."""
        return self.sheet.is_part

    @cached_property
    def findings(self) -> list[Finding]:
        return [finding for finding in self.sheet.findings() if finding.hard]

    @cached_property
    def needs(self) -> list[NeedCover]:
        return [] if self.is_part else self.sheet.cover()

    @cached_property
    def columns(self) -> list[Column]:
        by_day: dict[dt.date, list[NeedCover]] = {}
        for need in self.needs:
            by_day.setdefault(need.day, []).append(need)
        return [
            Column(
                day,
                tuple(by_day.get(day.date, ())),
                self.remarks.get(day.date, ""),
                is_today=day.date == self.today,
            )
            for day in self.sheet.days
        ]

    @cached_property
    def crews(self) -> list[Crew]:
        rows = [self._row(member) for member in self.sheet.members]
        return [Crew(name, list(group)) for name, group in groupby(rows, key=lambda row: row.member.unit.label)]

    @cached_property
    def cover_rows(self) -> list[CoverRow]:
        cells = {(need.beat_id, need.shift_type_id, need.day): need for need in self.needs}
        pairs = list(dict.fromkeys((need.beat_id, need.shift_type_id) for need in self.needs))
        return [
            CoverRow(
                beat=self._beats[beat],
                shift=self._shifts[shift],
                cells=[(column, cells.get((beat, shift, column.date))) for column in self.columns],
                is_first=position == 0 or pairs[position - 1][0] != beat,
                broken=frozenset(day for place, day in self._broken_needs if place == (beat, shift)),
            )
            for position, (beat, shift) in enumerate(pairs)
        ]

    @cached_property
    def strip(self) -> Strip:
        totals = list(self._totals.values())
        # Who never works nights (a school-gate crew) says nothing about how evenly nights are shared.
        nights = [item.nights for item in totals if item.nights]
        weekends = [item.weekends for item in totals if item.weekends]
        hard = [item.hard_beats for item in totals if item.hard_beats]
        return Strip(
            needed=sum(need.minimum for need in self.needs),
            filled=sum(need.minimum - need.missing for need in self.needs),
            broken=len(self.findings),
            nights=(min(nights, default=0), max(nights, default=0)),
            weekends=(min(weekends, default=0), max(weekends, default=0)),
            hard_beats=(min(hard, default=0), max(hard, default=0)),
            hours=_mean([t.minutes for t in totals]),
            standard=_mean([t.standard_minutes for t in totals]),
            is_generated=bool(self.roster.generation),
            is_changed=bool(self.roster.generation) and self.roster.generation.get("stands") != self.sheet.digest,
            gap=gap_text(self.roster.generation.get("gap")),
        )

    @property
    def has_hard_beats(self) -> bool:
        return any(beat.risk == Risk.HIGH for beat in self.sheet.beats)

    @cached_property
    def remarks(self) -> dict[dt.date, str]:
        return dict(self.roster.remarks.values_list("day", "text"))

    @property
    def remarked(self) -> list[Column]:
        """The days about which something is said."""
        return [column for column in self.columns if column.remark]

    @property
    def print_density(self) -> int:
        """How tightly the printed rows stand, 1 to 4, so that forty people, crews and cover fit on one A3 page.

        More than that goes over as few pages as the tightest rows would take, in the widest rows that still do.
        """
        below = len(self.cover_rows) + sum(bool(row.leads) for row in self.cover_rows)
        lines = len(self.sheet.members) + 0.87 * len(self.crews) + 0.77 * below
        pages = math.ceil(lines / LINES_A_PAGE[-1])
        return next(level for level, most in enumerate(LINES_A_PAGE, start=1) if lines <= most * pages)

    @property
    def used_shifts(self) -> list[ShiftType]:
        """What the legend explains."""
        used = {duty.shift_type_id for duty in self.sheet.duties}
        return [shift for shift in self.sheet.shift_types if shift.pk in used]

    @property
    def column_count(self) -> int:
        return len(self.columns) + 5

    def as_json(self) -> dict[str, Any]:
        """Everything that the page's script must know beside what stands in the table."""
        return {
            "editable": self.roster.is_draft,
            "days": {column.iso: column.name for column in self.columns},
            "remarks": {column.iso: column.remark for column in self.remarked},
            "names": {member.pk: member.name for member in self.sheet.members},
            "shifts": [_shift_json(shift, self.roster) for shift in self.sheet.shift_types],
            "beats": {beat.pk: beat.name for beat in self.sheet.beats},
            "standard": self.strip.standard,
            "compared": self._compared_json(),
            "wishes": {f"{member}|{day.isoformat()}": text for (member, day), text in self._wishes.items()},
            **facts_json(self.sheet, self.findings, self.needs),
        }

    @cached_property
    def _shifts(self) -> dict[int, ShiftType]:
        return {shift.pk: shift for shift in self.sheet.shift_types}

    @cached_property
    def _beats(self) -> dict[int, Beat]:
        return {beat.pk: beat for beat in self.sheet.beats}

    @cached_property
    def _absences(self) -> dict[tuple[int, dt.date], str]:
        return self.sheet.absences

    @cached_property
    def _wishes(self) -> dict[tuple[int, dt.date], str]:
        """In words, by member and day: what a draft is made from and nobody declined."""
        rows = [row for found in self.sheet.facts.wishes.values() for row in found] if self.roster.is_draft else []
        return {(row.member_id, row.day): row.what for row in rows}

    @cached_property
    def _totals(self) -> dict[int, Totals]:
        return self.sheet.totals()

    @cached_property
    def _duties_by_member(self) -> dict[int, dict[dt.date, Duty]]:
        found: dict[int, dict[dt.date, Duty]] = {member.pk: {} for member in self.sheet.members}
        for duty in self.sheet.duties:
            found.setdefault(duty.member_id, {})[duty.day] = duty
        return found

    @cached_property
    def _broken(self) -> set[tuple[int | None, dt.date | None]]:
        spots = _Spots(self.sheet)
        own = {(finding.member_id, spots.of(finding)) for finding in self.findings}
        return own | {(pk, day) for finding in self.findings for pk in finding.crew for day in finding.days}

    @cached_property
    def _broken_needs(self) -> set[tuple[tuple[int, int], dt.date]]:
        return {(f.place, day) for f in self.findings if f.place and f.member_id is None for day in f.days}

    @cached_property
    def _published(self) -> Mapping[tuple[int, str], str]:
        """The marks of the version compared with, by member and day."""
        entries = self.compared.duties if self.compared else []
        return {(e["member"], e["day"]): f"{e['shift']}.{e['beat'] or 0}" for e in entries}

    def _compared_json(self) -> dict[str, Any] | None:
        if self.compared is None:
            return None
        marks = {f"{member}|{day}": mark for (member, day), mark in self._published.items()}
        return {"number": self.compared.number, "marks": marks}

    def _row(self, member: Member) -> Row:
        duties = self._duties_by_member[member.pk]
        cells = [self._cell(member.pk, column, duties.get(column.date)) for column in self.columns]
        return Row(member, cells, self._totals[member.pk])

    @cached_property
    def changed_days(self) -> set[dt.date]:
        """The days that differ from the version compared with."""
        if self.compared is None:
            return set()
        return {cell.date for crew in self.crews for row in crew.rows for cell in row.cells if cell.is_changed}

    def _said(self, mark: str) -> str:
        """A mark in words: the shift's code and the beat, or free."""
        if not mark:
            return _("Free")
        shift, _separator, beat = mark.partition(".")
        names = [self._shifts[int(shift)].code if int(shift) in self._shifts else "?"]
        names += [self._beats[int(beat)].name] if int(beat) in self._beats else []
        return " ".join(names)

    def _cell(self, member_id: int, column: Column, duty: Duty | None) -> Cell:
        reason = self._absences.get((member_id, column.date), "")
        published = self._published.get((member_id, column.iso), "") if self.compared else None
        return Cell(
            member_id=member_id,
            column=column,
            duty=duty,
            shift=self._shifts[duty.shift_type_id] if duty else None,
            beat=self._beats[duty.beat_id].name if duty and duty.beat_id in self._beats else "",
            absence=absence_code(reason) if reason else "",
            absence_label=self.sheet.reason_label(reason) if reason else "",
            is_broken=(member_id, column.date) in self._broken,
            published=published,
            published_text=self._said(published) if published is not None else "",
            wish=self._wishes.get((member_id, column.date), ""),
        )


def facts_json(sheet: Sheet, findings: Iterable[Finding], needs: Iterable[NeedCover]) -> dict[str, Any]:
    """What the page's script keeps in step: the findings and totals of the sheet's people, the cover of some days."""
    spots = _Spots(sheet)
    by_day: dict[str, list[NeedCover]] = {}
    for need in needs:
        by_day.setdefault(need.day.isoformat(), []).append(need)
    return {
        "findings": [_finding_json(finding, spots.of(finding)) for finding in findings],
        "totals": {pk: _totals_json(totals) for pk, totals in sheet.totals().items()},
        "cover": {
            day: {"tone": tone_of(found), "needs": [_need_json(need) for need in found]}
            for day, found in by_day.items()
        },
    }


def tone_of(needs: Iterable[NeedCover]) -> str:
    """good, warn, bad, or nothing where no cover is asked for."""
    states = {need.state for need in needs}
    return next((TONES[state] for state in WORST_FIRST if state in states), "")


class _Spots:
    """The one day of a finding whose cell is outlined: the last with a duty, for there the limit gives way."""

    def __init__(self, sheet: Sheet) -> None:
        # As the sheet stands: after a change its `duties` are still the ones that were read.
        self.worked: dict[str, set[dt.date]] = {}
        for item in sheet.placed:
            self.worked.setdefault(item.person, set()).add(sheet.date(item.day))

    def of(self, finding: Finding) -> dt.date | None:
        worked = self.worked.get(str(finding.member_id), set())
        return max((day for day in finding.days if day in worked), default=max(finding.days, default=None))


def absence_code(reason: str) -> str:
    """What a taken day shows in its cell: 假, 训, 勤."""
    if reason == AbsenceKind.TRAINING:
        return _("Tr")
    return _("On") if reason in ("duty", "standby") else _("Lv")


def _spread(ends: tuple[int, int]) -> str:
    low, high = ends
    return str(low) if low == high else f"{low} – {high}"


def _mean(minutes: Iterable[int]) -> int:
    values = list(minutes)
    return round(sum(values) / len(values) / 60) if values else 0


def _finding_json(finding: Finding, spot: dt.date | None) -> dict[str, Any]:
    return {
        "member": finding.member_id,
        "days": [day.isoformat() for day in finding.days],
        "spot": spot.isoformat() if spot else None,
        "place": finding.place,
        "crew": finding.crew,
        "text": str(finding.message),
    }


def _shift_json(shift: ShiftType, roster: Roster) -> dict[str, Any]:
    return {
        "id": shift.pk,
        "code": shift.code,
        "name": shift.name,
        "key": shift.key,
        "colour": shift.colour,
        "hours": shift.hours_text,
        "active": shift.is_active and shift.unit_id == roster.unit_id,
    }


def _need_json(need: NeedCover) -> dict[str, Any]:
    return {
        "beat": need.beat_id,
        "shift": need.shift_type_id,
        "have": need.have,
        "minimum": need.minimum,
        "ideal": need.ideal,
        "tone": TONES[need.state],
        "lacks": need.missing_skills,
        "led": need.officer_led,
        "lead": need.lead,
    }


def _totals_json(totals: Totals) -> dict[str, Any]:
    return {
        "minutes": totals.minutes,
        "hours": round(totals.minutes / 60),
        "nights": totals.nights,
        "weekends": totals.weekends,
        "hard_beats": totals.hard_beats,
        "overtime": round(max(0, totals.overtime_minutes) / 60),
        "hours_over": bool(totals.broken & HOUR_LIMITS),
        "nights_over": "consecutive_nights" in totals.broken,
    }
