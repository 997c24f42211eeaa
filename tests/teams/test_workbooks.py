"""Units and accounts from workbooks: preview, all or nothing, the same again changes nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lianfang.platform.problems import Refused
from lianfang.platform.tables import TableRow, read_rows
from lianfang.platform.workbook import Column, read_workbook, write_table
from teams.models import Post, Unit, User
from teams.rules.unit_codes import next_code
from teams.services import account_workbook, unit_workbook
from teams.services.managing import add_body
from teams.services.units import close_unit
from tests.conftest import County
from tests.factories import make_user

ClientOf = Callable[[User], Client]
HEAD = ["名称", "类型", "上级单位", "机构代码", "简称", "主管单位"]
NEW_TREE = [
    ["一班", "班", "城北派出所中队"],  # before the unit it stands below
    ["城北派出所中队", "中队", "联防大队", "", "城北"],
    ["示范县", "县", "", "990101"],
    ["联防大队", "大队", "示范县"],
    ["城南派出所中队", "派出所", "联防大队"],
    ["一班", "班", "城南派出所中队"],
]


@pytest.fixture
def admin(db: None) -> User:
    return make_user("first_admin", "system_admin", None)


def units(*lines: list[str]) -> list[TableRow]:
    """Rows as a workbook with a title line, the header and these lines gives them."""
    data = write_table("机构", [Column(title) for title in HEAD], lines, title="某某分局机构一览")
    return read_rows(unit_workbook.COLUMNS, data=data)


def accounts(text: str) -> list[TableRow]:
    return read_rows(account_workbook.COLUMNS, text=text)


def codes(rows: list[TableRow]) -> list[tuple[int | None, str]]:
    return [(problem.row, problem.code) for problem in unit_workbook.plan_units(rows).problems]


def test_a_new_tree_comes_from_rows_in_any_order(admin: User) -> None:
    unit_workbook.import_units(by=admin, rows=units(*NEW_TREE))
    found = {(u.depth, u.code, u.name, u.short_name) for u in Unit.objects.get_queryset()}
    assert found == {
        (1, "990101000000", "示范县", ""),
        (2, "990101010000", "联防大队", ""),
        (3, "990101010100", "城北派出所中队", "城北"),
        (3, "990101010200", "城南派出所中队", ""),
        (4, "990101010101", "一班", ""),
        (4, "990101010201", "一班", ""),
    }


def test_the_same_workbook_and_the_template_again_change_nothing(admin: User) -> None:
    rows = units(*NEW_TREE)
    unit_workbook.import_units(by=admin, rows=rows)
    for again in (rows, read_rows(unit_workbook.COLUMNS, data=unit_workbook.units_template())):
        assert unit_workbook.plan_units(again).counts == {"new": 0, "changed": 0, "unchanged": 6, "bad": 0}


def test_units_are_renamed_moved_and_managed_by_the_workbook(county: County, admin: User) -> None:
    street = add_body(by=None, kind="town", name="城关街道")
    unit_workbook.import_units(
        by=admin,
        rows=units(
            ["二中队", "中队", "", "990100120000", "二", "城关街道"],
            ["夜巡班", "班", "二中队", county.group.code],  # by its new name
            ["三班", "班", "二中队"],
        ),
    )
    squadron = Unit.objects.get(pk=county.other_squadron.pk)
    assert (squadron.name, squadron.short_name, squadron.managing_body) == ("二中队", "二", street)
    names = [unit.name for unit in Unit.objects.get_children(squadron)]
    assert names == ["一班", "夜巡班", "三班"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (["", "中队", "联防大队"], "missing"),
        (["城东中队", "支队", "联防大队"], "kind_unknown"),
        (["城东中队", "中队", "没有的大队"], "above_unknown"),
        (["城东中队", "中队", "城东中队"], "above_unknown"),
        (["城东中队", "中队", "示范县"], "unit_nesting"),
        (["城东中队", "中队", ""], "unit_needs_parent"),
        (["城东中队", "中队", "联防大队", "99010"], "code_unreadable"),
        (["城东中队", "中队", "联防大队", "", "", "没有的街道"], "body_unknown"),
        (["城东中队", "中队", "联防大队", "", "简" * 21], "too_long"),
        (["联防大队", "中队", "联防大队", "990100100000"], "kind_fixed"),
        (["外县", "县", ""], "code_missing"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_written(county: County, line: list[str], code: str) -> None:
    rows = units(["城西中队", "中队", "联防大队"], line)
    assert (4, code) in codes(rows)
    with pytest.raises(Refused):
        unit_workbook.import_units(by=None, rows=rows)
    assert not Unit.objects.filter(name="城西中队").exists()


def test_rows_in_a_circle_and_the_same_unit_twice_are_bad(county: County) -> None:
    circle = units(["甲中队", "中队", "乙大队"], ["乙大队", "大队", "丙分局"], ["丙分局", "分局", "甲中队"])
    assert {code for _row, code in codes(circle)} <= {"above_unknown", "unit_nesting"}
    assert len({row for row, _code in codes(circle)}) == 3
    twice = units(["城东中队", "中队", "联防大队"], ["城东 中队", "中队", "990100100000"])
    assert codes(twice) == [(4, "repeated")]


def test_a_name_of_several_units_asks_for_the_code(county: County) -> None:
    Unit.objects.add_child(county.root, {"code": "990100200000", "name": "联防大队", "kind": "brigade"})
    assert codes(units(["城东中队", "中队", "联防大队"])) == [(3, "above_ambiguous")]
    assert codes(units(["城东中队", "中队", "990100200000"])) == []


def test_closed_unit_is_not_brought_back_by_the_workbook(county: County) -> None:
    close_unit(by=None, unit=county.second_group, on=county_day())
    assert codes(units(["二班", "班", "城北派出所中队"])) == [(3, "unit_closed")]


def county_day() -> Any:
    from django.utils import timezone

    return timezone.localdate()


@pytest.mark.parametrize(
    ("above", "taken", "code"),
    [
        ("990101000000", set(), "990101010000"),
        ("990101010000", {"990101010100"}, "990101010200"),
        ("990101100000", set(), "990101100100"),
        ("990101010101", {"990101010102"}, "990101010103"),
    ],
)
def test_codes_are_counted_on_below_the_unit_above(above: str, taken: set[str], code: str) -> None:
    assert next_code(above, taken) == code


def hidden(page: str) -> dict[str, str]:
    found = dict(re.findall(r'<input type="hidden" name="(rows|expected)" value="([^"]*)"', page, re.S))
    return {name: unescape(value) for name, value in found.items()}


def test_units_go_from_upload_over_preview_to_the_tree(admin: User, client_of: ClientOf) -> None:
    client = client_of(admin)
    data = write_table("机构", [Column(title) for title in HEAD], NEW_TREE)
    page = client.post("/units/workbook/", {"file": SimpleUploadedFile("机构.xlsx", data)})
    assert page.context["counts"] == {"new": 6, "changed": 0, "unchanged": 0, "bad": 0}
    assert not Unit.objects.get_queryset().exists(), "a preview writes nothing"
    assert client.post("/units/workbook/", hidden(page.content.decode()) | {"do": "write"}).status_code == 302
    assert Unit.objects.get_queryset().count() == 6
    again = client.post("/units/workbook/", hidden(page.content.decode()) | {"do": "write"})
    assert again.status_code == 422, "the preview is no longer true"


def test_bad_rows_come_back_with_their_reasons(county: County, system_admin: User, client_of: ClientOf) -> None:
    client = client_of(system_admin)
    page = client.post("/units/workbook/", {"text": "城东中队\t中队\t没有的大队\n城西中队\t中队\t联防大队"})
    assert page.context["counts"] == {"new": 1, "changed": 0, "unchanged": 0, "bad": 1}
    answer = client.post("/units/workbook/", hidden(page.content.decode()) | {"do": "reasons"})
    sheet = read_workbook(answer.content)[0]
    assert [bool(row[-1]) for row in sheet.rows] == [True, True, False]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"text": "名称,类型"},
        {"text": "名称\t类型\n"},
        {"file": io.BytesIO(b"\xff\xfe\x00zip")},
        {"rows": "x", "do": "y"},
    ],
)
def test_what_is_no_table_ends_in_a_sentence(admin: User, client_of: ClientOf, fields: dict[str, Any]) -> None:
    response = client_of(admin).post("/units/workbook/", fields)
    assert response.status_code in (302, 422)
    assert not Unit.objects.get_queryset().exists()


@pytest.mark.parametrize(
    "text",
    [
        "\t" * 300,
        "名" * 500,
        "=cmd|'/c'!A1\t中队\t" + "9" * 5000,
        "甲\t中队\t甲\n甲\t大队\t甲",
        "\u202e\t\ud800",
        "a,b\n" * 2100,
    ],
)
def test_whatever_is_pasted_ends_in_a_preview_or_a_sentence(
    county: County, system_admin: User, client_of: ClientOf, text: str
) -> None:
    text = text.encode("utf-8", "replace").decode()
    for address in ("/units/workbook/", "/accounts/workbook/"):
        client = client_of(system_admin)
        assert client.post(address, {"text": text}).status_code in (200, 422)
        assert client.post(address, {"rows": f"1\t{text}", "do": "write"}).status_code in (302, 422)
        assert client.post(address, {"rows": f"1\t{text}", "do": "reasons"}).status_code in (200, 302)
    assert Unit.objects.get_queryset().count() == 7


# Accounts

STAFF = (
    "周建国\t中队长\t城北派出所中队\n吴志强\t大队民警\t联防大队\twu.zq\n郑安\t安全管理员\n\t中队长\t城南派出所中队\n"
)


def test_accounts_are_made_with_posts_and_slips(county: County, system_admin: User) -> None:
    slips = account_workbook.import_accounts(by=system_admin, rows=accounts(STAFF))
    assert [(s.user.username, s.role, s.unit) for s in slips] == [
        ("zhoujianguo", "leader", county.squadron),
        ("wu.zq", "brigade", county.brigade),
        ("zhengan", "security_admin", None),
    ]
    for slip in slips:
        user = User.objects.get(pk=slip.user.pk)
        assert user.check_password(slip.password)
        assert user.must_change_password


def test_the_same_accounts_again_change_nothing(county: County, system_admin: User) -> None:
    account_workbook.import_accounts(by=system_admin, rows=accounts(STAFF))
    before = Post.objects.count()
    plan = account_workbook.plan_accounts(accounts(STAFF), by=system_admin)
    assert plan.counts == {"new": 0, "changed": 0, "unchanged": 3, "bad": 0}
    assert account_workbook.import_accounts(by=system_admin, rows=accounts(STAFF)) == []
    assert Post.objects.count() == before


def test_people_of_one_name_get_names_of_their_own_and_one_person_two_posts(county: County, admin: User) -> None:
    text = "王伟\t中队长\t城北派出所中队\n王伟\t中队长\t城南派出所中队\n"
    text += "李娜\t组长\t990100110001\tlina\n李娜\t组长\t990100110002\tlina\n"
    slips = account_workbook.import_accounts(by=admin, rows=accounts(text))
    assert [slip.user.username for slip in slips] == ["wangwei", "wangwei2", "lina"]
    assert Post.objects.filter(user__username="lina").count() == 2


def test_an_account_that_is_there_gets_a_further_post(county: County, leader: User, admin: User) -> None:
    slips = account_workbook.import_accounts(by=admin, rows=accounts("周队长\t督察\t联防大队\tleader\n"))
    assert slips == []
    assert Post.objects.get(user=leader, role="inspector").unit == county.brigade


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("周建国\t所长\t城北派出所中队", "role_unknown"),
        ("周建国\t中队长\t", "unit_missing"),
        ("周建国\t中队长\t没有的中队", "unit_unknown"),
        ("周建国\t中队长\t联防大队", "role_not_in_unit"),
        ("周建国\t系统管理员\t联防大队", "admin_without_unit"),
        ("周建国\t中队长\t城北派出所中队\tleader", "username_taken"),
        ("周建国\t中队长\t城北派出所中队\ta b", "invalid"),
        ("first_admin\t安全管理员\t\tfirst_admin", "own_post"),
    ],
)
def test_a_bad_account_is_named_and_none_is_made(
    county: County, leader: User, admin: User, line: str, code: str
) -> None:
    rows = accounts(f"吴志强\t大队民警\t联防大队\n{line}\n")
    assert (2, code) in [(p.row, p.code) for p in account_workbook.plan_accounts(rows, by=admin).problems]
    with pytest.raises(Refused):
        account_workbook.import_accounts(by=admin, rows=rows)
    assert not User.objects.filter(name="吴志强").exists()


def test_accounts_are_handed_out_by_those_with_the_right(county: County, brigade_staff: User) -> None:
    with pytest.raises(Refused):
        account_workbook.import_accounts(by=brigade_staff, rows=accounts(STAFF))


def test_the_accounts_template_asks_for_what_is_missing(county: County, leader: User, admin: User) -> None:
    sheet = read_workbook(account_workbook.accounts_template())[0]
    rows = [tuple(row[1:3]) for row in sheet.rows[1:]]
    assert ("中队长", "城南派出所中队") in rows
    assert ("中队长", "城北派出所中队") not in rows, "it has a leader"
    assert not any(role == "系统管理员" for role, _unit in rows)


def test_slips_of_a_workbook_are_shown_once(county: County, system_admin: User, client_of: ClientOf) -> None:
    client = client_of(system_admin)
    page = client.post("/accounts/workbook/", {"text": STAFF})
    assert page.context["counts"]["new"] == 3
    answer = client.post("/accounts/workbook/", hidden(page.content.decode()) | {"do": "write"})
    assert "no-store" in answer["Cache-Control"]
    assert all(slip.password in answer.content.decode() for slip in answer.context["slips"])
