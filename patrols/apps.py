from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from patrols.database import FUNCTIONS


class PatrolsConfig(AppConfig):
    """Beats, shift types, cover, limits, rosters."""

    name = "patrols"
    verbose_name = _("patrols")
    database_functions = FUNCTIONS

    def ready(self) -> None:
        from patrols.rules.units import closing_problems
        from teams.rules.units import CLOSING_CHECKS

        if closing_problems not in CLOSING_CHECKS:
            CLOSING_CHECKS.append(closing_problems)
