"""One thing that waits for somebody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Matter:
    """Something to do: what, why it matters, where to do it, how urgent (`bad` before `warn`)."""

    text: str
    url: str
    link: str
    section: str  # the url name of the section where it is done
    tone: str = "warn"
    hint: str = ""
