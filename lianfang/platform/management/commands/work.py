"""The job worker: `make demo` and `make serve` start one or more of these."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from lianfang.platform.jobs.worker import Worker


class Command(BaseCommand):
    """Prints nothing while all is well; ends within five seconds after TERM, INT or HUP."""

    help = "Does background jobs until it is told to stop."

    def handle(self, *args: Any, **options: Any) -> None:
        Worker().work()
