"""A squadron's own roster rules: set, changed and ended by its leader (handbook D6, D7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from patrols.models import RosterRule, RuleKind
from patrols.models.roster_rule import ABOUT_PEOPLE, JUDGING
from patrols.rules.roster_rules import FIGURES, WORDS, rule_problems, same_words, stand_of
from patrols.rules.rule_dates import A_DAY, begin_problems, day_problems, earliest_day, first_open_day
from personnel.models import Member, MemberStatus
from teams.models import User
from teams.policy import Action
from teams.scope import scope_of


@service
def save_rule(*, by: User | None, rule: RosterRule, today: dt.date, seen: str = "") -> RosterRule:
    """Save a rule; rosters are held to it from `binds_from` on, by default from the first day not yet published.

    Where a rule that bound before says something else, what it said stays for the days before. Raises `Refused` for
    one without sense, and where somebody else ended or changed the rule meanwhile: `seen` is what it was read as.
    """
    _within_scope(by, rule)
    _complete(rule, today)
    stored = _stored(rule) if rule.pk else None
    if stored is not None and seen and seen != stand_of(stored):
        raise Refused([Problem("rule_changed", _("Somebody changed this rule just now. Open it again and look."))])
    if problems := rule_problems(rule) or begin_problems(rule, stored, today):
        raise Refused(problems)
    if stored is not None and rule.kind in JUDGING and stored.binds_from < rule.binds_from:
        if not same_words(rule, stored):
            return _continued(stored, rule)
        if stored.binds_from < earliest_day(rule.unit, today):
            return stored  # nothing is said anew, and what bound stays bound
    return _written(rule)


@service
def end_rule(*, by: User | None, rule: RosterRule, today: dt.date, day: dt.date | None = None) -> None:
    """From `day` on, by default the first that is not published, rosters are no longer held to it.

    A rule that never bound before that day goes altogether; the history keeps it. Raises `Refused` for a day that is
    over, or where somebody else ended the rule meanwhile.
    """
    _within_scope(by, rule)
    stored = _stored(rule)
    end = day or first_open_day(rule.unit, today)
    if stored.kind not in JUDGING or end <= stored.binds_from:
        stored.delete()
        return
    if problems := day_problems(rule.unit, end, today):
        raise Refused(problems)
    stored.binds_until = end - A_DAY
    stored.save()


def _complete(rule: RosterRule, today: dt.date) -> None:
    """What a leader need not say; what the kind does not use is left out."""
    figures = FIGURES[rule.kind]
    rule.is_hard = rule.is_hard if figures.strict is None else figures.strict
    used = {"shift_type": figures.shift, "next_shift_type": figures.next_shift, "group": figures.group}
    used |= {name: getattr(figures, name) is not None for name in ("least", "most", "percent")}
    for name in (name for name, is_used in used.items() if not is_used):
        setattr(rule, name, None)
    rule.people = sorted(set(rule.people)) if rule.kind in ABOUT_PEOPLE else []
    if rule.kind != RuleKind.APART:
        rule.grounds = rule.reason = ""
    if rule.binds_from is None:
        rule.binds_from = first_open_day(rule.unit, today) if rule.kind in JUDGING else today


def _stored(rule: RosterRule) -> RosterRule:
    """The row as it stands now, locked, so that two leaders come one after the other."""
    rows = RosterRule.objects.select_for_update(of=("self",)).select_related("unit")
    stored: RosterRule | None = rows.filter(pk=rule.pk).first()
    if stored is None or stored.binds_until is not None:
        raise Refused([Problem("rule_ended", _("Somebody ended this rule just now."))])
    return stored


def _continued(stored: RosterRule, rule: RosterRule) -> RosterRule:
    """The rule in its new words; the old row ends the day before."""
    stored.binds_until = rule.binds_from - A_DAY
    stored.save()
    return _written(RosterRule(binds_from=rule.binds_from, **{name: getattr(rule, name) for name in WORDS}))


def _written(rule: RosterRule) -> RosterRule:
    try:
        with transaction.atomic():
            rule.save()
    except IntegrityError as error:  # two leaders entered the same at once
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) != "rule_said_once":
            raise
        raise Refused([Problem("rule_said_once", _("There is such a rule already: change that one."))]) from error
    return rule


class Spoken(NamedTuple):
    """Of whom a rule speaks: a name for each, and how many of them serve in its squadron still."""

    names: list[str]
    serving: int


def spoken_of(rows: Iterable[RosterRule]) -> dict[int, Spoken]:
    """The people of each rule, by its id; one query for all. Whoever serves elsewhere now is not named."""
    listed = list(rows)
    wanted = {pk for row in listed for pk in row.people}
    found = Member.objects.filter(pk__in=wanted).select_related("unit").in_bulk() if wanted else {}
    return {row.pk: _spoken(row, [found.get(pk) for pk in row.people]) for row in listed}


def _spoken(row: RosterRule, people: list[Member | None]) -> Spoken:
    names, serving = [], 0
    for member in people:
        if member is None or not member.unit.path.startswith(row.unit.path):
            names.append(_("somebody who serves elsewhere now"))
        elif member.status == MemberStatus.LEFT:
            names.append(_("%(name)s (left)") % {"name": member.name})
        else:
            names.append(member.name)
            serving += 1
    return Spoken(names, serving)


def _within_scope(by: User | None, rule: RosterRule) -> None:
    if by is not None and not scope_of(by, Action.ROSTER_RULE_MANAGE).covers(rule.unit.path):
        raise PermissionDenied
