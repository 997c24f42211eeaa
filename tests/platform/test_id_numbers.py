"""ID numbers as GB 11643 has them."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as given_by
from hypothesis import strategies as st

from lianfang.platform import id_numbers
from lianfang.platform.id_numbers import check_digit, invented_id_number, normalise, problems

TODAY = dt.date(2026, 11, 21)
DAYS = st.dates(dt.date(1900, 1, 1), TODAY)
NUMBERS = st.builds(invented_id_number, DAYS, st.sampled_from(["male", "female"]), st.integers(0, 499))


def given(*strategies):
    """Without a clock: the machine that runs the suite may be busy."""
    unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    return lambda test: unhurried(given_by(*strategies)(test))


def codes(text):
    return [p.code for p in problems(normalise(text), today=TODAY)]


def test_check_digit_of_the_standards_own_examples():
    assert check_digit("11010519491231002") == "X"
    assert check_digit("44052418800101001") == "4"


@given(NUMBERS)
def test_invented_number_is_well_formed(number):
    assert problems(number, today=TODAY) == []


@given(DAYS, st.sampled_from(["male", "female"]), st.integers(0, 499))
def test_birth_date_and_sex_come_back(born, sex, serial):
    number = invented_id_number(born, sex, serial)
    assert id_numbers.birth_date(number) == born
    assert id_numbers.sex(number) == sex


@given(NUMBERS, st.integers(0, 17), st.integers(1, 9))
def test_one_mistyped_digit_is_always_found(number, place, shift):
    old = number[place]
    new = "7" if old == "X" else str((int(old) + shift) % 10)
    wrong = number[:place] + new + number[place + 1 :]
    assert problems(wrong, today=TODAY) != []


@given(NUMBERS, st.integers(0, 15))
def test_two_neighbours_swapped_are_always_found(number, place):
    a, b = number[place], number[place + 1]
    if a != b:
        assert problems(number[:place] + b + a + number[place + 2 :], today=TODAY) != []


@given(NUMBERS)
def test_every_way_of_typing_means_the_same_number(number):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    for typed in (number.lower(), wide, f" {number[:6]} {number[6:14]}\u3000{number[14:]} ", f"'{number}"):
        assert normalise(typed) == number


@given(st.dates(dt.date(1900, 1, 1), dt.date(1999, 12, 31)), st.integers(0, 499))
def test_old_15_digits_become_18(born, serial):
    number = invented_id_number(born, "male", serial)
    assert normalise(number[:6] + number[8:17]) == number


@given(st.text(max_size=30))
def test_any_text_is_judged_without_an_error(text):
    problems(normalise(text), today=TODAY)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "id_number_missing"),
        ("990***********12", "id_number_masked"),
        ("9901011990", "id_number_length"),
        ("99010119900101A01X", "id_number_characters"),
        ("99010119901301001X", "id_number_birth_date"),
        ("99010119900230001X", "id_number_birth_date"),
        ("990101203001010011", "id_number_birth_date"),
        ("990101189912310011", "id_number_birth_date"),
        ("٩٩٠١٠١١٩٩٠٠١٠١٠٠١١", "id_number_characters"),
    ],
)
def test_problem_names_the_first_thing_wrong(text, code):
    assert codes(text) == [code]


def test_problem_never_repeats_the_number():
    wrong = invented_id_number(dt.date(1990, 1, 1), "male", 1)
    wrong = wrong[:17] + ("0" if wrong[17] != "0" else "1")
    assert "1990" not in str(problems(wrong, today=TODAY)[0].message)
