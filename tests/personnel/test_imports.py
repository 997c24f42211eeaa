"""The import of the roster workbook: from any station's file to members, all or nothing."""

import datetime as dt
import signal
import subprocess
import sys
import threading

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from lianfang.platform.id_numbers import invented_id_number
from lianfang.platform.jobs.worker import prune
from lianfang.platform.problems import Refused
from lianfang.platform.workbook import read_workbook
from personnel.models import DutyCertificate, Member, MemberImport
from personnel.services import imports
from teams.models import Unit
from tests.factories import make_certificate, make_member
from tests.personnel.workbooks import TITLES, person, sheet, workbook

pytestmark = pytest.mark.django_db


def run(data, unit, **options):
    return imports.import_members(by=None, table=imports.read_roster(data), unit=unit, **options)


def plan(data, unit, by=None):
    return imports.plan(imports.read_roster(data), unit=unit, by=by)


def reasons(data, unit, by=None):
    return [(p.row, p.code) for p in plan(data, unit, by).problems]


def test_import_writes_members_with_certificates_into_their_groups(county):
    people = [person(1), person(2, name="李伟", group="二班", squadron="城北派出所中队")]
    result = run(workbook(people), county.brigade)
    assert (result.new, result.changed, result.unchanged) == (2, 0, 0)
    first, second = Member.objects.order_by("pk")
    assert (first.name, first.unit, first.sex) == ("张建国", county.group, "male")
    assert (first.name_pinyin, first.name_initials) == ("zhang jian guo", "zjg")
    assert first.hired_on == dt.date(2020, 7, 1)
    assert second.unit == county.second_group
    certificate = first.certificates.get()
    assert (certificate.number, certificate.valid_from, certificate.valid_until) == (
        "GZ000001",
        dt.date(2020, 7, 1),
        dt.date(2030, 12, 31),
    )


def test_import_of_the_same_file_again_changes_nothing(county):
    data = workbook([person(n) for n in range(30)])
    run(data, county.brigade)
    events = Member.pgh_event_model.objects.count()
    result = run(data, county.brigade)
    assert (result.new, result.changed, result.unchanged) == (0, 0, 30)
    assert Member.pgh_event_model.objects.count() == events


def test_import_of_a_changed_file_changes_what_differs(county):
    run(workbook([person(1), person(2)]), county.brigade)
    changed = plan(workbook([person(1), person(2, phone="13911112222", group="二班")]), county.brigade).changed
    assert len(changed[0].changes) == 2
    assert all("13911112222" not in c.after for c in changed[0].changes)
    run(workbook([person(1), person(2, phone="13911112222", group="二班")]), county.brigade)
    member = DutyCertificate.objects.get(number="GZ000002").member
    assert (member.phone, member.unit) == ("13911112222", county.second_group)


def test_import_leaves_alone_what_the_file_leaves_empty(county):
    run(workbook([person(1, school="某某学院")]), county.brigade)
    run(workbook([person(1, school="", education="")]), county.brigade)
    member = Member.objects.get()
    assert (member.school, member.education) == ("某某学院", "college")


def test_import_of_a_new_certificate_keeps_the_old_one(county):
    run(workbook([person(1)]), county.brigade)
    run(workbook([person(1, certificate_number="GZ777777", certificate_until="2032-01-31")]), county.brigade)
    assert set(Member.objects.get().certificates.values_list("number", flat=True)) == {"GZ000001", "GZ777777"}


def test_import_writes_nothing_when_one_row_is_bad(county):
    with pytest.raises(Refused):
        run(workbook([person(1), person(2, name="")]), county.brigade)
    assert not Member.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": ""}, "missing"),
        ({"name": "张3"}, "unreadable"),
        ({"id_number": ""}, "id_number_missing"),
        ({"id_number": "990101199001010010"}, "id_number_check_digit"),
        ({"id_number": 990101199001010012.0}, "unreadable"),
        ({"sex": "女"}, "sex_differs"),
        ({"sex": "不详"}, "unreadable"),
        ({"birth_date": "1980-01-01"}, "birth_date_differs"),
        ({"birth_date": "昨天"}, "unreadable"),
        ({"phone": "12345"}, "unreadable"),
        ({"education": "博士后出站"}, "unreadable"),
        ({"hired_on": "2020-02-30"}, "unreadable"),
        ({"hired_on": 2019.1}, "unreadable"),
        ({"contract_from": "2024-01-01", "contract_until": "2023-12-31"}, "contract_ends_before_start"),
        ({"certificate_number": ""}, "missing"),
        ({"certificate_until": ""}, "missing"),
        ({"is_veteran": "也许"}, "unreadable"),
        ({"squadron": "没有的中队", "group": ""}, None),
        ({"school": "长" * 61}, "too_long"),
    ],
)
def test_bad_row_is_named_with_its_reason(county, changes, code):
    data = workbook([person(1), person(2, **changes)], keys=["number", *person(2, **changes)])
    found = reasons(data, county.brigade)
    assert found == ([(3, code)] if code else [])


def test_bad_row_never_tells_an_id_number_or_phone(county):
    data = workbook([person(1, phone="1380000123x"), person(2, id_number="99010119900101001")])
    text = " ".join(str(p) for p in plan(data, county.brigade).problems)
    assert "1380000" not in text
    assert "1990" not in text


def test_repeated_id_number_names_the_first_row(county):
    data = workbook([person(1), person(2), person(1, certificate_number="", certificate_until="")])
    (problem,) = plan(data, county.brigade).problems
    assert (problem.row, problem.code) == (4, "repeated")
    assert "2" in str(problem)


def test_same_names_are_different_people(county):
    run(workbook([person(1, name="李伟"), person(2, name="李伟")]), county.brigade)
    assert Member.objects.filter(name="李伟").count() == 2


def test_member_of_another_squadron_is_refused_without_telling_who(county, leader):
    foreign = make_member(county.other_group, "王秘密")
    data = workbook([person(1, id_number=foreign.id_number, sex="", birth_date="")])
    found = plan(data, county.squadron, by=leader)
    assert [p.code for p in found.problems] == ["member_elsewhere"]
    assert "王秘密" not in str(found.problems[0])
    assert county.other_squadron.name not in str(found.problems[0])


def test_certificate_of_another_squadron_is_refused(county, leader):
    number = make_certificate(make_member(county.other_group, certified=False)).number
    found = plan(workbook([person(1, certificate_number=number)]), county.squadron, by=leader)
    assert [p.code for p in found.problems] == ["certificate_elsewhere"]


def test_leader_may_not_import_into_a_foreign_squadron(county, leader):
    with pytest.raises(Refused) as refused:
        imports.import_members(by=leader, table=imports.read_roster(workbook([person(1)])), unit=county.other_squadron)
    assert refused.value.problems[0].code == "no_right"


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


def test_squadron_below_a_squadron_is_a_bad_row(county):
    assert reasons(workbook([person(1, squadron="别的中队")]), county.squadron) == [(2, "unit_not_below")]


def test_rows_without_units_go_to_the_chosen_unit(county):
    run(workbook([person(1, squadron="", group="")]), county.second_group)
    assert Member.objects.get().unit == county.second_group


def messy_sheet():
    """Title, filler, two header rows with merged cells, odd column order, empty rows, signature line."""
    numbers = [invented_id_number(dt.date(1990, 3, d), "male", d) for d in range(1, 7)]
    numbers.append(invented_id_number(dt.date(1991, 4, 1), "female", 3))
    x = next(n for s in range(500) if (n := invented_id_number(dt.date(1992, 5, 2), "male", s)).endswith("X"))
    wide = "".join(chr(ord(c) + 0xFEE0) for c in numbers[1])
    head = [
        ["2026年公安机关警务辅助人员花名册", *[""] * 11],
        ["填报单位：城北派出所中队（盖章）", "", "", "填报时间：2026年11月20日", *[""] * 8],
        ["序号", "基本信息", "", "", "单位", "", "联系\n方式", "劳动合同", "", "上岗证", "", "入职\n日期"],
        ["", "身份证号码", "姓　名", "性别", "所在中队", "班组", "手机号码", "起", "止", "编号", "有效期", ""],
    ]
    rows = [
        [
            1,
            numbers[0],
            "张建国",
            "男",
            "城北派出所中队",
            "一班",
            "138 0000 1234",
            "2024.07",
            "2027.06",
            "A1",
            "2030.06",
            "2019.07",
        ],
        [
            2,
            wide,
            "李　伟",
            "男",
            "",
            "",
            13800001235,
            dt.date(2024, 7, 1),
            "2027-6-30",
            "A2",
            "20300630",
            "2019年7月1日",
        ],
        ["", *[""] * 11],
        [3, x.lower(), " 王 磊 ", "男", "", "", "", "2024/7/1", "长期", "", "", "20190701"],
        [4, int(numbers[3][:6] + numbers[3][8:17]), "买买提.艾力", "", "", "二班", "", "", "", "", "", 43647],
        [
            5,
            f" {numbers[4][:6]} {numbers[4][6:14]} {numbers[4][14:]} ",
            "陈刚",
            "男",
            "城北派出所中队",
            "二班",
            *[""] * 6,
        ],
        [6, "", "", *[""] * 9],
        ["制表人：　　　审核人：", *[""] * 11],
    ]
    merged = [(0, 0, 0, 11), (2, 0, 3, 0), (2, 1, 2, 3), (2, 4, 2, 5), (2, 7, 2, 8), (2, 9, 2, 10), (2, 11, 3, 11)]
    merged += [(4, 4, 8, 4), (4, 5, 7, 5)]
    return sheet([*head, *rows], merged)


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


def test_failure_midway_leaves_nothing(county, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(imports, "_write_certificates", fail)
    data = workbook([person(1, group="新班")])
    with pytest.raises(RuntimeError):
        run(data, county.brigade, create_units=True)
    assert not Member.objects.exists()
    assert not Unit.objects.filter(name="新班").exists()


def test_import_is_in_the_history_with_its_actor(county, leader):
    imports.import_members(by=leader, table=imports.read_roster(workbook([person(1)])), unit=county.squadron)
    event = Member.pgh_event_model.objects.select_related("pgh_context").get()
    assert event.pgh_context.metadata["user"] == leader.pk


def test_plan_that_changed_since_the_preview_is_refused(county):
    data = workbook([person(1)])
    expected = plan(data, county.brigade).fingerprint()
    run(data, county.brigade)
    with pytest.raises(Refused) as refused:
        run(data, county.brigade, expected=expected)
    assert refused.value.problems[0].code == "changed_meanwhile"


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_write_everybody_once(county):
    data = workbook([person(n) for n in range(20)])
    unit, results = county.brigade, []

    def work():
        try:
            result = run(data, unit)
            results.append((result.new, result.unchanged))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [(0, 20), (20, 0)]
    assert Member.objects.count() == 20


def upload(client, unit, data, name="花名册.xlsx"):
    file = SimpleUploadedFile(name, data)
    return client.post(reverse("member-import"), {"unit": unit.pk, "workbook": file})


def test_pages_lead_from_upload_to_members(client_of, leader, county):
    client = client_of(leader)
    response = upload(client, county.squadron, workbook([person(1), person(2)]))
    kept = MemberImport.objects.get()
    assert response["Location"] == reverse("member-import-preview", args=[kept.pk])
    preview = client.get(response["Location"])
    assert preview.context["counts"] == {"new": 2, "changed": 0, "unchanged": 0, "bad": 0}
    assert not Member.objects.exists()
    assert person(1)["id_number"] not in preview.content.decode()
    confirmed = client.post(
        reverse("member-import-confirm", args=[kept.pk]), {"fingerprint": preview.context["fingerprint"]}
    )
    assert confirmed["Location"] == reverse("member-list")
    assert Member.objects.count() == 2
    assert not MemberImport.objects.exists()


def test_kept_workbook_is_encrypted(client_of, leader, county):
    upload(client_of(leader), county.squadron, workbook([person(1)]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT workbook FROM personnel_memberimport")
        assert not cursor.fetchone()[0].startswith("UEs")  # "PK" in base64


def test_kept_workbook_belongs_to_its_owner(client_of, leader, brigade_staff, outsider, county):
    upload(client_of(leader), county.squadron, workbook([person(1)]))
    kept = MemberImport.objects.get()
    for user in (brigade_staff, outsider):
        client = client_of(user)
        assert client.get(reverse("member-import-preview", args=[kept.pk])).status_code == 404
        assert client.post(reverse("member-import-confirm", args=[kept.pk])).status_code == 404
        assert client.get(reverse("member-import-bad-rows", args=[kept.pk])).status_code == 404
    assert not Member.objects.exists()


def test_kept_workbook_is_forgotten_after_a_day(client_of, leader, county):
    upload(client_of(leader), county.squadron, workbook([person(1)]))
    assert imports.forget_expired(timezone.now()) == 0
    assert imports.forget_expired(timezone.now() + dt.timedelta(hours=25)) == 1
    assert not MemberImport.objects.exists()


def test_bad_rows_come_back_as_the_same_workbook_with_reasons(client_of, leader, county):
    client = client_of(leader)
    upload(client, county.squadron, workbook([person(1), person(2, education="博士后出站"), person(3)]))
    kept = MemberImport.objects.get()
    assert client.get(reverse("member-import-preview", args=[kept.pk])).context["counts"]["bad"] == 1
    response = client.get(reverse("member-import-bad-rows", args=[kept.pk]))
    (back,) = read_workbook(response.content)
    header = back.rows[0]
    assert header[: len(person(1)) + 1] == ["序号", *(TITLES[key] for key in person(1))]
    assert header[-1] == "导入问题"
    assert "博士后出站" in back.rows[2][-1]
    assert (back.rows[1][-1], back.rows[3][-1]) == ("", "")
    corrected = [[str(c).replace("博士后出站", "本科") for c in row] for row in back.rows]
    assert upload(client, county.squadron, sheet(corrected)).status_code == 302
    again = client.get(reverse("member-import-preview", args=[MemberImport.objects.get().pk]))
    assert again.context["counts"] == {"new": 3, "changed": 0, "unchanged": 0, "bad": 0}


def test_messy_bad_rows_workbook_can_be_read_again(county):
    from personnel.roster_workbook.export import with_reasons

    table = imports.read_roster(messy_sheet())
    again = imports.read_roster(with_reasons(table, []))
    assert [c.key for c in again.columns if c.key] == [c.key for c in table.columns if c.key]
    assert len(again.rows) == len(table.rows)


def test_confirmation_with_bad_rows_writes_nothing(client_of, leader, county):
    client = client_of(leader)
    upload(client, county.squadron, workbook([person(1, name="")]))
    response = client.post(reverse("member-import-confirm", args=[MemberImport.objects.get().pk]))
    assert response.status_code == 422
    assert not Member.objects.exists()


def test_upload_of_no_workbook_says_so_in_one_sentence(client_of, leader, county):
    response = upload(client_of(leader), county.squadron, b"hello", "roster.xlsx")
    assert response.status_code == 422
    assert len(response.context["form"].errors["workbook"]) == 1
    assert not MemberImport.objects.exists()


def test_upload_into_a_foreign_unit_is_refused(client_of, leader, county):
    response = upload(client_of(leader), county.other_squadron, workbook([person(1)]))
    assert response.status_code == 422


def test_mapping_is_corrected_on_the_preview(client_of, leader, county):
    client = client_of(leader)
    rows = [["姓名", "公民身份号码", "代号"], ["张建国", person(1)["id_number"], "五级"]]
    upload(client, county.squadron, sheet(rows))
    kept = MemberImport.objects.get()
    url = reverse("member-import-preview", args=[kept.pk])
    client.post(url, {"column_0": "name", "column_1": "id_number", "column_2": "level"})
    fingerprint = client.get(url).context["fingerprint"]
    client.post(reverse("member-import-confirm", args=[kept.pk]), {"fingerprint": fingerprint})
    assert Member.objects.get().level == "五级"


def test_export_comes_back_unchanged_with_whole_numbers(client_of, leader, county):
    run(workbook([person(n, name="李伟") for n in range(5)]), county.brigade)
    client = client_of(leader)
    response = client.post(reverse("member-export-whole"), {"reason": "上报"})
    assert response["Cache-Control"] == "no-store"
    found = plan(response.content, county.squadron, by=leader)
    assert found.counts == {"new": 0, "changed": 0, "unchanged": 5, "bad": 0}
    from personnel.models import IdNumberReading

    assert IdNumberReading.objects.count() == 5


def test_export_masks_id_numbers_and_phones(client_of, leader, county):
    run(workbook([person(1)]), county.brigade)
    (page,) = read_workbook(client_of(leader).get(reverse("member-export")).content)
    row = dict(zip(page.rows[0], page.rows[1], strict=True))
    assert row["公民身份号码"].startswith("990*")
    assert row["手机"] == "138****1234"
    assert (row["中队"], row["班组"]) == ("城北派出所中队", "一班")


def test_template_has_every_column_and_its_example_is_never_imported(client_of, leader, county):
    data = client_of(leader).get(reverse("roster-template")).content
    (page,) = read_workbook(data)
    assert page.rows[0] == list(TITLES.values())
    assert plan(data, county.brigade).counts["bad"] == 1


def command(path, unit, **options):
    call_command("import_members", str(path), unit=unit.code, **options)


@pytest.fixture
def saved(tmp_path):
    def save(data):
        path = tmp_path / "花名册.xlsx"
        path.write_bytes(data)
        return path

    return save


def test_command_imports_and_counts(county, saved, capsys):
    path = saved(workbook([person(1), person(2)]))
    command(path, county.brigade)
    assert "2" in capsys.readouterr().out
    assert Member.objects.count() == 2


def test_command_writes_nothing_for_a_bad_row_and_fails(county, saved, capsys):
    path = saved(workbook([person(1), person(2, phone="1")]))
    with pytest.raises(CommandError) as error:
        command(path, county.brigade)
    assert error.value.returncode == 1
    out = capsys.readouterr().out
    assert "3" in out
    assert person(2)["id_number"] not in out
    assert not Member.objects.exists()


def test_command_dry_run_writes_nothing(county, saved):
    command(saved(workbook([person(1)])), county.brigade, dry_run=True)
    assert not Member.objects.exists()


def test_command_creates_units_only_when_told(county, saved):
    path = saved(workbook([person(1, group="新班")]))
    for dry_run in (True, False):
        with pytest.raises(CommandError, match=r"--create-units.*新班"):
            command(path, county.brigade, dry_run=dry_run)
    assert not Member.objects.exists()
    command(path, county.brigade, create_units=True)
    assert Member.objects.get().unit.name == "新班"


def test_command_says_which_column_is_missing(county, saved, capsys):
    with pytest.raises(CommandError) as error:
        command(saved(sheet([["姓名", "性别"], ["张建国", "男"]])), county.brigade)
    assert "\n" not in str(error.value)
    assert not capsys.readouterr().out, "no row is blamed for it"


@pytest.mark.parametrize("what", ["unit", "file", "text"])
def test_command_fails_in_one_line(county, saved, tmp_path, what):
    path = saved(b"no workbook" if what == "text" else workbook([person(1)]))
    with pytest.raises(CommandError) as error:
        call_command(
            "import_members",
            str(tmp_path / "none.xlsx" if what == "file" else path),
            unit="999999999999" if what == "unit" else county.brigade.code,
        )
    assert "\n" not in str(error.value)


def test_row_scope_lets_a_leader_import_and_nobody_foreign(county, leader):
    """Beneath the services: the database itself takes the rows of the own squadron only."""
    from django.db.utils import ProgrammingError

    from teams.scope import row_scope

    with row_scope(leader):
        imports.import_members(by=leader, table=imports.read_roster(workbook([person(1)])), unit=county.squadron)
        assert Member.objects.count() == 1
    foreign = make_member(county.other_group)
    with row_scope(leader):
        assert not Member.objects.filter(pk=foreign.pk).exists()
        with pytest.raises(ProgrammingError), transaction.atomic():
            Member.objects.update(unit=county.other_group)


@pytest.mark.django_db(transaction=True)
def test_killed_import_leaves_nothing(county, tmp_path):
    path = tmp_path / "roster.xlsx"
    path.write_bytes(workbook([person(n, group="新班") for n in range(20)]))
    command = [sys.executable, "-m", "tests.personnel.import_process"]
    command += [connection.settings_dict["NAME"], str(path), county.brigade.code]
    with subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert any("midway" in line for line in process.stdout)
        finally:
            process.kill()
    assert process.returncode == -signal.SIGKILL
    assert not Member.objects.exists()
    assert not DutyCertificate.objects.exists()
    assert not Unit.objects.filter(name="新班").exists()
    with connection.cursor() as cursor:  # nothing waits for a dead process either
        cursor.execute("SET lock_timeout = '20s'")
    assert run(path.read_bytes(), county.brigade, create_units=True).new == 20


def test_import_that_changes_a_few_leaves_no_trace_at_the_others(county):
    run(workbook([person(n) for n in range(5)]), county.brigade)
    before = Member.pgh_event_model.objects.count()
    run(workbook([person(0, position="班长"), *(person(n) for n in range(1, 5))]), county.brigade)
    events = list(Member.pgh_event_model.objects.order_by("pgh_id"))[before:]
    assert [(e.pgh_label, e.position, e.phone) for e in events] == [("update", "班长", "13800001234")]


def test_import_keeps_tabs_backslashes_and_line_breaks_of_cells(county):
    run(workbook([person(1, school="a\\b \\N", major="一\n二\t三")]), county.brigade)
    member = Member.objects.get()
    assert (member.school, member.major) == ("a\\b \\N", "一 二 三")


def test_sweep_forgets_workbooks_that_nobody_confirmed(client_of, leader, county, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    upload = SimpleUploadedFile("a.xlsx", workbook([person(1)]))
    client_of(leader).post(reverse("member-import"), {"unit": county.squadron.pk, "workbook": upload})
    prune()
    assert MemberImport.objects.count() == 1
    MemberImport.objects.update(created_at=timezone.now() - dt.timedelta(hours=25))
    prune()
    assert not MemberImport.objects.exists()
