from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lianfang.home.database import FUNCTIONS


class HomeConfig(AppConfig):
    """The landing page of each role: the only place that reads all apps."""

    name = "lianfang.home"
    label = "home"
    verbose_name = _("home")
    database_functions = FUNCTIONS
