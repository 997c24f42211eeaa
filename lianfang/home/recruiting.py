"""What waits in recruitment: vettings to look at again, corrections for a second person, plans for approval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianfang.home.addresses import address
from lianfang.home.matter import Matter
from personnel.models import Campaign, CampaignStatus, ScoreCorrection, Vetting
from teams.models import User
from teams.policy import Action
from teams.scope import scope_of

AHEAD = dt.timedelta(days=7)


def recruitment_matters(user: User, today: dt.date) -> Iterator[Matter]:
    if scope_of(user, Action.VETTING_MANAGE):
        yield from _vettings(user, today)
    if scope_of(user, Action.RECRUITMENT_MANAGE):
        yield from _corrections(user)
    if scope_of(user, Action.RECRUITMENT_APPROVE):
        yield from _plans(user)


def _vettings(user: User, today: dt.date) -> Iterator[Matter]:
    """A vetting that is due holds its candidate back; a week ahead it is told."""
    rows = Vetting.objects.manageable_by(user, Action.VETTING_MANAGE).to_look_at()
    days = list(rows.filter(look_again_on__lte=today + AHEAD).values_list("look_again_on", flat=True))
    if days:
        text = ngettext("%(n)s vetting is to be looked at again", "%(n)s vettings are to be looked at again", len(days))
        tone = "bad" if min(days) <= today else "warn"
        yield Matter(text % {"n": len(days)}, address("vetting-list"), _("See"), "campaign-list", tone)


def _corrections(user: User) -> Iterator[Matter]:
    rows = ScoreCorrection.objects.manageable_by(user, Action.RECRUITMENT_MANAGE).filter(approved_by=None)
    found = list(rows.exclude(proposed_by=user).values_list("application_id", flat=True)[:100])
    if found:
        text = ngettext(
            "%(n)s correction of a score waits for a second person",
            "%(n)s corrections of scores wait for a second person",
            len(found),
        )
        yield Matter(text % {"n": len(found)}, address("application-detail", found[0]), _("See"), "campaign-list")


def _plans(user: User) -> Iterator[Matter]:
    rows = Campaign.objects.manageable_by(user, Action.RECRUITMENT_APPROVE).filter(status=CampaignStatus.SUBMITTED)
    found = list(rows.values_list("pk", flat=True)[:100])
    if found:
        text = ngettext(
            "%(n)s recruitment campaign waits for approval", "%(n)s recruitment campaigns wait for approval", len(found)
        )
        yield Matter(text % {"n": len(found)}, address("campaign-detail", found[0]), _("See"), "campaign-list")
