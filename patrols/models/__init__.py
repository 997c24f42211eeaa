"""The duty: where (beats), when (shift types), how many (cover), who (rosters and their duties)."""

from patrols.models.beat import Beat, BeatKind, Checkpoint, Risk, VisitWindow
from patrols.models.cover import CoverRequirement, CoverSkill, HolidayRule
from patrols.models.exception import EmergencyException, WaivableLimit
from patrols.models.feed import CalendarFeed
from patrols.models.limits import HoursPeriod, WorkingTimeLimits
from patrols.models.officer import NeedLead, OfficerAvailability, SwornOfficer
from patrols.models.roster import DayRemark, Duty, DutyOrigin, Roster, RosterStatus, RosterVersion
from patrols.models.roster_rule import Grounds, RosterRule, RuleKind
from patrols.models.rota import Rota
from patrols.models.shift import ShiftColour, ShiftType
from patrols.models.task import TaskKind
from patrols.models.wish import Wish, WishWeight

__all__ = [
    "Beat",
    "BeatKind",
    "CalendarFeed",
    "Checkpoint",
    "CoverRequirement",
    "CoverSkill",
    "DayRemark",
    "Duty",
    "DutyOrigin",
    "EmergencyException",
    "Grounds",
    "HolidayRule",
    "HoursPeriod",
    "NeedLead",
    "OfficerAvailability",
    "Risk",
    "Roster",
    "RosterRule",
    "RosterStatus",
    "RosterVersion",
    "Rota",
    "RuleKind",
    "ShiftColour",
    "ShiftType",
    "SwornOfficer",
    "TaskKind",
    "VisitWindow",
    "WaivableLimit",
    "Wish",
    "WishWeight",
    "WorkingTimeLimits",
]
