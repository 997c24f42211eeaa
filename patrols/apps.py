from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PatrolsConfig(AppConfig):
    """Beats, shift types, cover, limits, rosters."""

    name = "patrols"
    verbose_name = _("patrols")
