"""Beats, shift types, cover and limits, through the client."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from patrols.models import Beat, CoverRequirement, Duty, ShiftType, WorkingTimeLimits
from patrols.services import rosters
from tests.factories import make_beat, make_duty, make_shift_type

pytestmark = pytest.mark.django_db

COVER = "/cover/"


def day(number: int) -> dt.date:
    return dt.date(2026, 12, number)


def formset(*rows: CoverRequirement, **changes: object) -> dict[str, object]:
    data: dict[str, object] = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": len(rows)}
    for number, row in enumerate(rows):
        fields = {
            "id": row.pk,
            "shift_type": row.shift_type_id,
            "task_kind": row.task_kind,
            "weekdays": row.weekdays,
            "on_holidays": row.on_holidays,
            "minimum": row.minimum,
            "ideal": row.ideal,
        }
        data |= {f"form-{number}-{name}": value for name, value in fields.items()}
    return data | {f"form-{name.replace('__', '-')}": value for name, value in changes.items()}


def test_cover_is_changed_in_its_table(station, leader, client_of):
    rows = list(CoverRequirement.objects.all())
    posted = formset(*rows, **{"0__minimum": 2, "0__ideal": 3, "1__weekdays": [5, 6], "2__DELETE": "on"})
    assert client_of(leader).post(COVER, posted).status_code == 302
    rows[0].refresh_from_db()
    rows[1].refresh_from_db()
    assert (rows[0].minimum, rows[0].ideal, rows[1].weekdays) == (2, 3, [5, 6])
    assert not CoverRequirement.objects.filter(pk=rows[2].pk).exists()


def test_cover_with_ideal_below_minimum_names_the_field_and_saves_nothing(station, leader, client_of):
    rows = list(CoverRequirement.objects.all())
    response = client_of(leader).post(COVER, formset(*rows, **{"0__minimum": 5, "0__ideal": 2, "1__minimum": 2}))
    assert response.status_code == 200
    assert response.context["formset"].errors[0]["ideal"]
    assert not CoverRequirement.objects.exclude(minimum=1).exists()


def test_cover_of_another_squadron_cannot_be_posted(station, county, leader, client_of):
    foreign_beat = make_beat(county.other_squadron)
    foreign = CoverRequirement.objects.create(
        beat=foreign_beat, shift_type=make_shift_type(county.other_squadron), minimum=1, ideal=1
    )
    response = client_of(leader).post(COVER, formset(foreign, **{"0__minimum": 0}))
    assert response.status_code == 200
    foreign.refresh_from_db()
    assert foreign.minimum == 1
    assert client_of(leader).get(COVER, {"unit": county.other_squadron.pk}).status_code == 404


def test_cover_is_read_by_the_brigade_and_not_changed(station, brigade_staff, client_of):
    client = client_of(brigade_staff)
    address = f"{COVER}?unit={station.roster.unit_id}"
    text = client.get(address).content.decode()
    assert "文化路夜巡线" in text
    assert "form-0-minimum" not in text
    assert client.post(address, formset(*CoverRequirement.objects.all())).status_code == 403


def test_need_is_added_to_a_beat(station, leader, client_of):
    url = reverse("cover-new", args=[station.beat.pk])
    posted = {
        "shift_type": station.early.pk,
        "task_kind": "patrol",
        "weekdays": [0, 1],
        "on_holidays": "always",
        "minimum": 3,
        "ideal": 4,
        "first_day": "2026-12-01",
        "last_day": "2026-12-24",
    }
    assert client_of(leader).post(url, posted).status_code == 302
    assert CoverRequirement.objects.get(minimum=3).last_day == day(24)


def test_beat_without_duties_is_deleted_with_its_needs(station, leader, client_of):
    client_of(leader).post(reverse("beat-delete", args=[station.beat.pk]))
    assert not Beat.objects.exists()
    assert not CoverRequirement.objects.exists()


def test_beat_with_duties_is_put_out_of_use(station, leader, client_of):
    make_duty(station.roster, station.zhang, day(1), station.early, beat=station.beat)
    client_of(leader).post(reverse("beat-delete", args=[station.beat.pk]))
    station.beat.refresh_from_db()
    assert not station.beat.is_active


def test_beat_of_another_squadron_is_not_found(county, leader, client_of):
    foreign = make_beat(county.other_squadron)
    assert client_of(leader).post(reverse("beat-edit", args=[foreign.pk]), {"name": "x"}).status_code == 404


def shift_fields(**changes: object) -> dict[str, object]:
    fields = {
        "code": "备",
        "name": "备勤",
        "key": "b",
        "starts_at": "20:00",
        "hours": "12",
        "counting_factor": "0.5",
        "colour": "slate",
        "position": 4,
        "is_active": "on",
    }
    return fields | changes


def test_shift_type_is_added_with_its_length_in_hours(station, leader, client_of):
    assert client_of(leader).post(reverse("shift-new"), shift_fields()).status_code == 302
    added = ShiftType.objects.get(code="备")
    assert (added.minutes, added.counted_minutes, added.hours_text) == (720, 360, "20:00–08:00 +1")
    assert added.unit == station.roster.unit


@pytest.mark.parametrize(
    ("field", "value"), [("code", "早"), ("key", "z"), ("key", "夜"), ("hours", "25"), ("counting_factor", "3")]
)
def test_shift_type_with_a_wrong_field_names_it(station, leader, client_of, field, value):
    response = client_of(leader).post(reverse("shift-new"), shift_fields(**{field: value}))
    assert response.status_code == 200
    assert response.context["form"].errors
    assert ShiftType.objects.count() == 3


def test_new_times_of_a_shift_type_move_the_duties_in_drafts(station, leader, client_of):
    duty = make_duty(station.roster, station.zhang, day(1), station.early)
    url = reverse("shift-edit", args=[station.early.pk])
    posted = shift_fields(code="早", name="早班", key="z", starts_at="07:00", hours="8", counting_factor="1")
    assert client_of(leader).post(url, posted).status_code == 302
    duty.refresh_from_db()
    station.early.refresh_from_db()
    assert (duty.starts, duty.ends) == station.early.span_on(day(1))


def test_times_of_a_published_shift_type_stay(station, leader, client_of):
    make_duty(station.roster, station.zhang, day(1), station.early)
    rosters.publish(by=leader, roster=station.roster)
    url = reverse("shift-edit", args=[station.early.pk])
    response = client_of(leader).post(url, shift_fields(code="早", key="z", starts_at="07:00", hours="8"))
    assert response.context["form"].errors["starts_at"]
    station.early.refresh_from_db()
    assert station.early.starts_at == dt.time(8)


def test_shift_type_in_use_is_put_out_of_use(station, leader, client_of):
    unused = make_shift_type(station.roster.unit, "备")
    client = client_of(leader)
    client.post(reverse("shift-delete", args=[unused.pk]))
    client.post(reverse("shift-delete", args=[station.early.pk]))
    assert not ShiftType.objects.filter(pk=unused.pk).exists()
    station.early.refresh_from_db()
    assert not station.early.is_active


# --- limits ------------------------------------------


def limit_fields(unit: object, **changes: object) -> dict[str, object]:
    row = WorkingTimeLimits()
    names = [field.name for field in row._meta.fields if field.name not in ("id", "unit", "staff_category")]
    return {"unit": unit, "staff_category": "", **{name: getattr(row, name) for name in names}} | changes


def test_brigade_sets_limits_for_a_squadron_and_publishing_keeps_to_them(
    station, county, brigade_staff, leader, client_of
):
    client = client_of(brigade_staff)
    posted = limit_fields(county.squadron.pk, rest_between_shifts=24)
    assert client.post(reverse("limits-new"), posted).status_code == 302
    for number in (1, 2):
        make_duty(station.roster, station.zhang, day(number), station.early)
    assert {p.code for p in rosters.publishing_problems(station.roster)} == {"rest"}
    row = WorkingTimeLimits.objects.get()
    client.post(reverse("limits-delete", args=[row.pk]))
    assert rosters.publishing_problems(station.roster) == []
    assert Duty.objects.count() == 2


def test_limits_of_a_foreign_unit_are_no_choice(county, leader, brigade_staff, client_of):
    response = client_of(brigade_staff).post(reverse("limits-new"), limit_fields(county.root.pk))
    assert response.context["form"].errors["unit"]
    assert client_of(leader).post(reverse("limits-new"), limit_fields(county.squadron.pk)).status_code == 403


def test_limits_page_shows_inherited_rows_to_the_leader_and_nobody_elses(county, leader, client_of):
    WorkingTimeLimits.objects.create(unit=county.brigade, hours_a_week=44)
    WorkingTimeLimits.objects.create(unit=county.other_squadron, hours_a_week=33)
    text = client_of(leader).get(reverse("limits-page")).content.decode()
    assert "44" in text
    assert county.other_squadron.label not in text
