from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from personnel.database import FUNCTIONS


class PersonnelConfig(AppConfig):
    """Members, duty certificates, absences, the table of everybody's time."""

    name = "personnel"
    verbose_name = _("personnel")
    database_functions = FUNCTIONS

    def ready(self) -> None:
        from personnel.rules.units import closing_problems, serving_on
        from teams.rules.figures import STRENGTH_COUNTS
        from teams.rules.units import CLOSING_CHECKS

        if closing_problems not in CLOSING_CHECKS:
            CLOSING_CHECKS.append(closing_problems)
        if serving_on not in STRENGTH_COUNTS:
            STRENGTH_COUNTS.append(serving_on)
