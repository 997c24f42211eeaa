"""Whether a frozen ranking is still what was frozen: its seal, its arithmetic, and the scores it was made of (P6)."""

from __future__ import annotations

import hmac
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem
from personnel.models import Campaign, Ranking, RankingRow, StepResult
from personnel.rules.recruitment.formula import FormulaError, evaluate, half_up
from personnel.rules.recruitment.ranking import Formula, SealedRow, seal
from personnel.rules.recruitment.terms import BONUS

HINT = _("Nothing goes on by this ranking. Tell the brigade and the audit administrator; the trail says who and when.")


def sealed_rows(ranking: Ranking) -> list[SealedRow]:
    fields = ("application_id", "vacancy_id", "rank", "total", "bonus", "scores")
    return [SealedRow(*values) for values in RankingRow.objects.filter(ranking=ranking).values_list(*fields)]


def seal_problems(campaign: Campaign) -> list[Problem]:
    """Asked at each reading, notice and hire; three queries. Without a ranking there is nothing to ask."""
    ranking = campaign.rankings.order_by("-version").first()
    if ranking is None:
        return []
    rows = sealed_rows(ranking)
    if not hmac.compare_digest(seal(rows, ranking.formula), ranking.digest):
        message = _("The frozen ranking was changed outside of the system: its seal no longer fits.")
        return [Problem("ranking_tampered", message, hint=HINT)]
    return [*_total_problems(campaign, rows), *_score_problems(rows)]


def _total_problems(campaign: Campaign, rows: list[SealedRow]) -> list[Problem]:
    """The plan's formula on the frozen figures gives the frozen totals."""
    try:
        tree = Formula.of(campaign).tree
    except FormulaError as error:
        return [error.problem]
    for row in rows:
        values = {key: Fraction(entry["score"]) for key, entry in row.scores.items()}
        if half_up(evaluate(tree, values | {BONUS: Fraction(row.bonus)})) != row.total:
            message = _("The totals of the frozen ranking do not follow from the plan's formula any more.")
            return [Problem("ranking_tampered", message, hint=HINT)]
    return []


def _score_problems(rows: list[SealedRow]) -> list[Problem]:
    """The score sheets still say what was frozen."""
    frozen: dict[int, Any] = {
        entry["result"]: entry["score"] for row in rows for entry in row.scores.values() if entry.get("result")
    }
    now = dict(StepResult.objects.filter(pk__in=frozen).values_list("pk", "score"))
    if all(now.get(pk) is not None and str(half_up(now[pk])) == score for pk, score in frozen.items()):
        return []
    message = _("Scores were changed after the ranking was frozen, and not by a correction.")
    return [Problem("ranking_tampered", message, hint=HINT)]
