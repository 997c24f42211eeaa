"""The duty: where (beats), when (shift types), how many (cover), who (rosters and their duties)."""

from patrols.models.beat import Beat, BeatKind
from patrols.models.cover import CoverRequirement, HolidayRule
from patrols.models.limits import WorkingTimeLimits
from patrols.models.roster import DayRemark, Duty, DutyOrigin, Roster, RosterStatus, RosterVersion
from patrols.models.shift import ShiftColour, ShiftType

__all__ = [
    "Beat",
    "BeatKind",
    "CoverRequirement",
    "DayRemark",
    "Duty",
    "DutyOrigin",
    "HolidayRule",
    "Roster",
    "RosterStatus",
    "RosterVersion",
    "ShiftColour",
    "ShiftType",
    "WorkingTimeLimits",
]
