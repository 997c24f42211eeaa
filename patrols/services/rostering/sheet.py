"""A roster as the grid needs it: what is wrong, what is covered, what each person carries, who could fill a place.

Read once; judged by the engine's checker, so that a cell set by hand and a generated one meet the same limits.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianfang.platform.problems import Problem
from patrols import rostering as engine
from patrols.models import Beat, Duty, Risk, Roster, ShiftType, SwornOfficer, Wish
from patrols.rostering.limits import OfficerLed
from patrols.services.rostering.elsewhere import duties_elsewhere
from patrols.services.rostering.facts import Facts, read, span
from patrols.services.rostering.problem import absent_workdays, assignment, limits_of, problem_of
from patrols.services.rostering.roster_rules import is_used
from patrols.services.rostering.sentences import BETWEEN, Words, reason_label
from personnel.models import Member
from teams.models.calendar import Day

# The codes of the limits under which a duty is impossible rather than unwise.
IMPOSSIBLE = frozenset({"certificate", "absence", "overlap"})


@dataclasses.dataclass(frozen=True)
class Finding:
    """A broken limit: whose, the roster's days whose cells show it, and a finished sentence."""

    code: str
    member_id: int | None
    days: tuple[dt.date, ...]
    message: str
    hard: bool = True
    place: tuple[int, int] | None = None  # beat and shift type, where the limit is about a need
    crew: tuple[int, ...] = ()  # whose duties break it together, where it is about a crew

    @property
    def problem(self) -> Problem:
        return Problem(self.code, self.message)


@dataclasses.dataclass(frozen=True)
class NeedCover:
    """A need of one day and how many serve it."""

    beat_id: int
    shift_type_id: int
    day: dt.date
    minimum: int
    ideal: int
    have: int
    missing_skills: int = 0
    officer_led: bool = False
    lead: str = ""  # the name of the officer who leads

    @property
    def missing(self) -> int:
        return max(0, self.minimum - self.have)

    @property
    def state(self) -> str:
        """`short` below the minimum or lacking a skill, `thin` below the ideal, `over` beyond it, else `full`."""
        if self.have < self.minimum or self.missing_skills:
            return "short"
        if self.have < self.ideal:
            return "thin"
        return "over" if self.have > self.ideal else "full"


@dataclasses.dataclass(frozen=True)
class Totals:
    """What one person carries in the roster. `standard_minutes` is the norm of its workdays without those of leave."""

    minutes: int
    duties: int
    nights: int
    weekends: int
    holidays: int
    hard_beats: int
    standard_minutes: int
    broken: frozenset[str]

    @property
    def hours(self) -> float:
        return round(self.minutes / 60, 1)

    @property
    def overtime_minutes(self) -> int:
        return max(0, self.minutes - self.standard_minutes)


@dataclasses.dataclass(frozen=True)
class Candidate:
    """Somebody for an empty place, or why not; `reason` says it in words."""

    member_id: int
    name: str
    can: bool
    reason: str
    problems: tuple[str, ...]
    minutes: int
    nights: int


class Sheet:
    """One roster, read; every question below costs no query."""

    def __init__(
        self, facts: Facts, problem: engine.Problem, placed: tuple[engine.Assignment, ...], *, is_part: bool = False
    ) -> None:
        self.facts, self.engine_problem, self.placed = facts, problem, placed
        self.is_part = is_part  # some people only: what several break together cannot be seen
        self.elsewhere = duties_elsewhere(facts)

    @cached_property
    def standing(self) -> tuple[engine.Assignment, ...]:
        """The roster's own duties, and those of its people in other squadrons' rosters on its days."""
        return (*self.placed, *self.elsewhere.inside)

    @property
    def roster(self) -> Roster:
        return self.facts.roster

    @property
    def days(self) -> list[Day]:
        return self.facts.days

    @property
    def members(self) -> list[Member]:
        return self.facts.members

    @property
    def duties(self) -> list[Duty]:
        return self.facts.duties

    @property
    def shift_types(self) -> list[ShiftType]:
        return self.facts.shift_types

    @cached_property
    def beats(self) -> list[Beat]:
        """Those with a need, in their order."""
        found = {row.beat_id: row.beat for row in self.facts.cover}
        return sorted(found.values(), key=lambda beat: (beat.position, beat.pk))

    @cached_property
    def words(self) -> Words:
        beats = {str(beat.pk): beat.name for beat in self.beats}
        names = {str(pk): name for pk, (name, _unit) in self.facts.spoken_of.items()}
        return Words(self.engine_problem, self.standing, beats, names)

    def date(self, number: int) -> dt.date:
        return self.engine_problem.date_of(number)

    # --- limits --------------------------------------------------------------------------------------------------

    @cached_property
    def violations(self) -> list[engine.Violation]:
        if not self.is_part:
            return self.ours(engine.check(self.engine_problem, self.standing))
        return [item for name in sorted(self.engine_problem.person) for item in self._judged(name)]

    def findings(self) -> list[Finding]:
        """Each broken hard limit of anyone, by person and day."""
        return [self.finding(item) for item in self.violations]

    def advice(self) -> list[Finding]:
        """Rules of the squadron that the roster keeps not everywhere and need not: they stop nothing."""
        return [self.finding(item) for item in self._soft if item.code != "wish"]

    def wishes(self) -> list[tuple[Wish, bool]]:
        """Each wish for a day of the roster that nobody declined, and whether the roster meets it; by day.

        A wish for a shift that is out of use is met where the member wants not to be on it.
        """
        unmet = {(item.person, item.days[0]) for item in self._soft if item.code == "wish"}
        rows = [row for found in self.facts.wishes.values() for row in found]
        rows.sort(key=lambda row: (row.day, row.member_id))
        return [(row, self._is_met(row, unmet)) for row in rows]

    def _is_met(self, row: Wish, unmet: set[tuple[str | None, int]]) -> bool:
        if not is_used(self.facts, row.shift_type_id):
            return not row.wants
        return (str(row.member_id), self.facts.index(row.day)) not in unmet

    @cached_property
    def _soft(self) -> list[engine.Violation]:
        found = engine.check(self.engine_problem, self.standing, soft=True)
        return [item for item in found if not item.hard]

    def findings_of(self, member_ids: Collection[int]) -> list[Finding]:
        """Those of the given people, judging nobody else."""
        names = sorted({str(pk) for pk in member_ids} & self.engine_problem.person.keys())
        return [self.finding(item) for name in names for item in self._judged(name)]

    def _judged(self, name: str) -> list[engine.Violation]:
        return self.ours(engine.check_person(self.engine_problem, name, self.standing))

    def ours(self, found: Iterable[engine.Violation]) -> list[engine.Violation]:
        """Without what only a person's duties elsewhere break: that is the other squadron's matter."""
        away = {item.person for item in (*self.elsewhere.inside, *self.elsewhere.around)}
        if not away:
            return list(found)
        own = {(item.person, item.day) for item in self.placed}
        return [
            item for item in found if item.person not in away or any((item.person, day) in own for day in item.days)
        ]

    def impossible(self, duty: engine.Assignment) -> str:
        """Why the person cannot be on this duty at all, whatever else they do; empty where they can.

        An absence, no certificate, or another duty at the same time in another squadron.
        """
        beside = [item for item in (*self.elsewhere.inside, *self.elsewhere.around) if item.person == duty.person]
        for item in engine.check_person(self._strict, duty.person, [duty, *beside]):
            if duty.day in item.days:
                return self.words.also(duty).sentence(item)
        return ""

    @cached_property
    def _strict(self) -> engine.Problem:
        """Its limits alone make a duty impossible rather than unwise."""
        strict = tuple(item for item in self.engine_problem.limits if item.code in IMPOSSIBLE)
        return dataclasses.replace(self.engine_problem, limits=strict, needs=(), outside=())

    def finding(self, item: engine.Violation) -> Finding:
        need = item.need.split(":") if item.need else None  # day, shift type, beat
        crew: Any = item.params.get("members", ())
        return Finding(
            place=(int(need[2]), int(need[1])) if need else None,
            code=item.code,
            member_id=int(item.person) if item.person and item.code not in BETWEEN else None,
            days=tuple(self.date(day) for day in item.days if 0 <= day < len(self.days)),
            message=self.words.sentence(item),
            hard=item.hard,
            crew=tuple(int(name) for name in crew),
        )

    # --- cover ---------------------------------------------------------------------------------------------------

    def cover(self) -> list[NeedCover]:
        """Each need of each day, by beat, shift type and day."""
        return self.cover_of(engine.cover(self.engine_problem, self.placed))

    def cover_of(self, found: list[engine.Cover]) -> list[NeedCover]:
        order = {str(beat.pk): number for number, beat in enumerate(self.beats)}
        shifts = {str(row.pk): number for number, row in enumerate(self.shift_types)}
        leads = {need: officer.name for need, officer in self.leads.items()}
        found = sorted(found, key=lambda item: (order[item.need.beat], shifts[item.need.shift], item.need.day))
        return [
            NeedCover(
                beat_id=int(item.need.beat),
                shift_type_id=int(item.need.shift),
                day=self.date(item.need.day),
                minimum=item.need.minimum,
                ideal=item.need.ideal,
                have=item.have,
                missing_skills=item.missing_skills,
                officer_led=item.need.officer_led,
                lead=leads.get(item.need.id, ""),
            )
            for item in found
        ]

    @cached_property
    def leads(self) -> dict[str, SwornOfficer]:
        """Who leads, by the id of the police-led need (`day:shift:beat`); those without a free officer are missing."""
        rules = (item for item in self.engine_problem.limits if isinstance(item, OfficerLed))
        officers = {str(row.pk): row for row in self.facts.officers}
        return {need: officers[officer] for rule in rules for need, officer in rule.leads.items()}

    @property
    def digest(self) -> str:
        """Of the duties and of what the needs ask for: the same as long as neither changes."""
        asked = [
            (need.id, need.minimum, need.ideal, sorted(need.skills), need.shares, need.least_together)
            for need in self.engine_problem.needs
        ]
        return hashlib.sha256(repr([sorted(map(repr, rows)) for rows in (self.placed, asked)]).encode()).hexdigest()

    @property
    def uncovered(self) -> int:
        """People missing below the minima."""
        return engine.uncovered(self.engine_problem, self.placed)

    # --- people --------------------------------------------------------------------------------------------------

    def totals(self) -> dict[int, Totals]:
        """By member id; duties elsewhere count too."""
        return self._totals

    @cached_property
    def _totals(self) -> dict[int, Totals]:
        own: dict[str, list[engine.Assignment]] = defaultdict(list)
        for item in self.standing:
            own[item.person].append(item)
        broken: dict[str, set[str]] = defaultdict(set)
        for violation in self.violations:
            broken[violation.person or ""].add(violation.code)
        return {m.pk: self._total(m, own[str(m.pk)], broken[str(m.pk)]) for m in self.members}

    def _total(self, member: Member, own: Sequence[engine.Assignment], broken: set[str]) -> Totals:
        shifts = [self.engine_problem.shift[item.shift] for item in own]
        days = [self.engine_problem.days[item.day] for item in own]
        row = limits_of(member, self.facts.limits)
        off = absent_workdays(self.facts, member)
        workdays = sum(day.is_workday and day.date not in off for day in self.days)
        return Totals(
            minutes=sum(shift.counted_minutes for shift in shifts),
            duties=len(own),
            nights=sum(shift.is_night for shift in shifts),
            weekends=sum(day.is_weekend for day in days),
            holidays=sum(day.is_holiday for day in days),
            hard_beats=sum(item.beat in self._hard_beats for item in own),
            standard_minutes=int(row.standard_hours_a_day * 60) * workdays,
            broken=frozenset(broken),
        )

    @cached_property
    def _hard_beats(self) -> set[str]:
        return {str(beat.pk) for beat in self.beats if beat.risk == Risk.HIGH}

    @cached_property
    def absences(self) -> dict[tuple[int, dt.date], str]:
        """Why a member is away on a day: leave, training, a duty elsewhere; for the grey cells."""
        days = {item: self.date(item.day) for item in self.elsewhere.inside}
        found = {(int(item.person), day): "duty" for item, day in days.items()}
        for rows in self.facts.taken.values():
            for row in rows:
                for day in self.days:
                    starts, ends = span(day.date, day.date)
                    if row.starts < ends and row.ends > starts:
                        found[row.member_id, day.date] = row.reason
        return found

    def reason_label(self, code: str) -> str:
        return reason_label(code)

    # --- changes -------------------------------------------------------------------------------------------------

    def cell(self, member_id: int, day: dt.date, shift_type_id: int, beat_id: int | None) -> engine.Assignment:
        """A duty as the engine writes it."""
        index = self.facts.index(day)
        return engine.Assignment(str(member_id), index, str(shift_type_id), str(beat_id) if beat_id else None)

    def with_duties(self, placed: Iterable[engine.Assignment]) -> Sheet:
        """The sheet as it would be with these duties in place of its own."""
        return Sheet(self.facts, self.engine_problem, tuple(placed), is_part=self.is_part)

    def with_cell(self, member_id: int, day: dt.date, shift_type_id: int | None, beat_id: int | None = None) -> Sheet:
        """The sheet as it would be with this cell (`shift_type_id=None` empties it)."""
        cell = str(member_id), self.facts.index(day)
        others = [item for item in self.placed if (item.person, item.day) != cell]
        new = [self.cell(member_id, day, shift_type_id, beat_id)] if shift_type_id is not None else []
        return self.with_duties([*others, *new])

    def candidates(self, beat_id: int, shift_type_id: int, day: dt.date) -> list[Candidate]:
        """Who could fill the place, the best first, and what stops each of the others."""
        need = self._need(beat_id, shift_type_id, self.facts.index(day))
        found = engine.candidates(self.engine_problem, self.standing, need)
        least = min((item.reasons["nights"] for item in found if item.ok), default=0)
        return [self._candidate(item, need, least) for item in found]

    def _need(self, beat_id: int, shift_type_id: int, day: int) -> engine.Need:
        key = (day, str(shift_type_id), str(beat_id))
        known = self.engine_problem.need_at.get(key)
        return known or engine.Need(f"{day}:{shift_type_id}:{beat_id}", key[2], day, key[1], 0, 1)

    def _candidate(self, item: engine.Candidate, need: engine.Need, fewest_nights: int) -> Candidate:
        words = self.words.also(engine.Assignment(item.person, need.day, need.shift, need.beat))
        problems = tuple(words.phrase(violation) for violation in item.violations)
        reason = problems[0] if problems else self._advantage(item, need, fewest_nights) + _wished(item)
        return Candidate(
            member_id=int(item.person),
            name=self.engine_problem.person[item.person].name,
            can=item.ok,
            reason=reason,
            problems=problems,
            minutes=item.reasons["minutes"],
            nights=item.reasons["nights"],
        )

    def _advantage(self, item: engine.Candidate, need: engine.Need, fewest_nights: int) -> str:
        nights, hours = item.reasons["nights"], round(item.reasons["minutes"] / 60, 1)
        if self.engine_problem.shift[need.shift].is_night:
            text = ngettext("%(count)s night so far", "%(count)s nights so far", nights) % {"count": nights}
            return text + (_(", the fewest") if nights == fewest_nights else "")
        run = self._run_through(item.person, need.day)
        if run > 1:
            return _("day %(run)s in a row, %(hours)s h so far") % {"run": run, "hours": f"{hours:g}"}
        return _("%(hours)s h so far") % {"hours": f"{hours:g}"}

    def _run_through(self, person: str, day: int) -> int:
        """The length of the run of working days that the place would make."""
        worked = {item.day for item in (*self.engine_problem.outside, *self.standing) if item.person == person}
        return 1 + _streak(worked, day, -1) + _streak(worked, day, 1)


def _wished(item: engine.Candidate) -> str:
    """What the place would do to what the person asked for."""
    broken = item.reasons["wishes_broken"]
    if not broken:
        return ""
    return _("; asked not to be on duty then") if broken > 0 else _("; asked to be on duty then")


def _streak(worked: Collection[int], day: int, step: int) -> int:
    length = 0
    while day + step * (length + 1) in worked:
        length += 1
    return length


def sheet(roster: Roster, *, members: Collection[int] | None = None, days: Collection[dt.date] | None = None) -> Sheet:
    """The roster with its duties, read in a constant number of queries.

    With `members`, those people only; with `days`, the needs of those days only, for whoever asks after no other.
    """
    facts = read(roster, members=members)
    placed = tuple(assignment(facts, duty) for duty in facts.duties)
    return Sheet(facts, problem_of(facts, with_fixed=False, days=days), placed, is_part=members is not None)


def judge(roster: Roster) -> list[Finding]:
    """Each broken hard limit of the roster as it stands."""
    return sheet(roster).findings()


def judge_people(roster: Roster, member_ids: Iterable[int]) -> list[Finding]:
    """Those of some people, read and judged without the others."""
    ids = set(member_ids)
    return sheet(roster, members=ids).findings_of(ids)
