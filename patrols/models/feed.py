"""A member's own shifts as a calendar feed: one secret address an account (handbook D19)."""

from __future__ import annotations

import hashlib

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


# The hash stays out of the history.
@pghistory.track(fields=["id", "user", "created_at"], model_name="CalendarFeedEvent")
class CalendarFeed(models.Model):
    """Who may read a calendar without signing in: whoever holds the token, of which only the hash is kept.

    It has no row scope: the reader of a feed is not signed in yet when the row is looked up by its hash.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        constraints = [models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="feed_keeps_a_hash")]


def digest_of(token: str) -> str:
    """What is stored of a token; it is long and random, so a plain hash cannot be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()
