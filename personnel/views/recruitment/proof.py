"""What a visitor's session remembers: the one application that this browser has proven to be its own, for a while."""

from __future__ import annotations

import time

from django.http import HttpRequest

from personnel.models import Application, Campaign

KEY = "recruitment_proof"
LASTS = 30 * 60  # seconds after the last proof; the computer may be a shared one


def keep(request: HttpRequest, application: Application) -> None:
    """The visitor has just made the application, or named its number and the end of the ID number."""
    request.session.cycle_key()
    request.session[KEY] = [application.campaign_id, application.number, int(time.time())]


def drop(request: HttpRequest) -> None:
    request.session.pop(KEY, None)


def find(request: HttpRequest) -> tuple[Campaign, str] | None:
    """The campaign and the receipt number, while the proof lasts."""
    kept = request.session.get(KEY)
    if not kept or time.time() - kept[2] > LASTS:
        return None
    campaign = Campaign.objects.public().select_related("unit").filter(pk=kept[0]).first()
    return (campaign, kept[1]) if campaign else None
