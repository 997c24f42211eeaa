"""Generation: what the engine is told, what it gives back, who may ask for it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from contextlib import suppress
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from lianfang.platform import jobs
from lianfang.platform.jobs.line import Line
from lianfang.platform.jobs.run import execute
from lianfang.platform.jobs.worker import Worker
from lianfang.platform.models import Job
from patrols import rostering as engine
from patrols.models import Beat, CoverRequirement, Duty, Roster, ShiftType
from patrols.services import generation, rostering
from personnel.models import Member
from teams.models import User
from tests.conftest import County
from tests.factories import (
    make_absence,
    make_beat,
    make_cover,
    make_duty,
    make_member,
    make_roster,
    make_shift_type,
    make_user,
)

FIRST, LAST = dt.date(2026, 12, 1), dt.date(2026, 12, 31)


@pytest.fixture
def early(county: County) -> ShiftType:
    return make_shift_type(county.squadron, "早", starts_at=dt.time(8))


@pytest.fixture
def late(county: County) -> ShiftType:
    return make_shift_type(county.squadron, "中", starts_at=dt.time(16))


@pytest.fixture
def night(county: County) -> ShiftType:
    return make_shift_type(county.squadron, "夜", starts_at=dt.time(0), is_night=True)


@pytest.fixture
def crew(county: County) -> list[Member]:
    names = ["张建国", "李伟", "王磊", "赵鹏", "刘洋", "陈涛", "杨帆", "周杰"]
    return [make_member(county.group, name) for name in names]


@pytest.fixture
def roster(county: County, crew: list[Member], early: ShiftType, late: ShiftType, night: ShiftType) -> Roster:
    """December 2026, eight people, one beat that wants one of them in each shift of each day."""
    beat = make_beat(county.squadron)
    for shift in (early, late, night):
        make_cover(beat, shift)
    return make_roster(county.squadron, FIRST, LAST)


def run_command(**options: Any) -> dict[str, Any]:
    out = StringIO()
    options = {"unit": "990100110000", "month": "2026-12", "seconds": 1.5} | options
    call_command("generate_roster", stdout=out, **options)
    return json.loads(out.getvalue())


def test_command_prints_one_object_and_fills_the_roster(roster: Roster) -> None:
    printed = run_command()
    assert list(printed) == ["status", "hard_violations", "uncovered", "objective", "bound", "seconds"]
    assert printed["hard_violations"] == 0
    assert printed["uncovered"] == 0
    assert Duty.objects.filter(roster=roster).count() >= 3 * 31


def december() -> list[Any]:
    return list(Duty.objects.order_by("member", "day").values_list("member", "day", "shift_type"))


def test_command_makes_the_draft_that_is_missing(roster: Roster, county: County) -> None:
    roster.delete()
    assert run_command()["uncovered"] == 0
    made = Roster.objects.get(unit=county.squadron)
    assert (made.first_day, made.last_day, made.status) == (FIRST, LAST, "draft")


def test_command_refuses_a_published_roster(roster: Roster) -> None:
    Roster.objects.filter(pk=roster.pk).update(status="published")
    with translation.override("en"), pytest.raises(CommandError, match="The roster is published"):
        run_command()
    assert not Duty.objects.exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"unit": "990100100000"}, "is no squadron"),
        ({"unit": "990100110001"}, "is no squadron"),
        ({"unit": "990199999999"}, "There is no unit with the code 990199999999"),
        ({"month": "December"}, "--month must be a month such as 2026-12"),
        ({"seconds": 0.0}, "--seconds must be more than 0"),
    ],
)
def test_command_says_what_it_needs(roster: Roster, options: dict[str, Any], sentence: str) -> None:
    with translation.override("en"), pytest.raises(CommandError, match=sentence):
        run_command(**options)


def test_command_without_cover_says_what_to_do_first(roster: Roster) -> None:
    CoverRequirement.objects.all().delete()
    with translation.override("en"), pytest.raises(CommandError, match="Say first how many people"):
        run_command()


def test_generation_keeps_fixed_cells(roster: Roster, crew: list[Member], early: ShiftType) -> None:
    beat = Beat.objects.get()
    for day in (1, 2, 3):
        make_duty(roster, crew[0], dt.date(2026, 12, day), early, beat=beat, is_fixed=True)
    loose = make_duty(roster, crew[1], dt.date(2026, 12, 9), early)  # on no beat: nothing the engine would plan
    run_command()
    kept = roster.duties.filter(is_fixed=True, member=crew[0], shift_type=early, beat=beat, origin="hand")
    assert [duty.day.day for duty in kept.order_by("day")] == [1, 2, 3]
    assert not roster.duties.filter(pk=loose.pk).exists()


def test_generated_roster_breaks_no_limit(roster: Roster, crew: list[Member]) -> None:
    make_absence(crew[2], timezone.make_aware(dt.datetime(2026, 12, 7)), timezone.make_aware(dt.datetime(2026, 12, 12)))
    printed = run_command()
    assert printed["hard_violations"] == 0
    assert rostering.judge(roster) == []
    assert not roster.duties.filter(member=crew[2], day__range=("2026-12-07", "2026-12-11")).exists()


def test_another_search_goes_on_from_the_last(roster: Roster) -> None:
    first = run_command()
    assert run_command()["objective"] <= first["objective"]


def test_standing_roster_that_breaks_a_limit_is_no_start(roster: Roster, crew: list[Member]) -> None:
    run_command()
    for member in crew[:3]:
        make_absence(
            member,
            timezone.make_aware(dt.datetime(2026, 12, 7)),
            timezone.make_aware(dt.datetime(2026, 12, 12)),
        )
    assert run_command()["hard_violations"] == 0


def test_stopped_generation_changes_nothing(roster: Roster, crew: list[Member], early: ShiftType) -> None:
    make_duty(roster, crew[0], FIRST, early)
    before = december()
    with pytest.raises(generation.Stopped):
        generation.generate(by=None, roster=roster, seconds=30, should_stop=lambda: True, given_up=lambda: True)
    assert december() == before


def test_generation_that_ends_early_keeps_the_best_so_far(roster: Roster) -> None:
    told: list[Any] = []
    facts = generation.generate(
        by=None, roster=roster, seconds=600, on_progress=told.append, should_stop=lambda: bool(told)
    )
    assert facts["status"] in {"stopped", "optimal"}  # so small a squadron may be proven before it is asked
    assert roster.duties.exists()


# --- in the background -----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_job_generates_as_its_owner(roster: Roster, leader: User) -> None:
    job = jobs.enqueue("generate_roster", by=leader, roster_id=roster.pk, seconds=1.5)
    Worker(batch=True).run()
    job.refresh_from_db()
    assert job.status == "done"
    assert job.result["hard_violations"] == 0
    assert roster.duties.count() >= 3 * 31
    last = Roster.pgh_event_model.objects.filter(pgh_obj=roster).latest("pgh_created_at")  # type: ignore[attr-defined]
    assert last.pgh_context.metadata["user"] == leader.pk
    assert last.pgh_context.metadata["job"] == str(job.pk)


@pytest.mark.django_db(transaction=True)
def test_job_whose_process_was_killed_goes_on_from_its_best(
    roster: Roster, leader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    search, best, starts = engine.solve, [], []

    def killed(problem: engine.Problem, **words: Any) -> Any:
        found = search(problem, seconds=1.5)
        best.append(found.roster)
        words["on_best"](found.roster)
        raise KeyboardInterrupt  # nothing of ours catches it, as nothing catches SIGKILL

    def resumed(problem: engine.Problem, **words: Any) -> Any:
        starts.append(words["start"])
        return search(problem, **words)

    job = jobs.enqueue("generate_roster", by=leader, roster_id=roster.pk, seconds=1.5)
    for solve in (killed, resumed):
        monkeypatch.setattr(engine, "solve", solve)
        with Line(job.pk) as line, suppress(KeyboardInterrupt):
            execute(line)
    assert [sorted(start) for start in starts] == [sorted(roster) for roster in best]
    job.refresh_from_db()
    assert (job.status, job.attempts) == ("done", 2)
    assert "best" not in job.result


@pytest.mark.django_db(transaction=True)
def test_job_of_an_outsider_generates_nothing(roster: Roster, outsider: User) -> None:
    job = jobs.enqueue("generate_roster", by=outsider, roster_id=roster.pk, seconds=1.5)
    Worker(batch=True).run()
    job.refresh_from_db()
    assert (job.status, job.error) == ("failed", "Refused:roster_gone")
    assert not Duty.objects.exists()


# --- pages -----------------------------------------------------------------------------------------------------------

ClientOf = Callable[[User], Client]


@pytest.fixture
def address(roster: Roster) -> str:
    return reverse("roster-generate", args=[roster.pk])


def test_page_says_what_is_replaced_and_what_stays(
    roster: Roster, crew: list[Member], early: ShiftType, leader: User, client_of: ClientOf, address: str
) -> None:
    make_duty(roster, crew[0], FIRST, early, is_fixed=True)
    make_duty(roster, crew[1], FIRST, early)
    make_duty(roster, crew[2], FIRST, early, origin="generated")
    counts = client_of(leader).get(address).context["counts"]
    assert counts == {"fixed": 1, "replaced": 2, "by_hand": 1}


def test_leader_starts_the_job_once(roster: Roster, leader: User, client_of: ClientOf, address: str) -> None:
    client = client_of(leader)
    first = client.post(address, {"seconds": "30"})
    job = Job.objects.get()
    assert (job.owner, job.arguments) == (leader, {"roster_id": roster.pk, "seconds": 30})
    assert first.headers["Location"] == reverse("job-detail", args=[job.pk])
    assert client.post(address, {"seconds": "60"}).headers["Location"] == first.headers["Location"]
    assert Job.objects.count() == 1


def test_job_that_another_leader_started_is_not_shown(
    roster: Roster, leader: User, county: County, client_of: ClientOf, address: str
) -> None:
    deputy = make_user("deputy", "leader", county.squadron)
    client_of(deputy).post(address, {"seconds": "30"})
    answer = client_of(leader).post(address, {"seconds": "30"})
    assert answer.headers["Location"] == reverse("roster-grid", args=[roster.pk])
    assert Job.objects.get().owner == deputy


def test_published_roster_starts_no_job(roster: Roster, leader: User, client_of: ClientOf, address: str) -> None:
    Roster.objects.filter(pk=roster.pk).update(status="published")
    assert client_of(leader).post(address, {"seconds": "30"}).status_code == 200
    assert not Job.objects.exists()


@pytest.mark.parametrize("seconds", ["0", "100000", "soon", ""])
def test_unoffered_time_starts_no_job(leader: User, client_of: ClientOf, address: str, seconds: str) -> None:
    assert client_of(leader).post(address, {"seconds": seconds}).status_code == 200
    assert not Job.objects.exists()
