"""Beats on the map, checkpoints and visit windows (handbook D1)."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings
from django.urls import reverse

from lianfang.platform.problems import Refused
from patrols.models import Beat, Checkpoint, VisitWindow
from patrols.rules.beats import Unreadable, beat_problems, geometry_of, places_of, windows_from_text
from patrols.services import cover
from tests.factories import make_beat

pytestmark = pytest.mark.django_db

LINE = "118.0213, 36.4152\n118.0251, 36.4160\n118.0300, 36.4171"


def posted(**changes):
    stops = {"checkpoints-TOTAL_FORMS": 0, "checkpoints-INITIAL_FORMS": 0}
    return (
        {"name": "滨河路夜巡线", "kind": "line", "risk": "medium", "position": 1, "is_active": "on"} | stops | changes
    )


def edit(client, beat, **changes):
    return client.post(reverse("beat-edit", args=[beat.pk]), posted(**changes))


@pytest.fixture
def beat(station):
    return station.beat


def test_line_is_typed_as_coordinates_and_kept_as_geojson(beat, leader, client_of):
    assert edit(client_of(leader), beat, geometry=LINE).status_code == 302
    beat.refresh_from_db()
    assert beat.geometry["type"] == "LineString"
    assert beat.geometry["coordinates"][0] == [118.0213, 36.4152]
    assert beat.risk == "medium"
    page = client_of(leader).get(reverse("beat-edit", args=[beat.pk]))
    assert page.context["form"]["geometry"].value() == "118.0213, 36.4152\n118.0251, 36.416\n118.03, 36.4171"


def test_area_is_closed_by_itself():
    geometry = geometry_of("area", [(118.0, 36.0), (118.1, 36.0), (118.1, 36.1)])
    assert geometry["coordinates"][0][0] == geometry["coordinates"][0][-1]
    assert places_of(geometry) == [(118.0, 36.0), (118.1, 36.0), (118.1, 36.1)]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("line", "118.02, 36.41"),
        ("line", "118.02, 36.41\n118.02, 36.41"),
        ("area", "118.02, 36.41\n118.03, 36.41"),
        ("point", LINE),
        ("point", "36.41, 118.02"),
        ("point", "somewhere"),
        ("point", "118.02"),
        ("line", "118, 36\n121, 36"),
        ("line", "\n".join(f"118.{n:04d}, 36.4" for n in range(501))),
    ],
)
def test_unsound_drawing_is_refused_and_stays_typed(beat, leader, client_of, kind, text):
    response = edit(client_of(leader), beat, kind=kind, geometry=text, name="新名")
    assert response.status_code == 200
    assert response.context["form"].errors["geometry"]
    assert response.context["form"]["geometry"].value() == text
    assert response.context["form"]["name"].value() == "新名"
    beat.refresh_from_db()
    assert beat.geometry is None


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": [118, 36]},
        {"type": "LineString", "coordinates": [["a", "b"], [1, 2]]},
        {"type": "LineString", "coordinates": "x"},
        {"type": "LineString", "coordinates": [[118, 36], [118.1, True]]},
        {"type": "LineString"},
        [],
        "LineString",
    ],
)
def test_service_refuses_json_that_is_no_line(beat, leader, geometry):
    beat.geometry = geometry
    assert [problem.field for problem in beat_problems(beat)] == ["geometry"]
    with pytest.raises(Refused):
        cover.save_beat(by=leader, beat=beat)


@pytest.mark.parametrize("geometry", [{"type": "Point", "coordinates": [118, 36]}, [], "x", {"a": 1}, 7])
def test_database_refuses_a_geometry_of_another_kind(beat, geometry):
    with pytest.raises(IntegrityError, match="beat_geometry_fits_kind"), transaction.atomic():
        Beat.objects.filter(pk=beat.pk).update(geometry=geometry)


def test_checkpoints_are_kept_with_windows_across_midnight(beat, leader, client_of):
    stops = {
        "checkpoints-TOTAL_FORMS": 2,
        "checkpoints-0-name": "建行门口",
        "checkpoints-0-position": 1,
        "checkpoints-0-longitude": 118.02,
        "checkpoints-0-latitude": 36.41,
        "checkpoints-0-windows": "16:00-16:30，22：00~02:00",
        "checkpoints-1-name": "",
    }
    client = client_of(leader)
    assert edit(client, beat, **stops).status_code == 302
    stop = beat.checkpoints.get()
    assert stop.windows_text == "16:00-16:30, 22:00-02:00"
    assert edit(client, beat, **stops | {"checkpoints-0-name": "工行门口"}).status_code == 302
    text = client.get(reverse("beat-map")).content.decode()
    assert "22:00-02:00" in text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("windows", "8点到9点"),
        ("windows", "25:00-26:00"),
        ("windows", "08:00-08:00"),
        ("latitude", ""),
        ("longitude", 200),
    ],
)
def test_wrong_checkpoint_names_its_field_and_saves_nothing(beat, leader, client_of, field, value):
    stop = {"name": "建行门口", "position": 1, "longitude": 118.02, "latitude": 36.41, "windows": ""} | {field: value}
    rows = {f"checkpoints-0-{name}": value for name, value in stop.items()}
    response = edit(client_of(leader), beat, name="新名", **rows | {"checkpoints-TOTAL_FORMS": 1})
    assert response.context["stops"].forms[0].errors[field]
    assert not Checkpoint.objects.exists()
    beat.refresh_from_db()
    assert beat.name != "新名"


def test_checkpoint_of_another_beat_cannot_be_changed(beat, county, leader, client_of):
    foreign = Checkpoint.objects.create(beat=make_beat(county.other_squadron), name="外")
    rows = {
        "checkpoints-TOTAL_FORMS": 1,
        "checkpoints-INITIAL_FORMS": 1,
        "checkpoints-0-id": foreign.pk,
        "checkpoints-0-name": "改",
    }
    edit(client_of(leader), beat, **rows)
    foreign.refresh_from_db()
    assert foreign.name == "外"


def test_windows_are_read_in_the_ways_people_write_them():
    assert windows_from_text("8:00至8:30；22:00—2:00") == ((dt.time(8), dt.time(8, 30)), (dt.time(22), dt.time(2)))
    with pytest.raises(Unreadable):
        windows_from_text("晚上")


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"name": ""}, "checkpoint_has_name"),
        ({"longitude": 1.0}, "checkpoint_on_earth"),
        ({"longitude": 200.0, "latitude": 0.0}, "checkpoint_on_earth"),
    ],
)
def test_checkpoint_that_makes_no_sense_is_refused_by_the_database(beat, values, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Checkpoint.objects.create(**({"beat": beat, "name": "x"} | values))


def test_window_without_length_is_refused_by_the_database(beat):
    stop = Checkpoint.objects.create(beat=beat, name="x")
    with pytest.raises(IntegrityError, match="visit_window_has_length"), transaction.atomic():
        VisitWindow.objects.create(checkpoint=stop, starts_at=dt.time(8), ends_at=dt.time(8))


def test_map_holds_the_squadrons_beats_and_no_others(beat, county, leader, brigade_staff, client_of):
    make_beat(county.other_squadron, "别队巡线")
    Beat.objects.filter(pk=beat.pk).update(geometry=geometry_of("line", [(118.0, 36.0), (118.1, 36.1)]))
    page = client_of(leader).get(reverse("beat-map"))
    (drawn,) = json.loads(page.context["map"]["beats"])
    assert drawn["geometry"]["type"] == "LineString"
    assert drawn["url"]
    assert "别队巡线" not in page.content.decode()
    read_only = client_of(brigade_staff).get(reverse("beat-map"), {"unit": county.squadron.pk})
    assert json.loads(read_only.context["map"]["beats"])[0]["url"] == reverse("beat-page", args=[beat.pk])


def test_map_works_without_tiles_and_fetches_nothing(beat, leader, client_of):
    response = client_of(leader).get(reverse("beat-map"))
    assert 'data-tiles=""' in response.content.decode()
    assert "http" not in response.headers["Content-Security-Policy"]


@override_settings(MAP_TILES="https://tiles.example/{z}/{x}/{y}.png")
def test_map_names_the_tiles_that_are_set(beat, leader, client_of):
    assert "https://tiles.example/" in client_of(leader).get(reverse("beat-map")).content.decode()
