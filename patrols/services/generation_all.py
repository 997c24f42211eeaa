"""The rosters of all squadrons of a unit, one after the other: what is written stays, whatever happens to the rest.

One squadron has all cores of its job worker to itself (`SEARCH_THREADS`). Two squadrons of a job side by side, with
half the threads each, did not show themselves quicker, and would share one job's progress and locks; two jobs side by
side are for two workers.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem, Refused
from patrols import rostering as engine
from patrols.models import CoverRequirement, Roster
from patrols.services import generation
from patrols.services.rostering import PUBLISHED
from personnel.models import Member, MemberStatus
from teams.models import Unit, User
from teams.policy import Action

WORK = "generate_all"  # the job's name
SECONDS = (60, 120, 300)  # the choices of how long to search, all squadrons together
DEFAULT_SECONDS = 120
SHARE_OF_FIRST = 0.8  # of the work that is shown, until all have a roster
LEAST_SECONDS = 2.0  # below that, going on is not worth its while
DONE, REFUSED, LEFT_OUT, RUNNING, WAITING = "done", "refused", "left_out", "running", "waiting"
FINISHED = frozenset({DONE, REFUSED})
NOTHING = Problem("nothing_to_generate", _("No squadron has anything to generate in this month."))
BEGUN = Problem("begun_meanwhile", _("Somebody began the roster meanwhile; it is left as it is."))
KEPT = ("hard_violations", "uncovered", "gap", "seconds")


@dataclass(frozen=True)
class Squadron:
    """A squadron before the generation of a month. `obstacle` is a code, empty where it can be generated."""

    unit: Unit
    people: int
    roster: Roster | None
    duties: int
    obstacle: str

    def is_asked(self, *, again: bool) -> bool:
        """Whether it is to be generated; `again`: also where its draft holds duties already."""
        return not self.obstacle and (again or not self.duties)


class Course:
    """What follows the generation and may end it; this one follows nothing. State: a squadron's facts of the moment."""

    def finished(self) -> Mapping[int, dict[str, Any]]:
        """The squadrons, by id, that an earlier run of the same job has finished."""
        return {}

    def tell(self, unit: Unit, share: float, state: dict[str, Any]) -> None:
        """`share` of the whole work is done, 0 to 1. May be called often."""

    def keep(self, unit: Unit, share: float, state: dict[str, Any]) -> None:
        """The squadron is finished; called inside the transaction that writes its roster, if one is written."""

    def enough(self) -> bool:
        """Whether to end now, with what is best so far."""
        return False

    def given_up(self) -> bool:
        """Whether to end now, and leave the squadron in work as it was."""
        return False


def squadrons(unit: Unit, first_day: dt.date) -> list[Squadron]:
    """The squadrons at or below the unit with what stands in the month; a constant number of queries."""
    last_day = generation.last_of(first_day)
    units = list(Unit.objects.squadrons().open(first_day).below(unit))
    people = _counted(units, _serving(unit, first_day, last_day).values_list("unit__path", flat=True))
    cover = CoverRequirement.objects.filter(beat__unit__path__startswith=unit.path, beat__is_active=True)
    needs = _counted(units, cover.values_list("beat__unit__path", flat=True))
    rosters = {row.unit_id: row for row in _rosters(units, first_day, last_day)}
    return [
        Squadron(
            unit=row,
            people=people[row.pk],
            roster=rosters.get(row.pk),
            duties=getattr(rosters.get(row.pk), "duty_count", 0),
            obstacle=_obstacle(people[row.pk], needs[row.pk], rosters.get(row.pk), (first_day, last_day)),
        )
        for row in units
    ]


def _serving(unit: Unit, first_day: dt.date, last_day: dt.date) -> Any:
    rows = Member.objects.filter(unit__path__startswith=unit.path).exclude(status=MemberStatus.SUSPENDED)
    begun = Q(hired_on=None) | Q(hired_on__lte=last_day)
    return rows.filter(begun, Q(left_on=None) | Q(left_on__gt=first_day))


def _counted(units: list[Unit], paths: Iterable[str]) -> Counter[int]:
    """How many of the paths lie in each squadron."""
    found: Counter[int] = Counter()
    for path, count in Counter(paths).items():
        found.update({unit.pk: count for unit in units if path.startswith(unit.path)})
    return found


def _rosters(units: list[Unit], first_day: dt.date, last_day: dt.date) -> Any:
    rows = Roster.objects.filter(unit__in=units, first_day__lte=last_day, last_day__gte=first_day)
    return rows.annotate(duty_count=Count("duties")).order_by("first_day")


def _obstacle(people: int, needs: int, roster: Roster | None, month: tuple[dt.date, dt.date]) -> str:
    if roster is not None and (roster.first_day, roster.last_day) != month:
        return "one_roster_a_day"
    if roster is not None and not roster.is_draft:
        return PUBLISHED.code
    if not people:
        return generation.NO_MEMBERS.code
    return "" if needs else generation.NO_COVER.code


def generate_all(
    *,
    by: User | None,
    asked: list[Squadron],
    first_day: dt.date,
    seconds: float,
    course: Course,
    again: bool = True,
) -> dict[int, dict[str, Any]]:
    """Generate the squadrons' month, the seconds split by the number of people; returns each one's state by unit id.

    `again`: also where duties stand when a squadron's turn comes; else somebody began it while the others were made.

    What a squadron leaves of its seconds goes to those whose cover is not proven to be the best possible: once all
    have a roster, they go on from theirs. A squadron that refuses keeps the others from nothing. Raises
    `generation.Stopped` when the course gives up; what was finished before stays.
    """
    until = time.monotonic() + seconds
    states: dict[int, dict[str, Any]] = dict(course.finished())
    first = [row for row in asked if row.unit.pk not in states]
    for part in _parts(first, asked, (0.0, SHARE_OF_FIRST), seconds, course):
        states[part.squadron.unit.pk] = part.run(by, first_day, again=again)
    left = until - time.monotonic()
    doubtful = [row for row in asked if _may_be_bettered(states[row.unit.pk])]
    if left >= LEAST_SECONDS:
        for part in _parts(doubtful, doubtful, (SHARE_OF_FIRST, 1.0), left, course):
            states[part.squadron.unit.pk] = part.run_again(by, first_day, states[part.squadron.unit.pk])
    return states


def _may_be_bettered(state: Mapping[str, Any]) -> bool:
    return state["state"] == DONE and bool(state["uncovered"]) and state["gap"] != 0


def _parts(
    rows: list[Squadron], among: list[Squadron], shares: tuple[float, float], seconds: float, course: Course
) -> Iterator[_Part]:
    """Each squadron's part, by its people `among` all that the shares and the seconds are for."""
    everyone = sum(row.people for row in among) or 1
    behind, (begin, end) = 0, shares
    for row in among:
        if row in rows:
            share = row.people / everyone
            before = begin + (end - begin) * behind / everyone
            yield _Part(row, before, (end - begin) * share, seconds * share, course)
        behind += row.people


@dataclass(frozen=True)
class _Part:
    """One squadron's part of the whole: its share of the work and of the time."""

    squadron: Squadron
    before: float
    share: float
    seconds: float
    course: Course

    def run(self, by: User | None, first_day: dt.date, *, again: bool) -> dict[str, Any]:
        if self.course.given_up():
            raise generation.Stopped
        if self.course.enough():
            return self._end({"state": LEFT_OUT})
        try:
            return self._generate(by, self._roster(by, first_day, again=again))
        except Refused as refusal:
            return self._end({"state": REFUSED, "code": refusal.problems[0].code})
        except IntegrityError as error:
            return self._end({"state": REFUSED, "code": getattr(error.__cause__, "pgcode", None) or ""})

    def run_again(self, by: User | None, first_day: dt.date, state: dict[str, Any]) -> dict[str, Any]:
        """Once more from the roster that stands; `state` stays where nothing comes of it, and is told meanwhile: a job
        that is killed and taken again finds the squadron finished."""
        if self.course.enough():
            return state
        try:
            return self._generate(by, self._roster(by, first_day, again=True), state)
        except (Refused, IntegrityError):  # as when it was published meanwhile
            return self._end(state)
        except generation.Stopped:
            self._end(state)
            raise

    def _roster(self, by: User | None, first_day: dt.date, *, again: bool) -> Roster:
        unit, action = self.squadron.unit, Action.ROSTER_GENERATE_ALL
        roster = generation.month_roster(by=by, unit=unit, first_day=first_day, action=action)
        if not again and roster.duties.exists():
            raise Refused([BEGUN])
        return roster

    def _generate(self, by: User | None, roster: Roster, standing: dict[str, Any] | None = None) -> dict[str, Any]:
        facts = generation.generate(
            by=by,
            roster=roster,
            seconds=self.seconds,
            action=Action.ROSTER_GENERATE_ALL,
            on_progress=lambda progress: self._tell(progress, standing or {"state": RUNNING, "roster": roster.pk}),
            should_stop=self.course.enough,
            given_up=self.course.given_up,
            finish=lambda facts: self._end(_state(roster, facts)),
        )
        return _state(roster, facts)

    def _tell(self, progress: engine.Progress, state: dict[str, Any]) -> None:
        if state["state"] == RUNNING:
            now = {"uncovered": progress.uncovered, "hard_violations": progress.hard_violations}
            state |= {"percent": round(100 * progress.fraction), **now}
        self.course.tell(self.squadron.unit, self.before + self.share * progress.fraction, state)

    def _end(self, state: dict[str, Any]) -> dict[str, Any]:
        self.course.keep(self.squadron.unit, self.before + self.share, state)
        return state


def _state(roster: Roster, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {"state": DONE, "roster": roster.pk, **{name: facts[name] for name in KEPT}}
