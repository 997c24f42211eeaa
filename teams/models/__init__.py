"""The organisation: units, accounts and their posts, the work calendar."""

from teams.models.account import Post, User
from teams.models.calendar import CalendarDay, DayKind
from teams.models.trail import FailedSignIn, HistoryEntry, SignIn
from teams.models.unit import Unit, UnitKind

__all__ = ["CalendarDay", "DayKind", "FailedSignIn", "HistoryEntry", "Post", "SignIn", "Unit", "UnitKind", "User"]
