"""The ranking: totals by the printed formula, places, ties by the printed rule (handbook P3, P5, P6).

The same candidates give the same places, in whatever order they come.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lianfang.platform.fields import lookup_hash
from personnel.models import BonusRule, Campaign, RankingRow
from personnel.rules.recruitment import terms
from personnel.rules.recruitment.formula import FormulaError, Node, evaluate, half_up, names, printed

PRIORITY, EDUCATION, OLDER, YOUNGER = "priority", "education", "older", "younger"

__all__ = ["Candidate", "Formula", "Placed", "SealedRow", "formula_text", "half_up", "rank", "reckoned", "seal"]


@dataclass(frozen=True)
class Formula:
    """What the total is reckoned by: weights in per cent, or a tree of the campaign's own; bonus; order among equals.

    `steps`: the key of each scored step by its id. `labels`: what each key is called in the reader's language.
    `is_partial`: for a place in a later step, while scores are missing.
    """

    weights: tuple[tuple[str, Decimal], ...]
    bonuses: tuple[tuple[str, Decimal], ...] = ()
    bonus_rule: str = BonusRule.HIGHEST
    tie_breaks: tuple[str, ...] = ()
    own: Node | None = None
    full: Mapping[str, Fraction] = field(default_factory=dict)
    steps: Mapping[int, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    is_partial: bool = False

    @classmethod
    def of(cls, campaign: Campaign, before: int | None = None) -> Formula:
        """The campaign's own; `before`: only the scored steps before that position, for a place in a later step.

        Raises `FormulaError` for a formula that cannot be read, which no campaign beyond its draft has.
        """
        steps = list(campaign.steps.all())
        keys = terms.step_keys(steps)
        read = [s for s in steps if s.is_scored and (before is None or s.position < before)]
        return cls(
            weights=tuple((keys[s.pk], s.weight) for s in read if s.weight),
            bonuses=tuple((p.group, p.bonus) for p in campaign.priorities.all()),
            bonus_rule=campaign.bonus_rule,
            tie_breaks=tuple(campaign.tie_breaks),
            own=terms.own_tree(campaign),
            full={keys[s.pk]: Fraction(s.full_mark) for s in steps},
            steps={s.pk: keys[s.pk] for s in read},
            labels=terms.labels(campaign),
            is_partial=before is not None,
        )

    @property
    def tree(self) -> Node:
        """The campaign's own formula, or the one that its weights make."""
        return self.own or terms.weighted(self.weights, dict(self.full))

    @property
    def items(self) -> set[str]:
        """The fitness items whose points it reads."""
        return terms.item_names(self.own) if self.own else set()

    def group_points(self, claims: Iterable[str]) -> dict[str, Decimal]:
        """The points of each priority group that the formula names by itself."""
        named = {name.word for name in names(self.own)} if self.own else set()
        confirmed = set(claims)
        return {
            key: points if group in confirmed else Decimal(0)
            for group, points in self.bonuses
            if (key := terms.GROUP + group) in named
        }

    def bonus(self, claims: Iterable[str]) -> Decimal:
        """The points for the confirmed priority groups."""
        confirmed = set(claims)
        points = [points for group, points in self.bonuses if group in confirmed]
        if not points:
            return Decimal(0)
        return sum(points, Decimal(0)) if self.bonus_rule == BonusRule.SUM else max(points)

    def total(self, candidate: Candidate) -> Decimal:
        """What the formula gives, rounded once at the end."""
        values = {key: Fraction(score) for key, score in candidate.scores.items()}
        return half_up(evaluate(self.tree, values | {terms.BONUS: Fraction(candidate.bonus)}))

    def text(self) -> str:
        """The formula as it is printed."""
        shown = dict(self.labels)
        tree = self.tree
        if self.own is None and not any(points for _group, points in self.bonuses):
            tree = getattr(tree, "left", tree)  # nobody can have a bonus
        return printed(tree, lambda key: _quoted(shown.get(key, key)))


def formula_text(campaign: Campaign) -> str:
    """The formula as it is printed; a draft's unreadable one as it was typed."""
    try:
        return Formula.of(campaign).text()
    except FormulaError:
        return campaign.formula


def reckoned(campaign: Campaign, row: RankingRow) -> str:
    """The formula with a candidate's frozen figures in the place of the names."""
    values = {key: entry["score"] for key, entry in row.scores.items()} | {terms.BONUS: f"{row.bonus:.2f}"}
    try:
        return printed(Formula.of(campaign).tree, lambda key: values.get(key, "0"))
    except FormulaError:
        return ""


def _quoted(label: str) -> str:
    return f"“{label}”" if set(label) & set("+-*/×÷(),%·−、") else label


@dataclass(frozen=True)
class Candidate:
    """What the formula reads of one candidate. `group`: the vacancy, within which candidates compete."""

    key: int
    group: int
    scores: Mapping[str, Decimal]
    born: dt.date
    bonus: Decimal = Decimal(0)
    has_priority: bool = False
    education: int = 0  # the higher, the more schooling


@dataclass(frozen=True)
class Placed:
    """A candidate's total and place; who stays equal after the printed rule shares a place."""

    candidate: Candidate
    total: Decimal
    rank: int


def rank(candidates: Iterable[Candidate], formula: Formula) -> list[Placed]:
    """Places within each vacancy, the best first."""
    placed: list[Placed] = []
    ordered = sorted(((_merit(c, formula), c) for c in candidates), key=lambda pair: (pair[1].group, pair[0]))
    last: tuple[int, Any] | None = None
    count = place = 0
    for merit, candidate in ordered:
        count = count + 1 if last and last[0] == candidate.group else 1
        place = place if last == (candidate.group, merit) else count
        last = (candidate.group, merit)
        placed.append(Placed(candidate, -merit[0], place))
    return placed


def _merit(candidate: Candidate, formula: Formula) -> tuple[Any, ...]:
    """A key that sorts the better candidate first; equal keys are equal candidates."""
    so_far = [-sum(candidate.scores.values(), Decimal(0))] if formula.is_partial and formula.own else []
    ties = (_tie(candidate, key) for key in formula.tie_breaks)
    return (-formula.total(candidate), *so_far, *ties)


def _tie(candidate: Candidate, key: str) -> Any:
    if key == PRIORITY:
        return not candidate.has_priority
    if key == EDUCATION:
        return -candidate.education
    if key == OLDER:
        return candidate.born.toordinal()
    if key == YOUNGER:
        return -candidate.born.toordinal()
    return -candidate.scores.get(key, Decimal(0))


@dataclass(frozen=True)
class SealedRow:
    """A row of a frozen ranking as the seal reads it. No name: a pseudonym may stand in for the person later."""

    application: int
    group: int
    rank: int
    total: Decimal
    bonus: Decimal
    scores: Mapping[str, Any]

    def plain(self) -> list[Any]:
        scores = [[key, str(entry["score"])] for key, entry in sorted(self.scores.items())]
        return [self.application, self.group, self.rank, str(half_up(self.total)), str(half_up(self.bonus)), scores]


def seal(rows: Iterable[SealedRow], formula: str) -> str:
    """A keyed fingerprint of the frozen figures: who changes a row in the database cannot make a new one."""
    plain = sorted(row.plain() for row in rows)
    return lookup_hash("ranking" + json.dumps([formula, plain], ensure_ascii=False))
