"""The grid's page and the changes its script sends, through the client."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from patrols.models import CoverRequirement, Duty
from patrols.services import rostering, rosters
from patrols.wording import gap_text
from personnel.models import MemberSkill
from teams.models import CalendarDay
from tests.factories import make_absence, make_cover, make_duty, make_member, make_roster, make_user
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


def test_cell_of_a_number_that_no_member_can_have_is_refused(station, leader, client_of):
    body = {"changes": [{"member": 10**30, "day": "2026-12-01", "shift": "早"}]}
    url = reverse("roster-cells", args=[station.roster.pk])
    response = client_of(leader).post(url, json.dumps(body), content_type="application/json")
    assert response.json()["cells"][0]["status"] == "refused"


def test_skill_of_a_need_counts_everybody_there_after_one_cell_changed(station, leader, client_of):
    """The driver is another one than the person whose cell changes."""
    requirement = CoverRequirement.objects.get(shift_type=station.early)
    requirement.skills.create(skill="driving", count=1)
    MemberSkill.objects.create(member=station.zhang, skill="driving", proof="C1")
    make_duty(station.roster, station.zhang, day(1), station.early, beat=station.beat)
    answer = send(client_of(leader), station, change(station.li, 1, "早")).json()
    need = next(item for item in answer["cover"]["2026-12-01"]["needs"] if item["shift"] == station.early.pk)
    assert (need["have"], need["lacks"]) == (2, 0)


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


# --- several people, several leaders, several versions ---------------------------


def patrol_in_pairs(station):
    station.beat.cover.filter(shift_type=station.early).update(task_kind="patrol", minimum=2, ideal=2)


def test_lone_patrol_is_told_at_its_need_and_goes_with_the_second_one(station, leader, client_of):
    patrol_in_pairs(station)
    client = client_of(leader)
    first = send(client, station, change(station.zhang, 5, "早", beat=station.beat.pk)).json()
    assert [(f["member"], f["spot"], f["place"]) for f in first["findings"]] == [
        (None, "2026-12-05", [station.beat.pk, station.early.pk])
    ]
    second = send(client, station, change(station.li, 5, "早", beat=station.beat.pk)).json()
    assert second["findings"] == []


def test_changing_one_of_a_pair_elsewhere_breaks_no_pair(station, leader, client_of):
    """The batch reads the touched people only; the other half of the pair must not be forgotten."""
    patrol_in_pairs(station)
    for member in (station.zhang, station.li):
        make_duty(station.roster, member, day(5), station.early, beat=station.beat)
    reply = send(client_of(leader), station, change(station.zhang, 20, "早", beat=0)).json()
    assert reply["findings"] == []


def test_conflict_names_who_set_it_when_and_what_stands(station, leader, county, client_of):
    other = make_user("deputy", "leader", county.squadron, name="郑副队长")
    send(client_of(other), station, change(station.zhang, 5, "早", beat=station.beat.pk))
    outcome = send(client_of(leader), station, change(station.zhang, 5, "夜", expected="")).json()["cells"][0]
    assert outcome["status"] == "conflict"
    assert "郑副队长" in outcome["message"]
    assert "早" in outcome["message"]
    assert "文化路夜巡线" in outcome["message"]
    assert timezone.localtime().strftime("%H:") in outcome["message"]


def test_conflict_over_a_cleared_cell_names_who_cleared_it(station, leader, county, client_of):
    duty = make_duty(station.roster, station.zhang, day(5), station.early)
    other = make_user("deputy", "leader", county.squadron, name="郑副队长")
    send(client_of(other), station, change(station.zhang, 5, None))
    stale = f"{duty.shift_type_id}.0"
    outcome = send(client_of(leader), station, change(station.zhang, 5, "夜", expected=stale)).json()["cells"][0]
    assert (outcome["status"], outcome["mark"]) == ("conflict", "")
    assert "郑副队长" in outcome["message"]


def test_undo_gives_a_generated_cell_back_as_generated(station, leader, client_of):
    make_duty(station.roster, station.zhang, day(5), station.early, origin="generated")
    client = client_of(leader)
    assert 'data-o="generated"' in client.get(grid_url(station)).content.decode()
    send(client, station, change(station.zhang, 5, "夜"))
    assert Duty.objects.get().origin == "hand"
    send(client, station, change(station.zhang, 5, "早", fixed=False, origin="generated"))
    duty = Duty.objects.get()
    assert (duty.origin, duty.is_fixed) == ("generated", False)


def test_unknown_origin_is_a_bad_request(station, leader, client_of):
    assert send(client_of(leader), station, change(station.zhang, 5, "早", origin="elsewhere")).status_code == 400


def publish_and_change(station, leader):
    """Published with one duty; then taken back, that duty moved and another added."""
    make_duty(station.roster, station.zhang, day(5), station.early, beat=station.beat)
    rosters.publish(by=leader, roster=station.roster)
    rosters.unpublish(by=leader, roster=station.roster, reason="换人")
    station.roster.refresh_from_db()
    station.roster.duties.all().delete()
    make_duty(station.roster, station.li, day(5), station.early, beat=station.beat)


def test_comparing_marks_the_changed_cells_and_lists_them(station, leader, client_of):
    publish_and_change(station, leader)
    client = client_of(leader)
    plain = client.get(grid_url(station))
    assert data_of(plain)["compared"] is None
    response = client.get(grid_url(station) + "?compare=1")
    text = response.content.decode()
    assert len(re.findall(r'<td class="[^"]*\bchanged\b', text)) == 2
    assert data_of(response)["compared"] == {
        "number": 1,
        "marks": {f"{station.zhang.pk}|2026-12-05": f"{station.early.pk}.{station.beat.pk}"},
    }
    assert [line.name for line in response.context["changes"]] == ["张建国", "李伟"]


def test_comparing_an_unpublished_roster_shows_the_grid(station, leader, client_of):
    assert client_of(leader).get(grid_url(station) + "?compare=1").status_code == 200


def test_published_again_is_version_2_with_what_changed(station, leader, client_of):
    publish_and_change(station, leader)
    version = rosters.publish(by=leader, roster=station.roster)
    assert (version.number, len(version.changes)) == (2, 2)
    text = client_of(leader).get(reverse("roster-versions", args=[station.roster.pk])).content.decode()
    assert "张建国" in text
    assert "李伟" in text


def test_each_version_prints_as_it_was_published(station, leader, client_of):
    publish_and_change(station, leader)
    rosters.publish(by=leader, roster=station.roster)
    rows = []
    for number in (1, 2):
        page = client_of(leader).get(reverse("roster-version", args=[station.roster.pk, number]))
        assert_csp_clean(page)
        rows.append({row.member.name: row.totals.duties for crew in page.context["grid"].crews for row in crew.rows})
    assert rows == [{"张建国": 1, "李伟": 0}, {"张建国": 0, "李伟": 1}]


def test_version_keeps_who_left_the_squadron_since(station, leader, client_of):
    publish_and_change(station, leader)
    station.zhang.left_on = day(1)
    station.zhang.status = "left"
    station.zhang.save()
    page = client_of(leader).get(reverse("roster-version", args=[station.roster.pk, 1]))
    assert "张建国" in page.content.decode()


def test_version_that_does_not_exist_is_not_found(station, leader, client_of):
    assert client_of(leader).get(reverse("roster-version", args=[station.roster.pk, 3])).status_code == 404


# --- one day on a phone ----------------------------------------------------------


def test_day_lists_open_needs_posts_and_who_is_free(station, leader, client_of):
    make_duty(station.roster, station.zhang, day(5), station.early, beat=station.beat)
    response = client_of(leader).get(grid_url(station) + "?day=2026-12-05")
    shown = response.context["day"]
    assert shown.date == day(5)
    assert [post.shift.code for post in shown.open] == ["中", "夜"]
    assert [(post.shift.code, [p.member.name for p in post.people]) for post in shown.posts if post.people] == [
        ("早", ["张建国"])
    ]
    assert [person.member.name for person in shown.free] == ["李伟"]
    link = reverse("duty-cell", args=[station.roster.pk, station.li.pk, "2026-12-05"])
    assert f'href="{link}"' in response.content.decode()


def test_day_alone_is_served_to_htmx(station, leader, client_of):
    response = client_of(leader).get(grid_url(station) + "?day=2026-12-05", headers={"HX-Target": "day"})
    text = response.content.decode().strip()
    assert text.startswith('<section id="day"')
    assert "<html" not in text


@pytest.mark.parametrize("asked", ["2026-11-30", "2026-02-31", "tomorrow", ""])
def test_day_outside_the_roster_falls_back_to_its_own(station, leader, client_of, asked):
    shown = client_of(leader).get(grid_url(station), {"day": asked}).context["day"]
    assert station.roster.first_day <= shown.date <= station.roster.last_day


def test_cell_form_comes_back_to_its_day(station, leader, client_of):
    url = reverse("duty-cell", args=[station.roster.pk, station.zhang.pk, "2026-12-05"])
    response = client_of(leader).post(url, {"shift": "夜", "beat": "auto", "is_fixed": "on", "expected": ""})
    assert response.url == f"{grid_url(station)}?day=2026-12-05"


def test_squadron_without_shift_types_is_told_what_to_do_next(leader, county, client_of):
    make_member(county.group)
    roster = make_roster(county.squadron, day(1), day(31))
    text = client_of(leader).get(reverse("roster-grid", args=[roster.pk])).content.decode()
    assert f'href="{reverse("shift-list")}"' in text
    assert 'id="grid"' not in text


def test_pages_load_no_solver():
    """OR-Tools costs half a second and 100 MB in each web process; only the search needs it."""
    code = "import sys, django; django.setup(); import lianfang.urls; sys.exit('ortools' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- steps that outlive the page ----------------------------------------------


def steps_of(client, station):
    return client.get(grid_url(station)).context["data"]["steps"]


def test_copied_month_is_one_step_that_the_page_can_take_back(station, leader, county, client_of):
    november = make_roster(county.squadron, dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    for number in (3, 4, 5):
        make_duty(november, station.zhang, dt.date(2026, 11, number), station.early, beat=station.beat)
    client = client_of(leader)
    client.post(reverse("roster-copy", args=[station.roster.pk]))
    (step,) = steps_of(client, station)
    assert {(item["member"], item["day"], item["mark"]) for item in step} == {
        (station.zhang.pk, f"2026-12-{number:02d}", "") for number in (1, 2, 3, 29, 30, 31)
    }
    Duty.objects.filter(roster=station.roster, day=day(1)).delete()
    assert "2026-12-01" not in {item["day"] for item in steps_of(client, station)[0]}  # changed since by somebody


def test_step_of_a_cells_form_remembers_what_stood_there(station, leader, client_of):
    make_duty(station.roster, station.zhang, day(9), station.night, origin="generated")
    client = client_of(leader)
    posted = {"shift": "早", "beat": "auto", "expected": f"{station.night.pk}.0"}
    url = reverse("duty-cell", args=[station.roster.pk, station.zhang.pk, "2026-12-09"])
    assert client.post(url, posted).status_code == 302
    (step,) = steps_of(client, station)
    assert (step[0]["mark"], step[0]["fixed"], step[0]["origin"]) == (f"{station.night.pk}.0", False, "generated")
    assert steps_of(client_of(make_user("second", "leader", station.roster.unit)), station) == []


@pytest.mark.parametrize(
    ("generation", "words"),
    [({}, "未自动排班"), ({"gap": None, "seconds": 30}, "尚未证明"), ({"gap": 0.015, "seconds": 30}, "1.5 %")],
)
def test_strip_says_how_near_the_best_or_why_not(station, leader, client_of, generation, words):
    stands = {"stands": rostering.sheet(station.roster).digest} if generation else {}
    station.roster.generation = generation | stands
    station.roster.save()
    text = client_of(leader).get(reverse("roster-grid", args=[station.roster.pk])).content.decode()
    assert words in text


@pytest.mark.parametrize("change", ["duty", "cover"])
def test_strip_claims_nothing_of_a_roster_that_changed_since(station, leader, client_of, change):
    station.roster.generation = {"gap": 0.015, "seconds": 30, "stands": rostering.sheet(station.roster).digest}
    station.roster.save()
    if change == "duty":
        make_duty(station.roster, station.zhang, day(5), station.early, beat=station.beat)
    else:
        station.beat.cover.update(minimum=2)
    text = client_of(leader).get(grid_url(station)).content.decode()
    assert "1.5 %" not in text
    assert "生成后已改动" in text


@pytest.mark.parametrize(("gap", "text"), [(None, ""), (1.0, ""), (0.0, "0.0 %"), (0.0003, "0.1 %"), (0.5, "50.0 %")])
def test_distance_from_the_best_is_rounded_up_and_the_whole_of_it_is_none(gap, text):
    assert gap_text(gap) == text
