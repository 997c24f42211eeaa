"""Leave and training in the demonstration's three months."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lianfang.home.demonstration.duties import Span
from lianfang.home.demonstration.layout import SQUADRONS
from lianfang.home.demonstration.people import Member as Invented
from lianfang.home.demonstration.people import month_after, month_before
from personnel.models import AbsenceKind, Member
from personnel.services.absences import add_absence, whole_days

SATURDAY = 5
MOTHER = 22  # a woman's place in the list of the sixth squadron


@dataclass(frozen=True)
class Away:
    """A member, by place in the squadron's list, away from a day to a day, both included."""

    squadron: int
    person: int
    kind: AbsenceKind
    first: dt.date
    last: dt.date


def fair_day(next_month: dt.date) -> dt.date:
    """The third Saturday of the month: the temple fair that needs more people than the squadron has."""
    first_saturday = (SATURDAY - next_month.weekday()) % 7
    return next_month + dt.timedelta(days=first_saturday + 14)


def absences(today: dt.date) -> Iterator[Away]:
    """A few a month in each squadron, from last month to next."""
    this = today.replace(day=1)
    last, following = month_before(this), month_after(this)
    for number, plan in enumerate(SQUADRONS):
        a, b, c, d = (plan.strength * part // 10 for part in (1, 3, 5, 6))
        yield _away(number, a, AbsenceKind.ANNUAL, last, 3 + number % 9, 5)
        yield _away(number, b, AbsenceKind.SICK, this, 2 + number % 7, 3)
        yield _away(number, c, AbsenceKind.TRAINING, this, 14 + number % 5, 4)
        if number:
            yield _away(number, d, AbsenceKind.ANNUAL, following, 7 + number % 11, 5)
    fair = fair_day(following)
    yield _away(0, 4, AbsenceKind.ANNUAL, fair, -3, 6)
    yield _away(0, 12, AbsenceKind.TRAINING, fair, -1, 3)
    yield _away(1, 9, AbsenceKind.MARRIAGE, following, 4, 10)
    yield _away(5, MOTHER, AbsenceKind.MATERNITY, this, 10, 98)
    yield _away(3, 20, AbsenceKind.PERSONAL, following, 20, 2)


def _away(squadron: int, person: int, kind: AbsenceKind, start: dt.date, offset: int, days: int) -> Away:
    first = start + dt.timedelta(days=offset)
    return Away(squadron, person, kind, first, first + dt.timedelta(days=days - 1))


def send_away(people: Sequence[Invented], members: Mapping[int, Member], today: dt.date) -> dict[int, list[Span]]:
    """Record leave and training; the times away, by the number of the invented member."""
    away: dict[int, list[Span]] = defaultdict(list)
    for one in absences(today):
        squadron = [person for person in people if person.squadron is SQUADRONS[one.squadron]]
        if squadron:
            person = squadron[one.person]
            span = whole_days(one.first, one.last)
            add_absence(by=None, member=members[person.number], kind=one.kind, starts=span[0], ends=span[1])
            away[person.number].append(span)
    return away
