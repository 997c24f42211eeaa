"""Addresses of pages that other apps serve."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse


def address(url_name: str, *args: Any) -> str:
    """The address of a page, empty where no app serves it."""
    try:
        return reverse(url_name, args=args)
    except NoReverseMatch:
        return ""
