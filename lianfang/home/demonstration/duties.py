"""The duties of a published month: a rota's shifts, spread over the beats that need them."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from lianfang.home.demonstration.cover import task_of
from lianfang.home.demonstration.layout import Post, SquadronPlan
from lianfang.home.demonstration.people import Member as Invented
from lianfang.home.demonstration.rota import nine_day_shift, six_crew_shift
from patrols.models import Beat, Duty, Roster, ShiftType, TaskKind
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


def duties_of(
    roster: Roster,
    plan: SquadronPlan,
    workers: Sequence[Worker],
    shifts: Mapping[str, ShiftType],
    beats: Mapping[str, Beat],
) -> list[Duty]:
    """A month's duties by the rota, unsaved; none for who is away, without a certificate, or past the month's hours."""
    calendar = CalendarDay.objects.span(roster.first_day, roster.last_day)
    workdays = [day.date for day in calendar if day.is_workday]
    left = {worker.invented.number: allowance(worker, workdays) for worker in workers}
    duties = []
    for day in calendar:
        # Schools rest at weekends, also where the weekend day is a make-up workday.
        school_day = day.is_workday and not day.is_weekend
        for code, people in on_shift(plan, workers, day.date, school_day=school_day).items():
            span, minutes = shifts[code].span_on(day.date), shifts[code].counted_minutes
            able = [w for w in people if w.may_work(day.date, span) and left[w.invented.number] >= minutes]
            places = spread(plan.posts, code, len(able), day.date.toordinal(), school_day=school_day)
            places = in_pairs(places, {name for name, beat in beats.items() if task_of(beat) == TaskKind.PATROL})
            # One who would patrol alone, with nobody to join, stays at home.
            for worker, beat in zip(able, places, strict=False):
                left[worker.invented.number] -= minutes
                duties.append(_duty(roster, worker.member, day.date, shifts[code], beats[beat], span))
    return duties


def on_shift(
    plan: SquadronPlan, workers: Sequence[Worker], day: dt.date, *, school_day: bool
) -> dict[str, list[Worker]]:
    """The people of each shift by the rota. In a town some of the early shift stand at schools instead."""
    found: dict[str, list[Worker]] = defaultdict(list)
    for worker in workers:
        person = worker.invented
        if plan.crews_rotate:
            code = six_crew_shift(person.group, person.place, day, school_day=school_day)
        else:
            code = nine_day_shift(person.place, day)
        if code:
            found[code].append(worker)
    if school_day and not plan.crews_rotate:
        early = found["早"]
        turn = day.toordinal() % len(early) if early else 0
        early = early[turn:] + early[:turn]
        found["护"], found["早"] = early[: plan.school_places], early[plan.school_places :]
    return found


def allowance(worker: Worker, workdays: Sequence[dt.date]) -> int:
    """The minutes that the worker may be on duty in the month: a workday of leave counts as worked."""
    return WORKDAY_MINUTES * sum(not worker.is_away_at_noon(day) for day in workdays) + OVERTIME_MINUTES


def spread(posts: Sequence[Post], shift: str, count: int, turn: int, *, school_day: bool) -> list[str]:
    """A beat for each of `count` people on a shift: the minima first, then the wanted numbers, then the first beat.

    `turn` moves the list on, so that the same person stands at another beat the next time.
    """
    needed = [post for post in posts if post.shift == shift and post.is_wanted(school_day=school_day)]
    places = [post.beat for post in needed for _ in range(post.minimum)]
    places += [post.beat for post in needed for _ in range(post.ideal - post.minimum)]
    places = (places + [needed[0].beat] * count)[:count]
    at = turn % count if count else 0
    return places[at:] + places[:at]


def in_pairs(places: list[str], patrols: set[str]) -> list[str]:
    """The same places, but nobody patrols alone: who would, joins the others; empty where there are no others."""
    alone = [beat for beat, count in Counter(places).items() if count == 1 and beat in patrols]
    company = next((beat for beat in places if beat not in alone), alone[0] if len(alone) > 1 else None)
    if company is None:
        return []
    return [company if beat in alone else beat for beat in places]


def _duty(roster: Roster, member: Member, day: dt.date, shift: ShiftType, beat: Beat, span: Span) -> Duty:
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
