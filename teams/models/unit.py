"""The unit tree: district → brigade → squadron → patrol group (handbook T1), with who manages and guides each (T2)."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

import pghistory
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node, MP_NodeManager, MP_NodeQuerySet

from teams.models.managing import ManagingBody
from teams.policy import Action
from teams.scope import ScopedQuerySet


class UnitKind(models.TextChoices):
    DISTRICT = "district", _("district")
    SUB_BUREAU = "sub_bureau", _("sub-bureau")
    BRIGADE = "brigade", _("brigade")
    SQUADRON = "squadron", _("squadron")
    GROUP = "group", _("patrol group")
    SUB_TEAM = "sub_team", _("sub-team (village)")


class UnitQuerySet(MP_NodeQuerySet, ScopedQuerySet):
    view_action = Action.UNIT_VIEW
    unit_lookup = ""

    def squadrons(self) -> Self:
        return self.filter(kind=UnitKind.SQUADRON)

    def named(self, text: str) -> Self:
        """Units whose name holds the text or whose code begins with it."""
        return self.filter(Q(name__contains=text) | Q(short_name__contains=text) | Q(code__startswith=text))

    def open(self, on: dt.date) -> Self:
        """Units not closed by that day."""
        return self.filter(Q(closed_on=None) | Q(closed_on__gt=on))


class UnitManager(MP_NodeManager):
    # treebeard's own methods disappear behind `from_queryset`.
    def get_queryset(self) -> UnitQuerySet:
        return UnitQuerySet(self.model, using=self._db).order_by("path")

    def visible_to(self, user: Any) -> UnitQuerySet:
        return self.get_queryset().visible_to(user)

    def manageable_by(self, user: Any, action: Action) -> UnitQuerySet:
        return self.get_queryset().manageable_by(user, action)

    def squadrons(self) -> UnitQuerySet:
        return self.get_queryset().squadrons()


@pghistory.track()
class Unit(MP_Node):
    """A unit of the force. Siblings stand in the order in which they were added."""

    code = models.CharField(
        _("unit code"),
        max_length=12,
        unique=True,
        validators=[RegexValidator(r"^\d{12}$", _("A unit code has 12 digits."))],
    )
    name = models.CharField(_("name"), max_length=80)
    short_name = models.CharField(_("short name"), max_length=20, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=UnitKind.choices)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    managing_body = models.ForeignKey(
        ManagingBody,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="units",
        verbose_name=_("managing body"),
        help_text=_("The government's line: the street or town, or the committee, whose office manages the unit."),
    )
    guiding_body = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="guided_units",
        verbose_name=_("guiding body"),
        help_text=_("The public-security line. Empty: the unit above."),
    )

    objects = UnitManager()  # type: ignore[misc, assignment]

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=UnitKind.values), name="unit_kind_known"),
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{12}$"), name="unit_code_12_digits"),
            models.CheckConstraint(
                condition=Q(guiding_body=None) | ~Q(guiding_body=F("id")), name="unit_not_guided_by_itself"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """What fits into a narrow place."""
        return self.short_name or self.name

    def guided_by(self) -> Unit | None:
        """Who guides it in the public-security line: the named unit, else the one above."""
        above: Unit | None = self.guiding_body or Unit.objects.get_parent(self)
        return above

    def squadron(self) -> Unit:
        """The squadron that rosters this unit: itself, or the nearest one above. A unit above squadrons is its own."""
        if self.kind in (UnitKind.GROUP, UnitKind.SUB_TEAM):
            above = [u for u in Unit.objects.get_ancestors(self) if u.kind == UnitKind.SQUADRON]
            return above[-1] if above else self
        return self

    def groups(self) -> models.QuerySet[Unit]:
        """The patrol groups below, in their order."""
        below: models.QuerySet[Unit] = Unit.objects.get_descendants(self).filter(
            kind__in=(UnitKind.GROUP, UnitKind.SUB_TEAM)
        )
        return below
