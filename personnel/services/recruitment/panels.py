"""Panels: who sits in them, the marks of each, and the score that they make (handbook P3, P6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from personnel.models import Application, AssessorRelative, Campaign, PanelMark, PanelSeat, Step, StepResult
from personnel.rules.recruitment.kinship import related_problems, related_to
from personnel.rules.recruitment.panel import panel_score
from personnel.services.recruitment.board import BATCH, frozen_problems, store_scores, to_score
from personnel.services.recruitment.rights import check_right, locked, refuse, refuse_related
from teams.models import User
from teams.policy import Action


@service
def add_seat(*, by: User | None, step: Step, name: str, user: User | None = None) -> PanelSeat:
    """Another assessor, by account or by name alone; scores wait for the new one's marks too. Raises `Refused`."""
    campaign = locked(step.campaign)
    check_right(by, Action.RECRUITMENT_MANAGE, campaign.unit)
    name = (user.name or user.username) if user else name.strip()
    refuse([*frozen_problems(campaign, step), *_seat_problems(step, name, user)])
    seat = PanelSeat.objects.create(step=step, name=name[:40], user=user)
    reckon(step)
    return seat


def _seat_problems(step: Step, name: str, user: User | None) -> list[Problem]:
    if not step.has_panel:
        return [Problem("no_panel", _("This step has one score, no assessors' marks."))]
    if not name:
        return [Problem("name_missing", _("Name the assessor."), field="name")]
    seats = list(step.seats.all())
    if any(seat.name == name or (user and seat.user_id == user.pk) for seat in seats):
        return [Problem("seat_twice", _("This assessor sits in the panel already."), field="name")]
    return []


@service
def remove_seat(*, by: User | None, seat: PanelSeat) -> None:
    """Take an assessor who has marked nobody out of the panel. Raises `Refused`."""
    campaign = locked(seat.step.campaign)
    check_right(by, Action.RECRUITMENT_MANAGE, campaign.unit)
    refuse(frozen_problems(campaign, seat.step))
    if seat.marks.exists():
        raise Refused([Problem("seat_has_marks", _("%(name)s has given marks already.") % {"name": seat.name})])
    step = seat.step
    seat.delete()
    reckon(step)


@service
def save_marks(*, by: User, seat: PanelSeat, marks: Mapping[int, Decimal | None]) -> int:
    """One assessor's marks by application; None takes a mark back. Answers how many changed. Raises `Refused`.

    A seat with an account is filled in by that account alone; marks of others come on paper, and whoever enters them
    is not related to the candidate either.
    """
    step = Step.objects.select_related("campaign").get(pk=seat.step_id)
    campaign = locked(step.campaign)
    check_right(by, Action.RECRUITMENT_MANAGE, campaign.unit)
    refuse([*_open_problems(campaign), *frozen_problems(campaign, step), *_sheet_problems(seat, step, marks, by)])
    found = list(to_score(campaign, step).filter(pk__in=marks))
    given = {m.application_id: m for m in PanelMark.objects.filter(seat=seat, application__in=found)}
    changed = [a for a in found if (given[a.pk].score if a.pk in given else None) != marks[a.pk]]
    refuse_related(by, changed)
    refuse(related_problems(seat.user, changed, seat.name))
    _store_marks(by, seat, changed, given, marks)
    reckon(step, changed)
    return len(changed)


def _open_problems(campaign: Campaign) -> list[Problem]:
    return [] if campaign.is_open else [Problem("not_open", _("The campaign is not open."))]


def _sheet_problems(seat: PanelSeat, step: Step, marks: Mapping[int, Decimal | None], by: User) -> list[Problem]:
    if seat.user_id is not None and seat.user_id != by.pk:
        message = _("This is %(name)s's own sheet: nobody else fills it in.") % {"name": seat.name}
        return [Problem("sheet_of_another", message)]
    if any(mark is not None and not 0 <= mark <= step.full_mark for mark in marks.values()):
        message = _("A score is a number from 0 to %(full)s.") % {"full": f"{step.full_mark.normalize():f}"}
        return [Problem("score_unreadable", message)]
    return []


def _store_marks(
    by: User,
    seat: PanelSeat,
    changed: list[Application],
    given: Mapping[int, PanelMark],
    marks: Mapping[int, Decimal | None],
) -> None:
    gone = [given[a.pk].pk for a in changed if marks[a.pk] is None]
    PanelMark.objects.filter(pk__in=gone).delete()
    new: list[PanelMark] = []
    old: list[PanelMark] = []
    for application in changed:
        mark = marks[application.pk]
        if mark is None:
            continue
        row = given.get(application.pk) or PanelMark(seat=seat, application=application)
        row.score, row.marked_by = mark, by
        (old if row.pk else new).append(row)
    PanelMark.objects.bulk_create(new, batch_size=BATCH)
    PanelMark.objects.bulk_update(old, ["score", "marked_by"], batch_size=BATCH)


def reckon(step: Step, applications: Iterable[Application] | None = None) -> None:
    """Make each candidate's score of the step from the marks: of all who may still be marked, or of these."""
    found = list(applications if applications is not None else _marked(step))
    seats = list(step.seats.select_related("user"))
    marks: dict[int, list[Decimal]] = defaultdict(list)
    for pk, score in PanelMark.objects.filter(seat__in=seats, application__in=found).values_list(
        "application_id", "score"
    ):
        marks[pk].append(score)
    barred = [related_to(seat.user, [a.pk for a in found], seat.name) for seat in seats]
    scores = {a.pk: panel_score(step, marks[a.pk], sum(a.pk not in out for out in barred)) for a in found}
    results = {r.application_id: r for r in StepResult.objects.filter(step=step, application__in=found)}
    stored = {pk: result.score for pk, result in results.items()}
    store_scores(step, [a for a in found if stored.get(a.pk) != scores[a.pk]], results, scores, None)


def _marked(step: Step) -> Iterable[Application]:
    here = set(to_score(step.campaign, step).values_list("pk", flat=True))
    marked = PanelMark.objects.filter(seat__step=step).values_list("application_id", flat=True)
    return Application.objects.running().filter(pk__in=here | set(marked))


def reckon_panels(campaign: Campaign) -> None:
    """Make the scores of every panel step anew: a kinship takes marks away, and seats out of the count."""
    if campaign.rankings.exists():
        return
    for step in campaign.steps.filter(is_scored=True).exclude(panel="none"):
        reckon(step)


@service
def declare_relative(*, by: User, campaign: Campaign, candidate_name: str, relation: str) -> AssessorRelative:
    """An assessor says who of the candidates, or of those who may yet apply, is a relative. Raises `Refused`."""
    row = locked(campaign)
    check_right(by, Action.RECRUITMENT_VIEW, row.unit)
    name, words = candidate_name.strip()[:40], relation.strip()[:60]
    if not name or not words:
        message = _("Name the relative, and say how you are related.")
        raise Refused([Problem("relation_missing", message, field="relation" if name else "candidate_name")])
    kept = AssessorRelative.objects.create(
        campaign=row, assessor=by, assessor_name=by.name or by.username, candidate_name=name, relation=words
    )
    reckon_panels(row)
    return kept
