"""Addresses of the background jobs, below `jobs/`."""

from django.urls import path

from lianfang.platform import views

urlpatterns = [
    path("", views.job_list, name="job-list"),
    path("<uuid:pk>/", views.job_detail, name="job-detail"),
    path("<uuid:pk>/cancel/", views.job_cancel, name="job-cancel"),
    path("<uuid:pk>/stop/", views.job_stop, name="job-stop"),
]
