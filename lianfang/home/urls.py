from django.urls import path

from lianfang.home import views

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search_page, name="search"),
    path("healthz", views.healthz, name="healthz"),
]
