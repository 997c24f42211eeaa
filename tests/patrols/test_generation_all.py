"""All squadrons of a unit in one job: who may, what is left alone, what survives a killed worker."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from lianfang.platform import jobs
from lianfang.platform.jobs.worker import Worker, sweep
from lianfang.platform.models import Job
from patrols import rostering as engine
from patrols.models import CoverRequirement, Duty, Roster
from patrols.services import generation, generation_all
from teams.models import Unit, User
from tests.conftest import County
from tests.factories import make_beat, make_cover, make_duty, make_member, make_roster, make_shift_type

FIRST, LAST = dt.date(2026, 12, 1), dt.date(2026, 12, 31)
committed = pytest.mark.django_db(transaction=True)
ClientOf = Callable[[User], Client]


@pytest.fixture
def two_squadrons(county: County) -> County:
    """Each with four people and one place a day; neither has a roster for December."""
    for group in (county.group, county.other_group):
        squadron = Unit.objects.get_parent(group)
        make_cover(make_beat(squadron), make_shift_type(squadron, "早"))
        for name in ("张建国", "李伟", "王磊", "赵鹏"):
            make_member(group, name)
    return county


def start(by: User | None, unit: Unit, *, again: bool = False, seconds: float = 2) -> Job:
    return jobs.enqueue(
        generation_all.WORK, by=by, unit_id=unit.pk, first_day="2026-12-01", seconds=seconds, again=again
    )


def duties_of(unit: Unit) -> int:
    return Duty.objects.filter(roster__unit=unit).count()


@committed
def test_one_job_makes_and_fills_every_squadrons_draft(two_squadrons: County, brigade_staff: User) -> None:
    job = start(brigade_staff, two_squadrons.brigade)
    Worker(batch=True).run()
    job.refresh_from_db()
    assert (job.status, job.error) == ("done", "")
    for unit in (two_squadrons.squadron, two_squadrons.other_squadron):
        roster = Roster.objects.get(unit=unit)
        state = job.facts[f"unit_{unit.pk}"]
        assert (state["state"], state["roster"], state["uncovered"]) == ("done", roster.pk, 0)
        assert (roster.first_day, roster.last_day, roster.status) == (FIRST, LAST, "draft")
        assert duties_of(unit) >= 31


@committed
def test_leader_of_one_squadron_has_no_job_for_all(two_squadrons: County, leader: User) -> None:
    job = start(leader, two_squadrons.squadron)
    Worker(batch=True).run()
    job.refresh_from_db()
    assert (job.status, job.error) == ("failed", "Refused:roster_gone")
    assert not Duty.objects.exists()


@committed
def test_published_and_filled_rosters_stay_as_they_are(two_squadrons: County, brigade_staff: User) -> None:
    filled = make_roster(two_squadrons.squadron, FIRST, LAST)
    member = make_member(two_squadrons.group, "刘洋")
    make_duty(filled, member, FIRST, two_squadrons.squadron.shift_types.get())
    make_roster(two_squadrons.other_squadron, FIRST, LAST, status="published")
    job = start(brigade_staff, two_squadrons.brigade)
    Worker(batch=True).run()
    job.refresh_from_db()
    assert (job.status, job.error) == ("failed", "Refused:nothing_to_generate")
    assert Duty.objects.count() == 1


@committed
def test_filled_draft_is_generated_again_when_asked(two_squadrons: County, brigade_staff: User) -> None:
    filled = make_roster(two_squadrons.squadron, FIRST, LAST)
    member = make_member(two_squadrons.group, "刘洋")
    make_duty(filled, member, FIRST, two_squadrons.squadron.shift_types.get())
    start(brigade_staff, Unit.objects.get_parent(two_squadrons.squadron), again=True)
    Worker(batch=True).run()
    assert duties_of(two_squadrons.squadron) >= 31


@committed
def test_squadron_without_cover_keeps_the_others_from_nothing(two_squadrons: County, brigade_staff: User) -> None:
    CoverRequirement.objects.filter(beat__unit=two_squadrons.other_squadron).delete()
    job = start(brigade_staff, two_squadrons.brigade)
    Worker(batch=True).run()
    job.refresh_from_db()
    assert job.status == "done"
    assert [key for key in job.facts if key.startswith("unit_")] == [f"unit_{two_squadrons.squadron.pk}"]


@committed
def test_job_taken_again_goes_on_with_the_other_squadrons(
    two_squadrons: County, brigade_staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = start(brigade_staff, two_squadrons.brigade)
    whole, second = generation.generate, two_squadrons.other_squadron
    kills = [True]

    def killed_at_the_second(**words: Any) -> Any:
        if words["roster"].unit_id == second.pk and kills:
            kills.pop()
            raise KeyboardInterrupt  # nothing of ours catches it, as nothing catches SIGKILL
        return whole(**words)

    monkeypatch.setattr(generation, "generate", killed_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        Worker(batch=True).run()
    first = list(Duty.objects.filter(roster__unit=two_squadrons.squadron).values_list("pk", flat=True))
    assert first
    Job.objects.filter(pk=job.pk).update(status="running")
    assert sweep() == 1
    Worker(batch=True).run()
    job.refresh_from_db()
    assert (job.status, job.attempts) == ("done", 2)
    assert list(Duty.objects.filter(roster__unit=two_squadrons.squadron).values_list("pk", flat=True)) == first
    assert duties_of(second) >= 31


def test_squadrons_are_read_in_the_same_number_of_queries(
    two_squadrons: County, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(4):
        rows = generation_all.squadrons(two_squadrons.brigade, FIRST)
    assert [(row.unit, row.people, row.duties, row.obstacle) for row in rows] == [
        (two_squadrons.squadron, 4, 0, ""),
        (two_squadrons.other_squadron, 4, 0, ""),
    ]


def test_time_left_goes_to_the_squadron_whose_cover_is_in_doubt(
    two_squadrons: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, calls = generation_all.squadrons(two_squadrons.brigade, FIRST), []

    def generate(**words: Any) -> dict[str, Any]:
        unit, seconds = words["roster"].unit, words["seconds"]
        calls.append((unit, round(seconds)))
        doubtful = unit == two_squadrons.other_squadron and len(calls) < 3
        facts = {"hard_violations": 0, "uncovered": 2, "gap": None if doubtful else 0.0, "seconds": 1.0}
        words["finish"](facts)
        return facts

    monkeypatch.setattr(generation, "generate", generate)
    states = generation_all.generate_all(
        by=None, asked=asked, first_day=FIRST, seconds=60, course=generation_all.Course()
    )
    first, second = two_squadrons.squadron, two_squadrons.other_squadron
    assert calls == [(first, 30), (second, 30), (second, 60)]
    assert states[second.pk]["gap"] == 0.0


def test_stopped_while_going_on_keeps_what_stood(two_squadrons: County, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, kept = generation_all.squadrons(two_squadrons.brigade, FIRST)[:1], []

    class Kept(generation_all.Course):
        def keep(self, unit: Unit, share: float, state: dict[str, Any]) -> None:
            kept.append(state["state"])

    def generate(**words: Any) -> dict[str, Any]:
        if kept:
            raise generation.Stopped
        facts = {"hard_violations": 0, "uncovered": 2, "gap": None, "seconds": 1.0}
        words["finish"](facts)
        return facts

    monkeypatch.setattr(generation, "generate", generate)
    with pytest.raises(generation.Stopped):
        generation_all.generate_all(by=None, asked=asked, first_day=FIRST, seconds=60, course=Kept())
    assert kept == ["done", "done"]


def test_stopping_early_leaves_the_rest_out(two_squadrons: County) -> None:
    class Enough(generation_all.Course):
        def enough(self) -> bool:
            return True

    asked = generation_all.squadrons(two_squadrons.brigade, FIRST)
    states = generation_all.generate_all(by=None, asked=asked, first_day=FIRST, seconds=2, course=Enough())
    assert {state["state"] for state in states.values()} == {"left_out"}
    assert not Roster.objects.exists()


def test_command_generates_each_squadron_below(two_squadrons: County) -> None:
    out = StringIO()
    options = {"unit": two_squadrons.root.code, "month": "2026-12", "seconds": 2.0, "all": True}
    call_command("generate_roster", stdout=out, **options)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["unit"] for line in lines] == [two_squadrons.squadron.code, two_squadrons.other_squadron.code]
    assert {line["uncovered"] for line in lines} == {0}


# --- pages -----------------------------------------------------------------------------------------------------------


def test_brigade_starts_one_job(two_squadrons: County, brigade_staff: User, client_of: ClientOf) -> None:
    client = client_of(brigade_staff)
    data = {"unit": two_squadrons.brigade.pk, "month": "2026-12", "seconds": "120"}
    answer = client.post(reverse("generate-all"), data)
    job = Job.objects.get()
    assert answer.headers["Location"] == reverse("job-detail", args=[job.pk])
    assert job.arguments == {
        "unit_id": two_squadrons.brigade.pk,
        "first_day": "2026-12-01",
        "seconds": 120,
        "again": False,
    }
    client.post(reverse("generate-all"), data)
    assert Job.objects.count() == 1


def test_foreign_unit_is_no_choice(county: County, brigade_staff: User, client_of: ClientOf) -> None:
    foreign = Unit.objects.add_root({"code": "990900000000", "name": "外县", "kind": "district"})
    data = {"unit": foreign.pk, "month": "2026-12", "seconds": "120"}
    answer = client_of(brigade_staff).post(reverse("generate-all"), data)
    assert answer.status_code == 200
    assert answer.context["form"].errors["unit"]
    assert not Job.objects.exists()


def test_page_says_what_stands_in_the_way(two_squadrons: County, brigade_staff: User, client_of: ClientOf) -> None:
    make_roster(two_squadrons.squadron, FIRST, LAST, status="published")
    make_roster(two_squadrons.other_squadron, FIRST, FIRST + dt.timedelta(days=6))
    answer = client_of(brigade_staff).get(
        reverse("generate-all"), {"month": "2026-12", "unit": two_squadrons.brigade.pk, "seconds": 60}
    )
    obstacles = [row.obstacle for row, _ in answer.context["rows"]]
    assert obstacles == ["roster_published", "one_roster_a_day"]


def test_job_page_lists_the_squadrons(two_squadrons: County, brigade_staff: User, client_of: ClientOf) -> None:
    roster = make_roster(two_squadrons.squadron, FIRST, LAST)
    states = {
        f"unit_{two_squadrons.squadron.pk}": {
            "state": "done",
            "roster": roster.pk,
            "uncovered": 3,
            "hard_violations": 0,
            "gap": 0.015,
            "seconds": 4,
        },
        f"unit_{two_squadrons.other_squadron.pk}": {"state": "refused", "code": "roster_published"},
    }
    job = Job.objects.create(kind=generation_all.WORK, owner=brigade_staff, status="running", facts=states)
    page = client_of(brigade_staff).get(reverse("job-detail", args=[job.pk])).content.decode()
    assert reverse("roster-grid", args=[roster.pk]) in page
    assert "1.5 %" in page
    assert two_squadrons.other_squadron.label in page


def test_roster_begun_while_the_others_were_made_is_left_as_it_is(two_squadrons: County) -> None:
    asked = generation_all.squadrons(two_squadrons.brigade, FIRST)
    begun = make_roster(two_squadrons.squadron, FIRST, LAST)
    duty = make_duty(begun, make_member(two_squadrons.group, "刘洋"), FIRST, two_squadrons.squadron.shift_types.get())
    course = generation_all.Course()
    states = generation_all.generate_all(by=None, asked=asked, first_day=FIRST, seconds=2, course=course, again=False)
    assert states[two_squadrons.squadron.pk] == {"state": "refused", "code": "begun_meanwhile"}
    assert states[two_squadrons.other_squadron.pk]["state"] == "done"
    assert list(Duty.objects.filter(roster=begun)) == [duty]


def test_squadron_that_is_bettered_stays_finished_meanwhile(
    two_squadrons: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, told = generation_all.squadrons(two_squadrons.brigade, FIRST)[:1], []

    class Told(generation_all.Course):
        def tell(self, unit: Unit, share: float, state: dict[str, Any]) -> None:
            told.append(state["state"])

    def generate(**words: Any) -> dict[str, Any]:
        words["on_progress"](engine.Progress(10, None, 2, 0.5, 0.5, 0))
        return {"hard_violations": 0, "uncovered": 2, "gap": None, "seconds": 1.0}

    monkeypatch.setattr(generation, "generate", generate)
    generation_all.generate_all(by=None, asked=asked, first_day=FIRST, seconds=60, course=Told())
    assert told == ["running", "done"]
