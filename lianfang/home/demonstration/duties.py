"""The duties of a published month: a rota's shifts, spread over the beats that need them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from lianfang.home.demonstration.layout import Post, SquadronPlan
from lianfang.home.demonstration.people import Member as Invented
from lianfang.home.demonstration.rota import Rota, five_crew_rota, nine_day_rota, school_rota
from patrols.models import Beat, Duty, Roster, ShiftType
from personnel.models import Member
from teams.models import CalendarDay

Span = tuple[dt.datetime, dt.datetime]

# Within a month with few workdays a rota would pass the overtime that the law allows: from there on people are off.
WORKDAY_MINUTES = 8 * 60
OVERTIME_MINUTES = 36 * 60


@dataclass(frozen=True)
class Worker:
    """A member with the days on which they may be given a duty and the times at which they are away."""

    invented: Invented
    member: Member
    away: Sequence[Span]

    def is_away_at_noon(self, day: dt.date) -> bool:
        noon = timezone.make_aware(dt.datetime.combine(day, dt.time(12)))
        return any(start <= noon < end for start, end in self.away)

    def may_work(self, day: dt.date, span: Span) -> bool:
        certificate = self.invented.certificate
        valid = certificate is not None and certificate[1] <= day <= certificate[2]
        return valid and not any(start < span[1] and span[0] < end for start, end in self.away)


def rota_of(person: Invented, school_days: frozenset[dt.date]) -> Rota:
    """The rota that the person's squadron and group follow."""
    if person.in_school_group:
        return school_rota(school_days)
    if person.squadron.crews_rotate:
        return five_crew_rota(person.group, person.place)
    return nine_day_rota(person.place)


def duties_of(
    roster: Roster,
    plan: SquadronPlan,
    workers: Sequence[Worker],
    shifts: Mapping[str, ShiftType],
    beats: Mapping[str, Beat],
) -> list[Duty]:
    """A month's duties by the rota, unsaved; none for who is away, without a certificate, or past the month's hours."""
    calendar = CalendarDay.objects.span(roster.first_day, roster.last_day)
    # Schools rest at weekends, also where the weekend day is a make-up workday.
    school_days = frozenset(day.date for day in calendar if day.is_workday and not day.is_weekend)
    workdays = [day.date for day in calendar if day.is_workday]
    rotas = [(worker, rota_of(worker.invented, school_days)) for worker in workers]
    left = {worker.invented.number: allowance(worker, workdays) for worker in workers}
    duties = []
    for day in roster.dates:
        spans = {code: shift.span_on(day) for code, shift in shifts.items()}
        on_shift: dict[str, list[Member]] = defaultdict(list)
        for worker, rota in rotas:
            code, number = rota(day), worker.invented.number
            if code and worker.may_work(day, spans[code]) and left[number] >= shifts[code].counted_minutes:
                left[number] -= shifts[code].counted_minutes
                on_shift[code].append(worker.member)
        for code, people in on_shift.items():
            for member, beat in zip(people, spread(plan.posts, code, len(people), day.toordinal()), strict=True):
                duties.append(_duty(roster, member, day, shifts[code], beats.get(beat or ""), spans[code]))
    return duties


def allowance(worker: Worker, workdays: Sequence[dt.date]) -> int:
    """The minutes that the worker may be on duty in the month: a workday of leave counts as worked."""
    return WORKDAY_MINUTES * sum(not worker.is_away_at_noon(day) for day in workdays) + OVERTIME_MINUTES


def spread(posts: Sequence[Post], shift: str, count: int, turn: int) -> list[str | None]:
    """A beat for each of `count` people on a shift: the minima first, then the wanted numbers, then no beat.

    `turn` moves the list on, so that the same person stands at another beat the next time.
    """
    needed = [post for post in posts if post.shift == shift]
    places: list[str | None] = [post.beat for post in needed for _ in range(post.minimum)]
    places += [post.beat for post in needed for _ in range(post.ideal - post.minimum)]
    places = (places + [None] * count)[:count]
    at = turn % count if count else 0
    return places[at:] + places[:at]


def _duty(roster: Roster, member: Member, day: dt.date, shift: ShiftType, beat: Beat | None, span: Span) -> Duty:
    return Duty(
        roster=roster,
        unit_id=member.unit_id,
        member=member,
        day=day,
        shift_type=shift,
        beat=beat,
        starts=span[0],
        ends=span[1],
    )
