"""The board of a campaign, and the sheet of a step's scores."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.platform.problems import Problem, Refused
from lianfang.platform.workbook import Column, read_workbook, write_table
from personnel.forms.recruitment import BoardFilterForm, WorkbookForm
from personnel.models import Application, Campaign, Step, StepResult
from personnel.rules.recruitment import candidates as rules
from personnel.services.recruitment import board as services
from personnel.services.recruitment import places
from personnel.views.exports import workbook_response
from personnel.views.recruitment.answers import act
from teams.gate import SignedInRequest, gate, manageable, visible
from teams.models import User
from teams.policy import Action
from teams.scope import scope_of

CARDS = 60  # of one column; the count is of all


@dataclass(frozen=True)
class BoardColumn:
    """A step with who stands in it and who waits before it."""

    step: Step
    inside: list[Application]
    waiting: list[Application]
    limited: bool

    @property
    def cards(self) -> list[Application]:
        return self.inside[:CARDS]

    @property
    def hidden(self) -> int:
        return len(self.inside) - len(self.cards)

    @property
    def longest(self) -> int:
        """Days that the candidate who waits longest has been here."""
        return max((a.days_waiting for a in self.inside), default=0)


@require_GET
@gate(Action.RECRUITMENT_VIEW)
def campaign_board(request: SignedInRequest, pk: int) -> HttpResponse:
    campaign = visible(Campaign.objects.select_related("unit"), request.user, pk=pk)
    form = BoardFilterForm(request.GET, campaign=campaign)
    rows = Application.objects.visible_to(request.user).filter(campaign=campaign)
    found = _filtered(rows, form).select_related("vacancy").defer("id_number", "phone")
    by_step: dict[int, list[Application]] = defaultdict(list)
    for application in found.order_by("step_since", "pk"):
        by_step[application.step_id].append(application)
    columns = [
        BoardColumn(
            step,
            [a for a in by_step[step.pk] if not a.waiting],
            [a for a in by_step[step.pk] if a.waiting],
            bool(places.limit(step)),
        )
        for step in campaign.steps.all()
    ]
    context = {
        "campaign": campaign,
        "columns": columns,
        "form": form,
        "is_running": form.is_valid() and not form.cleaned_data["state"],
        "is_whole": not any(request.GET.get(name) for name in form.fields),
        "total": sum(len(rows) for rows in by_step.values()),
        "ranking": campaign.rankings.first(),
        "may_manage": scope_of(request.user, Action.RECRUITMENT_MANAGE).covers(campaign.unit.path),
    }
    return render(request, "personnel/recruitment/board.html", context)


def _filtered(rows: Any, form: BoardFilterForm) -> Any:
    """A value that no choice allows finds nobody."""
    if not form.is_valid():
        return rows.none()
    data = form.cleaned_data
    if data["q"]:
        key = data["q"].strip()
        latin = key.replace(" ", "").lower()
        by_name = rows.filter(name__startswith=key)
        rows = by_name | rows.filter(name_pinyin__startswith=latin) | rows.filter(name_initials__startswith=latin)
    if data["vacancy"]:
        rows = rows.filter(vacancy=data["vacancy"])
    if data["channel"]:
        rows = rows.filter(channel=data["channel"])
    return rows.filter(state=data["state"] or "active")


@require_POST
@gate(Action.RECRUITMENT_VIEW)
def board_decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """Bulk: pass the ticked candidates of one step, or let them drop out with a reason."""
    campaign = _managed(request.user, pk)
    step = campaign.steps.filter(pk=_number(request.POST.get("step"))).first()
    chosen = [n for text in request.POST.getlist("candidate") if (n := _number(text))]
    if step is not None and request.POST.get("everybody"):
        chosen = [a.pk for a in _standing(campaign, step)]
    if step is None or not chosen:
        messages.error(request, _("Tick at least one candidate."))
        return redirect("campaign-board", pk)
    passed = request.POST.get("outcome") == "passed"
    done = _("%(count)d passed.") if passed else _("%(count)d dropped out.")
    return act(
        request,
        done % {"count": len(chosen)},
        lambda: services.decide(
            by=request.user,
            campaign=campaign,
            step=step,
            applications=chosen,
            passed=passed,
            reason=request.POST.get("reason", ""),
        ),
        "campaign-board",
        pk,
    )


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 16 else 0


def _managed(user: User, pk: int) -> Campaign:
    rows = Campaign.objects.select_related("unit")
    campaign: Campaign = manageable(rows, user, Action.RECRUITMENT_MANAGE, pk=pk)
    return campaign


@require_POST
@gate(Action.RECRUITMENT_VIEW)
def board_let_in(request: SignedInRequest, pk: int, step: int) -> HttpResponse:
    campaign = _managed(request.user, pk)
    row = get_object_or_404(campaign.steps, pk=step)
    return act(
        request,
        _("Let in by rank."),
        lambda: services.let_in(by=request.user, campaign=campaign, step=row),
        "campaign-board",
        pk,
    )


@dataclass(frozen=True)
class SheetLine:
    """One candidate of the sheet; who is related to the assessor has no field."""

    application: Application
    text: str
    is_closed: bool
    error: str = ""


@require_http_methods(["GET", "POST"])
@gate(Action.RECRUITMENT_VIEW)
def score_sheet(request: SignedInRequest, pk: int, step: int) -> HttpResponse:
    """Every candidate of the step with a field for the score: Enter goes to the next one."""
    campaign = _managed(request.user, pk)
    row = get_object_or_404(campaign.steps, pk=step)
    found = _standing(campaign, row)
    typed = {a.pk: request.POST.get(f"score_{a.pk}", "") for a in found} if request.method == "POST" else {}
    problems: list[Problem] = []
    if request.method == "POST":
        scores, wrong = _parsed(found, typed, request.user)
        problems = wrong or _saved(request, campaign, row, scores)
        if not problems:
            return redirect("score-sheet", pk, step)
    context = {
        "campaign": campaign,
        "step": row,
        "lines": _lines(found, row, typed, request.user),
        "problems": problems,
        "workbook_form": WorkbookForm(),
        "frozen": campaign.rankings.exists(),
    }
    return render(request, "personnel/recruitment/scores.html", context, status=422 if problems else 200)


def _standing(campaign: Campaign, step: Step) -> list[Application]:
    rows = Application.objects.running().filter(campaign=campaign, step=step, waiting=False)
    return list(rows.defer("phone").prefetch_related("kinships").order_by("number"))


def _lines(found: list[Application], step: Step, typed: dict[int, str], user: User) -> list[SheetLine]:
    results = StepResult.objects.filter(step=step, application__in=found)
    stored = dict(results.values_list("application_id", "score"))
    return [
        SheetLine(
            application=a,
            text=typed.get(a.pk) or ("" if stored.get(a.pk) is None else str(stored[a.pk])),
            is_closed=rules.related(a.kinships.all(), user),
        )
        for a in found
    ]


def _parsed(
    found: Iterable[Application], typed: dict[int, str], user: User
) -> tuple[dict[int, Decimal | None], list[Problem]]:
    """The typed scores; an empty field leaves the candidate as is."""
    scores: dict[int, Decimal | None] = {}
    problems = []
    for application in found:
        text = typed.get(application.pk, "").strip()
        if not text:
            continue
        try:
            scores[application.pk] = rules.parsed_score(text)
        except ValueError:
            message = _("%(name)s: a score is a number from 0 to 100.") % {"name": application.name}
            problems.append(Problem("score_unreadable", message))
    return scores, problems


def _saved(
    request: SignedInRequest, campaign: Campaign, step: Step, scores: dict[int, Decimal | None]
) -> list[Problem]:
    try:
        count = services.save_scores(by=request.user, campaign=campaign, step=step, scores=scores)
    except Refused as refused:
        return refused.problems
    messages.success(request, _("%(count)d scores saved.") % {"count": count})
    return []


@require_http_methods(["GET", "POST"])
@gate(Action.RECRUITMENT_VIEW)
def score_workbook(request: SignedInRequest, pk: int, step: int) -> HttpResponse:
    """GET: the sheet as a workbook to fill in. POST: the scores from one, by receipt number."""
    campaign = _managed(request.user, pk)
    row = get_object_or_404(campaign.steps, pk=step)
    found = _standing(campaign, row)
    if request.method == "GET":
        columns = [Column(_("Receipt number"), 20), Column(_("Candidate"), 14), Column(_("Score"), 10)]
        lines = [
            (line.application.number, line.application.name, line.text)
            for line in _lines(found, row, {}, request.user)
            if not line.is_closed
        ]
        return workbook_response(write_table(str(row), columns, lines), f"成绩-{campaign.title}.xlsx")
    form = WorkbookForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose a workbook."))
        return redirect("score-sheet", pk, step)
    return act(
        request,
        _("The scores of the workbook were saved."),
        lambda: _import_scores(request, campaign, row, found, form.cleaned_data["workbook"].read()),
        "score-sheet",
        pk,
        step,
    )


def _import_scores(
    request: SignedInRequest, campaign: Campaign, step: Step, found: list[Application], data: bytes
) -> None:
    sheets = read_workbook(data)
    numbers = {a.number: a for a in found}
    typed: dict[int, str] = {}
    problems = []
    for index, cells in enumerate(sheets[0].rows if sheets else [], start=1):
        number = str(cells[0]).split(".")[0].strip() if cells else ""
        if index == 1 or not number:
            continue
        if number not in numbers:
            message = _("Row %(row)d: nobody with this receipt number stands in this step.") % {"row": index}
            problems.append(Problem("number_unknown", message, row=index))
        else:
            typed[numbers[number].pk] = str(cells[2]) if len(cells) > 2 else ""
    scores, wrong = _parsed(found, typed, request.user)
    if problems or wrong:
        raise Refused([*problems, *wrong])
    services.save_scores(by=request.user, campaign=campaign, step=step, scores=scores)
