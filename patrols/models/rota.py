"""Rotas by pattern: four crews three shifts, three crews two shifts, 24 on 48 off (handbook D8)."""

from __future__ import annotations

import datetime as dt

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from teams.models import Unit
from teams.policy import Action
from teams.scope import ScopedQuerySet

OFF = ""  # a day of the pattern without duty
LONGEST_PATTERN = 56  # days: eight weeks
MOST_CREWS = 12


class RotaQuerySet(ScopedQuerySet):
    view_action = Action.COVER_VIEW


@pghistory.track()
class Rota(models.Model):
    """A pattern of shift codes that repeats, and the day of it on which each crew begins."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="rotas", verbose_name=_("squadron"))
    name = models.CharField(_("name"), max_length=30)
    pattern = ArrayField(models.CharField(max_length=2, blank=True), verbose_name=_("pattern"))
    offsets = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("crews"))

    objects = RotaQuerySet.as_manager()

    class Meta:
        verbose_name = _("rota")
        verbose_name_plural = _("rotas")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="rota_name_once_a_unit"),
            models.CheckConstraint(
                condition=Q(pattern__len__gte=1, pattern__len__lte=LONGEST_PATTERN), name="rota_has_a_pattern"
            ),
            models.CheckConstraint(
                condition=Q(offsets__len__gte=1, offsets__len__lte=MOST_CREWS), name="rota_has_crews"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def crew_count(self) -> int:
        return len(self.offsets)

    def code_on(self, crew: int, start: dt.date, day: dt.date) -> str:
        """The shift code of a crew (0 is the first) on a day, when the pattern begins on `start`; OFF when free."""
        position: int = ((day - start).days + self.offsets[crew]) % len(self.pattern)
        return self.pattern[position]
