"""A squadron's own roster rules: set and dropped by its leader (handbook D6, D7)."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied

from lianfang.platform.history import service
from lianfang.platform.problems import Refused
from patrols.models import RosterRule
from patrols.rules.roster_rules import FIGURES, rule_problems
from personnel.models import Member
from teams.models import User
from teams.policy import Action
from teams.scope import scope_of


@service
def save_rule(*, by: User | None, rule: RosterRule) -> RosterRule:
    """Save a rule; generation and the grid's checks follow it from then on. Raises `Refused` for one without sense."""
    strict = FIGURES[rule.kind].strict
    rule.is_hard = rule.is_hard if strict is None else strict
    rule.people = sorted(set(rule.people))
    if problems := rule_problems(rule):
        raise Refused(problems)
    _within_scope(by, rule)
    rule.save()
    return rule


@service
def delete_rule(*, by: User | None, rule: RosterRule) -> None:
    """The history keeps it; rosters are no longer held to it."""
    _within_scope(by, rule)
    rule.delete()


def names_of(rows: Iterable[RosterRule]) -> dict[int, list[str]]:
    """The names of the people of whom each rule speaks, by its id; one query for all."""
    listed = list(rows)
    wanted = {pk for row in listed for pk in row.people}
    names = dict(Member.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
    return {row.pk: [names[pk] for pk in row.people if pk in names] for row in listed}


def _within_scope(by: User | None, rule: RosterRule) -> None:
    if by is not None and not scope_of(by, Action.ROSTER_RULE_MANAGE).covers(rule.unit.path):
        raise PermissionDenied
