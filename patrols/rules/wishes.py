"""How many wishes, and until when (handbook D6, D19): as the squadron says, else as usual."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lianfang.platform.problems import Problem
from patrols.models import Roster, RosterRule, RosterStatus, RuleKind, Wish, WishWeight
from teams.models import Unit

USUAL_WISHES = 4
USUAL_DAYS_BEFORE = 7
MONTHS_AHEAD = 2
MOST_IMPORTANT = 1  # a month: what everybody calls important is important for nobody


@dataclass(frozen=True)
class Terms:
    """A member's wishes a month, and how many days before it begins the last may be made."""

    most: int = USUAL_WISHES
    days_before: int = USUAL_DAYS_BEFORE

    def open_until(self, month: dt.date) -> dt.date:
        """The last day on which wishes for the month that begins on `month` are taken."""
        return month - dt.timedelta(days=max(1, self.days_before))

    def first_open(self, today: dt.date) -> dt.date:
        """The first day for which a wish may be made."""
        month = _following(today.replace(day=1))
        return month if today <= self.open_until(month) else _following(month)

    def last_open(self, today: dt.date) -> dt.date:
        """The last one."""
        month = self.first_open(today)
        for _month in range(MONTHS_AHEAD):
            month = _following(month)
        return month - dt.timedelta(days=1)


def terms_of(squadron: Unit) -> Terms:
    row = RosterRule.objects.filter(unit=squadron.pk, kind=RuleKind.WISHES).first()
    return Terms(row.most or 0, row.least or 0) if row else Terms()


def wish_problems(wish: Wish, terms: Terms, today: dt.date) -> list[Problem]:
    """Why a member cannot ask for this: too late, too far ahead, too much, or twice for one day."""
    first, last = terms.first_open(today), terms.last_open(today)
    if not first <= wish.day <= last:
        text = _("Wishes are taken for days from %(first)s to %(last)s.") % {"first": first, "last": last}
        return [Problem("wish_day", text, field="day")]
    if _is_published(wish):
        text = _("The roster of that day is published already. Speak to your leader.")
        return [Problem("wish_published", text, field="day")]
    return [*_shift_problems(wish), *_count_problems(wish, terms)]


def entry_problems(wish: Wish, terms: Terms, today: dt.date) -> list[Problem]:
    """Why a leader cannot enter this for the member.

    The terms are the member's own but for the deadline: it gives who makes the roster a list that stands, so what
    comes in later, on paper or by word, is theirs to take until the roster is published.
    """
    if not today < wish.day <= terms.last_open(today):
        ends = {"first": today + dt.timedelta(days=1), "last": terms.last_open(today)}
        return [Problem("wish_day", _("Wishes are taken for days from %(first)s to %(last)s.") % ends, field="day")]
    if _is_published(wish):
        return [
            Problem("wish_published", _("The roster of that day is published: change the duty itself."), field="day")
        ]
    if wish.member.left_on and wish.member.left_on <= wish.day:
        return [Problem("wish_left", _("The member no longer serves on that day."), field="day")]
    return [*_shift_problems(wish), *_count_problems(wish, terms)]


def change_problems(wish: Wish) -> list[Problem]:
    """Why a leader cannot change or withdraw a wish: it is the member's own word, or it was answered."""
    if wish.entered_by_id is None:
        text = _("The member asked for it: decline it with a reason.")
        return [Problem("wish_own", text)]
    if wish.declined_at:
        return [Problem("wish_declined", _("The wish was declined; it stays with its answer."))]
    return []


def _is_published(wish: Wish) -> bool:
    """As far as a member can see: who has no duty in a roster does not see it."""
    rows = Roster.objects.filter(unit=wish.unit.squadron(), first_day__lte=wish.day, last_day__gte=wish.day)
    return rows.exclude(status=RosterStatus.DRAFT).exists()


def _shift_problems(wish: Wish) -> list[Problem]:
    shift = wish.shift_type
    if shift is None or (shift.is_active and wish.unit.path.startswith(shift.unit.path)):
        return []
    return [Problem("wish_shift", _("Choose one of the squadron's shift types."), field="what")]


def _count_problems(wish: Wish, terms: Terms) -> list[Problem]:
    month = wish.day.replace(day=1)
    rows = Wish.objects.filter(member=wish.member_id, day__gte=month, day__lt=_following(month)).exclude(pk=wish.pk)
    others = list(rows.values_list("day", "weight"))
    if wish.day in [day for day, _weight in others]:
        return [Problem("one_wish_a_day", _("There is a wish for this day already."), field="day")]
    if len(others) >= terms.most:
        text = _("At most %(most)s wishes a month.") % {"most": terms.most}
        return [Problem("wish_count", text, field="day")]
    important = sum(weight == WishWeight.IMPORTANT for _day, weight in others)
    if wish.weight == WishWeight.IMPORTANT and important >= MOST_IMPORTANT:
        return [Problem("wish_weight", _("One wish a month can be important."), field="weight")]
    return []


def _following(month: dt.date) -> dt.date:
    return (month + dt.timedelta(days=31)).replace(day=1)
