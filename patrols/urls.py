"""Addresses of the duty."""

from django.urls import path

from patrols.views import cover, generation, grid, limits, my_shifts, rosters, shifts, usual_shifts

urlpatterns = [
    path("rosters/", rosters.roster_list, name="roster-list"),
    path("rosters/new/", rosters.roster_new, name="roster-new"),
    path("rosters/<int:pk>/", grid.roster_grid, name="roster-grid"),
    path("rosters/<int:pk>/cells/", grid.roster_cells, name="roster-cells"),
    path("rosters/<int:pk>/cells/<int:member>/<str:day>/", grid.duty_cell, name="duty-cell"),
    path("rosters/<int:pk>/needs/<int:beat>/<int:shift_type>/<str:day>/", grid.roster_need, name="roster-need"),
    path("rosters/<int:pk>/remarks/<str:day>/", grid.roster_remark, name="roster-remark"),
    path("rosters/<int:pk>/copy/", rosters.roster_copy, name="roster-copy"),
    path("rosters/<int:pk>/generate/", generation.generate, name="roster-generate"),
    path("rosters/<int:pk>/publish/", rosters.roster_publish, name="roster-publish"),
    path("rosters/<int:pk>/unpublish/", rosters.roster_unpublish, name="roster-unpublish"),
    path("rosters/<int:pk>/close/", rosters.roster_close, name="roster-close"),
    path("rosters/<int:pk>/versions/", rosters.roster_versions, name="roster-versions"),
    path("rosters/<int:pk>/print/", rosters.roster_print, name="roster-print"),
    path("rosters/<int:pk>/xlsx/", rosters.roster_xlsx, name="roster-xlsx"),
    path("cover/", cover.cover_page, name="cover-page"),
    path("cover/beats/new/", cover.beat_new, name="beat-new"),
    path("cover/beats/<int:pk>/", cover.beat_edit, name="beat-edit"),
    path("cover/beats/<int:pk>/delete/", cover.beat_delete, name="beat-delete"),
    path("cover/beats/<int:pk>/needs/new/", cover.cover_new, name="cover-new"),
    path("shifts/", shifts.shift_list, name="shift-list"),
    path("shifts/new/", shifts.shift_new, name="shift-new"),
    path("shifts/<int:pk>/", shifts.shift_edit, name="shift-edit"),
    path("shifts/<int:pk>/delete/", shifts.shift_delete, name="shift-delete"),
    path("shifts/usual/<int:pk>/", usual_shifts.shift_usual, name="shift-usual"),
    path("limits/", limits.limits_page, name="limits-page"),
    path("limits/new/", limits.limits_new, name="limits-new"),
    path("limits/<int:pk>/", limits.limits_edit, name="limits-edit"),
    path("limits/<int:pk>/delete/", limits.limits_delete, name="limits-delete"),
    path("my/shifts/", my_shifts.my_shifts, name="my-shifts"),
]
