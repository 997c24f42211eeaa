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


class Risk(models.TextChoices):
    LOW = "low", _("low risk")
    MEDIUM = "medium", _("medium risk")
    HIGH = "high", _("high risk")


# A beat's kind and the GeoJSON geometry that draws it.
GEOMETRY = {BeatKind.POINT: "Point", BeatKind.LINE: "LineString", BeatKind.AREA: "Polygon"}


class BeatQuerySet(ScopedQuerySet):
    view_action = Action.COVER_VIEW


@pghistory.track()
class Beat(models.Model):
    """A place, a street or a district that the squadron keeps covered."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="beats", verbose_name=_("unit"))
    name = models.CharField(_("name"), max_length=40)
    kind = models.CharField(_("kind"), max_length=5, choices=BeatKind.choices)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    risk = models.CharField(_("risk level"), max_length=6, choices=Risk.choices, default=Risk.LOW)
    # GeoJSON: {"type", "coordinates"}, longitude before latitude, WGS 84; `rules.beats` says what is sound.
    geometry = models.JSONField(_("on the map"), null=True, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = BeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("beat")
        verbose_name_plural = _("beats")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=BeatKind.values), name="beat_kind_known"),
            models.CheckConstraint(condition=Q(risk__in=Risk.values), name="beat_risk_known"),
            models.CheckConstraint(
                # `has_key` first: where there is no type, a comparison alone would be NULL and so pass.
                condition=Q(geometry__isnull=True)
                | Q(
                    Q(kind=BeatKind.POINT, geometry__type="Point")
                    | Q(kind=BeatKind.LINE, geometry__type="LineString")
                    | Q(kind=BeatKind.AREA, geometry__type="Polygon"),
                    geometry__has_key="type",
                ),
                name="beat_geometry_fits_kind",
            ),
            models.UniqueConstraint(fields=["unit", "name"], name="beat_name_once_a_unit"),
        ]

    def __str__(self) -> str:
        return self.name


class CheckpointQuerySet(ScopedQuerySet):
    view_action = Action.COVER_VIEW
    unit_lookup = "beat__unit"


@pghistory.track()
class Checkpoint(models.Model):
    """A place that a patrol must pass 必巡点, in an order, within visit windows."""

    beat = models.ForeignKey(Beat, on_delete=models.CASCADE, related_name="checkpoints", verbose_name=_("beat"))
    name = models.CharField(_("name"), max_length=40)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)

    objects = CheckpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["beat", "name"], name="checkpoint_name_once_a_beat"),
            models.CheckConstraint(condition=~Q(name=""), name="checkpoint_has_name"),
            models.CheckConstraint(
                condition=Q(longitude=None, latitude=None)
                | Q(
                    # Asked for, because a comparison with NULL would pass.
                    longitude__isnull=False,
                    latitude__isnull=False,
                    longitude__range=(-180, 180),
                    latitude__range=(-90, 90),
                ),
                name="checkpoint_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def windows_text(self) -> str:
        """“16:00-16:30, 22:00-02:00”, as the form takes it."""
        return ", ".join(str(window) for window in self.windows.all())


@pghistory.track()
class VisitWindow(models.Model):
    """When a checkpoint is to be passed; one that ends before it starts crosses midnight."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="windows")
    starts_at = models.TimeField(_("from"))
    ends_at = models.TimeField(_("until"))

    class Meta:
        verbose_name = _("visit window")
        verbose_name_plural = _("visit windows")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["checkpoint", "starts_at"], name="visit_window_once"),
            models.CheckConstraint(condition=~Q(ends_at=models.F("starts_at")), name="visit_window_has_length"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%H:%M}-{self.ends_at:%H:%M}"
