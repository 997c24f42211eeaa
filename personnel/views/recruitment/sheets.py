"""Recruitment on paper and as workbooks: the notice, the ranking, candidates, score sheets, figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianfang.platform.problems import Refused
from lianfang.platform.workbook import Column, Writer, write_table
from personnel.forms.recruitment import BoardFilterForm
from personnel.models import Application, Campaign, Notice, Ranking
from personnel.rules.recruitment.kinship import related_to
from personnel.rules.recruitment.ranking import formula_text
from personnel.rules.recruitment.seals import seal_problems
from personnel.views.exports import workbook_response
from personnel.views.recruitment.answers import show
from personnel.views.recruitment.board import filtered, shown_columns
from personnel.views.recruitment.campaigns import score_heads
from personnel.views.recruitment.figures import Table, all_tables, figures_of
from teams.gate import SignedInRequest, gate, visible
from teams.policy import Action


def _unsealed(request: SignedInRequest, campaign: Campaign) -> HttpResponse | None:
    """A ranking whose seal doesn't fit goes onto no paper and into no workbook: where to read why."""
    problems = seal_problems(campaign)
    if not problems:
        return None
    show(request, Refused(problems))
    return redirect("campaign-ranking", campaign.pk)


def _campaign(request: SignedInRequest, pk: int) -> Campaign:
    campaign: Campaign = visible(Campaign.objects.select_related("unit"), request.user, pk=pk)
    return campaign


@require_GET
@gate(Action.RECRUITMENT_VIEW)
def notice_print(request: SignedInRequest, pk: int) -> HttpResponse:
    """A notice for the wall, on A4: masked names, as on the public page."""
    rows = Notice.objects.select_related("campaign__unit")
    notice: Notice = visible(rows, request.user, pk=pk)
    refused = _unsealed(request, notice.campaign)
    if refused:
        return refused
    entries = notice.entries.select_related("application", "row__vacancy__unit", "row__ranking")
    found = list(entries.order_by("row__vacancy", "row__rank", "pk"))
    formula = found[0].row.ranking.formula if found else formula_text(notice.campaign)
    context = {"notice": notice, "campaign": notice.campaign, "entries": found, "formula": formula}
    return render(request, "personnel/recruitment/print/notice.html", context)


# The ranking


def _ranking(request: SignedInRequest, pk: int) -> tuple[Campaign, Ranking]:
    campaign = _campaign(request, pk)
    ranking = campaign.rankings.first()
    if ranking is None:
        raise Http404
    return campaign, ranking


def _ranking_lines(ranking: Ranking, heads: Sequence[tuple[str, str]]) -> list[tuple[Any, list[str]]]:
    rows = ranking.rows.select_related("application__step", "vacancy__unit").order_by("vacancy", "rank", "pk")
    return [(row, [row.scores.get(key, {}).get("score", "") for key, _name in heads]) for row in rows]


@require_GET
@gate(Action.RECRUITMENT_VIEW)
def ranking_print(request: SignedInRequest, pk: int) -> HttpResponse:
    campaign, ranking = _ranking(request, pk)
    refused = _unsealed(request, campaign)
    if refused:
        return refused
    heads = score_heads(campaign, ranking)
    context = {
        "campaign": campaign,
        "ranking": ranking,
        "heads": [name for _key, name in heads],
        "lines": _ranking_lines(ranking, heads),
    }
    return render(request, "personnel/recruitment/print/ranking.html", context)


@require_GET
@gate(Action.RECRUITMENT_VIEW)
def ranking_export(request: SignedInRequest, pk: int) -> HttpResponse:
    campaign, ranking = _ranking(request, pk)
    refused = _unsealed(request, campaign)
    if refused:
        return refused
    heads = score_heads(campaign, ranking)
    before = [_("Unit"), _("Vacancy"), _("Place"), _("Receipt number"), _("Candidate")]
    titles = [*before, *(name for _key, name in heads), _("Bonus"), _("Total"), _("State"), _("Step")]
    lines = [
        (
            row.vacancy.unit.name,
            row.vacancy.title,
            row.rank,
            row.application.number,
            row.application.name,
            *(float(score) if score else "" for score in scores),
            float(row.bonus),
            float(row.total),
            row.application.get_state_display(),
            str(row.application.step),
        )
        for row, scores in _ranking_lines(ranking, heads)
    ]
    title = f"{campaign.title} {ranking.formula}"
    content = write_table(_("Ranking"), [Column(t, 14) for t in titles], lines, title=title)
    return workbook_response(content, f"{_('Ranking')}-{campaign.title}.xlsx")


# Candidates and score sheets


@require_GET
@gate(Action.RECRUITMENT_VIEW)
def candidates_export(request: SignedInRequest, pk: int) -> HttpResponse:
    """The candidates that the board shows with the same filter, but relatives; ID numbers and phones masked."""
    campaign = _campaign(request, pk)
    form = BoardFilterForm(request.GET, campaign=campaign)
    found = filtered(Application.objects.visible_to(request.user).filter(campaign=campaign), form)
    rows = found.exclude(pk__in=related_to(request.user, found.values_list("pk", flat=True)))
    if form.is_valid() and form.cleaned_data["readiness"]:
        shown = shown_columns(request.user, campaign, form)
        rows = rows.filter(pk__in=[card.pk for column in shown for card in column.inside])
    titles = [
        (_("Receipt number"), 20), (_("Candidate"), 12), (_("Sex"), 6), (_("Birth date"), 12), (_("ID number"), 21),
        (_("Phone"), 14), (_("Education"), 10), (_("School"), 18), (_("Major"), 14), (_("Vacancy"), 18),
        (_("Way of application"), 12), (_("Applied on"), 12), (_("Step"), 12), (_("State"), 12), (_("Reason"), 24),
    ]  # fmt: skip
    lines = (
        (
            a.number, a.name, a.get_sex_display(), a.birth_date, a.masked_id_number, a.masked_phone,
            a.get_education_display(), a.school, a.major, a.vacancy.title, a.get_channel_display(),
            timezone.localtime(a.applied_at).date(), str(a.step), a.get_state_display(), a.reason,
        )
        for a in rows.select_related("vacancy", "step").order_by("step__position", "number")
    )  # fmt: skip
    content = write_table(_("Candidates"), [Column(t, w) for t, w in titles], lines)
    return workbook_response(content, f"{_('Candidates')}-{campaign.title}.xlsx")


@require_GET
@gate(Action.RECRUITMENT_VIEW)
def scores_print(request: SignedInRequest, pk: int, step: int) -> HttpResponse:
    """An empty score sheet of who stands in the step, but relatives, to fill in by hand."""
    campaign = _campaign(request, pk)
    row = get_object_or_404(campaign.steps, pk=step)
    rows = Application.objects.visible_to(request.user).running()
    found = rows.filter(campaign=campaign, step=row, waiting=False).defer("id_number", "phone")
    found = found.exclude(pk__in=related_to(request.user, found.values_list("pk", flat=True)))
    context = {"campaign": campaign, "step": row, "candidates": found.select_related("vacancy").order_by("number")}
    return render(request, "personnel/recruitment/print/scores.html", context)


# Figures


@require_GET
@gate(Action.RECRUITMENT_VIEW)
def figures_print(request: SignedInRequest, pk: int) -> HttpResponse:
    campaign, rows = figures_of(request, pk)
    context = {"campaign": campaign, "tables": [t for t in all_tables(request, campaign, rows) if t.lines]}
    return render(request, "personnel/recruitment/print/figures.html", context)


@require_GET
@gate(Action.RECRUITMENT_VIEW)
def figures_export(request: SignedInRequest, pk: int) -> HttpResponse:
    campaign, rows = figures_of(request, pk)
    content = _one_sheet(campaign.title, all_tables(request, campaign, rows))
    return workbook_response(content, f"{_('Figures of the campaign')}-{campaign.title}.xlsx")


def _one_sheet(title: str, tables: Sequence[Table]) -> bytes:
    """The tables one below the other."""
    writer, line = Writer(title), 0
    writer.sheet.set_column(0, 0, 28)
    writer.sheet.set_column(1, 8, 14)
    for table in tables:
        writer.put(line, 0, table.title, "plain")
        for column, head in enumerate(table.heads):
            writer.put(line + 1, column, head, "header")
        for row, cells in enumerate(table.lines, start=line + 2):
            for column, cell in enumerate(cells):
                writer.put(row, column, cell)
        line += len(table.lines) + 3
    return writer.close()
