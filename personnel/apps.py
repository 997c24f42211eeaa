from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PersonnelConfig(AppConfig):
    """Members, duty certificates, absences, the table of everybody's time."""

    name = "personnel"
    verbose_name = _("personnel")

    def ready(self) -> None:
        from personnel.rules.units import closing_problems
        from teams.rules.units import CLOSING_CHECKS

        if closing_problems not in CLOSING_CHECKS:
            CLOSING_CHECKS.append(closing_problems)
