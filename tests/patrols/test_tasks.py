"""What members may be asked to do: task kinds, officers, pairs, skills (handbook D3, D4)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from lianfang.platform.problems import Refused
from patrols.models import CoverRequirement, CoverSkill, TaskKind
from patrols.models.task import FORBIDDEN, NEEDS_OFFICER
from patrols.rules.cover import cover_problems
from patrols.services import cover, rostering, rosters
from personnel.models import MemberSkill
from tests.factories import make_beat, make_cover, make_duty, make_shift_type

pytestmark = pytest.mark.django_db


def day(number: int) -> dt.date:
    return dt.date(2026, 12, number)


def fields(station, **changes):
    return {
        "shift_type": station.early.pk,
        "task_kind": "guard",
        "weekdays": [0, 1, 2, 3, 4, 5, 6],
        "on_holidays": "always",
        "minimum": 2,
        "ideal": 3,
    } | changes


def patrol(station, **figures):
    """The station's early need turned into a patrol."""
    need = CoverRequirement.objects.get(shift_type=station.early)
    values = {"task_kind": TaskKind.PATROL, "minimum": 2, "ideal": 2} | figures
    CoverRequirement.objects.filter(pk=need.pk).update(**values)
    need.refresh_from_db()
    return need


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_forbidden_task_is_refused_by_form_rule_and_database(station, leader, client_of, kind):
    client = client_of(leader)
    url = reverse("cover-new", args=[station.beat.pk])
    assert f'value="{kind}"' not in client.get(url).content.decode()
    response = client.post(url, fields(station, task_kind=kind, minimum=7, ideal=7))
    assert response.context["form"].errors["task_kind"]
    assert response.context["form"]["minimum"].value() == "7"  # what was typed stays
    row = CoverRequirement(beat=station.beat, shift_type=station.early, task_kind=kind)
    with pytest.raises(Refused):
        cover.save_cover(by=leader, unit=station.roster.unit, rows=[row])
    with pytest.raises(IntegrityError, match="cover_task_allowed"), transaction.atomic():
        row.save()


@pytest.mark.parametrize("kind", NEEDS_OFFICER)
def test_task_that_needs_an_officer_makes_the_need_officer_led(station, leader, client_of, kind):
    url = reverse("cover-new", args=[station.beat.pk])
    assert client_of(leader).post(url, fields(station, task_kind=kind)).status_code == 302
    row = CoverRequirement.objects.get(task_kind=kind)
    assert row.officer_led
    row.officer_led = False
    assert [p.code for p in cover_problems(row)] == ["task_needs_officer"]
    with pytest.raises(IntegrityError, match="cover_task_led_by_officer"), transaction.atomic():
        CoverRequirement.objects.filter(pk=row.pk).update(officer_led=False)


@pytest.mark.parametrize(("minimum", "ideal", "field"), [(1, 2, "minimum"), (1, 1, "ideal"), (0, 1, "ideal")])
def test_patrol_of_one_is_refused_unless_an_officer_leads(station, leader, client_of, minimum, ideal, field):
    url = reverse("cover-new", args=[station.beat.pk])
    posted = fields(station, task_kind="patrol", minimum=minimum, ideal=ideal)
    client = client_of(leader)
    assert field in client.post(url, posted).context["form"].errors
    with pytest.raises(IntegrityError, match="cover_patrol_in_pairs"), transaction.atomic():
        make_cover(station.beat, station.early, task_kind="patrol", minimum=minimum, ideal=ideal)
    assert client.post(url, posted | {"officer_led": "on"}).status_code == 302


def test_patrol_of_one_stops_publishing_and_a_pair_does_not(station, leader):
    patrol(station)
    make_duty(station.roster, station.zhang, day(1), station.early, beat=station.beat)
    (problem,) = rosters.publishing_problems(station.roster)
    assert problem.code == "pairs"
    assert station.beat.name in str(problem.message)
    make_duty(station.roster, station.li, day(1), station.early, beat=station.beat)
    assert rosters.publishing_problems(station.roster) == []


def test_police_led_need_without_a_free_officer_stops_publishing(station):
    patrol(station, task_kind=TaskKind.CHECKS, officer_led=True)
    make_duty(station.roster, station.zhang, day(1), station.early, beat=station.beat)
    (problem,) = rosters.publishing_problems(station.roster)
    assert problem.code == "officer"
    assert "国办发" in str(problem.message)


def test_generated_patrols_never_go_alone(station):
    patrol(station)
    problem = rostering.build_problem(station.roster)
    need = problem.need_at[0, str(station.early.pk), str(station.beat.pk)]
    assert need.least_together == 2
    assert "pairs" in {limit.name for limit in problem.limits}


# --- skills ----------------------------------------------------------------------------------------------------------


def test_skills_are_asked_for_with_a_count_and_reach_the_engine(station, leader, client_of):
    url = reverse("cover-new", args=[station.beat.pk])
    posted = fields(station, minimum=2, ideal=2, skill_first_aid=1, skill_driving=2)
    assert client_of(leader).post(url, posted).status_code == 302
    MemberSkill.objects.create(member=station.zhang, skill="first_aid", proof="红十字救护员证")
    MemberSkill.objects.create(
        member=station.li, skill="first_aid", proof="红十字救护员证", valid_until=dt.date(2026, 12, 20)
    )
    problem = rostering.build_problem(station.roster)
    need = problem.need_at[0, str(station.early.pk), str(station.beat.pk)]
    assert {(share.skill, share.count) for share in need.shares} == {("first_aid", 1), ("driving", 2)}
    assert problem.person[str(station.zhang.pk)].skills == {"first_aid"}
    assert problem.person[str(station.li.pk)].skills == set()  # runs out within the month


def test_skills_of_a_need_are_changed_in_the_table(station, leader, client_of):
    from tests.patrols.test_cover_pages import COVER, formset

    rows = list(CoverRequirement.objects.all())
    CoverSkill.objects.create(requirement=rows[0], skill="drone", count=1)
    client = client_of(leader)
    assert client.post(COVER, formset(*rows, **{"0__skill_first_aid": 2})).status_code == 302
    assert list(rows[0].skills.values_list("skill", "count")) == [("first_aid", 2)]
    response = client.post(COVER, formset(*rows, **{"0__skill_first_aid": 9}))
    assert response.context["formset"].errors[0]["skill_first_aid"]


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"skill": "magic"}, "cover_skill_known"),
        ({"count": 0}, "cover_skill_count_sensible"),
    ],
)
def test_skill_that_makes_no_sense_is_refused_by_the_database(station, values, constraint):
    need = CoverRequirement.objects.first()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        CoverSkill.objects.create(**({"requirement": need, "skill": "drone", "count": 1} | values))


def test_usual_task_follows_the_kind_of_beat(station, leader, client_of):
    point = make_beat(station.roster.unit, "建行门口守点", kind="point")
    make_shift_type(station.roster.unit, "备", key="b")
    client = client_of(leader)
    for beat, kind in ((point, "guard"), (station.beat, "patrol")):
        assert client.get(reverse("cover-new", args=[beat.pk])).context["form"].initial["task_kind"] == kind
