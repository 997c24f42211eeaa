"""A candidate's own application, without an account: the receipt, how far it is, the papers.

Opened by the receipt number and the end of the ID number, or by having just applied; for half an hour.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.platform.problems import Problem, Refused
from personnel.forms.problems import show_problems
from personnel.forms.recruitment import OwnDocumentForm, StatusForm
from personnel.models import Application, ApplicationDocument, Campaign, Outcome
from personnel.rules.recruitment.documents import own_documents_problems
from personnel.services.recruitment import applications, documents
from personnel.services.recruitment.rights import public_desk
from personnel.views.recruitment import limits, proof
from personnel.views.recruitment.answers import status_of


@never_cache
@require_http_methods(["GET", "POST"])
def application_status(request: HttpRequest) -> HttpResponse:
    """Ask for the receipt number and the end of the ID number."""
    form = StatusForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["number"].strip()
        try:
            limits.check(request, (limits.STATUS, None), (limits.NUMBER, number), (limits.NUMBER_A_DAY, number))
            proof.keep(request, _find(number, form.cleaned_data["last_six"]))
        except Refused as refused:
            show_problems(form, refused)
        else:
            return redirect("application-own")
    return render(request, "personnel/recruitment/public/status.html", {"form": form}, status=status_of(form))


def _find(number: str, last_six: str) -> Application:
    """The receipt number begins with the year and the campaign; each campaign is asked at its own desk."""
    for campaign in Campaign.objects.public().select_related("unit"):
        if number.startswith(f"{campaign.year}{campaign.pk:03d}"):
            with public_desk(campaign):
                found = applications.find_receipt(campaign, number, last_six)
                if found:
                    return found
    message = _("There is no application with this number and this end of the ID number.")
    raise Refused([Problem("receipt_unknown", message)])


@contextmanager
def _own(request: HttpRequest) -> Iterator[Application | None]:
    """The proven application, at its campaign's desk; None where nothing is proven (any more)."""
    found = proof.find(request)
    if found is None:
        yield None
        return
    campaign, number = found
    with public_desk(campaign):
        rows = Application.objects.select_related("campaign__unit", "vacancy__unit", "step")
        yield rows.filter(campaign=campaign, number=number).first()


@never_cache
@require_GET
def application_receipt(request: HttpRequest) -> HttpResponse:
    """The receipt, to print."""
    with _own(request) as application:
        if application is None:
            return redirect("application-status")
        context = {"campaign": application.campaign, "application": application, **_papers(application)}
        return render(request, "personnel/recruitment/public/receipt.html", context)


@never_cache
@require_GET
def application_own(request: HttpRequest) -> HttpResponse:
    """How far the application is, and its papers."""
    with _own(request) as application:
        if application is None:
            return redirect("application-status")
        context = {
            "campaign": application.campaign,
            "application": application,
            "steps": _steps(application),
            "form": OwnDocumentForm(),
            **_papers(application),
        }
        return render(request, "personnel/recruitment/public/own.html", context)


def _papers(application: Application) -> dict[str, Any]:
    rows = ApplicationDocument.objects.filter(application=application).own()
    return {"documents": list(rows), "may_send": not own_documents_problems(application)}


def _steps(application: Application) -> list[tuple[Any, str, Any]]:
    """Each step: what it is, how the candidate stands in it, since when. Scores only once they are frozen."""
    results = {r.step_id: r for r in application.results.all()}
    is_frozen = application.campaign.rankings.exists()
    return [
        (step, _standing(application, step, results.get(step.pk)), _shown_score(results.get(step.pk), is_frozen))
        for step in application.campaign.steps.all()
    ]


def _standing(application: Application, step: Any, result: Any) -> str:
    if result is not None and result.outcome != Outcome.OPEN:
        return str(result.outcome)
    if application.step_id != step.pk or application.state != "active":
        return ""
    return "waiting" if application.waiting else "here"


def _shown_score(result: Any, is_frozen: bool) -> Any:  # noqa: FBT001 - one place calls it
    return result.score if result is not None and is_frozen else None


@never_cache
@require_POST
def own_document_add(request: HttpRequest) -> HttpResponse:
    """One more paper."""
    with _own(request) as application:
        if application is None:
            return redirect("application-status")
        form = OwnDocumentForm(request.POST, request.FILES)
        if not form.is_valid():
            messages.error(request, " ".join(str(text) for texts in form.errors.values() for text in texts))
            return redirect("application-own")
        file = form.cleaned_data["file"]
        try:
            limits.check(request, (limits.UPLOAD, application.number))
            documents.add_own_document(
                by=None, application=application, kind=form.cleaned_data["kind"], name=file.name, file=file
            )
        except Refused as refused:
            for problem in refused.problems:
                messages.error(request, str(problem.message))
        else:
            messages.success(request, _("The file has arrived."))
    return redirect("application-own")


@never_cache
@require_POST
def own_document_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a paper that was sent by mistake."""
    with _own(request) as application:
        if application is None:
            return redirect("application-status")
        rows = ApplicationDocument.objects.filter(application=application).own()
        document = rows.select_related("application").filter(pk=pk).first()
        if document is None:
            raise Http404
        try:
            documents.remove_own_document(by=None, document=document)
        except Refused as refused:
            messages.error(request, str(refused.problems[0].message))
        else:
            messages.success(request, _("The file was taken back."))
    return redirect("application-own")


@require_POST
def application_leave(request: HttpRequest) -> HttpResponse:
    """Close it on a shared computer."""
    proof.drop(request)
    messages.success(request, _("Closed. Nobody at this computer can open it without the numbers."))
    return redirect("opening-list")
