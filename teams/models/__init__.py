"""The organisation: units, accounts and their posts, the work calendar."""

from teams.models.account import Post, User
from teams.models.calendar import CalendarDay, DayKind
from teams.models.figures import YearlyFigures
from teams.models.leaders import Line, UnitLeader
from teams.models.managing import BodyKind, ManagingBody
from teams.models.quota import FloorLevel, StaffingStandard, StandardKind
from teams.models.trail import FailedSignIn, HistoryEntry, SignIn
from teams.models.unit import Unit, UnitKind

__all__ = [
    "BodyKind",
    "CalendarDay",
    "DayKind",
    "FailedSignIn",
    "FloorLevel",
    "HistoryEntry",
    "Line",
    "ManagingBody",
    "Post",
    "SignIn",
    "StaffingStandard",
    "StandardKind",
    "Unit",
    "UnitKind",
    "UnitLeader",
    "User",
    "YearlyFigures",
]
