"""Pages that anybody may open: openings, applying, notices, objections.

They show nothing of anybody but the visitor, except what a notice is for; they write nothing to any log.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from lianfang.platform.problems import Problem, Refused
from personnel.forms.problems import show_problems
from personnel.forms.recruitment import ObjectionForm, ObjectionStatusForm, PublicApplicationForm
from personnel.models import Application, Campaign, Channel, Notice, Objection
from personnel.rules.recruitment.campaigns import application_time_problems
from personnel.rules.recruitment.ranking import formula_text
from personnel.rules.recruitment.seals import seal_problems
from personnel.services.recruitment import applications, notice
from personnel.services.recruitment.rights import public_desk
from personnel.views.recruitment import limits, proof
from personnel.views.recruitment.answers import status_of
from personnel.views.recruitment.campaigns import tie_texts


def _public() -> Any:
    return (
        Campaign.objects.public()
        .select_related("unit")
        .prefetch_related("steps", "priorities", "vacancies__unit", "fitness_items", "notices")
    )


@require_GET
def opening_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    rows = list(_public().order_by("-apply_from")[:20])
    context = {"campaigns": [(c, not application_time_problems(c, today)) for c in rows]}
    return render(request, "personnel/recruitment/public/list.html", context)


@require_GET
def opening_detail(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(_public(), pk=pk)
    is_taking = not application_time_problems(campaign, timezone.localdate())
    formula = {"text": formula_text(campaign)}
    context = {"campaign": campaign, "formula": formula, "ties": tie_texts(campaign), "is_taking": is_taking}
    return render(request, "personnel/recruitment/public/detail.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def opening_apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Apply without an account, with one's papers."""
    campaign = get_object_or_404(_public(), pk=pk)
    form = PublicApplicationForm(request.POST or None, request.FILES or None, campaign=campaign)
    if request.method == "POST" and form.is_valid() and not form.cleaned_data["website"]:
        try:
            application = _apply(request, campaign, form)
        except Refused as refused:
            show_problems(form, refused)
        else:
            proof.keep(request, application)
            return redirect("application-receipt")
    closed = application_time_problems(campaign, timezone.localdate())
    context = {"campaign": campaign, "form": form, "closed": closed, "lost_files": bool(request.FILES)}
    return render(request, "personnel/recruitment/public/apply.html", context, status=status_of(form))


def _apply(request: HttpRequest, campaign: Campaign, form: PublicApplicationForm) -> Application:
    limits.check(request, (limits.APPLY, None))
    with public_desk(campaign):
        return applications.apply(
            by=None,
            channel=Channel.PUBLIC,
            relatives=form.relatives(),
            files=form.files_sent(),
            form_key=form.cleaned_data["form_key"],
            **form.application_values(),
        )


@require_GET
def opening_result(request: HttpRequest, pk: int) -> HttpResponse:
    """The notices of a campaign: masked names, places and totals."""
    campaign = get_object_or_404(_public(), pk=pk)
    today = timezone.localdate()
    with public_desk(campaign):
        tampered = bool(seal_problems(campaign))
        shown = [
            {
                "notice": row,
                "takes_objections": row.takes_objections(today),
                "entries": [
                    {
                        "post": entry.row.vacancy.title,
                        "unit": entry.row.vacancy.unit.name,
                        "rank": entry.row.rank,
                        "total": entry.row.total,
                        "name": entry.application.masked_name,
                        "number": entry.application.number[-4:],
                    }
                    for entry in row.entries.select_related("application", "row__vacancy__unit").order_by(
                        "row__vacancy", "row__rank", "pk"
                    )
                ],
            }
            for row in campaign.notices.filter(first_day__lte=today)
        ]
    context = {"campaign": campaign, "formula": {"text": formula_text(campaign)}, "notices": shown}
    context |= {"tampered": tampered}
    return render(request, "personnel/recruitment/public/result.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def notice_object(request: HttpRequest, pk: int) -> HttpResponse:
    """Object to a notice while it runs; the receipt number opens the answer."""
    row = get_object_or_404(Notice.objects.select_related("campaign__unit"), pk=pk)
    if row.campaign.status not in ("open", "closed"):
        raise Http404
    sent: Objection | None = None
    with public_desk(row.campaign):
        form = ObjectionForm(request.POST or None, notice=row)
        if request.method == "POST" and form.is_valid() and not form.cleaned_data["website"]:
            try:
                limits.check(request, (limits.OBJECTION, None), (limits.NOTICE, str(row.pk)))
                sent = notice.object_to(by=None, notice=row, **form.objection())
            except Refused as refused:
                show_problems(form, refused)
        context = {"form": form, "notice": row, "campaign": row.campaign, "sent": sent}
        # Rendered at the desk: the candidates to choose from are read here.
        return render(request, "personnel/recruitment/public/object.html", context, status=status_of(form))


@never_cache
@require_http_methods(["GET", "POST"])
def objection_status(request: HttpRequest) -> HttpResponse:
    """What was answered, for who knows the objection's receipt number."""
    form = ObjectionStatusForm(request.POST or None)
    found = None
    if request.method == "POST" and form.is_valid():
        try:
            limits.check(request, (limits.STATUS, None))
            found = _objection(form.cleaned_data["number"])
        except Refused as refused:
            show_problems(form, refused)
    context = {"form": form, "objection": found}
    return render(request, "personnel/recruitment/public/objection.html", context, status=status_of(form))


def _objection(number: str) -> Objection:
    """Each campaign is asked at its own desk."""
    with_notices = Campaign.objects.public().filter(notices__isnull=False).distinct()
    for campaign in with_notices.select_related("unit"):
        with public_desk(campaign):
            found = notice.find_objection(campaign, number)
            if found:
                return found
    raise Refused([Problem("number_unknown", _("There is no objection with this number."), "number")])
