"""The long work of patrols."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lianfang.platform import jobs
from lianfang.platform.problems import Refused
from patrols import rostering as engine
from patrols.models import Roster
from patrols.services import generation
from patrols.services.rostering import PUBLISHED
from teams.policy import Action

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
    if facts.get("gap") is not None:
        shown.append((_("From the best cover at most"), f"{facts['gap'] * 100:.1f} %", ""))
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
    errors={
        problem.code: problem.message
        for problem in (PUBLISHED, generation.NO_COVER, generation.NO_MEMBERS, generation.GONE)
    }
    | {
        "23514": _("Certificates or the roster changed meanwhile. Generate it again."),
    },
    show=_show,
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
            should_stop=run.cancelled,
            finish=run.done,
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
