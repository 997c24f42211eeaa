"""The landing page of each role."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from lianfang.home.certificates import endings
from lianfang.home.months import Month
from patrols.models import Duty, Roster
from personnel.models import Member
from teams.models import Unit, User
from tests.conftest import County
from tests.factories import (
    make_absence,
    make_beat,
    make_certificate,
    make_cover,
    make_duty,
    make_member,
    make_roster,
    make_shift_type,
    make_user,
)
from tests.html import assert_csp_clean

ClientOf = Callable[[User], Client]


def page_of(client: Client) -> str:
    response = client.get("/")
    assert response.status_code == 200
    assert_csp_clean(response)
    return response.content.decode()


def noon(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(12)))


def publish(roster: Roster) -> None:
    """The state alone, without the service: what the page shows is under test here."""
    for duty in roster.duties.all():
        hold = duty.member.engagements.create(kind="duty", starts=duty.starts, ends=duty.ends)
        Duty.objects.filter(pk=duty.pk).update(engagement=hold)
    Roster.objects.filter(pk=roster.pk).update(status="published", version=1)


def published_today(unit: Unit, member: Member, shift_code: str = "早") -> Roster:
    today = timezone.localdate()
    month = Month.of(today)
    roster = make_roster(unit, month.first, month.last)
    shift = make_shift_type(unit, shift_code, starts_at=dt.time(0), minutes=1440)
    make_duty(roster, member, today, shift, beat=make_beat(unit))
    publish(roster)
    return roster


@pytest.mark.parametrize(
    "role",
    [
        "leader",
        "group_leader",
        "brigade_staff",
        "inspector",
        "officer",
        "reviewer",
        "system_admin",
        "security_admin",
        "audit_admin",
    ],
)
def test_home_opens_for_each_role(request: pytest.FixtureRequest, client_of: ClientOf, role: str) -> None:
    client = client_of(request.getfixturevalue(role))
    page = page_of(client)
    assert page.count("<h1") == 1
    content = page.partition("<main")[2]
    for address in sorted(set(re.findall(r'<a[^>]*href="(/[^"#?]+)', content))):
        assert client.get(address).status_code in (200, 302), f"{role}: the start page leads to {address}"


def test_home_of_nobody_leads_to_the_sign_in_page(db: None, client: Client) -> None:
    assert client.get("/").status_code == 302


def test_leader_without_rosters_is_told_to_make_them(leader: User, client_of: ClientOf) -> None:
    page = page_of(client_of(leader))
    month = Month.of(timezone.localdate())
    assert f"{month.name}" in page
    assert f"{month.following.name}" in page
    assert page.count("matter-bad") == 1, "this month's roster is urgent, the next is not yet"


def test_leader_sees_who_is_on_duty_now_by_beat(leader: User, member: Member, client_of: ClientOf) -> None:
    published_today(leader.posts.get().unit, member)
    page = page_of(client_of(leader))
    assert "李伟" in page
    assert "文化路夜巡线" in page


def test_group_leader_sees_the_groups_duties_of_today(
    group_leader: User, county: County, member: Member, client_of: ClientOf
) -> None:
    published_today(county.squadron, member)
    page = page_of(client_of(group_leader))
    assert "李伟" in page
    assert "matter-" not in page, "the rosters are not the group leader's to make"


def test_officer_sees_duties_and_no_figures_of_member_files(
    officer: User, county: County, member: Member, client_of: ClientOf
) -> None:
    published_today(county.squadron, member)
    page = page_of(client_of(officer))
    assert "李伟" in page
    assert 'id="certificates"' not in page
    assert "/members/" not in page


def test_leader_sees_an_unserved_need_of_today(leader: User, county: County, client_of: ClientOf) -> None:
    shift = make_shift_type(county.squadron, "中", starts_at=dt.time(16))
    make_cover(make_beat(county.squadron, "建行门口守点"), shift, minimum=2, ideal=2)
    page = page_of(client_of(leader))
    assert "建行门口守点" in page
    assert "tag-bad" in page


def test_leader_does_not_see_drafts_as_duties(leader: User, member: Member, client_of: ClientOf) -> None:
    today = timezone.localdate()
    roster = make_roster(leader.posts.get().unit, Month.of(today).first, Month.of(today).last)
    make_duty(roster, member, today, make_shift_type(leader.posts.get().unit), beat=None)
    assert "李伟" not in page_of(client_of(leader))


def test_leader_sees_certificates_that_end_and_who_has_none(leader: User, county: County, client_of: ClientOf) -> None:
    today = timezone.localdate()
    soon = make_member(county.group, "高翔", certified=False)
    make_certificate(soon, valid_until=today + dt.timedelta(days=30))
    make_member(county.group, "何军", certified=False)
    make_member(county.group, "马超")
    page = page_of(client_of(leader))
    assert "高翔" in page
    assert "何军" in page
    assert "马超" not in page


def test_leaders_figure_of_certificates_is_the_length_of_the_list_behind_it(
    leader: User, county: County, client_of: ClientOf
) -> None:
    today = timezone.localdate()
    for days in (-1, 0, 59, 60, 61):
        make_certificate(make_member(county.group, certified=False), valid_until=today + dt.timedelta(days=days))
    withdrawn = make_member(county.group, certified=False)
    make_certificate(withdrawn, withdrawn_on=today, withdrawal_reason="试用不合格")
    client = client_of(leader)
    page = client.get("/").content.decode()
    found = endings(leader, today)
    assert (found.over, found.soon) == (2, 2)
    for url, count in ((found.over_url, found.over), (found.soon_url, found.soon)):
        assert escape(url) in page
        rows = client.get(url).content.decode().split("<tbody>")[1].split("</tbody>")[0]
        assert rows.count("<tr>") == count


def test_leader_of_an_empty_squadron_is_led_to_the_import(leader: User, client_of: ClientOf) -> None:
    assert 'href="/members/import/"' in page_of(client_of(leader)).split("<main")[1]


def test_leader_sees_the_absences_of_the_week(leader: User, member: Member, client_of: ClientOf) -> None:
    day = timezone.localdate()
    make_absence(member, noon(day), noon(day + dt.timedelta(days=2)))
    assert "李伟" in page_of(client_of(leader))


def test_leader_sees_nothing_of_another_squadron(
    leader: User, county: County, foreign_member: Member, client_of: ClientOf
) -> None:
    published_today(county.other_squadron, foreign_member)
    day = timezone.localdate()
    make_absence(foreign_member, noon(day + dt.timedelta(days=1)), noon(day + dt.timedelta(days=2)))
    assert "王磊" not in page_of(client_of(leader))


def test_brigade_sees_each_squadron_with_strength_and_rosters(
    brigade_staff: User, county: County, member: Member, foreign_member: Member, client_of: ClientOf
) -> None:
    roster = published_today(county.squadron, member)
    page = page_of(client_of(brigade_staff))
    assert county.squadron.name in page
    assert county.other_squadron.name in page
    assert "1 / 2" in page, "one of two squadrons has published this month"
    assert roster.get_status_display() is not None


def test_brigade_page_asks_as_often_for_three_squadrons_as_for_two(
    brigade_staff: User, county: County, client_of: ClientOf, django_assert_max_num_queries: Callable
) -> None:
    client = client_of(brigade_staff)
    with django_assert_max_num_queries(60) as before:
        client.get("/")
    third = Unit.objects.add_child(
        county.brigade, {"code": "990100130000", "name": "城东派出所中队", "kind": "squadron"}
    )
    published_today(third, make_member(third, "赵鹏"))
    with django_assert_max_num_queries(len(before)):
        client.get("/")


def test_leader_page_asks_as_often_for_many_duties_as_for_none(
    leader: User, county: County, client_of: ClientOf, django_assert_max_num_queries: Callable
) -> None:
    client = client_of(leader)
    published_today(county.squadron, make_member(county.group, "赵鹏"))
    with django_assert_max_num_queries(60) as before:
        client.get("/")
    roster, day = Roster.objects.get(), timezone.localdate()
    shift = make_shift_type(county.squadron, "夜", starts_at=dt.time(0), minutes=1440)
    Roster.objects.filter(pk=roster.pk).update(status="draft")
    for name in ("刘洋", "陈涛", "杨帆"):
        member = make_member(county.group, name, certified=False)
        make_certificate(member, valid_until=day + dt.timedelta(days=3))
        make_duty(roster, member, day, shift, beat=None)
    Roster.objects.filter(pk=roster.pk).update(version=0)
    Duty.objects.filter(engagement__isnull=False).update(engagement=None)
    Member.objects.get(name="赵鹏").engagements.all().delete()
    publish(roster)
    with django_assert_max_num_queries(len(before)):
        client.get("/")


def test_reviewer_sees_figures_and_no_people(
    reviewer: User, county: County, member: Member, foreign_member: Member, client_of: ClientOf
) -> None:
    published_today(county.squadron, member)
    page = page_of(client_of(reviewer))
    assert "李伟" not in page
    assert "王磊" not in page
    assert Month.of(timezone.localdate()).last.isoformat() in page, "the last published day"


def test_reviewer_of_one_squadron_gets_its_figures_alone(county: County, client_of: ClientOf) -> None:
    make_member(county.other_group, "王磊")
    page = page_of(client_of(make_user("narrow", "reviewer", county.squadron)))
    assert county.squadron.name in page
    assert county.other_squadron.name not in page


def test_member_sees_the_own_next_shift_and_nobody_elses(county: County, member: Member, client_of: ClientOf) -> None:
    colleague = make_member(county.group, "赵鹏")
    today = timezone.localdate()
    month = Month.of(today)
    roster = make_roster(county.squadron, month.first, month.following.last)
    shift = make_shift_type(county.squadron, "夜")
    beat, other = make_beat(county.squadron), make_beat(county.squadron, "第三小学护学")
    make_duty(roster, member, today + dt.timedelta(days=1), shift, beat=beat)
    make_duty(roster, colleague, today + dt.timedelta(days=1), shift, beat=other)
    publish(roster)
    assert member.user is not None
    page = page_of(client_of(member.user))
    assert "文化路夜巡线" in page
    assert "赵鹏" not in page
    assert "第三小学护学" not in page


def test_member_without_certificate_is_told(county: County, client_of: ClientOf) -> None:
    user = make_user("uncertified", "member", county.group)
    make_member(county.group, "何军", certified=False, user=user)
    assert "text-bad" in page_of(client_of(user))
