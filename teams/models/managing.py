"""The managing bodies beside the unit tree: streets, towns, committees, their comprehensive offices (handbook T1)."""

from __future__ import annotations

import datetime as dt
from typing import Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class BodyKind(models.TextChoices):
    GOVERNMENT = "government", _("district or county government")
    TOWN = "town", _("street or town")
    COMMITTEE = "committee", _("neighbourhood or village committee")


class ManagingBodyQuerySet(models.QuerySet["ManagingBody"]):
    def in_tree_order(self) -> Self:
        """Governments, then towns, then committees, each by the name of the body above."""
        order = models.Case(*(models.When(kind=kind, then=n) for n, kind in enumerate(BodyKind.values)))
        return self.select_related("parent__parent").order_by(order, "parent__name", "name")

    def open(self, on: dt.date) -> Self:
        """Bodies not dissolved by that day."""
        return self.filter(Q(closed_on=None) | Q(closed_on__gt=on))


@pghistory.track()
class ManagingBody(models.Model):  # type: ignore[django-manager-missing]
    """A body of the government's line. It manages units of the force through its comprehensive office."""

    kind = models.CharField(_("kind"), max_length=12, choices=BodyKind.choices)
    name = models.CharField(_("name"), max_length=60)
    office_name = models.CharField(
        _("comprehensive office"), max_length=60, blank=True, help_text=_("Its comprehensive-management office.")
    )
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="below", verbose_name=_("body above")
    )
    closed_on = models.DateField(_("dissolved on"), null=True, blank=True)

    objects = ManagingBodyQuerySet.as_manager()

    class Meta:
        verbose_name = _("managing body")
        verbose_name_plural = _("managing bodies")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=BodyKind.values), name="managing_body_kind_known"),
            models.CheckConstraint(
                condition=~Q(kind=BodyKind.COMMITTEE) | Q(parent__isnull=False), name="managing_committee_has_town"
            ),
            models.CheckConstraint(
                condition=~Q(kind=BodyKind.GOVERNMENT) | Q(parent__isnull=True), name="managing_government_at_top"
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")), name="managing_body_not_above_itself"
            ),
            models.UniqueConstraint(
                fields=["parent", "name"],
                nulls_distinct=False,
                name="managing_body_once",
                violation_error_message=_("There is a body of this name already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def full_name(self) -> str:
        """The body with those above it: `城关街道 · 文化路社区`."""
        above = [self.parent.parent, self.parent] if self.parent else []
        return " · ".join(body.name for body in [*above, self] if body)

    def office(self) -> str:
        """The comprehensive office that acts for it: its own, else the one of the body above."""
        if self.office_name or self.parent is None:
            return self.office_name
        return self.parent.office()
