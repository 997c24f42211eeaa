"""The sheets of a step's scores: one for all, or one for each assessor of a panel; on the page and as a workbook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lianfang.platform.problems import Problem, Refused
from personnel.forms.recruitment import SeatForm, WorkbookForm
from personnel.models import Application, Campaign, PanelMark, PanelSeat, Step, StepResult
from personnel.rules.recruitment import candidates as rules
from personnel.rules.recruitment.kinship import related_to
from personnel.services.recruitment import board as services
from personnel.services.recruitment import panels, uploads
from personnel.services.recruitment.score_workbook import plan_scores, write_scores
from personnel.views.exports import workbook_response
from personnel.views.recruitment.answers import act, show
from teams.gate import SignedInRequest, gate, manageable
from teams.models import Post, Unit, User
from teams.policy import Action, roles_with


@dataclass(frozen=True)
class Sheet:
    """Whose sheet of which step: without a seat it is the one sheet of a step with one score."""

    campaign: Campaign
    step: Step
    seat: PanelSeat | None
    user: User

    @property
    def is_open(self) -> bool:
        """Whether this user may write in it."""
        is_own = self.seat is None or self.seat.user_id in (None, self.user.pk)
        fixed = not self.campaign.is_open or self.campaign.rankings.exists()
        return is_own and self.step.is_scored and not fixed

    def candidates(self) -> list[Application]:
        rows = services.to_score(self.campaign, self.step)
        return list(rows.defer("phone", "id_number").order_by("number"))

    def stored(self, found: Iterable[Application]) -> dict[int, Decimal | None]:
        if self.seat is None:
            results = StepResult.objects.filter(step=self.step, application__in=found)
            return dict(results.values_list("application_id", "score"))
        return dict(PanelMark.objects.filter(seat=self.seat, application__in=found).values_list("application", "score"))

    def closed(self, found: list[Application]) -> set[int]:
        """Candidates whose field opens neither for who is signed in nor for the assessor of the sheet."""
        pks = [a.pk for a in found]
        mine = related_to(self.user, pks)
        return mine | related_to(self.seat.user, pks, self.seat.name) if self.seat else mine

    def write(self, scores: dict[int, Decimal | None]) -> int:
        if self.seat is None:
            count: int = services.save_scores(by=self.user, campaign=self.campaign, step=self.step, scores=scores)
        else:
            count = panels.save_marks(by=self.user, seat=self.seat, marks=scores)
        return count


@dataclass(frozen=True)
class SheetLine:
    """One candidate of the sheet; who is related to the assessor has no field."""

    application: Application
    text: str
    is_closed: bool


def _managed(user: User, pk: int) -> Campaign:
    campaign: Campaign = manageable(Campaign.objects.select_related("unit"), user, Action.RECRUITMENT_MANAGE, pk=pk)
    return campaign


def _seat_sheet(user: User, pk: int) -> Sheet:
    rows = PanelSeat.objects.select_related("step__campaign__unit", "user")
    seat: PanelSeat = manageable(rows, user, Action.RECRUITMENT_MANAGE, pk=pk)
    return Sheet(seat.step.campaign, seat.step, seat, user)


@require_http_methods(["GET", "POST"])
@gate(Action.RECRUITMENT_VIEW)
def score_sheet(request: SignedInRequest, pk: int, step: int) -> HttpResponse:
    """Every candidate of the step with a field for the score: Enter goes to the next one. Of a panel: its seats."""
    campaign = _managed(request.user, pk)
    row = get_object_or_404(campaign.steps, pk=step)
    if row.has_panel:
        return _panel(request, campaign, row)
    return _sheet(request, Sheet(campaign, row, None, request.user))


@require_http_methods(["GET", "POST"])
@gate(Action.RECRUITMENT_VIEW)
def seat_sheet(request: SignedInRequest, pk: int) -> HttpResponse:
    """One assessor's own sheet."""
    return _sheet(request, _seat_sheet(request.user, pk))


def _sheet(request: SignedInRequest, sheet: Sheet) -> HttpResponse:
    found = sheet.candidates()
    typed = {a.pk: request.POST.get(f"score_{a.pk}", "") for a in found} if request.method == "POST" else {}
    problems: list[Problem] = []
    if request.method == "POST":
        scores, wrong = _parsed(found, typed, sheet.step)
        problems = wrong or _saved(request, sheet, scores)
        if not problems:
            return redirect(request.path)
    context = {
        "campaign": sheet.campaign,
        "step": sheet.step,
        "seat": sheet.seat,
        "lines": _lines(sheet, found, typed),
        "problems": problems,
        "workbook_form": WorkbookForm(),
        "frozen": sheet.campaign.rankings.exists(),
        "may_write": sheet.is_open,
    }
    return render(request, "personnel/recruitment/scores.html", context, status=422 if problems else 200)


def _lines(sheet: Sheet, found: list[Application], typed: dict[int, str]) -> list[SheetLine]:
    stored, closed = sheet.stored(found), sheet.closed(found)
    return [
        SheetLine(
            application=a,
            text=typed.get(a.pk) or ("" if stored.get(a.pk) is None else str(stored[a.pk])),
            is_closed=a.pk in closed,
        )
        for a in found
    ]


def _parsed(
    found: Iterable[Application], typed: dict[int, str], step: Step
) -> tuple[dict[int, Decimal | None], list[Problem]]:
    """The typed scores; an empty field leaves the candidate as is."""
    scores: dict[int, Decimal | None] = {}
    problems = []
    for application in found:
        text = typed.get(application.pk, "").strip()
        if not text:
            continue
        try:
            scores[application.pk] = rules.parsed_score(text, step.full_mark)
        except ValueError:
            names = {"name": application.name, "full": f"{step.full_mark.normalize():f}"}
            message = _("%(name)s: a score is a number from 0 to %(full)s.") % names
            problems.append(Problem("score_unreadable", message))
    return scores, problems


def _saved(request: SignedInRequest, sheet: Sheet, scores: dict[int, Decimal | None]) -> list[Problem]:
    try:
        count = sheet.write(scores)
    except Refused as refused:
        return refused.problems
    messages.success(request, _("%(count)d scores saved.") % {"count": count})
    return []


# As a workbook


@require_http_methods(["GET", "POST"])
@gate(Action.RECRUITMENT_VIEW)
def score_workbook(request: SignedInRequest, pk: int, step: int) -> HttpResponse:
    """GET: the sheet as a workbook to fill in. POST: the scores from one, by receipt number."""
    campaign = _managed(request.user, pk)
    row = get_object_or_404(campaign.steps, pk=step)
    return _workbook(request, Sheet(campaign, row, None, request.user), "score-sheet", pk, step)


@require_http_methods(["GET", "POST"])
@gate(Action.RECRUITMENT_VIEW)
def seat_workbook(request: SignedInRequest, pk: int) -> HttpResponse:
    """The same for one assessor's sheet."""
    return _workbook(request, _seat_sheet(request.user, pk), "seat-sheet", pk)


def _workbook(request: SignedInRequest, sheet: Sheet, back: str, *args: int) -> HttpResponse:
    found = sheet.candidates()
    if request.method == "GET":
        lines = [
            (line.application.number, line.application.name, line.text)
            for line in _lines(sheet, found, {})
            if not line.is_closed
        ]
        name = "-".join(["成绩", sheet.campaign.title, *([sheet.seat.name] if sheet.seat else [])])
        return workbook_response(write_scores(str(sheet.step), lines), f"{name}.xlsx")
    form = WorkbookForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose a workbook."))
        return redirect(back, *args)
    file = form.cleaned_data["workbook"]
    data = file.read()
    try:
        plan = plan_scores(data, found, sheet.step)
        if plan.problems:
            upload = uploads.keep(
                by=request.user, campaign=sheet.campaign, step=sheet.step, file_name=file.name, data=data
            )
            return redirect("score-upload", upload.pk)
        sheet.write(plan.scores)
    except Refused as refused:
        show(request, refused)
    else:
        messages.success(request, _("The scores of the workbook were saved."))
    return redirect(back, *args)


# Panels


@dataclass(frozen=True)
class SeatLine:
    """An assessor, how many marks are given, and whether this user may open the sheet to write."""

    seat: PanelSeat
    given: int
    is_mine: bool


def _panel(request: SignedInRequest, campaign: Campaign, step: Step) -> HttpResponse:
    """Who sits in it, how far each is, and the scores made of their marks."""
    seats = list(step.seats.select_related("user").annotate(given=Count("marks")))
    found = list(services.to_score(campaign, step).defer("phone", "id_number").order_by("number"))
    scores = dict(StepResult.objects.filter(step=step, application__in=found).values_list("application", "score"))
    marks = Counter(
        PanelMark.objects.filter(seat__step=step, application__in=found).values_list("application", flat=True)
    )
    closed = related_to(request.user, [a.pk for a in found])
    context = {
        "campaign": campaign,
        "step": step,
        "seats": [SeatLine(s, s.given, s.user_id in (None, request.user.pk)) for s in seats],
        "lines": [(a, marks[a.pk], scores.get(a.pk), a.pk in closed) for a in found],
        "may_write": Sheet(campaign, step, None, request.user).is_open,
        "form": SeatForm(users=_assessors(campaign)),
    }
    return render(request, "personnel/recruitment/panel.html", context)


def _assessors(campaign: Campaign) -> Any:
    """Accounts whose post opens this campaign's candidates."""
    path = campaign.unit.path
    above = [path[:end] for end in range(Unit.steplen, len(path) + 1, Unit.steplen)]
    posts = Post.objects.on(timezone.localdate()).filter(role__in=roles_with(Action.RECRUITMENT_MANAGE))
    users = posts.filter(unit__path__in=above).values("user")
    return User.objects.filter(pk__in=users, is_active=True).order_by("name", "pk")


@require_POST
@gate(Action.RECRUITMENT_VIEW)
def seat_new(request: SignedInRequest, pk: int, step: int) -> HttpResponse:
    campaign = _managed(request.user, pk)
    row = get_object_or_404(campaign.steps, pk=step)
    form = SeatForm(request.POST, users=_assessors(campaign))
    if not form.is_valid():
        messages.error(request, _("Choose an account of this unit or above, or write a name."))
        return redirect("score-sheet", pk, step)
    return act(
        request,
        _("The assessor was added."),
        lambda: panels.add_seat(by=request.user, step=row, **form.cleaned_data),
        "score-sheet",
        pk,
        step,
    )


@require_POST
@gate(Action.RECRUITMENT_VIEW)
def seat_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    sheet = _seat_sheet(request.user, pk)
    run = lambda: panels.remove_seat(by=request.user, seat=PanelSeat.objects.get(pk=pk))  # noqa: E731
    done = _("The assessor was taken out.")
    return act(request, done, run, "score-sheet", sheet.campaign.pk, sheet.step.pk)
