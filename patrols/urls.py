"""Addresses of the duty."""

from django.urls import path

from patrols.views import generation, grid, my_shifts, rosters

urlpatterns = [
    path("rosters/", rosters.roster_list, name="roster-list"),
    path("rosters/new/", rosters.roster_new, name="roster-new"),
    path("rosters/<int:pk>/", grid.roster_grid, name="roster-grid"),
    path("rosters/<int:pk>/cells/", grid.roster_cells, name="roster-cells"),
    path("rosters/<int:pk>/cells/<int:member>/<str:day>/", grid.duty_cell, name="duty-cell"),
    path(
        "rosters/<int:pk>/needs/<int:beat>/<int:shift_type>/<str:day>/", grid.roster_need, name="roster-need"
    ),
    path("rosters/<int:pk>/copy/", rosters.roster_copy, name="roster-copy"),
    path("rosters/<int:pk>/generate/", generation.generate, name="roster-generate"),
    path("rosters/<int:pk>/publish/", rosters.roster_publish, name="roster-publish"),
    path("rosters/<int:pk>/unpublish/", rosters.roster_unpublish, name="roster-unpublish"),
    path("rosters/<int:pk>/close/", rosters.roster_close, name="roster-close"),
    path("rosters/<int:pk>/versions/", rosters.roster_versions, name="roster-versions"),
    path("rosters/<int:pk>/print/", rosters.roster_print, name="roster-print"),
    path("rosters/<int:pk>/xlsx/", rosters.roster_xlsx, name="roster-xlsx"),
    path("my/shifts/", my_shifts.my_shifts, name="my-shifts"),
]
