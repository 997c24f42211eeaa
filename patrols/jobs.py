"""The long work of patrols."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lianfang.platform import jobs
from lianfang.platform.models import Job
from lianfang.platform.problems import Refused
from patrols import rostering as engine
from patrols.models import Roster
from patrols.services import generation, generation_all
from patrols.services.rostering import PUBLISHED
from patrols.wording import gap_text
from teams.models import Unit
from teams.policy import Action

ERRORS: dict[str, Any] = {
    problem.code: problem.message
    for problem in (
        PUBLISHED,
        generation.NO_COVER,
        generation.NO_MEMBERS,
        generation.GONE,
        generation_all.NOTHING,
        generation_all.BEGUN,
    )
}
ERRORS["23514"] = _("Certificates or the roster changed meanwhile. Generate it again.")
ERRORS["one_roster_a_day"] = _("Another roster takes a part of the month.")

Shown = list[tuple[Any, Any, str]]


def _show(facts: Mapping[str, Any]) -> Shown:
    """The numbers of a search, those that matter to a leader first; red where something is wrong."""
    shown: Shown = []
    if "uncovered" in facts:
        missing = facts["uncovered"]
        shown.append((_("Places without people"), missing, "bad" if missing else "good"))
    if "hard_violations" in facts:
        broken = facts["hard_violations"]
        shown.append((_("Broken hard limits"), broken, "bad" if broken else "good"))
    if facts.get("wishes"):
        met = _("%(met)s of %(all)s") % {"met": facts["wishes_met"], "all": facts["wishes"]}
        shown.append((_("Wishes met"), met, ""))
    if gap := gap_text(facts.get("gap")):
        shown.append((_("From the best cover at most"), gap, ""))
    if "objective" in facts:
        shown.append((_("Best value so far (less is better)"), facts["objective"], ""))
    if facts.get("bound") is not None:
        shown.append((_("Proven bound"), facts["bound"], ""))
    if "seconds" in facts:
        shown.append((_("Seconds searched"), f"{facts['seconds']:.0f}", ""))
    return shown


@jobs.work(
    generation.WORK,
    title=_("Generate the roster"),
    link=lambda job: reverse("roster-grid", args=[job.arguments["roster_id"]]),
    errors=ERRORS,
    show=_show,
    keeps_best=True,
)
def generate_roster(run: jobs.Run, *, roster_id: int, seconds: float) -> dict[str, Any]:
    """Fill a draft roster; the owner's right to change it is asked again, since a post may have ended meanwhile."""
    rows = Roster.objects.select_related("unit").filter(pk=roster_id)
    roster = (rows if run.owner is None else rows.manageable_by(run.owner, Action.ROSTER_EDIT)).first()
    if roster is None:
        raise Refused([generation.GONE])
    try:
        return generation.generate(
            by=run.owner,
            roster=roster,
            seconds=seconds,
            on_progress=lambda progress: _tell(run, progress),
            should_stop=run.enough,
            given_up=run.cancelled,
            finish=run.done,
            on_best=lambda best: run.remember(best=best),
            so_far=tuple(engine.Assignment(*duty) for duty in run.so_far.get("best", ())),
        )
    except generation.Stopped:
        raise jobs.Cancelled from None


def _tell(run: jobs.Run, progress: engine.Progress) -> None:
    run.progress(
        100 * progress.fraction,
        objective=progress.objective,
        bound=progress.bound,
        uncovered=progress.uncovered,
        hard_violations=progress.hard_violations,
        seconds=round(progress.seconds, 1),
    )


# --- all squadrons ---------------------------------------------------------------------------------------------------

PREFIX = "unit_"  # each squadron's facts stand under its own key, so that they are written one by one


class JobCourse(generation_all.Course):
    """Follows a generation of many squadrons for a job: each one's facts, also those of a run that was killed."""

    def __init__(self, run: jobs.Run) -> None:
        self.run = run

    def finished(self) -> Mapping[int, dict[str, Any]]:
        states = _states(self.run.job.facts)
        return {pk: state for pk, state in states.items() if state["state"] in generation_all.FINISHED}

    def tell(self, unit: Unit, share: float, state: dict[str, Any]) -> None:
        self.run.progress(100 * share, **{f"{PREFIX}{unit.pk}": state})

    def keep(self, unit: Unit, share: float, state: dict[str, Any]) -> None:
        self.run.keep(**{f"{PREFIX}{unit.pk}": state})

    def enough(self) -> bool:
        return self.run.enough()

    def given_up(self) -> bool:
        return self.run.cancelled()


def _states(facts: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    return {int(key.removeprefix(PREFIX)): state for key, state in facts.items() if key.startswith(PREFIX)}


def _show_all(facts: Mapping[str, Any]) -> Shown:
    """Sums over the squadrons."""
    states = _states(facts).values()
    done = [state for state in states if state["state"] == generation_all.DONE]
    if not states:
        return []
    shown: Shown = [(_("Squadrons done"), f"{len(done)} / {len(states)}", "")]
    if done:
        shown += _show({name: sum(state[name] for state in done) for name in ("uncovered", "hard_violations")})
    return shown


def _squadron_rows(job: Job) -> list[dict[str, Any]]:
    """Each squadron of the job, for its table."""
    states = _states(job.facts)
    return [_row(unit, states[unit.pk]) for unit in Unit.objects.filter(pk__in=states).order_by("path")]


def _row(unit: Unit, state: dict[str, Any]) -> dict[str, Any]:
    words = {"why": ERRORS.get(state.get("code", ""), ""), "gap_text": gap_text(state.get("gap"))}
    return {"unit": unit, "uncovered": None, "hard_violations": None, **state, **words}


@jobs.work(
    generation_all.WORK,
    title=_("Generate all squadrons"),
    link=lambda job: reverse("roster-list"),
    errors=ERRORS,
    show=_show_all,
    keeps_best=True,
    part="patrols/generation/_squadrons.html",
    rows=_squadron_rows,
)
def generate_all(
    run: jobs.Run, *, unit_id: int, first_day: str, seconds: float, again: bool = False
) -> dict[str, Any] | None:
    """Generate a month for each squadron of a unit; one that is finished stays so, whatever happens to the rest.

    Which squadrons, is settled at the first start: a job taken again goes on with the others.
    """
    units = Unit.objects.all()
    unit = (units if run.owner is None else units.manageable_by(run.owner, Action.ROSTER_GENERATE_ALL)).filter(
        pk=unit_id
    )
    if not (found := unit.first()):
        raise Refused([generation.GONE])
    month = dt.date.fromisoformat(first_day)
    before = _states(run.job.facts)
    listed = generation_all.squadrons(found, month)
    asked = [row for row in listed if (row.unit.pk in before if before else row.is_asked(again=again))]
    if not asked:
        raise Refused([generation_all.NOTHING])
    course = JobCourse(run)
    waiting = {f"{PREFIX}{row.unit.pk}": {"state": generation_all.WAITING} for row in asked}
    kept = {f"{PREFIX}{pk}": state for pk, state in course.finished().items()}
    run.note(0, **(waiting | kept))
    try:
        generation_all.generate_all(
            by=run.owner, asked=asked, first_day=month, seconds=seconds, course=course, again=again
        )
    except generation.Stopped:
        raise jobs.Cancelled from None
    return None
