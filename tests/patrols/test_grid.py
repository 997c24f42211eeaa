"""The grid's page and the changes its script sends, through the client."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from patrols.models import Duty
from patrols.services import rosters
from teams.models import CalendarDay
from tests.factories import make_absence, make_cover, make_duty, make_member, make_user
from tests.html import assert_csp_clean

pytestmark = pytest.mark.django_db


def day(number: int) -> dt.date:
    return dt.date(2026, 12, number)


def grid_url(station):
    return reverse("roster-grid", args=[station.roster.pk])


def send(client, station, *changes):
    url = reverse("roster-cells", args=[station.roster.pk])
    return client.post(url, json.dumps({"changes": list(changes)}), content_type="application/json")


def change(member, number, shift, **extra):
    return {"member": member.pk, "day": day(number).isoformat(), "shift": shift, **extra}


def data_of(response):
    found = re.search(r'<script id="grid-data" type="application/json">(.*?)</script>', response.content.decode(), re.S)
    return json.loads(found.group(1))


def test_grid_shows_crews_people_shifts_and_absences(station, leader, client_of):
    make_duty(station.roster, station.zhang, day(5), station.night, beat=station.beat)
    start = timezone.make_aware(dt.datetime(2026, 12, 7))
    make_absence(station.li, start, start + dt.timedelta(days=1))
    response = client_of(leader).get(grid_url(station))
    text = response.content.decode()
    assert_csp_clean(response)
    assert text.index("一班") < text.index("张建国") < text.index("二班") < text.index("李伟")
    assert re.search(rf'data-d="2026-12-05" data-v="{station.night.pk}\.{station.beat.pk}"', text)
    assert re.search(r'data-d="2026-12-07" data-v="" data-a="\w+"', text)


def test_grid_marks_days_by_their_cover(station, leader, client_of):
    make_duty(station.roster, station.zhang, day(5), station.early, beat=station.beat)
    make_duty(station.roster, station.li, day(5), station.late, beat=station.beat)
    data = data_of(client_of(leader).get(grid_url(station)))
    assert data["cover"]["2026-12-05"]["tone"] == "bad"
    counts = {need["shift"]: (need["have"], need["tone"]) for need in data["cover"]["2026-12-05"]["needs"]}
    assert counts == {
        station.early.pk: (1, "warn"),
        station.late.pk: (1, "warn"),
        station.night.pk: (0, "bad"),
    }


@pytest.mark.parametrize(
    ("rule", "needed"),
    [("as_weekday", [1, 2, 3]), ("always", [1, 2, 3]), ("never", [2, 3]), ("only", [1])],
)
def test_cover_on_a_holiday_follows_its_rule(station, leader, client_of, rule, needed):
    """1 December is made a holiday; the need stands on every weekday."""
    CalendarDay.objects.create(date=day(1), kind="holiday", name="假日")
    station.beat.cover.all().delete()
    make_cover(station.beat, station.early, on_holidays=rule)
    data = data_of(client_of(leader).get(grid_url(station)))
    found = [n for n in (1, 2, 3) if day(n).isoformat() in data["cover"]]
    assert found == needed


def test_cover_on_a_made_up_workday_follows_the_weekday(station, leader, client_of):
    CalendarDay.objects.create(date=day(5), kind="workday", name="调休")  # a Saturday
    station.beat.cover.all().delete()
    make_cover(station.beat, station.early, weekdays=[0, 1, 2, 3, 4], on_holidays="never")
    data = data_of(client_of(leader).get(grid_url(station)))
    assert "2026-12-05" not in data["cover"]
    assert data["cover"]["2026-12-04"]["needs"]


def queries_of_the_page(client, station) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(grid_url(station)).status_code == 200
    return len(queries)


def test_grid_queries_do_not_grow_with_people(station, leader, county, client_of):
    client = client_of(leader)
    queries_of_the_page(client, station)  # fills caches that live as long as the process
    few = queries_of_the_page(client, station)
    start = timezone.make_aware(dt.datetime(2026, 12, 7))
    for number in range(12):
        person = make_member(county.group, f"队员{number}")
        make_absence(person, start, start + dt.timedelta(days=1))
        for n in (1, 2, 3):
            make_duty(station.roster, person, day(n), station.early, beat=station.beat)
    assert queries_of_the_page(client, station) == few


def test_cells_are_saved_and_answered_with_what_they_touch(station, leader, client_of):
    response = send(
        client_of(leader), station, change(station.zhang, 5, "中", expected=""), change(station.zhang, 6, "早")
    )
    answer = response.json()
    assert [cell["status"] for cell in answer["cells"]] == ["saved", "saved"]
    assert [(f["member"], f["spot"]) for f in answer["findings"]] == [(station.zhang.pk, "2026-12-06")]
    assert "张建国" in answer["findings"][0]["text"]
    assert answer["totals"][str(station.zhang.pk)]["hours"] == 16
    assert set(answer["cover"]) == {"2026-12-05", "2026-12-06"}
    assert Duty.objects.count() == 2


def test_broken_limit_is_spotted_where_the_new_duty_stands(station, leader, client_of):
    client = client_of(leader)
    send(client, station, change(station.zhang, 5, "中"))
    answer = send(client, station, change(station.zhang, 6, "早")).json()
    assert [f["spot"] for f in answer["findings"]] == ["2026-12-06"]


def test_cells_of_two_leaders_the_second_is_told(station, leader, county, client_of):
    deputy = make_user("deputy", "leader", county.squadron)
    send(client_of(leader), station, change(station.zhang, 5, "早", expected=""))
    answer = send(client_of(deputy), station, change(station.zhang, 5, "夜", expected="")).json()
    assert answer["cells"][0]["status"] == "conflict"
    assert answer["cells"][0]["mark"] == f"{station.early.pk}.{station.beat.pk}"
    assert Duty.objects.get().shift_type == station.early


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"changes": 5}',
        b'{"changes": [{"member": "x", "day": "2026-12-01", "shift": null}]}',
        b'{"changes": [{"member": 1, "day": "1 December", "shift": null}]}',
        b"\xff\xfe",
    ],
)
def test_cells_that_are_no_changes_are_a_bad_request(station, leader, client_of, body):
    url = reverse("roster-cells", args=[station.roster.pk])
    assert client_of(leader).post(url, body, content_type="application/json").status_code == 400


def test_cells_of_a_published_roster_are_refused_with_a_sentence(station, leader, client_of):
    make_duty(station.roster, station.zhang, day(1), station.early)
    rosters.publish(by=leader, roster=station.roster)
    response = send(client_of(leader), station, change(station.zhang, 5, "早"))
    assert response.status_code == 409
    assert response.json()["problems"]


def test_cells_of_a_foreign_roster_are_not_found(station, outsider, client_of):
    assert send(client_of(outsider), station, change(station.zhang, 5, "早")).status_code == 404


def test_cells_need_the_right(station, brigade_staff, officer, client_of):
    for user in (brigade_staff, officer):
        assert client_of(user).get(grid_url(station)).status_code == 200
        assert send(client_of(user), station, change(station.zhang, 5, "早")).status_code == 403


def test_reader_gets_a_grid_without_forms(station, brigade_staff, client_of):
    response = client_of(brigade_staff).get(grid_url(station))
    assert data_of(response)["editable"] is False
    assert 'href="cells/' not in response.content.decode()
    assert reverse("roster-publish", args=[station.roster.pk]) not in response.content.decode()


def test_cell_form_sets_a_duty_without_script(station, leader, client_of):
    client = client_of(leader)
    url = reverse("duty-cell", args=[station.roster.pk, station.zhang.pk, "2026-12-05"])
    assert client.get(url).status_code == 200
    posted = {"shift": "夜", "beat": "auto", "is_fixed": "on", "expected": ""}
    assert client.post(url, posted).status_code == 302
    assert Duty.objects.get().beat == station.beat


def test_cell_form_tells_the_second_leader(station, leader, client_of):
    make_duty(station.roster, station.zhang, day(5), station.early)
    url = reverse("duty-cell", args=[station.roster.pk, station.zhang.pk, "2026-12-05"])
    response = client_of(leader).post(url, {"shift": "夜", "beat": "auto", "expected": ""})
    assert response.status_code == 200
    assert "早" in response.content.decode()
    assert Duty.objects.get().shift_type == station.early


@pytest.mark.parametrize("wrong", ["2026-11-30", "2027-01-01", "tomorrow"])
def test_cell_form_of_a_day_outside_is_not_found(station, leader, client_of, wrong):
    url = reverse("duty-cell", args=[station.roster.pk, station.zhang.pk, wrong])
    assert client_of(leader).get(url).status_code == 404


def test_need_page_ranks_candidates_and_says_what_stops_the_others(station, leader, client_of):
    make_duty(station.roster, station.li, day(5), station.late)
    url = reverse("roster-need", args=[station.roster.pk, station.beat.pk, station.early.pk, "2026-12-06"])
    text = client_of(leader).get(url).content.decode()
    assert text.index("张建国") < text.index("李伟")
    assert "data-assign" in text


def test_transferred_members_past_stays_in_the_old_roster(station, leader, county, client_of):
    """After the transfer the member's file is out of the leader's sight; the page still opens."""
    make_duty(station.roster, station.zhang, day(1), station.early, beat=station.beat)
    station.zhang.unit = county.other_group
    station.zhang.save()
    assert client_of(leader).get(grid_url(station)).status_code == 200


def test_remark_on_a_day_is_kept_shown_and_taken_away(station, leader, client_of):
    client = client_of(leader)
    url = reverse("roster-remark", args=[station.roster.pk, "2026-12-19"])
    client.post(url, {"text": "庙会"})
    assert "庙会" in client.get(grid_url(station)).content.decode()
    assert "庙会" in client.get(reverse("roster-print", args=[station.roster.pk])).content.decode()
    client.post(url, {"text": " "})
    assert not station.roster.remarks.exists()


def test_remark_on_a_closed_roster_is_refused(station, leader, client_of):
    make_duty(station.roster, station.zhang, day(1), station.early)
    rosters.publish(by=leader, roster=station.roster)
    rosters.close(by=leader, roster=station.roster, today=dt.date(2027, 1, 1))
    url = reverse("roster-remark", args=[station.roster.pk, "2026-12-19"])
    assert client_of(leader).post(url, {"text": "庙会"}).status_code == 200
    assert not station.roster.remarks.exists()
