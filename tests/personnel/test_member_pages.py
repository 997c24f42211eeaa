"""The list of members and the file of each."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lianfang.platform.id_numbers import invented_id_number
from personnel.models import IdNumberReading, Member
from tests.factories import make_certificate, make_member, make_user

pytestmark = pytest.mark.django_db


def page(client, name, *args, **query):
    return client.get(reverse(name, args=args), query, headers={"accept-language": "en"})


def test_list_shows_own_squadron_only(client_of, leader, member, foreign_member):
    html = page(client_of(leader), "member-list").content.decode()
    assert "李伟" in html
    assert "王磊" not in html


def test_list_shows_whole_brigade_to_brigade_staff(client_of, brigade_staff, member, foreign_member):
    html = page(client_of(brigade_staff), "member-list").content.decode()
    assert "李伟" in html
    assert "王磊" in html


def test_list_is_closed_to_reviewer_and_admin(client_of, reviewer, system_admin, member):
    assert page(client_of(reviewer), "member-list").status_code == 403
    assert page(client_of(system_admin), "member-list").status_code == 403


def test_list_takes_a_member_to_the_own_file(client_of, member, county):
    make_member(county.group, "赵敏")
    response = client_of(member.user).get(reverse("member-list"), follow=True)
    html = response.content.decode()
    assert response.redirect_chain[-1][0] == reverse("my-file")
    assert "李伟" in html
    assert "赵敏" not in html


def test_list_masks_phone_and_never_shows_id_number(client_of, leader, county):
    member = make_member(county.group, "李伟", phone="13812345678")
    html = page(client_of(leader), "member-list").content.decode()
    assert "138****5678" in html
    assert "13812345678" not in html
    assert member.id_number not in html


@pytest.mark.parametrize("text", ["张建", "zhangjian", "ZhangJ", "zjg"])
def test_list_finds_by_name_pinyin_and_initials(client_of, leader, county, text):
    make_member(county.group, "张建国")
    make_member(county.group, "李伟")
    html = page(client_of(leader), "member-list", q=text).content.decode()
    assert "张建国" in html
    assert "李伟" not in html


def test_list_filters_by_group(client_of, leader, county):
    make_member(county.group, "张建国")
    make_member(county.second_group, "李伟")
    html = page(client_of(leader), "member-list", unit=county.second_group.pk).content.decode()
    assert "李伟" in html
    assert "张建国" not in html


@pytest.mark.parametrize("value", ["foreign", "nonsense", "0"])
def test_list_shows_nobody_for_a_foreign_or_invalid_unit(client_of, leader, county, member, value):
    unit = county.other_squadron.pk if value == "foreign" else value
    html = page(client_of(leader), "member-list", unit=unit).content.decode()
    assert "李伟" not in html


def test_list_filter_offers_no_foreign_unit(client_of, leader, county):
    html = page(client_of(leader), "member-list").content.decode()
    assert county.squadron.name in html
    assert county.other_squadron.name not in html


def test_list_hides_former_members_unless_asked(client_of, leader, county):
    make_member(county.group, "赵敏", status="left", left_on=dt.date(2025, 1, 1))
    client = client_of(leader)
    assert "赵敏" not in page(client, "member-list").content.decode()
    assert "赵敏" in page(client, "member-list", status="all").content.decode()


@pytest.mark.parametrize(
    ("days", "state"), [(-1, "expired"), (0, "ending"), (60 - 1, "ending"), (61, "valid"), (None, "none")]
)
def test_list_filters_by_certificate_end(client_of, leader, county, days, state):
    member = make_member(county.group, "李伟", certified=False)
    if days is not None:
        make_certificate(member, valid_until=timezone.localdate() + dt.timedelta(days=days))
    client = client_of(leader)
    shown = {s for s in ("valid", "ending", "expired", "none") if _finds(client, s)}
    assert shown == {state} | ({"valid"} if state == "ending" else set())


def _finds(client, state):
    return "李伟" in page(client, "member-list", certificate=state).content.decode()


def test_list_marks_expired_and_ending_certificates(client_of, leader, county):
    today = timezone.localdate()
    expired = make_member(county.group, "李伟", certified=False)
    make_certificate(expired, valid_until=today - dt.timedelta(days=1))
    ending = make_member(county.group, "张建国", certified=False)
    make_certificate(ending, valid_until=today + dt.timedelta(days=60))
    html = page(client_of(leader), "member-list").content.decode()
    assert f'text-bad">{today - dt.timedelta(days=1)} expired' in html
    assert f'text-warn">{today + dt.timedelta(days=60)} ends soon' in html


def names_on(response):
    return [line.member.name for line in response.context["lines"]]


def test_list_pages_forth_and_back(client_of, leader, county):
    expected = [make_member(county.group, f"人{c}").name for c in "一二三四五六七" for _ in range(17)]
    client = client_of(leader)
    first = page(client, "member-list")
    second = page(client, "member-list", after=first.context["page"].older)
    third = page(client, "member-list", after=second.context["page"].older)
    assert sorted(names_on(first) + names_on(second) + names_on(third)) == sorted(expected)
    assert third.context["page"].older is None
    assert first.context["page"].newer is None
    back = page(client, "member-list", before=third.context["page"].newer)
    assert names_on(back) == names_on(second)


def test_list_pages_stay_stable_when_somebody_is_added(client_of, leader, county):
    for n in range(60):
        make_member(county.group, "李伟" if n % 2 else "周建")
    client = client_of(leader)
    first = page(client, "member-list")
    before = [line.member.pk for line in first.context["lines"]]
    make_member(county.group, "阿明")  # sorts before everybody
    second = page(client, "member-list", after=first.context["page"].older)
    after = [line.member.pk for line in second.context["lines"]]
    assert len(after) == 10
    assert not set(before) & set(after)


@pytest.mark.parametrize("cursor", ["x", "!!!!", "bnVsbA", "WzEsMl0", "W251bGwsIDFd"])
def test_list_shows_first_page_for_a_broken_cursor(client_of, leader, member, cursor):
    assert names_on(page(client_of(leader), "member-list", after=cursor)) == ["李伟"]


def test_list_takes_as_many_queries_for_5_as_for_50(client_of, leader, county, django_assert_num_queries):
    client = client_of(leader)
    for _ in range(5):
        make_member(county.group, phone="13800001234")
    page(client, "member-list")
    with CaptureQueriesContext(connection) as few:
        page(client, "member-list")
    for _ in range(45):
        make_member(county.second_group, phone="13800001234")
    with django_assert_num_queries(len(few)):
        page(client, "member-list")


def test_file_of_a_foreign_member_is_not_found(client_of, outsider, member):
    client = client_of(outsider)
    assert page(client, "member-detail", member.pk).status_code == 404
    assert page(client, "member-edit", member.pk).status_code == 404
    assert client.post(reverse("id-number", args=[member.pk]), {"reason": "查"}).status_code == 404


def test_file_can_be_seen_but_not_changed_by_group_leader(client_of, group_leader, member):
    client = client_of(group_leader)
    assert page(client, "member-detail", member.pk).status_code == 200
    assert page(client, "member-edit", member.pk).status_code == 403


def test_file_of_a_colleague_is_not_found_for_a_member(client_of, member, county):
    colleague = make_member(county.group, "赵敏")
    client = client_of(member.user)
    assert page(client, "member-detail", colleague.pk).status_code == 404
    assert page(client, "member-detail", member.pk).status_code == 200


def test_my_file_says_what_to_do_without_a_file(client_of, county):
    html = page(client_of(make_user("stranger", "member", county.group)), "my-file").content.decode()
    assert "Ask your squadron leader" in html


def test_id_number_is_shown_once_for_a_reason_and_logged(client_of, leader, member):
    client = client_of(leader)
    assert member.id_number not in page(client, "member-detail", member.pk).content.decode()
    response = client.post(reverse("id-number", args=[member.pk]), {"reason": "办理社保"})
    assert member.id_number in response.content.decode()
    assert response["Cache-Control"] == "no-store"
    reading = IdNumberReading.objects.get()
    assert (reading.member, reading.by, reading.reason) == (member, leader, "办理社保")
    assert member.id_number not in page(client, "member-detail", member.pk).content.decode()


@pytest.mark.parametrize("reason", ["", "   "])
def test_id_number_stays_masked_without_a_reason(client_of, leader, member, reason):
    response = client_of(leader).post(reverse("id-number", args=[member.pk]), {"reason": reason})
    assert response.status_code == 422
    assert member.id_number not in response.content.decode()
    assert not IdNumberReading.objects.exists()


def test_id_number_is_closed_to_group_leader_and_the_member(client_of, group_leader, member):
    for user in (group_leader, member.user):
        response = client_of(user).post(reverse("id-number", args=[member.pk]), {"reason": "想看"})
        assert response.status_code == 403
    assert not IdNumberReading.objects.exists()


def form_values(**changes):
    return {"name": "陈刚", "phone": "13900001111", "staff_category": "field", "hired_on": "2024-07-01"} | changes


def test_member_can_be_added(client_of, leader, county):
    number = invented_id_number(dt.date(1999, 5, 1), "female", 3)
    values = form_values(unit=county.group.pk, id_number=number.lower())
    response = client_of(leader).post(reverse("member-add"), values)
    added = Member.objects.get(name="陈刚")
    assert response["Location"] == reverse("member-detail", args=[added.pk])
    assert (added.sex, added.birth_date, added.id_number) == ("female", dt.date(1999, 5, 1), number)
    assert (added.name_pinyin, added.name_letters) == ("chen gang", "chengang")


def test_member_cannot_be_added_to_a_foreign_unit(client_of, leader, county):
    number = invented_id_number(dt.date(1999, 5, 1), "male", 4)
    values = form_values(unit=county.other_group.pk, id_number=number)
    assert client_of(leader).post(reverse("member-add"), values).status_code == 422
    assert not Member.objects.filter(name="陈刚").exists()


def test_member_with_a_number_taken_elsewhere_is_refused_without_telling_whose(
    client_of, leader, county, foreign_member
):
    values = form_values(unit=county.group.pk, id_number=foreign_member.id_number)
    response = client_of(leader).post(reverse("member-add"), values, headers={"accept-language": "en"})
    html = response.content.decode()
    assert response.status_code == 422
    assert "exists already" in html
    assert foreign_member.name not in html
    assert "陈刚" in html, "what was typed stays"


def test_file_can_be_changed_and_the_history_tells_it(client_of, leader, member):
    client = client_of(leader)
    values = form_values(name="李伟", level="五级", phone="13711112222")
    assert client.post(reverse("member-edit", args=[member.pk]), values).status_code == 302
    member.refresh_from_db()
    assert (member.level, member.phone) == ("五级", "13711112222")
    response = page(client, "member-detail", member.pk)
    newest = response.context["history"][0]
    changes = {str(c.label): (c.before, c.after) for c in newest.changes}
    assert newest.who == leader.name
    assert changes["level"] == ("", "五级")
    assert changes["phone"] == ("", ""), "values of encrypted fields stay out"


def test_file_saved_as_it_was_leaves_no_trace(client_of, leader, county):
    member = make_member(county.group, "李伟", phone="13711112222", hired_on=dt.date(2024, 7, 1))
    before = len(page(client_of(leader), "member-detail", member.pk).context["history"])
    client_of(leader).post(reverse("member-edit", args=[member.pk]), form_values(name="李伟", phone="13711112222"))
    assert len(page(client_of(leader), "member-detail", member.pk).context["history"]) == before


def test_contract_that_ends_before_it_begins_is_refused(client_of, leader, member):
    values = form_values(contract_from="2024-07-01", contract_until="2024-06-30")
    response = client_of(leader).post(reverse("member-edit", args=[member.pk]), values)
    assert response.status_code == 422
    assert response.context["form"].errors["contract_until"]


def test_transfer_moves_a_member_to_another_group(client_of, leader, member, county):
    client = client_of(leader)
    response = client.post(reverse("member-transfer", args=[member.pk]), {"unit": county.second_group.pk})
    assert response.status_code == 302
    member.refresh_from_db()
    assert member.unit == county.second_group
    change = page(client, "member-detail", member.pk).context["history"][0].changes[0]
    assert (change.before, change.after) == ("一班", "二班")


def test_transfer_to_a_foreign_unit_is_refused(client_of, leader, member, county):
    response = client_of(leader).post(reverse("member-transfer", args=[member.pk]), {"unit": county.other_group.pk})
    assert response.status_code == 422
    member.refresh_from_db()
    assert member.unit == county.group


def test_strength_counts_those_who_serve_today(client_of, leader, county):
    make_member(county.group, is_veteran=True)
    make_member(county.group, certified=False, source="graduate", staff_category="clerical")
    make_member(county.group, status="left", left_on=dt.date(2025, 1, 1))
    make_member(county.other_group)
    response = page(client_of(leader), "unit-strength", county.squadron.pk)
    figures = {str(f.label): f.count for f in response.context["figures"]}
    assert figures == {
        "Serving": 2,
        "field auxiliary": 1,
        "clerical auxiliary": 1,
        "joint-defence member": 0,
        "Certificate valid today": 1,
        "Without certificate": 1,
        "Retired soldiers": 1,
        "Graduates": 1,
    }


def tie(client, member, username):
    return client.post(reverse("member-account", args=[member.pk]), {"username": username})


def test_account_opens_the_own_file_once_tied(client_of, leader, county):
    member = make_member(county.group, "赵敏")
    user = make_user("zhaomin", "member", county.group)
    assert tie(client_of(leader), member, "zhaomin").status_code == 302
    assert "赵敏" in page(client_of(user), "my-file").content.decode()
    assert tie(client_of(leader), member, "").status_code == 302
    assert "赵敏" not in page(client_of(user), "my-file").content.decode()


@pytest.mark.parametrize("kind", ["unknown", "foreign", "leader", "taken"])
def test_account_of_somebody_else_is_refused(client_of, leader, county, member, kind):
    make_user("foreign", "member", county.other_group)
    username = member.user.username if kind == "taken" else kind
    response = tie(client_of(leader), make_member(county.group, "赵敏"), username)
    assert response.status_code == 422
    assert not Member.objects.get(name="赵敏").user


def test_account_elsewhere_and_no_account_are_answered_alike(client_of, leader, county):
    make_user("foreign", "member", county.other_group)
    member = make_member(county.group, "赵敏")
    client = client_of(leader)
    pages = [tie(client, member, name).content.decode() for name in ("foreign", "unknown")]
    answers = [re.sub(r"\w{64}", "", page) for page in pages]
    assert answers[0].replace("foreign", "unknown") == answers[1]


def test_unit_with_members_does_not_close(county, member):
    from teams.rules.units import closing_problems

    day = timezone.localdate()
    assert "members_remain" in [p.code for p in closing_problems(county.squadron, day)]
    assert "members_remain" not in [p.code for p in closing_problems(county.other_squadron, day)]


def test_list_sorts_by_surname_before_given_name(client_of, leader, county):
    for name in ("程萍", "陈伟", "陈安"):
        make_member(county.group, name)
    assert names_on(page(client_of(leader), "member-list")) == ["陈安", "陈伟", "程萍"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", "陈李王"),
        ("-name", "王李陈"),
        ("hired", "王陈李"),
        ("-hired", "李陈王"),
        ("certificate", "李王陈"),
        ("-certificate", "陈王李"),
        ("nonsense", "陈李王"),
    ],
)
def test_list_sorts_by_name_hire_date_and_certificate(client_of, leader, county, sort, expected):
    chen = make_member(county.group, "陈伟", certified=False, hired_on=dt.date(2020, 5, 1))
    wang = make_member(county.group, "王伟", certified=False, hired_on=None)
    make_member(county.group, "李伟", certified=False, hired_on=dt.date(2021, 5, 1))
    make_certificate(chen, valid_until=dt.date(2031, 1, 1))
    make_certificate(wang, valid_until=dt.date(2030, 1, 1))
    assert "".join(name[0] for name in names_on(page(client_of(leader), "member-list", sort=sort))) == expected


@pytest.mark.parametrize("sort", ["-name", "hired", "-certificate"])
def test_sorted_list_pages_forth_and_back_without_loss(client_of, leader, county, sort):
    for n in range(60):
        hired = dt.date(2020, 1, 1) + dt.timedelta(days=n // 7) if n % 5 else None
        member = make_member(county.group, f"人{'一二三'[n % 3]}", certified=False, hired_on=hired)
        if n % 4:
            make_certificate(member, valid_until=dt.date(2030, 1, 1 + n // 9))
    client = client_of(leader)
    first = page(client, "member-list", sort=sort)
    second = page(client, "member-list", sort=sort, after=first.context["page"].older)
    ids = [line.member.pk for line in (*first.context["lines"], *second.context["lines"])]
    assert len(ids) == len(set(ids)) == 60
    back = page(client, "member-list", sort=sort, before=second.context["page"].newer)
    assert [line.member.pk for line in back.context["lines"]] == ids[:50]


def test_second_to_save_a_file_is_told_and_keeps_what_was_typed(client_of, leader, member):
    client = client_of(leader)
    url = reverse("member-edit", args=[member.pk])
    form = page(client, "member-edit", member.pk).context["form"]
    shown = {name: value for name, value in form.initial.items() if value not in (None, "")}
    assert client.post(url, shown | {"position": "驾驶员"}, headers={"accept-language": "en"}).status_code == 302
    second = client.post(url, shown | {"school": "某某学院"}, headers={"accept-language": "en"})
    html = second.content.decode()
    assert second.status_code == 422
    assert "Somebody else changed this" in html
    assert "某某学院" in html
    member.refresh_from_db()
    assert (member.position, member.school) == ("驾驶员", "")
    again = second.context["form"].data.dict()
    assert client.post(url, again, headers={"accept-language": "en"}).status_code == 302
    member.refresh_from_db()
    assert member.school == "某某学院"
