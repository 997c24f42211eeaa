"""A squadron's own rules and its members' wishes for the coming month."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

from patrols.models import Duty, Grounds, RosterRule, RuleKind, ShiftType, Wish, WishWeight
from patrols.services.roster_rules import save_rule
from patrols.services.wishes import ask_wish, decline_wish
from personnel.models import Member
from teams.models import Unit, User

# Who (place in the squadron's list), which day of the month, on which shift or off, how much, why.
WISHES = (
    (2, 8, "", WishWeight.IMPORTANT, "孩子家长会"),
    (2, 15, "", WishWeight.ORDINARY, ""),
    (3, 8, "", WishWeight.ORDINARY, ""),
    (5, 12, "夜", WishWeight.ORDINARY, ""),
    (7, 20, "", WishWeight.IMPORTANT, "参加婚礼"),
    (9, 16, "", WishWeight.ORDINARY, "回老家"),
)
DECLINED, ANSWER = 9, "庙会安保期间全员在岗"


def set_up_rules(
    unit: Unit, members: Sequence[Member], shifts: Mapping[str, ShiftType], today: dt.date, *, by: User | None
) -> None:
    """No early shift right after the late one, three nights in a row at most, few weekends where it can be; two
    brothers apart, a newcomer with the one who trains them."""
    rules = [
        RosterRule(unit=unit, kind=RuleKind.SUCCESSION, shift_type=shifts["中"], next_shift_type=shifts["早"]),
        RosterRule(unit=unit, kind=RuleKind.WEEKENDS, most=3, is_hard=False),
        RosterRule(unit=unit, kind=RuleKind.NIGHTS_RUN, most=3),
        RosterRule(unit=unit, kind=RuleKind.WISHES, most=4, least=7),
    ]
    strangers = _never_met(members)
    if strangers:
        people = [member.pk for member in strangers]
        rules.append(RosterRule(unit=unit, kind=RuleKind.APART, people=people, grounds=Grounds.KIN, reason="兄弟"))
    crew = [members[4].pk, members[5].pk]
    rules.append(RosterRule(unit=unit, kind=RuleKind.TOGETHER, people=crew, is_hard=False))
    for rule in rules:
        save_rule(by=by, rule=rule, today=today)


def _never_met(members: Sequence[Member]) -> tuple[Member, Member] | None:
    """Two of one family name, or else any two, whom no published roster put on one post: it must not break the rule."""
    posts: dict[int, set[tuple[dt.date, int, int | None]]] = defaultdict(set)
    for member, *post in Duty.objects.filter(member__in=members).values_list(
        "member_id", "day", "shift_type_id", "beat_id"
    ):
        posts[member].add(tuple(post))
    pairs = [(a, b) for a, b in combinations(members, 2) if not posts[a.pk] & posts[b.pk]]
    return next((pair for pair in pairs if pair[0].name[0] == pair[1].name[0]), pairs[0] if pairs else None)


def set_up_wishes(
    members: Sequence[Member], shifts: Mapping[str, ShiftType], month: dt.date, asked_on: dt.date, *, by: User
) -> None:
    """What some members ask for in the month that begins on `month`; the leader declines one."""
    for place, number, code, weight, note in WISHES:
        member = members[place]
        day = month.replace(day=number)
        wish = Wish(member=member, day=day, shift_type=shifts.get(code), wants=bool(code), weight=weight, note=note)
        ask_wish(by=None, wish=wish, today=asked_on)
        if place == DECLINED:
            decline_wish(by=by, wish=wish, answer=ANSWER)
