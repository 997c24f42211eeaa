"""What waits for a user: the matters on the landing page and their number in the top bar."""

from __future__ import annotations

from teams.models import User


def waiting_count(user: User) -> int:
    return 0
