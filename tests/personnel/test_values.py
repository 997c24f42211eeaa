"""Numbers in a date column that are no dates."""

from __future__ import annotations

import pytest

from personnel.roster_workbook import values


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -1e300, 1234567890.4, 2019.00000000001, -0.5])
def test_number_that_is_no_date_is_unreadable(number: float) -> None:
    with pytest.raises(values.UnreadableError):
        values.date(number)
