from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentsConfig(AppConfig):
    """Schemes, monthly and quarterly assessment, reports: the layer above patrols (its issues come later)."""

    name = "assessments"
    verbose_name = _("assessments")
