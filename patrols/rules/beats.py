"""Beats on the map: geometries as GeoJSON and as people type them, checkpoints, visit windows (handbook D1)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lianfang.platform.problems import Problem
from patrols.models import Beat, BeatKind, Checkpoint
from patrols.models.beat import GEOMETRY

Place = tuple[float, float]  # longitude, latitude in degrees
Window = tuple[dt.time, dt.time]

MOST_PLACES = 500
LEAST_PLACES = {BeatKind.POINT: 1, BeatKind.LINE: 2, BeatKind.AREA: 3}
WIDEST = 1.0  # degrees, about 100 km: a beat is smaller than a county
NUMBER = re.compile(r"-?\d{1,3}(?:\.\d+)?")
WINDOW = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-–—~～至]\s*(\d{1,2})[:：](\d{2})")


@dataclass(frozen=True)
class Stop:
    """A checkpoint with its visit windows."""

    checkpoint: Checkpoint
    windows: tuple[Window, ...] = ()


class Unreadable(ValueError):
    """A line of typed coordinates, or a window, that cannot be read; the argument is what was typed."""


def places_from_text(text: str) -> list[Place]:
    """One place a line, longitude before latitude: “118.0213, 36.4152”. Raises `Unreadable`."""
    places = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        numbers = NUMBER.findall(line)
        if len(numbers) != 2 or not re.fullmatch(r"[-\d.,，;；\s]+", line):
            raise Unreadable(line[:40])
        places.append((float(numbers[0]), float(numbers[1])))
    return places


def places_of(geometry: dict[str, Any] | None) -> list[Place]:
    """The places of a geometry as they are typed: a polygon without the last, which repeats its first."""
    if not geometry:
        return []
    found = geometry["coordinates"]
    rows = [found] if geometry["type"] == "Point" else found[0][:-1] if geometry["type"] == "Polygon" else found
    return [(row[0], row[1]) for row in rows]


def geometry_of(kind: str, places: list[Place]) -> dict[str, Any] | None:
    """GeoJSON for the kind of beat, its coordinates rounded to about a decimetre; None without places."""
    if not places:
        return None
    rows: Any = [[round(x, 6), round(y, 6)] for x, y in places]
    coordinates = {BeatKind.POINT: rows[0], BeatKind.LINE: rows, BeatKind.AREA: [[*rows, rows[0]]]}[BeatKind(kind)]
    return {"type": GEOMETRY[BeatKind(kind)], "coordinates": coordinates}


def windows_from_text(text: str) -> tuple[Window, ...]:
    """“08:00-08:30, 22:00-02:00”, full-width signs too. Raises `Unreadable`."""
    windows = []
    for part in filter(None, (part.strip() for part in re.split(r"[,，;；、\n]", text))):
        match = WINDOW.fullmatch(part)
        try:
            hours = [int(group) for group in match.groups()] if match else []
            windows.append((dt.time(hours[0], hours[1]), dt.time(hours[2], hours[3])))
        except (ValueError, IndexError):
            raise Unreadable(part[:40]) from None
    return tuple(windows)


def beat_problems(beat: Beat) -> list[Problem]:
    """Why the beat's geometry cannot stand; a beat need not be on the map."""
    if beat.geometry is None:
        return []
    if not _is_shaped(beat):
        text = _("The drawing does not fit a %(kind)s. Draw it anew.") % {"kind": beat.get_kind_display()}
        return [Problem("beat_shape", text, field="geometry")]
    return _place_problems(BeatKind(beat.kind), places_of(beat.geometry))


def _place_problems(kind: BeatKind, places: list[Place]) -> list[Problem]:
    if len(places) > MOST_PLACES:
        text = _("%(count)d places are too many, at most %(most)d.") % {"count": len(places), "most": MOST_PLACES}
        return [Problem("beat_size", text, field="geometry")]
    if len(set(places)) < LEAST_PLACES[kind]:
        text = _("A %(kind)s needs at least %(least)d different places.")
        facts = {"kind": kind.label, "least": LEAST_PLACES[kind]}
        return [Problem("beat_size", text % facts, field="geometry")]
    if not all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in places):
        text = _("A place is off the earth: longitude first (−180 to 180), then latitude (−90 to 90).")
        return [Problem("beat_range", text, field="geometry")]
    spread = max(max(row) - min(row) for row in zip(*places, strict=True))
    if spread > WIDEST:
        text = _("The beat would be over 100 km wide. Check the coordinates.")
        return [Problem("beat_range", text, field="geometry")]
    return []


def _is_shaped(beat: Beat) -> bool:
    """Whether the JSON is the GeoJSON of the beat's kind, down to its numbers."""
    geometry = beat.geometry
    if not isinstance(geometry, dict) or geometry.keys() != {"type", "coordinates"}:
        return False
    if geometry["type"] != GEOMETRY[BeatKind(beat.kind)]:
        return False
    found = geometry["coordinates"]
    if beat.kind == BeatKind.AREA:
        one_ring = isinstance(found, list) and len(found) == 1 and isinstance(found[0], list)
        return one_ring and all(map(_is_place, found[0])) and len(found[0]) > 1 and found[0][0] == found[0][-1]
    if beat.kind == BeatKind.LINE:
        return isinstance(found, list) and all(map(_is_place, found))
    return _is_place(found)


def _is_place(found: Any) -> bool:
    return (
        isinstance(found, list)
        and len(found) == 2
        and all(isinstance(number, int | float) and not isinstance(number, bool) for number in found)
    )


def stop_problems(stops: Collection[Stop]) -> list[Problem]:
    """Why the checkpoints make no sense, each problem with its row."""
    found, names = [], set()
    for number, stop in enumerate(stops, start=1):
        point = stop.checkpoint
        if point.name in names:
            found.append(Problem("checkpoint_twice", _("This name occurs twice."), "name", row=number))
        names.add(point.name)
        if (point.longitude is None) != (point.latitude is None):
            text = _("Give longitude and latitude, or neither.")
            found.append(Problem("checkpoint_place", text, "latitude", row=number))
        elif point.longitude is not None and not (abs(point.longitude) <= 180 and abs(point.latitude or 0) <= 90):
            text = _("A place is off the earth: longitude first (−180 to 180), then latitude (−90 to 90).")
            found.append(Problem("checkpoint_place", text, "longitude", row=number))
        if any(start == end for start, end in stop.windows):
            text = _("A visit window has a start and a later end, past midnight too.")
            found.append(Problem("checkpoint_window", text, "windows", row=number))
        if len({start for start, _end in stop.windows}) < len(stop.windows):
            text = _("Two visit windows begin at the same time.")
            found.append(Problem("checkpoint_window", text, "windows", row=number))
    return found
