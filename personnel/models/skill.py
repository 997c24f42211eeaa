"""Skills that a beat may ask for, and who holds them, with the proof (handbook P8, D3)."""

from __future__ import annotations

import datetime as dt
from typing import Self

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianfang.platform.security import RowScopeOf
from personnel.models.member import Member
from teams.policy import Action
from teams.scope import ScopedQuerySet


class SkillKind(models.TextChoices):
    DRIVING = "driving", _("driving (C1 or higher)")
    MOTORCYCLE = "motorcycle", _("motorcycle")
    FIRST_AID = "first_aid", _("first aid")
    DOG_HANDLER = "dog_handler", _("dog handler")
    FIRE = "fire", _("fire fighting")
    WATER_RESCUE = "water_rescue", _("water rescue")
    DRONE = "drone", _("drone")
    RADIO = "radio", _("radio and video control")


class MemberSkillQuerySet(ScopedQuerySet):
    view_action = Action.MEMBER_VIEW
    unit_lookup = "member__unit"
    own_lookup = "member__user"

    def valid_until(self, day: dt.date) -> Self:
        """Skills whose proof still holds on that day."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=day))


@pghistory.track()
class MemberSkill(models.Model):
    """One member's skill; `valid_until` empty: it does not run out."""

    row_scope = RowScopeOf("personnel.Member", "member_id")

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="skills", verbose_name=_("member"))
    skill = models.CharField(_("skill"), max_length=12, choices=SkillKind.choices)
    proof = models.CharField(
        _("proof"), max_length=60, help_text=_("Licence or certificate, with its number or class.")
    )
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    objects = MemberSkillQuerySet.as_manager()

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ["skill"]
        constraints = [
            models.UniqueConstraint(fields=["member", "skill"], name="member_skill_once"),
            models.CheckConstraint(condition=Q(skill__in=SkillKind.values), name="member_skill_known"),
            models.CheckConstraint(condition=~Q(proof=""), name="member_skill_has_proof"),
        ]

    def __str__(self) -> str:
        return self.get_skill_display()
