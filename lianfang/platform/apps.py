from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PlatformConfig(AppConfig):
    """What every app stands on."""

    name = "lianfang.platform"
    label = "platform"
    verbose_name = _("platform")

    def ready(self) -> None:
        from lianfang.platform import checks  # noqa: F401  (registers the system checks)
        from lianfang.platform.security import secure_database

        # Trigger migrations recreate pghistory's functions, so the hardening is laid again after each migrate.
        post_migrate.connect(secure_database, sender=self, dispatch_uid="secure_database")
