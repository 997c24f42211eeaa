"""Changes of a member's status: suspended, back in service, gone (handbook P11)."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianfang.platform.security import RowScopeOf
from personnel.models.member import Member, MemberStatus
from teams.policy import Action
from teams.scope import ScopedQuerySet


class StatusChangeKind(models.TextChoices):
    SUSPEND = "suspend", _("suspended from duty")
    RESUME = "resume", _("back in service")
    RESIGN = "resign", _("resigned")
    EXPIRE = "expire", _("contract ended")
    DISMISS = "dismiss", _("dismissed")
    REHIRE = "rehire", _("taken on again")


EXITS = (StatusChangeKind.RESIGN, StatusChangeKind.EXPIRE, StatusChangeKind.DISMISS)
STATUS_AFTER = {
    StatusChangeKind.SUSPEND: MemberStatus.SUSPENDED,
    StatusChangeKind.RESUME: MemberStatus.ACTIVE,
    StatusChangeKind.REHIRE: MemberStatus.ACTIVE,
    **dict.fromkeys(EXITS, MemberStatus.LEFT),
}


class StatusChangeQuerySet(ScopedQuerySet):
    view_action = Action.MEMBER_VIEW
    unit_lookup = "member__unit"
    own_lookup = "member__user"


@pghistory.track()
class StatusChange(models.Model):
    """One dated change with its reason and the document behind it. A member who left on a day no longer serves then."""

    row_scope = RowScopeOf("personnel.Member", "member_id")

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="status_changes")
    kind = models.CharField(_("kind"), max_length=7, choices=StatusChangeKind.choices)
    on = models.DateField(_("from"))
    reason = models.CharField(_("reason"), max_length=200)
    document = models.CharField(_("document"), max_length=80, blank=True)  # its number, as filed

    # Of one who is taken on again: the engagement that ended before.
    served_from = models.DateField(_("served from"), null=True, blank=True, editable=False)
    served_until = models.DateField(_("served until"), null=True, blank=True, editable=False)

    objects = StatusChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("status change")
        verbose_name_plural = _("status changes")
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=StatusChangeKind.values), name="status_change_kind_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="status_change_has_reason"),
            models.CheckConstraint(
                condition=Q(kind=StatusChangeKind.REHIRE, served_until__isnull=False, on__gte=F("served_until"))
                | (~Q(kind=StatusChangeKind.REHIRE) & Q(served_from=None, served_until=None)),
                name="rehire_follows_an_engagement",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())
