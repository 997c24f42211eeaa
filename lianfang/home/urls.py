from django.urls import path

from lianfang.home import views

urlpatterns = [path("healthz", views.healthz, name="healthz")]
