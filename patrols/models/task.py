"""What a duty is for, and what members may do on their own (handbook D4, S3 Ⅰ).

Data from the law, in code because no station may change it.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class TaskKind(models.TextChoices):
    PATROL = "patrol", _("patrol")
    GUARD = "guard", _("guard post")
    SCHOOL_GATE = "school_gate", _("school-gate post")
    INSPECTION = "inspection", _("safety inspection")
    PUBLICITY = "publicity", _("publicity and education")
    MEDIATION = "mediation", _("mediation of disputes")
    ORDER = "order", _("keeping order")
    STANDBY = "standby", _("standby")
    CHECKS = "checks", _("checks of persons and vehicles")
    INTERCEPTION = "interception", _("interception")
    AMBUSH = "ambush", _("ambush")
    ESCORT = "escort", _("guarding and escorting suspects")
    CROWD = "crowd", _("crowd event")
    INTERROGATION = "interrogation", _("interrogation")
    SUMMONS = "summons", _("summons")
    DETENTION = "detention", _("restricting liberty")
    PENALTY = "penalty", _("penalties")
    FINE = "fine", _("fines")
    CASE_WORK = "case_work", _("case work")


NEEDS_OFFICER = (TaskKind.CHECKS, TaskKind.INTERCEPTION, TaskKind.AMBUSH, TaskKind.ESCORT, TaskKind.CROWD)
FORBIDDEN = (
    TaskKind.INTERROGATION,
    TaskKind.SUMMONS,
    TaskKind.DETENTION,
    TaskKind.PENALTY,
    TaskKind.FINE,
    TaskKind.CASE_WORK,
)
IN_PAIRS = (TaskKind.PATROL,)
LEAST_TOGETHER = 2

ALLOWED = tuple(kind for kind in TaskKind if kind not in FORBIDDEN)

# Why a kind is never a member's: the sentence that a refusal gives.
FORBIDDEN_BY: dict[str, Any] = {
    TaskKind.INTERROGATION: _(
        "only investigators of the public-security organ may interrogate (Criminal Procedure Law, art. 118)"
    ),
    TaskKind.SUMMONS: _("only the police may summon (Public Security Administration Punishments Law)"),
    TaskKind.DETENTION: _("nobody may restrict a citizen's liberty without a decision by law (Constitution, art. 37)"),
    TaskKind.PENALTY: _("only administrative organs may punish (Administrative Penalty Law, art. 17)"),
    TaskKind.FINE: _("only administrative organs may fine (Administrative Penalty Law, art. 17)"),
    TaskKind.CASE_WORK: _(
        "auxiliaries take no part in deciding or investigating cases (State Council General Office, 2016, no. 15)"
    ),
}
LED_BY_LAW = _(
    "members have no power of enforcement unless a sworn officer is present"
    " (State Council General Office, 2016, no. 15)"
)


def choices() -> list[tuple[str, list[tuple[str, Any]]]]:
    """The kinds that a need may have, those that need an officer apart."""
    ordinary = [(kind.value, kind.label) for kind in ALLOWED if kind not in NEEDS_OFFICER]
    led = [(kind.value, kind.label) for kind in NEEDS_OFFICER]
    return [(str(_("by members")), ordinary), (str(_("only led by a sworn officer")), led)]
