"""Puts our admin site in the place of Django's. Apart from the site, which reads models and so loads later."""

from django.contrib.admin.apps import AdminConfig


class LianfangAdminConfig(AdminConfig):
    default_site = "teams.admin_site.LianfangAdminSite"
