"""Where an import puts people: units found by name, created only on demand."""

import pytest

from lianfang.platform.problems import Refused
from personnel.models import Member
from teams.models import Unit
from tests.personnel.workbooks import person, plan, reasons, run, sheet, workbook

pytestmark = pytest.mark.django_db


def test_unknown_units_are_created_only_on_demand(county):
    data = workbook([person(1, squadron="城东派出所中队", group="甲班"), person(2, group="丙班")])
    with pytest.raises(Refused) as refused:
        run(data, county.brigade)
    assert {p.code for p in refused.value.problems} == {"unit_missing"}
    result = run(data, county.brigade, create_units=True)
    assert sorted(u.name for u in result.units) == ["丙班", "城东派出所中队", "甲班"]
    new = Unit.objects.get(name="城东派出所中队")
    assert (Unit.objects.get_parent(new).pk, new.kind) == (county.brigade.pk, "squadron")
    assert Unit.objects.get_parent(Member.objects.get(certificates__number="GZ000001").unit).pk == new.pk
    assert Unit.objects.get_parent(Member.objects.get(certificates__number="GZ000002").unit).pk == county.squadron.pk


def test_new_squadron_of_a_district_goes_below_its_only_brigade(county):
    data = workbook([person(1, squadron="城东派出所中队", group="")])
    run(data, county.root, create_units=True)
    assert Unit.objects.get_parent(Unit.objects.get(name="城东派出所中队")).pk == county.brigade.pk


def test_new_squadron_of_a_district_with_two_brigades_is_a_bad_row(county):
    Unit.objects.add_child(county.root, {"code": "990100200000", "name": "二大队", "kind": "brigade"})
    assert reasons(workbook([person(1, squadron="新中队")]), county.root) == [(2, "unit_not_below")]


@pytest.mark.parametrize(("work_unit", "unit"), [("城南派出所中队", "other_squadron"), ("某县公安局", "brigade")])
def test_work_unit_names_the_squadron_where_no_column_does(county, work_unit, unit):
    rows = [["工作单位", "姓名", "身份证号"], [work_unit, "张建国", person(1)["id_number"]]]
    run(sheet(rows), county.brigade)
    assert Member.objects.get().unit == getattr(county, unit)


def test_unknown_station_as_work_unit_is_listed_to_be_created(county):
    rows = [["单位", "姓名", "身份证号"], ["城东派出所", "张建国", person(1)["id_number"]]]
    assert [p.label for p in plan(sheet(rows), county.brigade).missing_units] == ["联防大队 › 城东派出所"]


def test_squadron_below_a_squadron_is_a_bad_row(county):
    assert reasons(workbook([person(1, squadron="别的中队")]), county.squadron) == [(2, "unit_not_below")]


def test_rows_without_units_go_to_the_chosen_unit(county):
    run(workbook([person(1, squadron="", group="")]), county.second_group)
    assert Member.objects.get().unit == county.second_group


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("联防大队/城北派出所中队/一班", "group"),
        ("城北派出所中队二班", "second_group"),
        ("城北派出所", "squadron"),
        ("联防大队城南派出所", "other_squadron"),
    ],
)
def test_unit_written_out_with_those_above_it(county, written, unit):
    run(sheet([["单位", "姓名", "身份证号"], [written, "张建国", person(1)["id_number"]]]), county.brigade)
    assert Member.objects.get().unit == getattr(county, unit)


def test_crew_s_name_that_several_squadrons_have_is_a_bad_row(county):
    rows = [["单位", "姓名", "身份证号"], ["一班", "张建国", person(1)["id_number"]]]
    Unit.objects.add_child(county.other_squadron, {"code": "990100129999", "name": county.group.name, "kind": "group"})
    assert reasons(sheet(rows), county.brigade) == [(2, "unit_ambiguous")]
