"""Citizens' ID numbers (GB 11643-1999): check digit, birth date, sex, and the forms in which people type them."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from functools import lru_cache
from operator import mul

from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
OLDEST = dt.date(1900, 1, 1)
# What people put between the groups of digits: spaces, hyphens, the apostrophe that keeps a spreadsheet from counting.
# Marks of direction come along where a number is copied from a chat.
_SEPARATORS = re.compile(r"[\s\-'’‘`´_.·\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_LIKE_X = str.maketrans(dict.fromkeys("×ХΧ", "X"))  # the sign of multiplication, the Cyrillic and the Greek capital
_SHAPE = re.compile(r"[1-9][0-9]{16}[0-9X]")


def check_digit(first17: str) -> str:
    """The 18th character for the 17 digits before it (ISO 7064, MOD 11-2)."""
    # The numbers of a county share their divisions, birth dates and serials: each part is weighed once.
    return CHECK_DIGITS[(_weighed(first17[:6], 0) + _weighed(first17[6:14], 6) + _weighed(first17[14:], 14)) % 11]


@lru_cache(maxsize=50_000)
def _weighed(digits: str, place: int) -> int:
    """The digits, of which the first stands at `place`, times their weights, summed up."""
    return sum(map(mul, map(int, digits), WEIGHTS[place:]))


def normalise(text: str) -> str:
    """The 18-character form: half width, no separators, a capital X; 15 digits become 18.

    What is no ID number comes back tidied, for `problems` to judge.
    """
    if text.isascii() and _SHAPE.fullmatch(text):
        return text
    tidy = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()
    tidy = tidy[:-1] + tidy[-1:].translate(_LIKE_X)
    if len(tidy) == 15 and tidy.isascii() and tidy.isdigit():  # the old form, without century and check digit
        first17 = f"{tidy[:6]}19{tidy[6:]}"
        return first17 + check_digit(first17)
    return tidy


def birth_date(id_number: str) -> dt.date:
    """Day of birth in a normalised number. Raises ValueError where it is no day of the calendar."""
    return _day(id_number[6:14])


@lru_cache(maxsize=50_000)
def _day(digits: str) -> dt.date:
    return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def sex(id_number: str) -> str:
    """ "male" where the 17th digit is odd, else "female"."""
    return "male" if int(id_number[16]) % 2 else "female"


def problems(id_number: str, *, today: dt.date) -> list[Problem]:
    """What is wrong with a normalised number; at most one problem, the first that can be put right."""
    if not id_number:
        return [_problem("missing", _("The ID number is missing."))]
    if "*" in id_number:
        return [_problem("masked", _("The ID number is masked: the whole number is needed."))]
    if len(id_number) != 18:
        return [
            _problem("length", _("The ID number has %(count)d characters instead of 18.") % {"count": len(id_number)})
        ]
    if not (_SHAPE.fullmatch(id_number) and id_number.isascii()):
        return [_problem("characters", _("The ID number must be 17 digits and a digit or X at the end."))]
    return _birth_date_problems(id_number, today) or _check_digit_problems(id_number)


def _birth_date_problems(id_number: str, today: dt.date) -> list[Problem]:
    try:
        born = birth_date(id_number)
    except ValueError:
        born = dt.date.max
    if OLDEST <= born <= today:
        return []
    return [_problem("birth_date", _("Digits 7 to 14 of the ID number are no possible birth date."))]


def _check_digit_problems(id_number: str) -> list[Problem]:
    if check_digit(id_number[:17]) == id_number[17]:
        return []
    return [
        _problem(
            "check_digit",
            _("The check digit of the ID number doesn't match: at least one digit is mistyped."),
        )
    ]


def _problem(code: str, message: object) -> Problem:
    return Problem(f"id_number_{code}", message, field="id_number")


def invented_id_number(born: dt.date, sex: str, serial: int, division: str = "990101") -> str:
    """A well-formed number for an invented person; no division code begins with 99.

    `sex` is "male" or "female"; `serial` (0 to 499) keeps people of one day apart.
    """
    if not (0 <= serial < 500 and division.startswith("99")):
        raise ValueError("serial is 0 to 499 and the division code begins with 99")
    first17 = f"{division}{born:%Y%m%d}{serial * 2 + int(sex == 'male'):03d}"
    return first17 + check_digit(first17)
