"""Django admin, opened by posts and bound to the same rules as the pages."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class LianfangAdminSite(AdminSite):
    site_header = _("Lianfang administration")
    site_title = _("Lianfang administration")
    index_title = _("Set-up")


class LianfangAdminConfig(AdminConfig):
    default_site = "teams.admin_site.LianfangAdminSite"
