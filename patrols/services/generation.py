"""Generation of a roster by the engine: read, search, write, each on its own so that no transaction lasts long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem, Refused
from patrols import rostering as engine
from patrols.models import Roster
from patrols.services import rostering
from patrols.services.rostering import PUBLISHED
from patrols.services.rosters import create_roster
from teams.models import Unit, UnitKind, User
from teams.policy import Action

WORK = "generate_roster"  # the job's name
SECONDS = (15, 30, 60, 180)  # the choices of how long to search
DEFAULT_SECONDS = 30


NO_COVER = Problem(
    "roster_without_cover",
    _("No beat needs anybody in this time."),
    hint=_("Say first how many people each beat needs, by shift and day."),
)
NO_MEMBERS = Problem(
    "roster_without_members", _("The squadron has no serving members in this time."), hint=_("Import them first.")
)
GONE = Problem("roster_gone", _("The roster is gone, or it is not yours to change any more."))


class Stopped(Exception):
    """Somebody asked for a stop before the result was written; nothing was written."""


def generate(
    *,
    by: User | None,
    roster: Roster,
    seconds: float,
    action: Action = Action.ROSTER_EDIT,
    on_progress: Callable[[engine.Progress], object] | None = None,
    should_stop: Callable[[], bool] | None = None,
    given_up: Callable[[], bool] | None = None,
    finish: Callable[[dict[str, Any]], object] | None = None,
    on_best: Callable[[engine.Roster], object] | None = None,
    so_far: engine.Roster = (),
) -> dict[str, Any]:
    """Fill the draft with the best roster found within `seconds`; returns how good it is.

    `on_best` gets the best roster every few seconds; `so_far`, what it got last in a run that was killed, is where
    the search goes on from, unless it does not fit the roster any more.

    `finish` is called with that inside the transaction that writes it. Raises `Refused` when the roster is published
    or there is nothing to plan. `should_stop` ends the search with the best so far; when `given_up` says so too,
    nothing is written and `Stopped` raised. `action` is what gives the actor the right to it.
    """
    with transaction.atomic():
        if problems := obstacles(roster):
            raise Refused(problems)
        since = rostering.snapshot(roster)
        problem = rostering.build_problem(roster, with_fairness=True)
        if not problem.needs:
            raise Refused([NO_COVER])
        start = _start(roster, problem, so_far)
    result = engine.solve(
        problem,
        seconds=seconds,
        workers=settings.SEARCH_THREADS,
        on_progress=on_progress,
        should_stop=should_stop,
        on_best=on_best,
        start=start,
    )
    if given_up is not None and given_up():
        raise Stopped
    with transaction.atomic():
        facts = rostering.apply_result(by=by, roster=roster, result=result, since=since, action=action)
        if finish is not None:
            finish(facts)
    return facts


def _start(roster: Roster, problem: engine.Problem, so_far: engine.Roster) -> engine.Roster | None:
    """What a killed run had, or what was generated before, whichever is better: the search goes on from there."""
    standing = (*rostering.assignments(roster), *rostering.kept(problem.fixed)) if roster.generation else ()
    fitting = [duties for duties in (so_far, standing) if duties and _fits(problem, duties)]
    return min(fitting, key=lambda duties: engine.objective(problem, duties), default=None)


def _fits(problem: engine.Problem, duties: engine.Roster) -> bool:
    """Whether the duties are still those of this problem and break nothing."""
    people, fixed = {person.id for person in problem.people}, {(cell.person, cell.day) for cell in problem.fixed}
    planned = all(
        d.person in people and ((d.day, d.shift, d.beat) in problem.need_at or (d.person, d.day) in fixed)
        for d in duties
    )
    return planned and not engine.check(problem, duties)


def obstacles(roster: Roster) -> list[Problem]:
    """What stands against generating: a published roster, no people."""
    if not Roster.objects.filter(pk=roster.pk, status="draft").exists():
        return [PUBLISHED]
    return [] if roster.members().exists() else [NO_MEMBERS]


def month_roster(*, by: User | None, unit: Unit, first_day: dt.date, action: Action = Action.ROSTER_EDIT) -> Roster:
    """The squadron's roster of a month, made if there is none.

    Raises `Refused` for a unit that is no squadron, and where another roster takes a part of the month.
    """
    if unit.kind != UnitKind.SQUADRON:
        text = _("%(unit)s is no squadron. Rosters are made by squadron: give the code of one, or add --all.")
        raise Refused([Problem("not_a_squadron", text % {"unit": unit.name})])
    last_day = last_of(first_day)
    found = Roster.objects.filter(unit=unit, first_day=first_day, last_day=last_day).select_related("unit").first()
    return found or create_roster(by=by, unit=unit, first_day=first_day, last_day=last_day, action=action)


def last_of(first_day: dt.date) -> dt.date:
    """The last day of the month that begins on `first_day`."""
    return (first_day + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
