"""Today in several squadrons: strength, people on duty, the state of this and the next month's rosters."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count
from django.utils import timezone

from lianfang.home.addresses import address
from lianfang.home.certificates import Endings, endings
from lianfang.home.months import Month, RosterState, roster_states
from lianfang.home.waiting import rosters_of
from patrols.models import Duty
from personnel.models import Member
from teams.models import Unit, User
from teams.policy import Action
from teams.scope import scope_of


@dataclass(frozen=True)
class SquadronRow:
    unit: Unit
    serving: int
    on_duty_now: int
    this_month: RosterState
    next_month: RosterState

    @property
    def url(self) -> str:
        return address("unit-detail", self.unit.pk)


@dataclass(frozen=True)
class BrigadeToday:
    """Everything on the brigade's landing page. `certificates` is None, and strength is not shown, to a post without
    the right to see member files: an inspector."""

    month: Month
    rows: list[SquadronRow]
    serving: int
    on_duty_now: int
    certificates: Endings | None

    @property
    def published_now(self) -> str:
        """`9 / 10`: the squadrons whose roster is published, of all."""
        return f"{sum(row.this_month.is_published for row in self.rows)} / {len(self.rows)}"

    @property
    def published_next(self) -> str:
        return f"{sum(row.next_month.is_published for row in self.rows)} / {len(self.rows)}"


def brigade_today(user: User, now: dt.datetime) -> BrigadeToday:
    """Read in a constant number of queries, however many squadrons there are."""
    today = timezone.localdate(now)
    month = Month.of(today)
    units = list(Unit.objects.visible_to(user).open(today))
    serving = _by_unit(Member.objects.visible_to(user).serving(today))
    on_duty = _by_unit(Duty.objects.visible_to(user).on_duty(now))
    rosters = rosters_of(user, month)
    rows = [
        SquadronRow(
            unit,
            _below(unit, units, serving),
            _below(unit, units, on_duty),
            *roster_states(rosters, unit.pk, month),
        )
        for unit in squadrons_of(units)
    ]
    certificates = endings(user, today) if scope_of(user, Action.MEMBER_VIEW).paths else None
    return BrigadeToday(month, rows, sum(serving.values()), sum(on_duty.values()), certificates)


def squadrons_of(units: Iterable[Unit]) -> list[Unit]:
    return [unit for unit in units if unit.kind == "squadron"]


def _by_unit(rows: object) -> Counter[int]:
    """How many rows each unit has itself."""
    counted = rows.order_by().values_list("unit_id").annotate(n=Count("pk"))  # type: ignore[attr-defined]
    return Counter(dict(counted))


def _below(unit: Unit, units: Iterable[Unit], counted: Counter[int]) -> int:
    return sum(counted[other.pk] for other in units if other.path.startswith(unit.path))
