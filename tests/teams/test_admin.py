"""Django admin: each administrator finds their part and no more; writes go through services, refusals to the form."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from personnel.models import Member
from teams.models import CalendarDay, Post, Unit, User
from tests.conftest import County
from tests.html import assert_csp_clean

ClientOf = Callable[[User], Client]
TODAY = timezone.localdate()
EN = {"accept-language": "en"}

LISTS = {
    "/admin/teams/unit/": {"system_admin", "security_admin", "audit_admin"},
    "/admin/teams/user/": {"system_admin"},
    "/admin/teams/post/": {"system_admin"},
    "/admin/teams/calendarday/": {"system_admin"},
    "/admin/teams/calendarday/import/": {"system_admin"},
    "/admin/teams/failedsignin/": {"security_admin"},
    "/admin/teams/signin/": {"audit_admin"},
    "/admin/teams/historyentry/": {"audit_admin"},
}


@pytest.fixture
def admin(system_admin: User, client_of: ClientOf) -> Client:
    client = client_of(system_admin)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def auditor(audit_admin: User, client_of: ClientOf) -> Client:
    client = client_of(audit_admin)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def account_form(county: County, **fields: object) -> dict[str, object]:
    given = {
        "username": "zhou",
        "name": "周正",
        "role": "leader",
        "unit": county.squadron.pk,
        "starts": TODAY,
        "ends": "",
    }
    return given | fields


@pytest.mark.parametrize("page", sorted(LISTS))
@pytest.mark.parametrize("role", ["system_admin", "security_admin", "audit_admin"])
def test_admin_opens_ones_own_part_only(
    page: str, role: str, request: pytest.FixtureRequest, client_of: ClientOf
) -> None:
    response = client_of(request.getfixturevalue(role)).get(page)
    assert response.status_code == (200 if role in LISTS[page] else 403)
    if response.status_code == 200:
        assert_csp_clean(response)


@pytest.mark.parametrize("role", ["inspector", "officer", "reviewer"])
def test_admin_is_closed_to_everybody_else(role: str, request: pytest.FixtureRequest, client_of: ClientOf) -> None:
    client = client_of(request.getfixturevalue(role))
    for page in ("/admin/", "/admin/login/", *LISTS):
        assert client.get(page).status_code == 403, page


@pytest.mark.parametrize("role", ["leader", "brigade_staff"])
def test_admin_shows_who_recruits_recruitment_alone(
    role: str, request: pytest.FixtureRequest, client_of: ClientOf
) -> None:
    client = client_of(request.getfixturevalue(role))
    index = client.get("/admin/").content.decode()
    assert "/admin/personnel/campaign/" in index
    assert "/admin/teams/" not in index
    for page in LISTS:
        assert client.get(page).status_code == 403, page


def test_admin_signed_out_leads_to_the_sign_in_page(db: None) -> None:
    assert Client().get("/admin/", follow=True).redirect_chain[-1][0].startswith("/sign-in/?next=")


def test_admin_index_shows_no_member_and_no_package_of_others(admin: Client) -> None:
    response = admin.get("/admin/")
    page = response.content.decode()
    assert_csp_clean(response)
    assert "/admin/teams/user/" in page
    for other in ("/admin/personnel/", "/admin/auth/", "/admin/axes/", "/admin/django_tasks", "/admin/pghistory"):
        assert other not in page


def test_account_handed_out_shows_the_slip_once(admin: Client, county: County) -> None:
    response = admin.post("/admin/teams/user/add/", account_form(county))
    page = response.content.decode()
    assert_csp_clean(response)
    assert "no-store" in response.headers["Cache-Control"]
    password = re.search(r'slip-code">([a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4})<', page)
    assert password
    user = User.objects.get(username="zhou")
    assert user.check_password(password[1])
    assert user.posts.get().unit == county.squadron
    assert password[1] not in admin.get(f"/admin/teams/user/{user.pk}/change/").content.decode()


def test_account_refused_keeps_what_was_typed_and_says_why(admin: Client, county: County) -> None:
    response = admin.post("/admin/teams/user/add/", account_form(county, unit=county.root.pk))
    page = response.content.decode()
    assert response.status_code == 200
    assert "does not exist in a district" in page
    assert 'value="zhou"' in page
    assert not User.objects.filter(username="zhou").exists()


def test_password_reset_asks_then_shows_the_slip(admin: Client, leader: User) -> None:
    url = f"/admin/teams/user/{leader.pk}/reset/"
    assert_csp_clean(admin.get(url))
    leader.refresh_from_db()
    assert leader.check_password("secret-123"), "asking changes nothing"
    page = admin.post(url).content.decode()
    password = re.search(r'slip-code">([a-z0-9-]{14})<', page)
    leader.refresh_from_db()
    assert password
    assert leader.check_password(password[1])


def test_password_reset_is_closed_to_the_other_administrators(
    security_admin: User, audit_admin: User, leader: User, client_of: ClientOf
) -> None:
    for user in (security_admin, audit_admin):
        assert client_of(user).post(f"/admin/teams/user/{leader.pk}/reset/").status_code == 403
        assert client_of(user).post(f"/admin/teams/user/{leader.pk}/close/").status_code == 403


def test_account_closed_from_its_page(admin: Client, leader: User) -> None:
    admin.post(f"/admin/teams/user/{leader.pk}/close/")
    leader.refresh_from_db()
    assert not leader.is_active


def test_account_page_shows_no_password_hash(admin: Client, leader: User) -> None:
    response = admin.get(f"/admin/teams/user/{leader.pk}/change/")
    assert_csp_clean(response)
    assert leader.password not in response.content.decode()
    assert admin.get(f"/admin/teams/user/{leader.pk}/password/").status_code in (302, 404)


def test_post_given_and_ended(admin: Client, leader: User, county: County) -> None:
    form = {"user": leader.pk, "role": "inspector", "unit": county.brigade.pk, "starts": TODAY, "ends": ""}
    assert_csp_clean(admin.get(f"/admin/teams/post/add/?user={leader.pk}"))
    assert admin.post("/admin/teams/post/add/", form).status_code == 302
    post = leader.posts.get(role="inspector")
    tomorrow = TODAY + dt.timedelta(days=1)
    assert admin.post(f"/admin/teams/post/{post.pk}/change/", {"ends": tomorrow}).status_code == 302
    post.refresh_from_db()
    assert post.ends == tomorrow


def test_post_taken_back_at_once(admin: Client, leader: User, county: County) -> None:
    post = Post.objects.create(user=leader, role="inspector", unit=county.brigade, starts=TODAY)
    response = admin.post(f"/admin/teams/post/{post.pk}/change/", {"ends": TODAY - dt.timedelta(days=1)}, follow=True)
    assert response.status_code == 200
    assert not Post.objects.filter(pk=post.pk).exists()


def test_second_administrators_post_is_an_error_of_the_form(admin: Client, security_admin: User) -> None:
    form = {"user": security_admin.pk, "role": "audit_admin", "unit": "", "starts": TODAY, "ends": ""}
    response = admin.post("/admin/teams/post/add/", form)
    assert response.status_code == 200
    assert "three different people" in response.content.decode()


def test_own_post_is_an_error_of_the_form(admin: Client, system_admin: User, county: County) -> None:
    form = {"user": system_admin.pk, "role": "leader", "unit": county.squadron.pk, "starts": TODAY, "ends": ""}
    assert "Nobody gives themself a post." in admin.post("/admin/teams/post/add/", form).content.decode()
    assert system_admin.posts.count() == 1


def test_unit_added_renamed_moved_and_closed(admin: Client, county: County) -> None:
    form = {"parent": county.squadron.pk, "kind": "group", "name": "三班", "short_name": "", "code": "990100110003"}
    assert admin.post("/admin/teams/unit/add/", form).status_code == 302
    unit = Unit.objects.get(code="990100110003")
    change = f"/admin/teams/unit/{unit.pk}/change/"
    assert_csp_clean(admin.get(change))
    form = {
        "parent": county.other_squadron.pk,
        "name": "夜巡班",
        "short_name": "夜",
        "code": unit.code,
        "closed_on": TODAY,
    }
    assert admin.post(change, form).status_code == 302
    unit = Unit.objects.get(pk=unit.pk)
    assert (unit.name, Unit.objects.get_parent(unit), unit.closed_on) == ("夜巡班", county.other_squadron, TODAY)


def test_unit_in_a_wrong_place_is_an_error_of_the_form_and_nothing_is_half_done(admin: Client, county: County) -> None:
    group = county.group
    form = {"parent": county.brigade.pk, "name": "新名", "short_name": "", "code": group.code, "closed_on": ""}
    response = admin.post(f"/admin/teams/unit/{group.pk}/change/", form)
    assert response.status_code == 200
    assert "cannot stand directly below" in response.content.decode()
    group.refresh_from_db()
    assert group.name == "一班"


def test_unit_is_read_only_for_the_other_administrators(
    security_admin: User, county: County, client_of: ClientOf
) -> None:
    client = client_of(security_admin)
    assert client.get(f"/admin/teams/unit/{county.group.pk}/change/").status_code == 200
    assert client.post(f"/admin/teams/unit/{county.group.pk}/change/", {"name": "x"}).status_code == 403
    assert client.get("/admin/teams/unit/add/").status_code == 403


def test_rows_cannot_be_deleted(admin: Client, leader: User, county: County) -> None:
    assert admin.post(f"/admin/teams/user/{leader.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin.post(f"/admin/teams/unit/{county.group.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin.post(f"/admin/teams/post/{leader.posts.get().pk}/delete/", {"post": "yes"}).status_code == 403


def test_calendar_pasted_and_edited(admin: Client) -> None:
    text = "2027-01-01,holiday,元旦\n2027-01-03,workday,调休"
    assert admin.post("/admin/teams/calendarday/import/", {"days": text}).status_code == 302
    assert CalendarDay.objects.count() == 2
    day = CalendarDay.objects.get(date="2027-01-03")
    admin.post(f"/admin/teams/calendarday/{day.pk}/change/", {"kind": "day_off", "name": "元旦"})
    day.refresh_from_db()
    assert (day.kind, day.name) == ("day_off", "元旦")
    admin.post(f"/admin/teams/calendarday/{day.pk}/delete/", {"post": "yes"})
    assert CalendarDay.objects.count() == 1
    assert "2027" in admin.get("/admin/teams/calendarday/?year=2027").content.decode()


def test_calendar_pasted_with_a_bad_line_names_it(admin: Client) -> None:
    response = admin.post("/admin/teams/calendarday/import/", {"days": "2027-01-01,holiday,元旦\nnonsense"})
    assert "Line 2" in response.content.decode()
    assert not CalendarDay.objects.exists()


def test_lock_out_listed_and_lifted(security_admin: User, leader: User, client_of: ClientOf) -> None:
    stranger = Client()
    for _attempt in range(5):
        stranger.post("/sign-in/", {"username": "leader", "password": "wrong"})
    client = client_of(security_admin)
    attempt = AccessAttempt.objects.get()
    assert "leader" in client.get("/admin/teams/failedsignin/").content.decode()
    assert_csp_clean(client.get(f"/admin/teams/failedsignin/{attempt.pk}/delete/"))
    assert_csp_clean(client.get(f"/admin/teams/failedsignin/{attempt.pk}/change/"))
    assert client.post(f"/admin/teams/failedsignin/{attempt.pk}/delete/", {"post": "yes"}).status_code == 302
    assert stranger.post("/sign-in/", {"username": "leader", "password": "secret-123"}).status_code == 302


def test_lock_out_lifted_is_in_the_audit_trail(
    security_admin: User, leader: User, client_of: ClientOf, auditor: Client
) -> None:
    Client().post("/sign-in/", {"username": "leader", "password": "wrong"})
    attempt = AccessAttempt.objects.get()
    client_of(security_admin).post(f"/admin/teams/failedsignin/{attempt.pk}/delete/", {"post": "yes"})
    page = auditor.get("/admin/teams/historyentry/?model=teams.failedsignin").content.decode()
    assert "security_admin" in page
    assert "lift_lockout" in page


def test_audit_trail_says_who_changed_what_and_why(
    admin: Client, auditor: Client, county: County, system_admin: User
) -> None:
    change = f"/admin/teams/unit/{county.group.pk}/change/"
    form = {
        "parent": county.squadron.pk,
        "name": "夜巡班",
        "short_name": "",
        "code": county.group.code,
        "closed_on": "",
    }
    assert admin.post(change, form).status_code == 302
    response = auditor.get(f"/admin/teams/historyentry/?model=teams.unit&object={county.group.pk}")
    page = response.content.decode()
    assert_csp_clean(response)
    assert "<del>一班</del> → 夜巡班" in page
    assert "(system_admin)" in page
    assert change in page


def test_audit_trail_hides_id_numbers_and_phones(auditor: Client, member: Member) -> None:
    member.phone = "13900001111"
    member.save()
    with_member = auditor.get("/admin/teams/historyentry/?model=personnel.member").content.decode()
    assert member.name in with_member
    raw = str(Member.objects.filter(pk=member.pk).extra(select={"raw": "id_number::text"}).get().raw)
    for secret in (member.id_number, member.phone, member.id_number_hash, raw[:20]):
        assert secret not in with_member
    assert "•••" in with_member


def test_audit_trail_pages_show_each_entry_once(auditor: Client, county: County) -> None:
    for number in range(120):
        Unit.objects.filter(pk=county.group.pk).update(short_name=f"n{number}")
    seen: list[str] = []
    url = "/admin/teams/historyentry/"
    for _page in range(10):
        page = auditor.get(url).content.decode()
        seen += re.findall(r"→ (n\d+)", page)
        older = re.search(r'class="paginator"><a href="([^"]+)"', page)
        if not older:
            break
        url = "/admin/teams/historyentry/" + older[1].replace("&amp;", "&")
    assert seen == [f"n{number}" for number in reversed(range(120))]


def test_audit_trail_filtered_by_who_and_day(auditor: Client, admin: Client, county: County, leader: User) -> None:
    admin.post(f"/admin/teams/user/{leader.pk}/reset/")
    base = "/admin/teams/historyentry/?model=teams.user"
    assert "reset_password" in auditor.get(f"{base}&username=system_admin").content.decode()
    assert "reset_password" not in auditor.get(f"{base}&username=leader").content.decode()
    assert "reset_password" not in auditor.get(f"{base}&until=2020-01-01").content.decode()


def test_history_of_a_row_is_for_the_auditor_only(admin: Client, auditor: Client, county: County) -> None:
    url = f"/admin/teams/unit/{county.group.pk}/history/"
    assert admin.get(url).status_code == 403
    assert auditor.get(url).headers["Location"].startswith("/admin/teams/historyentry/?")
