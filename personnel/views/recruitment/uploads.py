"""The way of a workbook with applications or scores: upload, preview, confirm; bad rows come back with their reason."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.platform.problems import Problem, Refused
from personnel.forms.problems import show_problems
from personnel.forms.recruitment import WorkbookForm
from personnel.models import Campaign, RecruitmentUpload
from personnel.roster_workbook.export import with_reasons
from personnel.services.recruitment import importing
from personnel.services.recruitment import uploads as services
from personnel.services.recruitment.board import to_score
from personnel.services.recruitment.score_workbook import ScorePlan, plan_scores
from personnel.views.exports import workbook_response
from personnel.views.recruitment.answers import status_of
from teams.gate import SignedInRequest, gate, manageable
from teams.models import Unit, User
from teams.policy import Action

SHOWN = 100  # rows of each kind on the preview; the counts are of all


def _campaign(user: User, pk: int) -> Campaign:
    rows = Campaign.objects.select_related("unit")
    campaign: Campaign = manageable(rows, user, Action.RECRUITMENT_MANAGE, pk=pk)
    return campaign


@require_http_methods(["GET", "POST"])
@gate(Action.RECRUITMENT_VIEW)
def application_import(request: SignedInRequest, pk: int) -> HttpResponse:
    """Choose a workbook with applications."""
    campaign = _campaign(request.user, pk)
    form = WorkbookForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["workbook"]
        try:
            data = file.read()
            importing.read_applications(data)
            upload = services.keep(by=request.user, campaign=campaign, file_name=file.name, data=data)
        except Refused as refused:
            show_problems(form, refused)
        else:
            return redirect("recruitment-upload", upload.pk)
    context = {"form": form, "campaign": campaign}
    return render(request, "personnel/recruitment/uploads/choose.html", context, status=status_of(form))


@require_GET
@gate(Action.RECRUITMENT_VIEW)
def application_template(request: SignedInRequest, pk: int) -> HttpResponse:
    """An empty workbook to fill in."""
    return workbook_response(importing.template(_campaign(request.user, pk)), "报名表-模板.xlsx")


@require_http_methods(["GET", "POST"])
@gate(Action.RECRUITMENT_VIEW)
def upload_preview(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What the import would do; a POST does it, all or nothing."""
    upload = _own(request.user, pk)
    problems: list[Problem] = []
    if request.method == "POST":
        try:
            expected = request.POST.get("fingerprint", "")
            count = services.confirm(by=request.user, upload=upload, expected=expected)
        except Refused as refused:
            problems = refused.problems[:SHOWN]
        else:
            messages.success(request, _("%(count)d applications entered.") % {"count": count})
            return redirect("campaign-board", upload.campaign_id)
    plan = services.plan_of(upload)
    parts = (
        ("bad", _("Bad rows"), plan.bad),
        ("new", _("New"), plan.new),
        ("unchanged", _("There already"), plan.unchanged),
    )
    context = {
        "upload": upload,
        "campaign": upload.campaign,
        "plan": plan,
        "parts": [(key, title, rows[:SHOWN], len(rows)) for key, title, rows in parts if rows],
        "problems": problems,
    }
    return render(request, "personnel/recruitment/uploads/preview.html", context, status=422 if problems else 200)


@require_POST
@gate(Action.RECRUITMENT_VIEW)
def upload_cancel(request: SignedInRequest, pk: UUID) -> HttpResponse:
    upload = _own(request.user, pk)
    upload.delete()
    messages.info(request, _("The workbook was thrown away; nothing was entered."))
    return redirect("campaign-board", upload.campaign_id)


@require_GET
@gate(Action.RECRUITMENT_VIEW)
def upload_reasons(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The uploaded workbook with what is wrong in each bad row."""
    upload = _own(request.user, pk)
    plan = services.plan_of(upload)
    return workbook_response(with_reasons(plan.table, plan.problems), f"导入问题-{upload.file_name}")


@require_GET
@gate(Action.RECRUITMENT_VIEW)
def score_upload(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """A score sheet with bad rows: nothing of it was saved."""
    upload = _own(request.user, pk, scores=True)
    context = {"upload": upload, "campaign": upload.campaign, "problems": _score_plan(upload).problems[:SHOWN]}
    return render(request, "personnel/recruitment/uploads/scores.html", context)


@require_GET
@gate(Action.RECRUITMENT_VIEW)
def score_upload_reasons(request: SignedInRequest, pk: UUID) -> HttpResponse:
    upload = _own(request.user, pk, scores=True)
    return workbook_response(_score_plan(upload).with_reasons(), f"导入问题-{upload.file_name}")


def _score_plan(upload: RecruitmentUpload) -> ScorePlan:
    if upload.step is None:
        raise Http404
    candidates = to_score(upload.campaign, upload.step).defer("phone", "id_number")
    return plan_scores(upload.data, candidates, upload.step)


def _own(user: User, pk: UUID, *, scores: bool = False) -> RecruitmentUpload:
    """The user's own upload, and only while the right reaches its unit; 404 otherwise."""
    units = Unit.objects.manageable_by(user, Action.RECRUITMENT_MANAGE)
    rows = RecruitmentUpload.objects.owned_by(user).filter(unit__in=units, step__isnull=not scores)
    upload: RecruitmentUpload = get_object_or_404(rows.select_related("campaign__unit", "step"), pk=pk)
    if not upload.campaign.is_open:
        raise Http404
    return upload
