"""A squadron's own rules as the engine's limits; the legal ones stand beside them and are not touched by these."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

from django.utils.translation import gettext as _

from patrols import rostering as engine
from patrols.models import RosterRule, RuleKind, Wish, WishWeight
from patrols.rostering import limits
from patrols.services.rostering.facts import Facts
from patrols.services.rostering.part_limits import PARTS

# What a breach costs where a rule need not be kept. A place without people costs 600 and more: cover comes first. A
# duty that somebody has beyond their fair share costs some 20 to 150: whoever says something is important is heard
# before that.
RULE_WEIGHT = 120
TOGETHER_WEIGHT = 60  # for each day and each further shift
TRAINING_WEIGHT = 30  # for each duty off the share
WISH_WEIGHTS: dict[str, int] = {WishWeight.ORDINARY: 60, WishWeight.IMPORTANT: 180}

Limits = Iterator[limits.Limit]


def own_limits(facts: Facts) -> Limits:
    """What the squadron asks of its rosters, and the wishes of its people."""
    for row in facts.rules:
        if make := MAKERS.get(row.kind):
            yield from (_while_binding(facts, row, limit) for limit in make(facts, row))
    if facts.wishes:
        yield limits.Wishes()


def _while_binding(facts: Facts, row: RosterRule, limit: limits.Limit) -> limits.Limit:
    """The limit on the days on which the rule binds; `Facts.rules` hold none that binds a counting kind in part."""
    last = facts.roster.last_day
    if row.binds_all(facts.first_day, last):
        return limit
    until = facts.index(row.binds_until) if row.binds_until else len(facts.days)
    fields = {field.name: getattr(limit, field.name) for field in dataclasses.fields(limit)}
    part = PARTS.get(type(limit))
    return part(**fields, since=facts.index(row.binds_from), until=until) if part else limit


def wishes_of(facts: Facts, member_id: int) -> tuple[engine.Wish, ...]:
    """What a member asked for; wishes for a shift that is out of use are nobody's to fulfil."""
    rows = facts.wishes.get(member_id, ())
    return tuple(_wish(facts, row) for row in rows if is_used(facts, row.shift_type_id))


def _wish(facts: Facts, row: Wish) -> engine.Wish:
    shift = str(row.shift_type_id) if row.shift_type_id else None
    return engine.Wish(facts.index(row.day), shift, wants=row.wants, weight=WISH_WEIGHTS[row.weight])


def is_used(facts: Facts, shift_type_id: int | None) -> bool:
    """Whether the roster can have duties of this shift type; None stands for any."""
    return shift_type_id is None or any(row.pk == shift_type_id for row in facts.shift_types)


def _who(facts: Facts, row: RosterRule) -> frozenset[str] | None:
    """Those of the rule's group; None: everybody."""
    if row.group_id is None:
        return None
    return frozenset(str(member.pk) for member in facts.members if member.unit_id == row.group_id)


def _kept(facts: Facts, row: RosterRule) -> dict[str, Any]:
    """How strictly, and by whom."""
    return {"hard": row.is_hard, "weight": RULE_WEIGHT, "people": _who(facts, row)}


def _succession(facts: Facts, row: RosterRule) -> Limits:
    after = frozenset({str(row.next_shift_type_id)})
    yield limits.ForbiddenSuccession(before=str(row.shift_type_id), after=after, people=_who(facts, row))


def _weekends(facts: Facts, row: RosterRule) -> Limits:
    yield limits.Weekends(most=row.most or 0, **_kept(facts, row))


def _shift_count(facts: Facts, row: RosterRule) -> Limits:
    if is_used(facts, row.shift_type_id):
        yield limits.ShiftCount(shift=str(row.shift_type_id), most=row.most or 0, **_kept(facts, row))


def _days_off(facts: Facts, row: RosterRule) -> Limits:
    yield limits.DaysOff(least=row.least or 1, **_kept(facts, row))


def _days_run(facts: Facts, row: RosterRule) -> Limits:
    yield limits.ConsecutiveDays(most=row.most, least=row.least or 1, **_kept(facts, row))


def _nights_run(facts: Facts, row: RosterRule) -> Limits:
    yield limits.ConsecutiveNights(most=row.most, least=row.least or 1, **_kept(facts, row))


def _training(facts: Facts, row: RosterRule) -> Limits:
    if any(shift.is_training for shift in facts.shift_types):
        people = _who(facts, row)
        yield limits.TrainingShare(percent=row.percent or 50, weight=TRAINING_WEIGHT, people=people)


def _apart(facts: Facts, row: RosterRule) -> Limits:
    here = sorted(pk for pk in set(row.people) if pk in facts.spoken_of)
    for first, second in combinations(here, 2):
        yield limits.NotPaired(pair=(str(first), str(second)), hard=row.is_hard, weight=RULE_WEIGHT)


def _together(facts: Facts, row: RosterRule) -> Limits:
    if row.group_id:
        crew = {pk for pk, (_name, unit) in facts.spoken_of.items() if unit == row.group_id}
    else:
        crew = {pk for pk in row.people if pk in facts.spoken_of}
    if len(crew) > 1:
        people = frozenset(str(pk) for pk in crew)
        name = row.group.label if row.group else _(", ").join(facts.spoken_of[pk][0] for pk in sorted(crew))
        yield limits.CrewTogether(crew=name, people=people, hard=row.is_hard, weight=TOGETHER_WEIGHT)


MAKERS: dict[str, Callable[[Facts, RosterRule], Limits]] = {
    RuleKind.SUCCESSION: _succession,
    RuleKind.WEEKENDS: _weekends,
    RuleKind.SHIFT_COUNT: _shift_count,
    RuleKind.DAYS_OFF: _days_off,
    RuleKind.DAYS_RUN: _days_run,
    RuleKind.NIGHTS_RUN: _nights_run,
    RuleKind.TRAINING: _training,
    RuleKind.APART: _apart,
    RuleKind.TOGETHER: _together,
}
