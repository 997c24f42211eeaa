from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from teams.database import FUNCTIONS


class TeamsConfig(AppConfig):
    """Units, posts, accounts, policy, work calendar."""

    name = "teams"
    verbose_name = _("teams")
    database_functions = FUNCTIONS
