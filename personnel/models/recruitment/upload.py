"""Workbooks with applications or scores between upload and confirmation."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianfang.platform.security import RowScope
from personnel.models.imports import KeptWorkbook
from personnel.models.recruitment.campaign import Campaign, Step


class RecruitmentUpload(KeptWorkbook):
    """Applications for a campaign, or with a `step` the scores of that step."""

    row_scope = RowScope(("recruit",), own="owner_id = (SELECT lf_user())")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="+")
    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="+", null=True)

    class Meta:
        verbose_name = _("recruitment workbook in waiting")
        verbose_name_plural = _("recruitment workbooks in waiting")
