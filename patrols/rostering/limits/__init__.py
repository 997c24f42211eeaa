"""All limits. A new one is one class in one of these modules, exported here, and its test."""

from patrols.rostering.limits.base import Limit
from patrols.rostering.limits.fairness import FairShare
from patrols.rostering.limits.needs import InPairs, OfficerLed
from patrols.rostering.limits.people import (
    Absent,
    Certificate,
    CrewTogether,
    NotPaired,
    Protected,
    Skilled,
    TrainingShare,
    Wishes,
)
from patrols.rostering.limits.runs import (
    ConsecutiveDays,
    ConsecutiveNights,
    DaysOff,
    ForbiddenSuccession,
    ShiftCount,
    Weekends,
    WeeklyRest,
)
from patrols.rostering.limits.times import HoursADay, HoursInSpan, Overlap, Rest

__all__ = [
    "Absent",
    "Certificate",
    "ConsecutiveDays",
    "ConsecutiveNights",
    "CrewTogether",
    "DaysOff",
    "FairShare",
    "ForbiddenSuccession",
    "HoursADay",
    "HoursInSpan",
    "InPairs",
    "Limit",
    "NotPaired",
    "OfficerLed",
    "Overlap",
    "Protected",
    "Rest",
    "ShiftCount",
    "Skilled",
    "TrainingShare",
    "Weekends",
    "WeeklyRest",
    "Wishes",
]
