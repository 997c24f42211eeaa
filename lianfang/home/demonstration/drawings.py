"""Where the invented beats lie: simple shapes about an invented place, with a checkpoint or two on each line."""

from __future__ import annotations

import datetime as dt
from typing import Any

from patrols.models import BeatKind, Checkpoint, Risk
from patrols.rules.beats import Place, Stop, geometry_of

# Open desert: no real street is drawn as anybody's beat.
WEST, SOUTH = 101.20, 41.60
SHAPES: dict[str, tuple[Place, ...]] = {
    BeatKind.POINT: ((0.004, 0.003),),
    BeatKind.LINE: ((0.0, 0.0), (0.006, 0.001), (0.010, 0.005), (0.016, 0.006)),
    BeatKind.AREA: ((0.0, 0.0), (0.018, 0.002), (0.020, 0.013), (0.008, 0.016), (-0.001, 0.010)),
}
NIGHT_WINDOWS = ((dt.time(22), dt.time(23, 30)), (dt.time(1), dt.time(2, 30)))
DAY_WINDOWS = ((dt.time(9), dt.time(11)), (dt.time(15), dt.time(17)))


def drawing(kind: str, squadron: int, position: int) -> dict[str, Any] | None:
    """The geometry of the squadron's beat at that position; areas lie beneath, the others beside one another."""
    return geometry_of(kind, _places(kind, squadron, position))


def stops(name: str, kind: str, squadron: int, position: int) -> list[Stop]:
    """The first and last places of a line; at night by night's windows."""
    if kind != BeatKind.LINE:
        return []
    places = _places(kind, squadron, position)
    windows = NIGHT_WINDOWS if "夜" in name else DAY_WINDOWS
    ends = ((1, "起点", places[0]), (2, "终点", places[-1]))
    return [
        Stop(Checkpoint(name=label, position=order, longitude=round(x, 6), latitude=round(y, 6)), windows)
        for order, label, (x, y) in ends
    ]


def risk_of(name: str) -> Risk:
    """Markets and stations draw thieves; patrols at night come next."""
    if "市场" in name or "站" in name:
        return Risk.HIGH
    return Risk.MEDIUM if "夜" in name else Risk.LOW


def _places(kind: str, squadron: int, position: int) -> list[Place]:
    column, row = divmod(squadron, 4)
    west, south = WEST + 0.06 * column, SOUTH + 0.05 * row
    shift = 0.0 if kind == BeatKind.AREA else 0.003 * position
    return [(west + x + 0.5 * shift, south + y + shift) for x, y in SHAPES[kind]]
