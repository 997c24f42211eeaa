from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from patrols.database import FUNCTIONS


class PatrolsConfig(AppConfig):
    """Beats, shift types, cover, limits, rosters."""

    name = "patrols"
    verbose_name = _("patrols")
    database_functions = FUNCTIONS

    def ready(self) -> None:
        from patrols.rules.future_duties import future_duties
        from patrols.rules.units import closing_problems
        from patrols.services.wishes import take_wishes_along
        from personnel.rules.certificates import WITHDRAWAL_CHECKS
        from personnel.rules.status import EXIT_CHECKS
        from personnel.services.members import TAKEN_ALONG
        from teams.rules.units import CLOSING_CHECKS

        if closing_problems not in CLOSING_CHECKS:
            CLOSING_CHECKS.append(closing_problems)
        for checks in (WITHDRAWAL_CHECKS, EXIT_CHECKS):
            if future_duties not in checks:
                checks.append(future_duties)
        if take_wishes_along not in TAKEN_ALONG:
            TAKEN_ALONG.append(take_wishes_along)
