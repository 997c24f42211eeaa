"""Workbooks with applications or scores: kept until their owner confirms, then written as a whole or not at all."""

from __future__ import annotations

import base64
import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from personnel.models import Campaign, RecruitmentUpload, Step
from personnel.services.recruitment.applications import apply_many
from personnel.services.recruitment.importing import ApplicationPlan, plan_applications, read_applications
from personnel.services.recruitment.rights import check_right, locked, refuse
from teams.models import User
from teams.policy import Action


@service
def keep(*, by: User, campaign: Campaign, file_name: str, data: bytes, step: Step | None = None) -> RecruitmentUpload:
    """Keep a workbook until its owner confirms; older ones of theirs go. The caller has read it before."""
    check_right(by, Action.RECRUITMENT_MANAGE, campaign.unit)
    RecruitmentUpload.objects.owned_by(by).delete()
    return RecruitmentUpload.objects.create(
        owner=by,
        unit_id=campaign.unit_id,
        campaign=campaign,
        step=step,
        file_name=file_name[:120],
        workbook=base64.b64encode(data).decode(),
    )


def plan_of(upload: RecruitmentUpload) -> ApplicationPlan:
    """What importing these applications would do."""
    return plan_applications(read_applications(upload.data), upload.campaign, timezone.localdate())


@service
def confirm(*, by: User, upload: RecruitmentUpload, expected: str) -> int:
    """Enter the applications that the preview showed, all or none, and forget the workbook. Raises `Refused`."""
    campaign = locked(upload.campaign)
    plan = plan_of(upload)
    if plan.fingerprint() != expected:
        message = _("Somebody changed the same people in the meantime. Look at the preview again.")
        raise Refused([Problem("changed_meanwhile", message)])
    refuse(plan.problems)
    count = apply_many(by=by, campaign=campaign, rows=[row.values for row in plan.new])
    upload.delete()
    return count


def forget_expired(now: dt.datetime) -> int:
    """Delete the uploads that nobody confirmed within a day. Answers how many."""
    return RecruitmentUpload.objects.expired(now).delete()[0]
