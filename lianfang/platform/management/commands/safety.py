"""Whether this installation may be opened to users."""

from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand

from lianfang.platform.safety import unsafe_settings


class Command(BaseCommand):
    """Ends with exit code 1 and a reason per unsafe setting."""

    help = "Names each unsafe setting; `make serve` refuses to start while there is one."

    def handle(self, *args: Any, **options: Any) -> None:
        if reasons := unsafe_settings():
            raise CommandError("Refused, for these settings are unsafe:\n" + "\n".join(f"- {line}" for line in reasons))
