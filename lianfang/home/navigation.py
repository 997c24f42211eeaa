"""The navigation of the signed-in user: what the posts of today open."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Template context: `navigation`, the sections of the side bar (a context processor)."""
    return {}
