"""The pages around a roster, through the client."""

from __future__ import annotations

import datetime as dt
import io
from unittest import mock

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from patrols.models import CoverRequirement, Duty, Roster, RosterVersion, SwornOfficer
from patrols.services import rosters
from teams.scope import row_scope
from tests.access_table import TABLE
from tests.factories import make_absence, make_duty, make_member, make_roster
from tests.html import assert_csp_clean

pytestmark = pytest.mark.django_db


def day(number: int) -> dt.date:
    return dt.date(2026, 12, number)


def page(name, station):
    return reverse(name, args=[station.roster.pk])


# --- list and new -------------------------------------------------------------


def test_list_shows_own_rosters_only(station, county, leader, client_of):
    foreign = make_roster(county.other_squadron, day(1), day(31))
    text = client_of(leader).get(reverse("roster-list")).content.decode()
    assert page("roster-grid", station) in text
    assert reverse("roster-grid", args=[foreign.pk]) not in text


def test_list_of_the_brigade_filters_by_squadron(station, county, brigade_staff, client_of):
    other = make_roster(county.other_squadron, day(1), day(31))
    client = client_of(brigade_staff)
    url = reverse("roster-list")
    everything = client.get(url).content.decode()
    assert page("roster-grid", station) in everything
    assert reverse("roster-grid", args=[other.pk]) in everything
    some = client.get(url, {"unit": county.other_squadron.pk}).content.decode()
    assert page("roster-grid", station) not in some
    assert reverse("roster-grid", args=[other.pk]) in some


@pytest.mark.parametrize("value", ["999999", "x"])
def test_list_with_an_unknown_squadron_shows_nothing(station, brigade_staff, client_of, value):
    text = client_of(brigade_staff).get(reverse("roster-list"), {"unit": value}).content.decode()
    assert page("roster-grid", station) not in text


def test_list_queries_do_not_grow_with_rosters(station, county, leader, client_of, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_of(leader)
    client.get(reverse("roster-list"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("roster-list"))
    for month in (8, 9, 10):
        make_roster(county.squadron, dt.date(2026, month, 1), dt.date(2026, month, 28))
    with django_assert_num_queries(len(few)):
        client.get(reverse("roster-list"))


def test_new_roster_is_next_month_by_default(county, leader, client_of):
    client = client_of(leader)
    form = client.get(reverse("roster-new")).context["form"]
    first = form.initial["first_day"]
    assert first.day == 1
    assert first > timezone.localdate()
    posted = {"unit": county.squadron.pk, "first_day": first, "last_day": form.initial["last_day"]}
    response = client.post(reverse("roster-new"), posted)
    roster = Roster.objects.get()
    assert response["Location"] == reverse("roster-grid", args=[roster.pk])
    assert roster.is_whole_month


def test_new_roster_overlapping_keeps_what_was_typed_and_says_why(station, county, leader, client_of):
    posted = {"unit": county.squadron.pk, "first_day": "2026-12-31", "last_day": "2027-01-31"}
    response = client_of(leader).post(reverse("roster-new"), posted)
    assert response.status_code == 200
    assert response.context["form"].errors["first_day"]
    assert "2027-01-31" in response.content.decode()
    assert Roster.objects.count() == 1


def test_new_roster_for_a_foreign_squadron_is_no_choice(county, leader, client_of):
    posted = {"unit": county.other_squadron.pk, "first_day": "2026-12-01", "last_day": "2026-12-31"}
    response = client_of(leader).post(reverse("roster-new"), posted)
    assert response.context["form"].errors["unit"]
    assert not Roster.objects.exists()


# --- publish, take back, versions ---------------------------------------------


def test_publish_page_lists_what_stands_in_the_way_and_publishes_nothing(station, leader, client_of):
    make_duty(station.roster, station.zhang, day(1), station.late)
    make_duty(station.roster, station.zhang, day(2), station.early)
    client = client_of(leader)
    assert "张建国" in client.get(page("roster-publish", station)).content.decode()
    response = client.post(page("roster-publish", station))
    assert response.status_code == 409
    assert "张建国" in response.content.decode()
    station.roster.refresh_from_db()
    assert station.roster.is_draft


def test_publish_take_back_and_publish_again_keeps_both_versions(station, leader, client_of):
    duty = make_duty(station.roster, station.zhang, day(1), station.early)
    client = client_of(leader)
    assert client.post(page("roster-publish", station)).status_code == 302
    assert client.post(page("roster-unpublish", station), {"reason": ""}).status_code == 200
    assert client.post(page("roster-unpublish", station), {"reason": "调整"}).status_code == 302
    Duty.objects.filter(pk=duty.pk).delete()
    make_duty(station.roster, station.zhang, day(2), station.late)
    changes = client.get(page("roster-publish", station)).context["changes"]
    assert [(line.name, bool(line.before), line.after) for line in changes] == [
        ("张建国", True, changes[0].after),
        ("张建国", True, "中"),
    ]
    assert client.post(page("roster-publish", station)).status_code == 302
    versions = client.get(page("roster-versions", station)).context["versions"]
    assert [(version.number, len(lines)) for version, lines in versions] == [(2, 2), (1, 0)]


@pytest.mark.parametrize("name", ["roster-publish", "roster-unpublish"])
def test_publishing_needs_the_right(station, brigade_staff, outsider, client_of, name):
    assert client_of(brigade_staff).post(page(name, station)).status_code == 403
    assert client_of(outsider).post(page(name, station)).status_code == 404


# --- paper and workbook -------------------------------------------------------


@pytest.fixture
def filled(station):
    make_duty(station.roster, station.zhang, day(1), station.early, beat=station.beat)
    make_duty(station.roster, station.zhang, day(2), station.night)
    start = timezone.make_aware(dt.datetime(2026, 12, 7))
    make_absence(station.li, start, start + dt.timedelta(days=1))
    return station


def test_print_names_unit_month_shifts_and_signatures(filled, leader, client_of):
    response = client_of(leader).get(page("roster-print", filled))
    text = response.content.decode()
    assert_csp_clean(response)
    for word in ("城北派出所中队", "2026", "张建国", "一班", "早班 08:00–16:00", "夜班 22:00–08:00 +1"):
        assert word in text
    assert "中班 16:00" not in text  # not used, so not explained


def rows_of(response):
    assert response.status_code == 200
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)


def test_workbook_looks_like_the_grid(filled, leader, client_of):
    rows = rows_of(client_of(leader).get(page("roster-xlsx", filled)))
    assert "城北派出所中队" in rows[0][0]
    assert rows[1][1:32] == [str(n) for n in range(1, 32)]
    names = [row[0] for row in rows]
    assert names.index("一班 (1)") < names.index("张建国") < names.index("二班 (1)") < names.index("李伟")
    zhang = rows[names.index("张建国")]
    assert (zhang[1], zhang[2], zhang[3]) == ("早", "夜", "")
    assert zhang[32:34] == [18.0, 1.0]
    assert rows[names.index("李伟")][7] != ""
    cover = rows[names.index("文化路夜巡线 早")]
    assert (cover[1], cover[2]) == ("1/1", "0/1")


def test_workbook_writes_a_name_that_looks_like_a_formula_as_text(filled, county, leader, client_of):
    make_member(county.group, "=1+1")
    rows = rows_of(client_of(leader).get(page("roster-xlsx", filled)))
    assert "=1+1" in [row[0] for row in rows]


def test_workbook_of_a_foreign_roster_is_not_found(filled, outsider, client_of):
    assert client_of(outsider).get(page("roster-xlsx", filled)).status_code == 404


# --- a member's own shifts ----------------------------------------------------


def test_my_shifts_shows_own_published_shifts_only(station, county, member, client_of):
    make_duty(station.roster, member, day(1), station.early, beat=station.beat)
    make_duty(station.roster, station.zhang, day(3), station.night)
    with mock.patch("django.utils.timezone.now", return_value=timezone.make_aware(dt.datetime(2026, 11, 30, 12))):
        client = client_of(member.user)
        before = client.get(reverse("my-shifts"))
        rosters.publish(by=None, roster=station.roster)
        after = client.get(reverse("my-shifts"))
    assert before.context["next"] is None  # a draft is nobody's shift yet
    assert after.context["next"].day == day(1)
    assert "夜班" not in after.content.decode()
    assert "张建国" not in after.content.decode()


def test_member_sees_no_roster_grid(station, member, client_of):
    assert client_of(member.user).get(page("roster-grid", station)).status_code == 404


def test_my_shifts_of_an_account_without_member_says_so(leader, client_of):
    response = client_of(leader).get(reverse("my-shifts"))
    assert response.status_code == 200
    assert response.context["member"] is None


def test_my_shifts_counts_last_nights_shift_while_it_runs(station, member, client_of):
    make_duty(station.roster, member, day(1), station.night)
    rosters.publish(by=None, roster=station.roster)
    with mock.patch("django.utils.timezone.now", return_value=timezone.make_aware(dt.datetime(2026, 12, 2, 3))):
        assert client_of(member.user).get(reverse("my-shifts")).context["next"].day == day(1)


# --- group leaders ------------------------------------------------------------


@pytest.fixture
def published(filled):
    """张建国 of the first group and 李伟 of the second have duties, and the roster is published."""
    make_duty(filled.roster, filled.li, day(1), filled.late)
    rosters.publish(by=None, roster=filled.roster)
    return filled


@pytest.mark.parametrize("name", ["roster-grid", "roster-print"])
def test_group_leader_reads_the_groups_rows_of_a_published_roster(published, group_leader, client_of, name):
    response = client_of(group_leader).get(page(name, published))
    text = response.content.decode()
    assert "张建国" in text
    assert "李伟" not in text
    assert "文化路夜巡线 早" not in text  # the squadron's cover is the leader's matter
    assert response.context["grid"].cover_rows == []


def test_group_leader_finds_the_roster_in_the_list_and_gets_its_workbook(published, group_leader, client_of):
    client = client_of(group_leader)
    assert [row.pk for row in client.get(reverse("roster-list")).context["rosters"]] == [published.roster.pk]
    names = [row[0] for row in rows_of(client.get(page("roster-xlsx", published)))]
    assert "张建国" in names
    assert "李伟" not in names


ON_A_ROSTER = {name: page for name, page in TABLE.items() if page.on == "roster"}
GROUP_READS = {"roster-grid", "roster-print", "roster-xlsx"}
WHOLE_ONLY = {"roster-versions", "roster-version"}  # a version holds everybody's duties


def test_group_leader_at_every_address_of_a_published_roster(published, group_leader, client_of):
    client = client_of(group_leader)
    extra = {"member": published.zhang.pk, "beat": published.beat.pk, "shift_type": published.early.pk}
    for name, found in ON_A_ROSTER.items():
        arguments = {key: extra.get(key, value) for key, value in found.extra}
        url = reverse(name, kwargs={"pk": published.roster.pk, **arguments})
        if found.read is not None:
            wanted = 200 if name in GROUP_READS else 404 if name in WHOLE_ONLY else 403
            assert client.get(url).status_code == wanted, name
        if found.write is not None:
            assert client.post(url).status_code == 403, name


def test_group_leader_changes_nothing_and_sees_no_version(published, group_leader, client_of):
    client = client_of(group_leader)
    assert client.post(page("roster-cells", published), {}, content_type="application/json").status_code == 403
    assert client.post(page("roster-unpublish", published), {"reason": "x"}).status_code == 403
    assert client.get(page("roster-versions", published)).status_code == 404
    assert client.get(reverse("roster-version", args=[published.roster.pk, 1])).status_code == 404
    with row_scope(group_leader):
        assert {duty.member_id for duty in Duty.objects.all()} == {published.zhang.pk}
        assert not RosterVersion.objects.exists()


def test_group_leader_sees_no_draft_and_no_other_squadron(filled, county, group_leader, client_of):
    assert client_of(group_leader).get(page("roster-grid", filled)).status_code == 404
    other = make_roster(county.other_squadron, day(1), day(31), status="published")
    assert client_of(group_leader).get(reverse("roster-grid", args=[other.pk])).status_code == 404


# --- officers on paper --------------------------------------------------------


def test_print_and_workbook_name_the_officer_who_leads(filled, leader, client_of):
    CoverRequirement.objects.filter(shift_type=filled.early).update(task_kind="checks", officer_led=True)
    SwornOfficer.objects.create(unit=filled.roster.unit, name="赵警官")
    assert "赵警官" in client_of(leader).get(page("roster-print", filled)).content.decode()
    rows = rows_of(client_of(leader).get(page("roster-xlsx", filled)))
    at = [row[0] for row in rows].index("文化路夜巡线 早")
    assert rows[at + 1][1:3] == ["赵警官", ""]  # nobody serves on the second day
