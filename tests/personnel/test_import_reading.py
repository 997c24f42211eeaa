"""What an import reads from workbooks as stations keep them."""

import datetime as dt
import io

import pytest
import xlsxwriter

from lianfang.platform.problems import Refused
from personnel.models import Member
from personnel.services import imports
from tests.personnel.workbooks import messy_sheet, person, reasons, run, sheet, workbook

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("written", "day"),
    [
        (dt.date(2019, 7, 1), dt.date(2019, 7, 1)),
        ("2019.07", dt.date(2019, 7, 1)),
        ("2019-7-1", dt.date(2019, 7, 1)),
        ("2019年7月1日", dt.date(2019, 7, 1)),
        ("2019 年 7 月 1 号", dt.date(2019, 7, 1)),
        ("20190701", dt.date(2019, 7, 1)),
        ("201907", dt.date(2019, 7, 1)),
        ("２０１９．７．１", dt.date(2019, 7, 1)),
        ("2019/07/01 00:00:00", dt.date(2019, 7, 1)),
        (20190701, dt.date(2019, 7, 1)),
        (43647, dt.date(2019, 7, 1)),
        (2019.07, dt.date(2019, 7, 1)),
        ("43647", dt.date(2019, 7, 1)),
    ],
)
def test_every_form_of_a_date_is_read(county, written, day):
    run(workbook([person(1, hired_on=written)]), county.brigade)
    assert Member.objects.get().hired_on == day


@pytest.mark.parametrize("written", ["19.7.1", "2019", "2019-13-01", "2019.2.30", "七月", "2019-7-1-2", 12, 2019.1])
def test_what_is_no_date_is_a_bad_row(county, written):
    assert reasons(workbook([person(1, hired_on=written)]), county.brigade) == [(2, "unreadable")]


def test_month_as_last_day_means_the_end_of_the_month(county):
    run(workbook([person(1, contract_from="2024.02", contract_until="2028年2月")]), county.brigade)
    member = Member.objects.get()
    assert (member.contract_from, member.contract_until) == (dt.date(2024, 2, 1), dt.date(2028, 2, 29))


def test_contract_in_one_column_is_read(county):
    rows = [["姓名", "身份证号", "合同起止"], ["张建国", person(1)["id_number"], "2021年7月1日至2024.06.30"]]
    run(sheet(rows), county.group)
    assert Member.objects.get().contract_until == dt.date(2024, 6, 30)


def test_messy_workbook_comes_in(county):
    data = messy_sheet()
    assert reasons(data, county.brigade) == []
    run(data, county.brigade)
    people = {m.name: m for m in Member.objects.all()}
    assert set(people) == {"张建国", "李伟", "王磊", "买买提·艾力", "陈刚"}
    assert {m.hired_on for n, m in people.items() if n != "陈刚"} == {dt.date(2019, 7, 1)}
    assert people["张建国"].contract_from == dt.date(2024, 7, 1)
    assert people["张建国"].contract_until == dt.date(2027, 6, 30)
    assert people["李伟"].contract_until == dt.date(2027, 6, 30)
    assert people["王磊"].contract_until is None
    assert people["张建国"].phone == "13800001234"
    assert people["张建国"].certificates.get().valid_until == dt.date(2030, 6, 30)
    assert people["王磊"].unit == county.group, "a merged cell stands for all its rows"
    assert people["买买提·艾力"].unit == county.second_group
    assert people["王磊"].id_number.endswith("X")


def test_columns_in_any_order_and_in_english(county):
    rows = [
        ["Hire date", "Name", "Squadron", "ID number"],
        ["2020-07-01", "张建国", "城北派出所中队", person(1)["id_number"]],
    ]
    run(sheet(rows), county.brigade)
    assert Member.objects.get().hired_on == dt.date(2020, 7, 1)


def test_workbook_without_a_header_is_refused_in_one_sentence():
    with pytest.raises(Refused) as refused:
        imports.read_roster(sheet([["a", "b"], [1, 2]]))
    assert [p.code for p in refused.value.problems] == ["no_header"]


def test_mapping_can_be_corrected(county):
    rows = [["姓名", "公民身份号码", "代号"], ["张建国", person(1)["id_number"], "五级"]]
    table = imports.read_roster(sheet(rows), {2: "level"})
    imports.import_members(by=None, table=table, unit=county.group)
    assert Member.objects.get().level == "五级"


def test_column_taken_twice_is_refused(county):
    rows = [["姓名", "公民身份号码", "代号"], ["张建国", person(1)["id_number"], "x"]]
    table = imports.read_roster(sheet(rows), {2: "name"})
    with pytest.raises(Refused) as refused:
        imports.import_members(by=None, table=table, unit=county.group)
    assert refused.value.problems[0].code == "column_twice"


def test_messy_bad_rows_workbook_can_be_read_again(county):
    from personnel.roster_workbook.export import with_reasons

    table = imports.read_roster(messy_sheet())
    again = imports.read_roster(with_reasons(table, []))
    assert [c.key for c in again.columns if c.key] == [c.key for c in table.columns if c.key]
    assert len(again.rows) == len(table.rows)


def test_import_keeps_tabs_backslashes_and_line_breaks_of_cells(county):
    run(workbook([person(1, school="a\\b \\N", major="一\n二\t三")]), county.brigade)
    member = Member.objects.get()
    assert (member.school, member.major) == ("a\\b \\N", "一 二 三")


HEADER = ["姓名", "身份证号", "单位", "班组"]


def people(*rows, header=HEADER):
    """Rows of one person each, an ID number put in second place."""
    return [header, *([row[0], person(n)["id_number"], *row[1:]] for n, row in enumerate(rows))]


def test_header_of_each_printed_page_hides_nobody_above_it(county):
    rows = people(("张建国",), ("李伟",), header=HEADER[:2])
    run(sheet([["花名册", ""], *rows, rows[0], ["王磊", person(9)["id_number"]], ["第2页", ""]]), county.group)
    assert set(Member.objects.values_list("name", flat=True)) == {"张建国", "李伟", "王磊"}


def test_header_of_three_rows_is_combined(county):
    head = [
        ["姓名", "身份证号", "劳动合同", "", "上岗证", ""],
        ["", "", "时间", "", "信息", ""],
        ["", "", "起", "止", "编号", "到期"],
    ]
    merged = [(0, 0, 2, 0), (0, 1, 2, 1), (0, 2, 0, 3), (1, 2, 1, 3), (0, 4, 0, 5), (1, 4, 1, 5)]
    run(sheet([*head, ["张建国", person(1)["id_number"], "2024.07", "2027.06", "A1", "2030.06"]], merged), county.group)
    member = Member.objects.get()
    assert (member.contract_from, member.contract_until) == (dt.date(2024, 7, 1), dt.date(2027, 6, 30))
    assert member.certificates.get().valid_until == dt.date(2030, 6, 30)


def test_unit_written_once_at_the_head_of_its_people(county):
    first = [("张建国", "城北派出所中队", "一班"), ("李伟", "", ""), ("王磊", "", "二班")]
    rows = people(*first, ("孙军", "城南派出所中队", ""), ("周洋", "", ""))
    run(sheet(rows), county.brigade)
    units = dict(Member.objects.values_list("name", "unit__name"))
    assert (units["李伟"], units["王磊"]) == (county.group.name, county.second_group.name)
    assert units["孙军"] == units["周洋"] == county.other_squadron.name


def test_repeated_units_leave_an_empty_cell_empty(county):
    rows = people(
        ("张建国", "城北派出所中队", "一班"), ("李伟", "城北派出所中队", "一班"), ("王磊", "城北派出所中队", "")
    )
    run(sheet(rows), county.brigade)
    assert Member.objects.get(name="王磊").unit == county.squadron


def test_lines_across_the_table_name_the_unit_below_them(county):
    rows = people(("张建国", "男"), ("李伟", "男"), header=["姓名", "身份证号", "性别"])
    lines = [["一、城北派出所中队（1人）", "", ""], ["二、城南派出所中队（1人）", "", ""]]
    data = sheet([rows[0], lines[0], rows[1], lines[1], rows[2]], [(1, 0, 1, 2), (3, 0, 3, 2)])
    run(data, county.brigade)
    units = dict(Member.objects.values_list("name", "unit__name"))
    assert units == {"张建国": county.squadron.name, "李伟": county.other_squadron.name}


def test_sheet_with_people_is_preferred_to_one_with_figures(county):
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as target:
        for name, rows in (
            ("统计", [["姓名", "性别"], ["合", "男"]]),
            ("人员", people(("张建国",), header=HEADER[:2])),
        ):
            page = target.add_worksheet(name)
            for at, row in enumerate(rows):
                page.write_row(at, 0, row)
    table = imports.read_roster(book.getvalue())
    assert (table.sheet.name, table.ignored_sheets) == ("人员", ("统计",))


@pytest.mark.parametrize("heading", ["所在部门", "用人单位", "所属大队"])
def test_station_headings_for_units(county, heading):
    run(sheet([["姓名", "身份证号", heading], ["张建国", person(1)["id_number"], "城北派出所中队"]]), county.brigade)
    assert Member.objects.get().unit == county.squadron


def test_telephone_beside_an_emergency_contact_is_not_the_member_s(county):
    rows = [["紧急联系人", "联系电话", "姓名", "身份证号"], ["李某", "13900001111", "张建国", person(1)["id_number"]]]
    run(sheet(rows), county.group)
    assert Member.objects.get().phone == ""


def test_who_is_said_to_have_left_is_a_bad_row(county):
    rows = [
        ["姓名", "身份证号", "状态"],
        ["张建国", person(1)["id_number"], "离职"],
        ["李伟", person(2)["id_number"], "在职"],
    ]
    assert reasons(sheet(rows), county.group) == [(2, "unreadable")]


@pytest.mark.parametrize("typed", ["'{}", "\u202d{}\u202c", "{}\n", "\u00a0{}"])
def test_id_number_as_it_is_pasted(county, typed):
    run(sheet([["姓名", "身份证号"], ["'张建国", typed.format(person(1)["id_number"])]]), county.group)
    member = Member.objects.get()
    assert (member.name, member.id_number) == ("张建国", person(1)["id_number"])


@pytest.mark.parametrize(
    ("heading", "written", "field", "stored"),
    [
        ("学历", "全日制大专", "education", "college"),
        ("学历", "研究生（硕士）", "education", "postgraduate"),
        ("政治面貌", "党员（预备）", "political_status", "probationary"),
        ("人员类别", "辅警（文职）", "staff_category", "clerical"),
        ("合同期限", "2021.07-2024.06", "contract_until", dt.date(2024, 6, 30)),
        ("入职时间", "2019、7、1", "hired_on", dt.date(2019, 7, 1)),
        ("手机1", "无", "phone", ""),
    ],
)
def test_words_as_stations_write_them(county, heading, written, field, stored):
    run(sheet([["姓名", "身份证号", heading], ["张建国", person(1)["id_number"], written]]), county.group)
    assert getattr(Member.objects.get(), field) == stored
