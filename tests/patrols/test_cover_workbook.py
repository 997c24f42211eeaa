"""Beats and cover from a workbook or pasted rows (handbook D1, D3)."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from lianfang.platform.problems import Refused
from lianfang.platform.tables import TableRow, read_rows
from lianfang.platform.workbook import read_workbook
from patrols.models import Beat, CoverRequirement, ShiftType
from patrols.services.cover_workbook import COLUMNS, cover_template, days_of, import_cover, plan_cover
from teams.models import User
from tests.conftest import County
from tests.factories import make_beat, make_cover, make_shift_type

ClientOf = Callable[[User], Client]
SHEET = """巡区,类型,班次,最少,理想,星期,节假日,任务,民警带队,风险
车站广场,点,早,2,3,周一至周五,不上,,,高
车站广场,点,早,1,1,周末,,,,
车站广场,点,夜班,1,,,,,,
文化路夜巡线,线,夜,,,,,,是,
老城片区,面,,,,,,,,中
"""


@pytest.fixture
def shifts(county: County) -> list[ShiftType]:
    return [make_shift_type(county.squadron, "早"), make_shift_type(county.squadron, "夜", name="夜班")]


def rows(text: str) -> list[TableRow]:
    return read_rows(COLUMNS, text=text)


def test_beats_and_needs_come_from_rows(county: County, leader: User, shifts: list[ShiftType]) -> None:
    import_cover(by=leader, unit=county.squadron, rows=rows(SHEET))
    assert list(Beat.objects.values_list("name", "kind", "risk", "position")) == [
        ("车站广场", "point", "high", 1),
        ("文化路夜巡线", "line", "low", 2),
        ("老城片区", "area", "medium", 3),
    ]
    needs = CoverRequirement.objects.order_by("pk").values_list(
        "beat__name", "shift_type__code", "minimum", "ideal", "weekdays", "on_holidays", "task_kind", "officer_led"
    )
    assert list(needs) == [
        ("车站广场", "早", 2, 3, [0, 1, 2, 3, 4], "never", "guard", False),
        ("车站广场", "早", 1, 1, [5, 6], "as_weekday", "guard", False),
        ("车站广场", "夜", 1, 1, [0, 1, 2, 3, 4, 5, 6], "as_weekday", "guard", False),
        ("文化路夜巡线", "夜", 1, 1, [0, 1, 2, 3, 4, 5, 6], "as_weekday", "patrol", True),
    ]


def test_the_same_rows_and_the_template_again_change_nothing(county: County, shifts: list[ShiftType]) -> None:
    import_cover(by=None, unit=county.squadron, rows=rows(SHEET))
    for again in (rows(SHEET), read_rows(COLUMNS, data=cover_template(county.squadron))):
        assert plan_cover(again, unit=county.squadron).counts == {"new": 0, "changed": 0, "unchanged": 5, "bad": 0}


def test_a_row_changes_the_need_of_its_shift_and_leaves_the_others(county: County, shifts: list[ShiftType]) -> None:
    beat = make_beat(county.squadron, "车站广场", kind="point")
    need = make_cover(beat, shifts[0], minimum=1, ideal=1)
    other = make_cover(beat, shifts[1], minimum=1, ideal=1)
    import_cover(by=None, unit=county.squadron, rows=rows("车站广场\t\t早\t3\t\t1-5"))
    need.refresh_from_db()
    assert (need.minimum, need.ideal, need.weekdays) == (3, 3, [0, 1, 2, 3, 4])
    assert list(CoverRequirement.objects.order_by("pk")) == [need, other]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("车站广场\t\t早\t2", "kind_missing"),
        ("车站广场\t圆\t早\t2", "unknown_word"),
        ("车站广场\t点\t晚\t2", "shift_unknown"),
        ("车站广场\t点\t\t2", "shift_missing"),
        ("车站广场\t点\t早\t二", "not_a_count"),
        ("车站广场\t点\t早\t51", "not_a_count"),
        ("车站广场\t点\t早\t2\t1", "cover_ideal"),
        ("车站广场\t点\t早\t2\t2\t周八", "days_unreadable"),
        ("文化路\t线\t早\t1\t1", "patrol_in_pairs"),
        ("看守所\t点\t早\t2\t2\t\t\t罚款", "task_forbidden"),
        ("城西\t点\t夜\t1", "repeated"),
        ("岗" * 41 + "\t点\t早\t1", "beat_name"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_written(
    county: County, shifts: list[ShiftType], line: str, code: str
) -> None:
    table = rows(f"城西\t点\t夜\t1\n{line}")
    assert (2, code) in [(p.row, p.code) for p in plan_cover(table, unit=county.squadron).problems]
    with pytest.raises(Refused):
        import_cover(by=None, unit=county.squadron, rows=table)
    assert not Beat.objects.exists()


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1-5", [0, 1, 2, 3, 4]),
        ("周一至周五", [0, 1, 2, 3, 4]),
        ("一三五", [0, 2, 4]),
        ("星期六、星期日", [5, 6]),
        ("Mo We Fr", [0, 2, 4]),
        ("Mon-Fri", [0, 1, 2, 3, 4]),
        ("周六至周一", [0, 5, 6]),
        ("周末", [5, 6]),
        ("Daily", [0, 1, 2, 3, 4, 5, 6]),
        ("8", None),
        ("初一十五", None),
    ],
)
def test_weekdays_are_read_as_people_write_them(text: str, days: list[int] | None) -> None:
    assert days_of(text) == days


def test_another_squadrons_beats_are_out_of_reach(county: County, outsider: User, shifts: list[ShiftType]) -> None:
    with pytest.raises(PermissionDenied):
        import_cover(by=outsider, unit=county.squadron, rows=rows(SHEET))


def test_leader_pastes_rows_sees_them_and_writes_them(
    county: County, leader: User, shifts: list[ShiftType], client_of: ClientOf
) -> None:
    client = client_of(leader)
    page = client.post("/cover/workbook/", {"text": SHEET})
    assert page.context["counts"] == {"new": 5, "changed": 0, "unchanged": 0, "bad": 0}
    assert not Beat.objects.exists(), "a preview writes nothing"
    found = re.findall(r'<input type="hidden" name="(rows|expected)" value="([^"]*)"', page.content.decode())
    hidden = {name: unescape(value) for name, value in found}
    assert client.post("/cover/workbook/", hidden | {"do": "write"}).status_code == 302
    assert CoverRequirement.objects.count() == 4
    template = client.get("/cover/workbook/template/").content
    assert [row[0] for row in read_workbook(template)[0].rows[1:]].count("车站广场") == 3


def test_brigade_reads_a_beat_and_changes_nothing(
    county: County, brigade_staff: User, shifts: list[ShiftType], client_of: ClientOf
) -> None:
    beat = make_beat(
        county.squadron, "车站广场", kind="point", geometry={"type": "Point", "coordinates": [118.0, 36.0]}
    )
    make_cover(beat, shifts[0], minimum=2, ideal=3)
    beat.checkpoints.create(name="东门岗亭")
    client = client_of(brigade_staff)
    page = client.get(f"/cover/beats/{beat.pk}/view/").content.decode()
    assert "东门岗亭" in page
    assert f"/cover/beats/{beat.pk}/view/" in client.get(f"/cover/?unit={county.squadron.pk}").content.decode()
    assert f'href="/cover/beats/{beat.pk}/"' not in page, "no way to change it"
