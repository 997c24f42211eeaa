"""The adapter to the published instances: reads them, refuses what it would misread, writes what was found."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from bench import published
from bench.curtois import read_instance
from patrols.rostering import Wish

INSTANCE = """# invented
SECTION_HORIZON
7

SECTION_SHIFTS
E,480,
L,480,E

SECTION_STAFF
A,E=7|L=2,2400,960,5,2,2,1
B,E=7|L=7,2400,960,5,2,2,1

SECTION_DAYS_OFF
A,3

SECTION_SHIFT_ON_REQUESTS
A,0,E,2

SECTION_SHIFT_OFF_REQUESTS
B,1,L,3

SECTION_COVER
{cover}
"""
COVER = "\n".join(f"{day},{shift},1,100,1" for day in range(7) for shift in "EL")


@pytest.fixture
def directory(tmp_path):
    (tmp_path / "Instance1.txt").write_text(INSTANCE.format(cover=COVER))
    return tmp_path


def test_each_section_is_read(directory):
    problem = read_instance(directory / "Instance1.txt")
    assert (len(problem.days), [person.id for person in problem.people], len(problem.needs)) == (7, ["A", "B"], 14)
    assert problem.person["A"].wishes == (Wish(0, "E", wants=True, weight=2),)
    assert problem.person["B"].wishes == (Wish(1, "L", wants=False, weight=3),)
    assert [(period.start, period.end) for period in problem.person["A"].unavailable] == [(3 * 1440, 4 * 1440)]
    assert Counter(type(limit).__name__ for limit in problem.limits) == Counter(
        "Absent Wishes ForbiddenSuccession HoursInSpan ConsecutiveDays DaysOff Weekends ShiftCount".split()  # noqa: SIM905
    )


def test_what_no_cover_is_given_for_may_be_worked_and_costs_nothing(directory):
    (directory / "Instance1.txt").write_text(INSTANCE.format(cover="0,E,1,100,1"))
    problem = read_instance(directory / "Instance1.txt")
    free = [need for need in problem.needs if (need.day, need.shift) != (0, "E")]
    assert len(free) == 13
    assert {(need.ideal, need.weight_minimum, need.weight_over) for need in free} == {(0, 0, 0)}


@pytest.mark.parametrize(("right", "wrong"), [("A,3", "C,3"), ("A,0,E,2", "C,0,E,2"), ("B,1,L,3", "B,7,L,3")])
def test_unknown_names_and_days_are_refused(directory, right, wrong):
    (directory / "Instance1.txt").write_text(INSTANCE.format(cover=COVER).replace(right, wrong))
    with pytest.raises(ValueError, match=r"staff|unknown day"):
        read_instance(directory / "Instance1.txt")


def test_a_line_and_a_roster_for_each_instance(directory, capsys):
    assert published.main([str(directory), "--seconds", "5"]) == 0
    line = json.loads(capsys.readouterr().out)
    assert (line["instance"], line["violations"], line["status"]) == ("1", 0, "optimal")
    assert line["objective"] == line["bound"]
    rows = (directory / "out" / "1.csv").read_text().splitlines()
    assert rows[0] == "employee,day,shift"
    assert "A,0,E" in rows


def test_an_instance_that_is_not_there_is_said(directory, capsys):
    assert published.main([str(directory), "--instances", "1,3"]) == 2
    assert "3" in capsys.readouterr().err
