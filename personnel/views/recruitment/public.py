"""Pages that anybody may open: openings, applying, the receipt, the state of an application, notices, objections.

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
from personnel.forms.recruitment import ObjectionForm, PublicApplicationForm, StatusForm
from personnel.models import Application, Campaign, Channel, Notice
from personnel.rules.recruitment.campaigns import application_time_problems
from personnel.rules.recruitment.ranking import Formula
from personnel.services.recruitment import applications, notice
from personnel.services.recruitment.rights import public_desk
from personnel.services.recruitment.throttle import is_free
from personnel.views.recruitment.answers import status_of

RECEIPT = "recruitment_receipt"  # in the session: which application was just made
SLOW_DOWN = Problem("too_many_tries", _("Too many tries from here; try again in an hour."))


def _public() -> Any:
    return (
        Campaign.objects.public()
        .select_related("unit")
        .prefetch_related("steps", "priorities", "vacancies__unit", "fitness_items", "notices")
    )


def _from(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


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
    context = {"campaign": campaign, "formula": Formula.of(campaign), "is_taking": is_taking}
    return render(request, "personnel/recruitment/public/detail.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def opening_apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Apply without an account."""
    campaign = get_object_or_404(_public(), pk=pk)
    form = PublicApplicationForm(request.POST or None, campaign=campaign)
    if request.method == "POST" and form.is_valid() and not form.cleaned_data["website"]:
        try:
            application = _apply(request, campaign, form)
        except Refused as refused:
            show_problems(form, refused)
        else:
            request.session[RECEIPT] = [campaign.pk, application.number]
            return redirect("application-receipt")
    closed = application_time_problems(campaign, timezone.localdate())
    context = {"campaign": campaign, "form": form, "closed": closed}
    return render(request, "personnel/recruitment/public/apply.html", context, status=status_of(form))


def _apply(request: HttpRequest, campaign: Campaign, form: PublicApplicationForm) -> Application:
    if not is_free("apply", _from(request)):
        raise Refused([SLOW_DOWN])
    with public_desk(campaign):
        return applications.apply(
            by=None, channel=Channel.PUBLIC, relatives=form.relatives(), **form.application_values()
        )


@never_cache
@require_GET
def application_receipt(request: HttpRequest) -> HttpResponse:
    """The receipt of what this browser just sent, to print."""
    kept = request.session.get(RECEIPT)
    if not kept:
        return redirect("application-status")
    campaign = get_object_or_404(_public(), pk=kept[0])
    with public_desk(campaign):
        application = get_object_or_404(
            Application.objects.select_related("vacancy__unit"), campaign=campaign, number=kept[1]
        )
    context = {"campaign": campaign, "application": application}
    return render(request, "personnel/recruitment/public/receipt.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def application_status(request: HttpRequest) -> HttpResponse:
    """How far an application is, for who knows its number and the end of the ID number."""
    form = StatusForm(request.POST or None)
    found = None
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["number"].strip()
        if not (is_free("status", _from(request)) and is_free("number", number)):
            show_problems(form, Refused([SLOW_DOWN]))
        else:
            found = _find(number, form.cleaned_data["last_six"])
            if found is None:
                form.add_error(None, _("There is no application with this number and this end of the ID number."))
    context = {"form": form, "application": found}
    return render(request, "personnel/recruitment/public/status.html", context, status=status_of(form))


def _find(number: str, last_six: str) -> Application | None:
    """The receipt number begins with the year and the campaign; each campaign is asked at its own desk."""
    for campaign in Campaign.objects.public().select_related("unit"):
        if number.startswith(f"{campaign.year}{campaign.pk:03d}"):
            with public_desk(campaign):
                found = applications.find_receipt(campaign, number, last_six)
                if found:
                    return found
    return None


@require_GET
def opening_result(request: HttpRequest, pk: int) -> HttpResponse:
    """The notices of a campaign: masked names, places and totals."""
    campaign = get_object_or_404(_public(), pk=pk)
    today = timezone.localdate()
    with public_desk(campaign):
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
    context = {"campaign": campaign, "formula": Formula.of(campaign), "notices": shown}
    return render(request, "personnel/recruitment/public/result.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def notice_object(request: HttpRequest, pk: int) -> HttpResponse:
    """Object to a notice while it runs."""
    row = get_object_or_404(Notice.objects.select_related("campaign__unit"), pk=pk)
    if row.campaign.status not in ("open", "closed"):
        raise Http404
    form = ObjectionForm(request.POST or None)
    sent = False
    if request.method == "POST" and form.is_valid():
        try:
            _object(request, row, form)
            sent = True
        except Refused as refused:
            show_problems(form, refused)
    context = {"form": form, "notice": row, "campaign": row.campaign, "sent": sent}
    return render(request, "personnel/recruitment/public/object.html", context, status=status_of(form))


def _object(request: HttpRequest, row: Notice, form: ObjectionForm) -> None:
    if not is_free("objection", _from(request)):
        raise Refused([SLOW_DOWN])
    with public_desk(row.campaign):
        notice.object_to(by=None, notice=row, **form.cleaned_data)
