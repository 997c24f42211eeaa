"""Workbooks between upload and confirmation."""

from __future__ import annotations

import base64
import datetime as dt
import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lianfang.platform.fields import EncryptedTextField
from lianfang.platform.security import RowScope
from teams.models import Unit, User

KEPT = dt.timedelta(hours=24)


class KeptWorkbookQuerySet(models.QuerySet[Any]):
    def owned_by(self, user: User) -> Self:
        """An upload belongs to who made it; nobody else sees it."""
        return self.filter(owner=user)

    def expired(self, now: dt.datetime) -> Self:
        return self.filter(created_at__lt=now - KEPT)


class KeptWorkbook(models.Model):
    """An uploaded workbook that waits for its owner's yes; encrypted, and gone after the import or a day later."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+", verbose_name=_("unit"))
    file_name = models.CharField(max_length=120)
    workbook = EncryptedTextField()  # the file's bytes in base64
    created_at = models.DateTimeField(auto_now_add=True)

    objects = KeptWorkbookQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.file_name

    @property
    def data(self) -> bytes:
        """The workbook as it was uploaded."""
        return base64.b64decode(self.workbook)


class MemberImport(KeptWorkbook):
    """A roster workbook between upload and confirmation."""

    row_scope = RowScope(("member",), own="owner_id = (SELECT lf_user())")

    mapping = models.JSONField(default=dict)  # column index → field, as corrected by the owner

    class Meta:
        verbose_name = _("roster workbook in waiting")
        verbose_name_plural = _("roster workbooks in waiting")

    @property
    def chosen_columns(self) -> dict[int, str]:
        return {int(index): key for index, key in self.mapping.items()}
