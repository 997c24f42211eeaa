"""Every address of the project; `tests/test_sweep.py` holds who may open which."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

urlpatterns = [
    path("", include("lianfang.home.urls")),
    path("", include("teams.urls")),
    path("members/", include("personnel.urls")),
    path("", include("personnel.recruitment_urls")),
    path("", include("patrols.urls")),
    path("jobs/", include("lianfang.platform.urls")),
    path("language/", set_language, name="set-language"),
    path("admin/", admin.site.urls),
]
