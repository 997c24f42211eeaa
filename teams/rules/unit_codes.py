"""Unit codes of twelve digits, counted on below the unit above where a station names none (handbook T1)."""

from __future__ import annotations

from collections.abc import Container

LENGTH, DIVISION = 12, 6


def whole_code(text: str) -> str | None:
    """A code as typed: twelve digits, or the division's six with zeros behind; None for anything else."""
    if not text.isascii() or not text.isdecimal() or len(text) not in (DIVISION, LENGTH):
        return None
    return text.ljust(LENGTH, "0")


def next_code(above: str, taken: Container[str]) -> str:
    """The next free code below `above`: two digits a level, as 990101 → 99010101 → 9901010101."""
    used = len(above.rstrip("0"))
    start = max(DIVISION, used + used % 2)
    if start < LENGTH:
        for number in range(1, 100):
            code = f"{above[:start]}{number:02d}".ljust(LENGTH, "0")
            if code not in taken:
                return code
    number = int(above) + 1
    while f"{number:0{LENGTH}d}" in taken:
        number += 1
    return f"{number:0{LENGTH}d}"[-LENGTH:]
