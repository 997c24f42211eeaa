"""How long a probation may be (劳动合同法 art. 19)."""

from __future__ import annotations

import datetime as dt

import pytest

from personnel.rules.recruitment.hiring import longest_probation


@pytest.mark.parametrize(
    ("until", "longest"),
    [
        (dt.date(2027, 12, 30), dt.date(2026, 2, 28)),
        (dt.date(2026, 12, 31), dt.date(2026, 2, 28)),
        (dt.date(2026, 12, 30), dt.date(2026, 1, 31)),
        (dt.date.max, dt.date(2026, 6, 30)),
        (None, dt.date(2026, 6, 30)),
    ],
)
def test_probation_of_a_contract(until: dt.date | None, longest: dt.date) -> None:
    assert longest_probation(dt.date(2026, 1, 1), until) == longest


@pytest.mark.parametrize("day", [dt.date.min, dt.date.max])
def test_probation_at_the_ends_of_the_calendar(day: dt.date) -> None:
    """No such contract makes sense, and none may crash the page."""
    longest_probation(day, day)
