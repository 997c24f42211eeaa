from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PersonnelConfig(AppConfig):
    """Members, duty certificates, absences, the table of everybody's time."""

    name = "personnel"
    verbose_name = _("personnel")
