"""Campaigns: the list, the plan in its parts, approval, what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.platform.problems import Refused
from personnel.filters import units_in_scope
from personnel.forms.recruitment import (
    CampaignForm,
    FitnessItemForm,
    NoticeForm,
    PriorityForm,
    RelativeForm,
    StepForm,
    VacancyForm,
    tie_choices,
)
from personnel.models import Campaign, DutyCertificate, FitnessItem, Hire, Objection, Priority, Ranking, Step, Vacancy
from personnel.rules.recruitment import campaigns as rules
from personnel.rules.recruitment.kinship import related_to
from personnel.rules.recruitment.ranking import formula_text
from personnel.rules.recruitment.seals import seal_problems
from personnel.rules.recruitment.terms import labels
from personnel.services.recruitment import campaigns as services
from personnel.services.recruitment import notice as notice_services
from personnel.services.recruitment import panels
from personnel.services.recruitment import ranking as ranking_services
from personnel.views.recruitment.answers import act, status_of, written
from teams.gate import SignedInRequest, gate, manageable, visible
from teams.models import Unit, User
from teams.policy import Action
from teams.scope import scope_of


@require_GET
@gate(Action.RECRUITMENT_VIEW)
def campaign_list(request: SignedInRequest) -> HttpResponse:
    rows = (
        Campaign.objects.visible_to(request.user)
        .select_related("unit")
        .annotate(
            candidates=Count("applications", distinct=True),
            hired=Count("applications", filter=Q(applications__state="hired"), distinct=True),
        )
    )
    may_manage = bool(scope_of(request.user, Action.RECRUITMENT_MANAGE))
    return render(request, "personnel/recruitment/list.html", {"campaigns": rows, "may_manage": may_manage})


@require_http_methods(["GET", "POST"])
@gate(Action.RECRUITMENT_MANAGE)
def campaign_new(request: SignedInRequest) -> HttpResponse:
    units = units_in_scope(request, Action.RECRUITMENT_MANAGE)
    initial = {"year": timezone.localdate().year, "unit": units.first()}
    form = CampaignForm(request.POST or None, units=units, initial=initial)
    made: list[Campaign] = []

    def write() -> None:
        values = form.campaign_values()
        made.append(services.draft_campaign(by=request.user, unit=form.cleaned_data["unit"], **values))

    if request.method == "POST" and written(form, write):
        messages.success(request, _("The draft is there; now its posts and steps."))
        return redirect("campaign-detail", made[0].pk)
    return render(request, "personnel/recruitment/form.html", {"form": form}, status=status_of(form))


@require_GET
@gate(Action.RECRUITMENT_VIEW)
def campaign_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """The plan as it will be, or was, announced; what still keeps a draft back."""
    campaign = visible(_campaigns(), request.user, pk=pk)
    manages = scope_of(request.user, Action.RECRUITMENT_MANAGE).covers(campaign.unit.path)
    approves = scope_of(request.user, Action.RECRUITMENT_APPROVE).covers(campaign.unit.path)
    waits = campaign.status == "submitted"
    context = {
        "campaign": campaign,
        "formula": {"text": formula_text(campaign)},
        "ties": tie_texts(campaign),
        "seal_problems": seal_problems(campaign),
        "relative_form": RelativeForm(),
        "problems": plan_problems(campaign) if campaign.is_draft and manages else [],
        "approval_problems": rules.approval_problems(campaign, request.user) if approves and waits else [],
        "may_manage": manages,
        "may_approve": approves and waits,
        "notices": campaign.notices.prefetch_related("entries"),
        "objections": Objection.objects.visible_to(request.user)
        .filter(notice__campaign=campaign)
        .select_related("entry__application"),
        "today": timezone.localdate(),
        "hires": hires_of(campaign),
        "notice_form": NoticeForm(),
        **_gaps(campaign),
    }
    return render(request, "personnel/recruitment/detail.html", context)


def hires_of(campaign: Campaign) -> Any:
    """Who was hired, and whether the training has led to a certificate."""
    certified = DutyCertificate.objects.filter(member=OuterRef("member"), withdrawn_on=None)
    rows = Hire.objects.filter(application__campaign=campaign).select_related("member__unit")
    return rows.annotate(certified=Exists(certified)).order_by("member__name_pinyin", "pk")


def _campaigns() -> Any:
    return Campaign.objects.select_related("unit", "drafted_by", "approved_by").prefetch_related(
        "steps", "priorities", "vacancies__unit", "fitness_items", "rankings"
    )


def plan_problems(campaign: Campaign) -> list[Any]:
    return [*rules.campaign_problems(campaign), *rules.quota_problems(campaign)]


def _gaps(campaign: Campaign) -> dict[str, Any]:
    found = {v.unit: rules.gap(v.unit, campaign.year, besides=campaign) for v in campaign.vacancies.all()}
    gaps = {gap.standard.unit: gap for gap in found.values() if gap}
    return {"gaps": list(gaps.items())}


@require_http_methods(["GET", "POST"])
@gate(Action.RECRUITMENT_VIEW)
def campaign_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    campaign = _managed(request.user, pk)
    form = CampaignForm(request.POST or None, instance=campaign)
    if request.method == "POST" and written(
        form,
        lambda: services.change_campaign(by=request.user, campaign=campaign, **form.campaign_values()),
    ):
        messages.success(request, _("The draft was changed."))
        return redirect("campaign-detail", campaign.pk)
    context = {"form": form, "campaign": campaign}
    return render(request, "personnel/recruitment/form.html", context, status=status_of(form))


def _managed(user: User, pk: int) -> Campaign:
    campaign: Campaign = manageable(_campaigns(), user, Action.RECRUITMENT_MANAGE, pk=pk)
    return campaign


@dataclass(frozen=True)
class Part:
    """A part of the plan that is a list: its form, its rows, and the service that writes it."""

    title: Any
    hint: Any
    form: type[forms.ModelForm]  # type: ignore[type-arg]
    rows: Callable[[Campaign], QuerySet[Any]]
    write: Callable[..., Any]
    keyword: str


PARTS = {
    "vacancies": Part(
        gettext_lazy("Posts"),
        gettext_lazy(
            "How many are sought, for which unit. The sum stays within the gap of the year. A condition of the post "
            "takes the place of the campaign's."
        ),
        VacancyForm,
        lambda c: Vacancy.objects.filter(campaign=c),
        services.set_vacancies,
        "vacancies",
    ),
    "steps": Part(
        gettext_lazy("Steps"),
        gettext_lazy(
            "In the order in which they are gone through; a kind may come again under a name of its own. Weights add "
            "up to 100, unless the plan has a formula. A ratio of 3 lets in three candidates for each place."
        ),
        StepForm,
        lambda c: Step.objects.filter(campaign=c),
        services.set_steps,
        "steps",
    ),
    "priorities": Part(
        gettext_lazy("Priority groups"),
        gettext_lazy("With 0 points a group only counts where two candidates are equal."),
        PriorityForm,
        lambda c: Priority.objects.filter(campaign=c),
        services.set_priorities,
        "priorities",
    ),
    "fitness": Part(
        gettext_lazy("Fitness items"),
        gettext_lazy(
            "A limit for each sex and span of ages; whoever misses one does not pass. With a value for 100 points an "
            "item gives points: 60 at the limit."
        ),
        FitnessItemForm,
        lambda c: FitnessItem.objects.filter(campaign=c),
        services.set_fitness_items,
        "items",
    ),
}


@require_http_methods(["GET", "POST"])
@gate(Action.RECRUITMENT_VIEW)
def campaign_part(request: SignedInRequest, pk: int, part: str) -> HttpResponse:
    """One list of the plan in a form; what is ticked, or left empty, goes."""
    campaign = _managed(request.user, pk)
    kind = PARTS.get(part)
    if kind is None:
        raise Http404
    model: Any = kind.form._meta.model
    factory = forms.modelformset_factory(model, form=kind.form, extra=3, can_delete=True, can_order=part == "steps")
    formset = factory(request.POST or None, queryset=kind.rows(campaign), prefix="row")
    if part == "vacancies":
        for form in formset.forms:
            unit: Any = form.fields["unit"]
            unit.queryset = _units_below(campaign)
    problems: list[Any] = []
    if request.method == "POST" and formset.is_valid():
        answer = _write_part(request, campaign, kind, formset)
        if isinstance(answer, HttpResponse):
            return answer
        problems = answer
    context = {"campaign": campaign, "part": kind, "formset": formset, "problems": problems}
    status = 422 if problems or (formset.is_bound and not formset.is_valid()) else 200
    return render(request, "personnel/recruitment/part.html", context, status=status)


def _units_below(campaign: Campaign) -> QuerySet[Unit]:
    return Unit.objects.get_queryset().filter(path__startswith=campaign.unit.path)


def _write_part(request: SignedInRequest, campaign: Campaign, kind: Part, formset: Any) -> HttpResponse | list[Any]:
    filled = [f for f in formset.forms if f.has_changed() or f.instance.pk]
    kept = [f for f in filled if not f.cleaned_data.get("DELETE")]
    kept.sort(key=lambda f: f.cleaned_data.get("ORDER") or 99)
    rows = [{name: f.cleaned_data[name] for name in kind.form._meta.fields or ()} for f in kept]
    try:
        kind.write(by=request.user, campaign=campaign, **{kind.keyword: rows})
    except Refused as refused:
        return refused.problems
    messages.success(request, _("The draft was changed."))
    return redirect("campaign-detail", campaign.pk)


@require_POST
@gate(Action.RECRUITMENT_VIEW)
def campaign_submit(request: SignedInRequest, pk: int) -> HttpResponse:
    campaign = _managed(request.user, pk)
    done = _("Handed to the brigade for approval.")
    run = lambda: services.submit_campaign(by=request.user, campaign=campaign)  # noqa: E731
    return act(request, done, run, "campaign-detail", pk)


@require_POST
@gate(Action.RECRUITMENT_VIEW)
def campaign_approve(request: SignedInRequest, pk: int) -> HttpResponse:
    campaign = manageable(_campaigns(), request.user, Action.RECRUITMENT_APPROVE, pk=pk)
    done = _("The campaign is open and stands on the public page.")
    run = lambda: services.approve_campaign(by=request.user, campaign=campaign)  # noqa: E731
    return act(request, done, run, "campaign-detail", pk)


@require_POST
@gate(Action.RECRUITMENT_VIEW)
def campaign_return(request: SignedInRequest, pk: int) -> HttpResponse:
    campaign = manageable(_campaigns(), request.user, Action.RECRUITMENT_APPROVE, pk=pk)
    reason = request.POST.get("reason", "")
    run = lambda: services.return_campaign(by=request.user, campaign=campaign, reason=reason)  # noqa: E731
    return act(request, _("Given back to be changed."), run, "campaign-detail", pk)


@require_POST
@gate(Action.RECRUITMENT_VIEW)
def campaign_end(request: SignedInRequest, pk: int) -> HttpResponse:
    campaign = _managed(request.user, pk)
    cancel = bool(request.POST.get("cancel"))
    run = lambda: services.end_campaign(by=request.user, campaign=campaign, cancel=cancel)  # noqa: E731
    return act(request, _("The campaign has ended."), run, "campaign-detail", pk)


@require_POST
@gate(Action.RECRUITMENT_VIEW)
def campaign_freeze(request: SignedInRequest, pk: int) -> HttpResponse:
    campaign = _managed(request.user, pk)
    run = lambda: ranking_services.freeze(by=request.user, campaign=campaign)  # noqa: E731
    return act(request, _("The ranking is frozen."), run, "campaign-ranking", pk)


@require_POST
@gate(Action.RECRUITMENT_VIEW)
def campaign_notice(request: SignedInRequest, pk: int) -> HttpResponse:
    campaign = _managed(request.user, pk)
    form = NoticeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the notice a first day."))
        return redirect("campaign-detail", pk)
    first_day = form.cleaned_data["first_day"]
    run = lambda: notice_services.publish_notice(by=request.user, campaign=campaign, first_day=first_day)  # noqa: E731
    return act(request, _("The notice stands on the public page."), run, "campaign-detail", pk)


@require_GET
@gate(Action.RECRUITMENT_VIEW)
def campaign_ranking(request: SignedInRequest, pk: int) -> HttpResponse:
    """The frozen ranking, with the versions before it."""
    campaign = visible(_campaigns(), request.user, pk=pk)
    ranking = campaign.rankings.first()
    rows = ranking.rows.select_related("application", "vacancy", "application__step") if ranking else []
    heads = score_heads(campaign, ranking)
    related = related_to(request.user, [row.application_id for row in rows])
    lines = [
        (row, [row.scores.get(key, {}).get("score", "") for key, _label in heads], row.application_id in related)
        for row in rows
    ]
    context = {
        "campaign": campaign,
        "ranking": ranking,
        "lines": lines,
        "heads": heads,
        "formula": formula_text(campaign),
        "seal_problems": seal_problems(campaign),
        "may_manage": scope_of(request.user, Action.RECRUITMENT_MANAGE).covers(campaign.unit.path),
    }
    return render(request, "personnel/recruitment/ranking.html", context)


def score_heads(campaign: Campaign, ranking: Ranking | None) -> list[tuple[str, str]]:
    """The columns of a ranking: each score, item and bonus that its rows hold, in the plan's order."""
    first = ranking.rows.first() if ranking else None
    names = labels(campaign)
    return [(key, names.get(key, key)) for key in names if first and key in first.scores]


def tie_texts(campaign: Campaign) -> list[str]:
    """The order among equals in words."""
    words = dict(tie_choices(campaign))
    return [str(words.get(key, key)) for key in campaign.tie_breaks]


@require_POST
@gate(Action.RECRUITMENT_VIEW)
def campaign_relatives(request: SignedInRequest, pk: int) -> HttpResponse:
    """The signed-in assessor names a relative who applies, or may yet."""
    campaign = _managed(request.user, pk)
    run = lambda: panels.declare_relative(  # noqa: E731
        by=request.user,
        campaign=campaign,
        candidate_name=request.POST.get("candidate_name", ""),
        relation=request.POST.get("relation", ""),
    )
    return act(request, _("Declared: candidates of this name are closed to you."), run, "campaign-detail", pk)
