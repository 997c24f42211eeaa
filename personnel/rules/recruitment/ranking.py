"""The ranking: totals by the printed formula, places, ties by the printed rule (handbook P3, P5, P6).

Nothing here reads the database: the same candidates give the same places, in whatever order they come.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from personnel.models import BonusRule, Campaign, StepKind

CENT = Decimal("0.01")
PRIORITY, OLDER, YOUNGER = "priority", "older", "younger"


def half_up(value: Decimal) -> Decimal:
    """Two decimals, half up (so 84.125 becomes 84.13)."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Formula:
    """Weights in per cent by kind of step, how bonus points count, and the order among equals."""

    weights: tuple[tuple[str, Decimal], ...]
    bonuses: tuple[tuple[str, Decimal], ...] = ()
    bonus_rule: str = BonusRule.HIGHEST
    tie_breaks: tuple[str, ...] = ()

    @classmethod
    def of(cls, campaign: Campaign, before: int | None = None) -> Formula:
        """The campaign's own; `before`: only the scored steps before that position, for a place in a later step."""
        steps = [s for s in campaign.steps.all() if s.is_scored and (before is None or s.position < before)]
        return cls(
            weights=tuple((s.kind, s.weight) for s in steps),
            bonuses=tuple((p.group, p.bonus) for p in campaign.priorities.all()),
            bonus_rule=campaign.bonus_rule,
            tie_breaks=tuple(campaign.tie_breaks),
        )

    def bonus(self, claims: Iterable[str]) -> Decimal:
        """The points for the confirmed priority groups."""
        confirmed = set(claims)
        points = [points for group, points in self.bonuses if group in confirmed]
        if not points:
            return Decimal(0)
        return sum(points, Decimal(0)) if self.bonus_rule == BonusRule.SUM else max(points)

    def total(self, candidate: Candidate) -> Decimal:
        """The weighted sum and the bonus, rounded once at the end."""
        weighted = sum((candidate.scores.get(k, Decimal(0)) * w / 100 for k, w in self.weights), Decimal(0))
        return half_up(weighted + candidate.bonus)

    def text(self) -> str:
        """The formula as it is printed."""
        kinds: dict[str, Any] = dict(StepKind.choices)
        parts = [f"{kinds[kind]} × {weight.normalize():f}%" for kind, weight in self.weights]
        if any(points for _group, points in self.bonuses):
            parts.append(_("bonus points"))
        return " + ".join(parts)


@dataclass(frozen=True)
class Candidate:
    """What the formula reads of one candidate. `group`: the vacancy, within which candidates compete."""

    key: int
    group: int
    scores: Mapping[str, Decimal]
    born: dt.date
    bonus: Decimal = Decimal(0)
    has_priority: bool = False


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
        placed.append(Placed(candidate, formula.total(candidate), place))
    return placed


def _merit(candidate: Candidate, formula: Formula) -> tuple[Any, ...]:
    """A key that sorts the better candidate first; equal keys are equal candidates."""
    return (-formula.total(candidate), *(_tie(candidate, key) for key in formula.tie_breaks))


def _tie(candidate: Candidate, key: str) -> Any:
    if key == PRIORITY:
        return not candidate.has_priority
    if key == OLDER:
        return candidate.born.toordinal()
    if key == YOUNGER:
        return -candidate.born.toordinal()
    return -candidate.scores.get(key, Decimal(0))


def digest(placed: Iterable[Placed], formula: str) -> str:
    """A fingerprint of the frozen figures; it leaves out who they belong to, so a pseudonym may stand in later."""
    rows = sorted(
        [p.candidate.group, p.rank, str(p.total), str(half_up(p.candidate.bonus)), _plain(p.candidate.scores)]
        for p in placed
    )
    return hashlib.sha256(json.dumps([formula, rows], ensure_ascii=False).encode()).hexdigest()


def _plain(scores: Mapping[str, Decimal]) -> list[list[str]]:
    return [[kind, str(half_up(score))] for kind, score in sorted(scores.items())]
