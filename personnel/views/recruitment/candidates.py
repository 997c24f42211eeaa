"""The page of a candidate and what is written there."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from personnel.forms.recruitment import (
    AnswerForm,
    ApplicationForm,
    ChecklistForm,
    CorrectionForm,
    DocumentForm,
    HireForm,
    KinshipForm,
    VettingForm,
)
from personnel.models import (
    Application,
    ApplicationDocument,
    Campaign,
    Channel,
    DocumentKind,
    Objection,
    ScoreCorrection,
    StepKind,
    StepResult,
    Vetting,
)
from personnel.rules.recruitment import candidates as rules
from personnel.rules.recruitment.hiring import longest_probation, months_on
from personnel.rules.recruitment.kinship import related_to
from personnel.rules.recruitment.ranking import reckoned
from personnel.rules.recruitment.seals import seal_problems
from personnel.services.recruitment import applications, board, documents, notice, ranking
from personnel.views.recruitment.answers import act, closed_to, relatives_stay_out, status_of, stay_out, written
from teams.gate import SignedInRequest, gate, manageable, visible
from teams.models import User
from teams.policy import Action
from teams.scope import scope_of

CONTRACT_MONTHS = 36
TRAINING_DAYS = 30


def _rows() -> Any:
    return Application.objects.select_related(
        "campaign__unit", "vacancy__unit", "step", "vetting", "hire__member", "notice_entry__notice"
    ).prefetch_related("disqualifiers", "kinships__assessor", "documents", "campaign__steps", "campaign__fitness_items")


def _managed(user: User, pk: int, action: Action = Action.RECRUITMENT_MANAGE) -> Application:
    application: Application = manageable(_rows(), user, action, pk=pk)
    return application


@require_GET
@gate(Action.RECRUITMENT_VIEW)
@relatives_stay_out
def application_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    application = visible(_rows(), request.user, pk=pk)
    campaign = application.campaign
    results = {r.step_id: r for r in application.results.select_related("assessor", "step")}
    row = application.ranking_rows.order_by("-ranking__version").first()
    scope = scope_of(request.user, Action.RECRUITMENT_MANAGE).covers(campaign.unit.path)
    vets = scope_of(request.user, Action.VETTING_MANAGE).covers(campaign.unit.path)
    files = [d for d in application.documents.all() if vets or d.kind != DocumentKind.VETTING]
    measured = {v.item_id: v.value for v in application.fitness_values.all()}
    context = {
        "application": application,
        "campaign": campaign,
        "steps": [(s, results.get(s.pk)) for s in campaign.steps.all()],
        "eligibility": rules.eligibility_problems(application),
        "corrections": application.corrections.select_related("proposed_by", "approved_by", "result__step"),
        "row": row,
        "reckoned": reckoned(campaign, row) if row else "",
        "seal_problems": seal_problems(campaign) if row else [],
        "documents": files,
        "items": [(i, measured.get(i.pk)) for i in rules.items_for(application, campaign.fitness_items.all())],
        "may_manage": scope and application.state == "active",
        "may_vet": vets,
        "at_hire": application.state == "active" and application.step.kind == StepKind.HIRE,
        "at_fitness": application.state == "active" and application.step.kind == StepKind.FITNESS,
        "document_form": DocumentForm(),
        "kinship_form": KinshipForm(),
        "user_pk": request.user.pk,
    }
    return render(request, "personnel/recruitment/candidate.html", context)


@require_http_methods(["GET", "POST"])
@gate(Action.RECRUITMENT_VIEW)
def application_new(request: SignedInRequest, pk: int) -> HttpResponse:
    """An application on paper, entered by staff."""
    campaign = _campaign(request.user, pk)
    form = ApplicationForm(request.POST or None, campaign=campaign)
    made: list[Application] = []

    def write() -> None:
        values = form.application_values()
        relatives = form.relatives()
        made.append(applications.apply(by=request.user, channel=Channel.STAFF, relatives=relatives, **values))

    if request.method == "POST" and written(form, write):
        messages.success(request, _("Entered under the receipt number %(number)s.") % {"number": made[0].number})
        return redirect("application-detail", made[0].pk)
    context = {"form": form, "campaign": campaign}
    return render(request, "personnel/recruitment/application_form.html", context, status=status_of(form))


def _campaign(user: User, pk: int) -> Campaign:
    rows = Campaign.objects.select_related("unit")
    campaign: Campaign = manageable(rows, user, Action.RECRUITMENT_MANAGE, pk=pk)
    return campaign


@require_POST
@gate(Action.RECRUITMENT_VIEW)
@relatives_stay_out
def application_withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    application = _managed(request.user, pk)
    reason = request.POST.get("reason", "")
    run = lambda: applications.withdraw(by=request.user, application=application, reason=reason)  # noqa: E731
    return act(request, _("The candidate has given up."), run, "application-detail", pk)


@require_POST
@gate(Action.RECRUITMENT_VIEW)
@relatives_stay_out
def application_claims(request: SignedInRequest, pk: int) -> HttpResponse:
    application = _managed(request.user, pk)
    claims = request.POST.getlist("claims")
    run = lambda: applications.confirm_claims(by=request.user, application=application, claims=claims)  # noqa: E731
    return act(request, _("Saved."), run, "application-detail", pk)


@require_POST
@gate(Action.RECRUITMENT_VIEW)
def application_kinship(request: SignedInRequest, pk: int) -> HttpResponse:
    """The signed-in assessor declares to be related."""
    application = _managed(request.user, pk)
    relation = request.POST.get("relation", "")
    return act(
        request,
        _("Declared: this candidate is closed to you from now on."),
        lambda: applications.declare_kinship(
            by=request.user, application=application, assessor=request.user, relation=relation
        ),
        "campaign-board",
        application.campaign_id,
    )


@require_POST
@gate(Action.RECRUITMENT_VIEW)
@relatives_stay_out
def application_document(request: SignedInRequest, pk: int) -> HttpResponse:
    application = _managed(request.user, pk)
    form = DocumentForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose a file of at most 5 MB."))
        return redirect("application-detail", pk)
    file = form.cleaned_data["file"]
    return act(
        request,
        _("The file was added."),
        lambda: documents.add_document(
            by=request.user, application=application, kind=form.cleaned_data["kind"], name=file.name, file=file
        ),
        "application-detail",
        pk,
    )


@require_GET
@gate(Action.RECRUITMENT_VIEW)
def document_download(request: SignedInRequest, pk: int) -> HttpResponse:
    """A private file, to save and never to show in the browser; vetting files ask for their own right."""
    rows: Any = ApplicationDocument.objects.get_queryset()
    document: ApplicationDocument = visible(rows, request.user, pk=pk)
    if closed_to(request, document.application_id):
        return stay_out(request)
    if document.kind == DocumentKind.VETTING:
        document = manageable(rows, request.user, Action.VETTING_MANAGE, pk=pk)
    response: Any = FileResponse(document.file.open("rb"), content_type="application/octet-stream")
    response["Content-Disposition"] = f"attachment; filename=\"document\"; filename*=UTF-8''{quote(document.name)}"
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response  # type: ignore[no-any-return]


@require_POST
@gate(Action.RECRUITMENT_VIEW)
@relatives_stay_out
def application_fitness(request: SignedInRequest, pk: int) -> HttpResponse:
    application = _managed(request.user, pk)
    values: dict[int, Decimal] = {}
    for item in rules.items_for(application, application.campaign.fitness_items.all()):
        try:
            text = request.POST.get(f"item_{item.pk}", "").strip()
            values |= {item.pk: Decimal(text)} if text else {}
        except InvalidOperation:
            messages.error(request, _("%(item)s: enter a number.") % {"item": item.name})
            return redirect("application-detail", pk)
    run = lambda: board.save_fitness(by=request.user, application=application, values=values)  # noqa: E731
    return act(request, _("Saved."), run, "application-detail", pk)


@require_http_methods(["GET", "POST"])
@gate(Action.RECRUITMENT_VIEW)
@relatives_stay_out
def application_checklist(request: SignedInRequest, pk: int) -> HttpResponse:
    """The points that rule a candidate out."""
    application = _managed(request.user, pk)
    initial = {"checked_on": timezone.localdate()}
    form = ChecklistForm(request.POST or None, application=application, initial=initial)
    if request.method == "POST" and written(
        form,
        lambda: board.check_disqualifiers(
            by=request.user, application=application, on=form.cleaned_data["checked_on"], points=form.points()
        ),
    ):
        messages.success(request, _("The checklist was saved."))
        return redirect("application-detail", pk)
    context = {"form": form, "application": application, "heading": _("Checklist of disqualifiers")}
    return render(request, "personnel/recruitment/candidate_form.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@gate(Action.VETTING_MANAGE)
@relatives_stay_out
def application_vetting(request: SignedInRequest, pk: int) -> HttpResponse:
    application = _managed(request.user, pk, Action.VETTING_MANAGE)
    vetting = getattr(application, "vetting", None) or Vetting(application=application)
    form = VettingForm(request.POST or None, instance=vetting, initial={"visited_on": timezone.localdate()})
    if request.method == "POST" and written(
        form, lambda: board.save_vetting(by=request.user, application=application, **form.cleaned_data)
    ):
        messages.success(request, _("The vetting was saved."))
        return redirect("application-detail", pk)
    context = {"form": form, "application": application, "heading": _("Political vetting")}
    return render(request, "personnel/recruitment/candidate_form.html", context, status=status_of(form))


@require_GET
@gate(Action.VETTING_MANAGE)
def vetting_list(request: SignedInRequest) -> HttpResponse:
    """Vettings to look at again: what is due, then what comes."""
    today = timezone.localdate()
    rows = Vetting.objects.manageable_by(request.user, Action.VETTING_MANAGE).to_look_at()
    found = list(rows.select_related("application__campaign", "application__vacancy__unit", "application__step")[:200])
    related = related_to(request.user, [v.application_id for v in found])
    context = {"lines": [(v, v.application_id in related) for v in found], "today": today}
    return render(request, "personnel/recruitment/vettings.html", context)


@require_http_methods(["GET", "POST"])
@gate(Action.RECRUITMENT_VIEW)
@relatives_stay_out
def application_hire(request: SignedInRequest, pk: int) -> HttpResponse:
    """The contract; all else is in the application."""
    application = _managed(request.user, pk)
    today = timezone.localdate()
    until = months_on(today, CONTRACT_MONTHS)
    initial = {
        "hired_on": today,
        "contract_from": today,
        "contract_until": until,
        "probation_until": longest_probation(today, until),
        "training_due_on": today + dt.timedelta(days=TRAINING_DAYS),
    }
    form = HireForm(request.POST or None, initial=initial)
    made: list[Any] = []
    if request.method == "POST" and written(
        form, lambda: made.append(notice.hire(by=request.user, application=application, **form.cleaned_data))
    ):
        messages.success(request, _("%(name)s is a member now.") % {"name": application.name})
        return redirect("application-detail", pk)
    context = {
        "form": form,
        "application": application,
        "heading": _("Hire"),
        "problems": notice.hire_problems(application),
    }
    return render(request, "personnel/recruitment/candidate_form.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@gate(Action.RECRUITMENT_VIEW)
@relatives_stay_out
def application_correct(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask for a correction of a frozen score."""
    application = _managed(request.user, pk)
    results = {
        str(r.pk): r
        for r in StepResult.objects.filter(application=application, score__isnull=False).select_related("step")
    }
    form = CorrectionForm(request.POST or None, scores=[(k, f"{r.step}: {r.score}") for k, r in results.items()])
    if request.method == "POST" and written(
        form,
        lambda: ranking.propose_correction(
            by=request.user,
            application=application,
            result=results[form.cleaned_data["step"]],
            after=form.cleaned_data["after"],
            reason=form.cleaned_data["reason"],
        ),
    ):
        messages.success(request, _("Proposed; a second person has to agree."))
        return redirect("application-detail", pk)
    context = {"form": form, "application": application, "heading": _("Correct a frozen score")}
    return render(request, "personnel/recruitment/candidate_form.html", context, status=status_of(form))


@require_POST
@gate(Action.RECRUITMENT_VIEW)
def correction_approve(request: SignedInRequest, pk: int) -> HttpResponse:
    rows: Any = ScoreCorrection.objects.get_queryset()
    correction: ScoreCorrection = manageable(rows, request.user, Action.RECRUITMENT_MANAGE, pk=pk)
    if closed_to(request, correction.application_id):
        return stay_out(request)
    run = lambda: ranking.approve_correction(by=request.user, correction=correction)  # noqa: E731
    done = _("Corrected; the ranking has a new version.")
    return act(request, done, run, "application-detail", correction.application_id)


@require_http_methods(["GET", "POST"])
@gate(Action.RECRUITMENT_VIEW)
def objection_answer(request: SignedInRequest, pk: int) -> HttpResponse:
    rows = Objection.objects.select_related("notice__campaign", "unit", "entry__application")
    objection: Objection = manageable(rows, request.user, Action.RECRUITMENT_MANAGE, pk=pk)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and written(
        form, lambda: notice.answer_objection(by=request.user, objection=objection, **form.cleaned_data)
    ):
        messages.success(request, _("The objection was answered."))
        return redirect("campaign-detail", objection.notice.campaign_id)
    context = {"form": form, "objection": objection, "campaign": objection.notice.campaign}
    return render(request, "personnel/recruitment/objection.html", context, status=status_of(form))
