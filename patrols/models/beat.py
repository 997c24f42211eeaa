"""Beats of three kinds: point, line, area (handbook D1)."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from teams.models import Unit
from teams.policy import Action
from teams.scope import ScopedQuerySet


class BeatKind(models.TextChoices):
    POINT = "point", _("point beat")
    LINE = "line", _("line beat")
    AREA = "area", _("area beat")


class BeatQuerySet(ScopedQuerySet):
    view_action = Action.COVER_VIEW


@pghistory.track()
class Beat(models.Model):
    """A place, a street or a district that the squadron keeps covered."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="beats", verbose_name=_("unit"))
    name = models.CharField(_("name"), max_length=40)
    kind = models.CharField(_("kind"), max_length=5, choices=BeatKind.choices)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = BeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("beat")
        verbose_name_plural = _("beats")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=BeatKind.values), name="beat_kind_known"),
            models.UniqueConstraint(fields=["unit", "name"], name="beat_name_once_a_unit"),
        ]

    def __str__(self) -> str:
        return self.name
