"""What the security and the audit administrator look at: lock-outs, sign-ins, the history of every row."""

from __future__ import annotations

import pghistory
from axes.models import AccessAttempt, AccessLog
from django.utils.translation import gettext_lazy as _
from pghistory.models import Context


@pghistory.track(fields=["username", "ip_address", "failures_since_start"], model_name="FailedSignInEvent")
class FailedSignIn(AccessAttempt):
    """Wrong passwords for one name from one address, counted by django-axes; the history says who lifted them."""

    class Meta:
        proxy = True
        verbose_name = _("failed sign-in")
        verbose_name_plural = _("failed sign-ins and lock-outs")

    def __str__(self) -> str:
        return f"{self.username} · {self.ip_address}"


class SignIn(AccessLog):
    """A successful sign-in."""

    class Meta:
        proxy = True
        verbose_name = _("successful sign-in")
        verbose_name_plural = _("successful sign-ins")

    def __str__(self) -> str:
        return f"{self.username} · {self.ip_address}"


class HistoryEntry(Context):
    """Stands for the audit trail in Django admin; its rows are the events of every tracked model."""

    class Meta:
        proxy = True
        verbose_name = _("audit trail")
        verbose_name_plural = _("audit trail")
