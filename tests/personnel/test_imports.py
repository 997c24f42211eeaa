"""The import of the roster workbook: from a station's file to members, all or nothing."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction

from lianfang.platform.problems import Refused
from personnel.models import DutyCertificate, Member
from personnel.services import imports
from teams.models import Unit
from tests.factories import make_certificate, make_member
from tests.personnel.workbooks import person, plan, reasons, run, workbook

pytestmark = pytest.mark.django_db


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


def test_import_that_changes_a_few_leaves_no_trace_at_the_others(county):
    run(workbook([person(n) for n in range(5)]), county.brigade)
    before = Member.pgh_event_model.objects.count()
    run(workbook([person(0, position="班长"), *(person(n) for n in range(1, 5))]), county.brigade)
    events = list(Member.pgh_event_model.objects.order_by("pgh_id"))[before:]
    assert [(e.pgh_label, e.position, e.phone) for e in events] == [("update", "班长", "13800001234")]


def gone(county, **changes):
    """A man of the workbook's first row who served until the end of May 2025."""
    run(workbook([person(1)]), county.brigade)
    values = {"hired_on": dt.date(2020, 7, 1), "status": "left", "left_on": dt.date(2025, 6, 1)} | changes
    Member.objects.update(**values)
    return Member.objects.get()


def test_hire_date_after_the_exit_takes_a_member_on_again(county, leader):
    member = gone(county, contract_until=dt.date(2025, 6, 30), contract_from=dt.date(2022, 7, 1))
    again = workbook([person(1, hired_on="2026-03-01", group="二班", contract_from="2026-03-01")])
    change = plan(again, county.squadron, by=leader).changed[0].changes[0]
    assert change.before == "2020-07-01 – 2025-06-01"
    imports.import_members(by=leader, table=imports.read_roster(again), unit=county.squadron)
    member.refresh_from_db()
    assert (member.status, member.left_on, member.hired_on) == ("active", None, dt.date(2026, 3, 1))
    assert (member.contract_from, member.contract_until) == (dt.date(2026, 3, 1), None)
    assert member.unit == county.second_group
    change = member.status_changes.get(kind="rehire")
    assert (change.served_from, change.served_until) == (dt.date(2020, 7, 1), dt.date(2025, 6, 1))
    assert plan(again, county.squadron, by=leader).counts["unchanged"] == 1


def test_who_has_left_is_not_changed_by_an_old_workbook(county):
    gone(county)
    assert plan(workbook([person(1)]), county.brigade).counts["unchanged"] == 1
    assert reasons(workbook([person(1, phone="13911112222")]), county.brigade) == [(2, "member_left")]


def test_who_was_dismissed_is_not_taken_on_by_a_workbook(county):
    member = gone(county)
    member.status_changes.create(kind="dismiss", on=member.left_on, reason="违纪")
    assert reasons(workbook([person(1, hired_on="2026-03-01")]), county.brigade) == [(2, "dismissed")]
