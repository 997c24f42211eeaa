"""What stands against letting a candidate pass a step: nothing, something still to be done, or a condition missed."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem

# Nothing that is done later makes these go away; whoever has one drops out, for that reason.
FINAL = frozenset(
    {
        "born_before",
        "born_after",
        "too_young",
        "education",
        "sex",
        "group",
        "below_pass_mark",
        "fitness_missed",
        "disqualified",
        "vetting_unfit",
        "objection_upheld",
    }
)


class Readiness(TextChoices):
    READY = "ready", _("may pass")
    WAITS = "waits", _("something is still to be done")
    OUT = "out", _("misses a condition")


def readiness(problems: Iterable[Problem]) -> Readiness:
    """Judged by the rules of the step; `problems` are what they found."""
    codes = {p.code for p in problems}
    if codes & FINAL:
        return Readiness.OUT
    return Readiness.WAITS if codes else Readiness.READY


def reason_to_drop(problems: Iterable[Problem]) -> str:
    """The conditions missed, as the reason of the outcome."""
    return "；".join(str(p.message) for p in problems if p.code in FINAL)[:200]
