"""The first run: all units from one form, accounts for the leaders."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from lianfang.platform.problems import Refused
from teams.models import Post, Unit, User
from teams.services.quick_start import Plan, group_name, hand_out_leaders, set_up_units
from tests.conftest import County
from tests.factories import make_user

ClientOf = Callable[[User], Client]
FORM = {
    "district": "示范县",
    "division": "990101",
    "brigade": "联防大队",
    "squadrons": "城北派出所中队\n\n  城南派出所中队 \n",
    "groups": "2",
}


@pytest.fixture
def admin(db: None) -> User:
    return make_user("first_admin", "system_admin", None)


def test_units_of_an_empty_installation_are_set_up_from_one_form(admin: User, client_of: ClientOf) -> None:
    assert client_of(admin).post("/units/quick-start/", FORM).status_code == 302
    rows = [(unit.depth, unit.code, unit.name) for unit in Unit.objects.get_queryset()]
    assert rows == [
        (1, "990101000000", "示范县"),
        (2, "990101010000", "联防大队"),
        (3, "990101010100", "城北派出所中队"),
        (4, "990101010101", "一班"),
        (4, "990101010102", "二班"),
        (3, "990101010200", "城南派出所中队"),
        (4, "990101010201", "一班"),
        (4, "990101010202", "二班"),
    ]


@pytest.mark.parametrize(
    ("field", "value"), [("division", "99010"), ("division", "99010x"), ("squadrons", " \n"), ("groups", "21")]
)
def test_units_form_with_a_bad_field_sets_up_nothing(admin: User, client_of: ClientOf, field: str, value: str) -> None:
    response = client_of(admin).post("/units/quick-start/", FORM | {field: value})
    assert field in response.context["form"].errors
    assert not Unit.objects.get_queryset().exists()


def test_squadron_entered_twice_is_refused(admin: User) -> None:
    with pytest.raises(Refused) as refused:
        set_up_units(by=admin, plan=Plan("990101", "示范县", "联防大队", ["城北", "城北"], 1))
    assert [problem.code for problem in refused.value.problems] == ["squadron_twice"]


def test_units_are_set_up_in_one_step_only_once(county: County, system_admin: User, client_of: ClientOf) -> None:
    before = Unit.objects.get_queryset().count()
    assert client_of(system_admin).post("/units/quick-start/", FORM).status_code == 200
    assert Unit.objects.get_queryset().count() == before


def test_groups_are_counted_as_stations_do() -> None:
    assert [group_name(n) for n in (1, 9, 10, 11, 19, 20)] == ["一班", "九班", "十班", "十一班", "十九班", "二十班"]


def test_leaders_get_accounts_and_their_passwords_once(county: County, system_admin: User, client_of: ClientOf) -> None:
    form = {f"name-{county.squadron.pk}": "周建军", f"username-{county.squadron.pk}": ""}
    form |= {f"name-{county.other_squadron.pk}": "吴志强", f"username-{county.other_squadron.pk}": "wu.zq"}
    response = client_of(system_admin).post("/accounts/leaders/", form)
    assert "no-store" in response["Cache-Control"]
    assert "form" not in response.context, response.context["form"].errors
    slips = response.context["slips"]
    assert [(slip.unit, slip.user.name) for slip in slips] == [
        (county.squadron, "周建军"),
        (county.other_squadron, "吴志强"),
    ]
    assert slips[0].user.username.startswith("zhoujianjun")
    assert slips[1].user.username == "wu.zq"
    for slip in slips:
        assert slip.password in response.content.decode()
        user = User.objects.get(pk=slip.user.pk)
        assert user.check_password(slip.password)
        assert user.must_change_password
        assert Post.objects.get(user=user).role == "leader"


def test_leaders_with_one_bad_line_get_no_account_at_all(
    county: County, system_admin: User, client_of: ClientOf
) -> None:
    form = {f"name-{county.squadron.pk}": "周建军", f"name-{county.other_squadron.pk}": "吴志强"}
    form[f"username-{county.other_squadron.pk}"] = system_admin.username
    response = client_of(system_admin).post("/accounts/leaders/", form)
    assert set(response.context["form"].errors) == {f"username-{county.other_squadron.pk}"}
    assert "周建军" in response.content.decode(), "what was typed stays"
    assert not User.objects.filter(name__in=["周建军", "吴志强"]).exists()


def test_squadron_with_a_leader_is_not_asked_for_another(
    county: County, leader: User, system_admin: User, client_of: ClientOf
) -> None:
    assert client_of(system_admin).get("/accounts/leaders/").context["units"] == [county.other_squadron]


def test_leaders_are_appointed_by_whoever_hands_out_accounts(county: County, brigade_staff: User) -> None:
    with pytest.raises(Refused):
        hand_out_leaders(by=brigade_staff, leaders=[(county.squadron, "周建军", "zhou")], starts=timezone.localdate())
    assert not User.objects.filter(username="zhou").exists()
