from django.urls import URLPattern, path

from teams.views import calendar, figures, leaders, quick_start, sign_in, units, workbooks

urlpatterns: list[URLPattern] = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/demonstration/", sign_in.demo_sign_in, name="demo-sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("password/", sign_in.password_change, name="password-change"),
    path("calendar/", calendar.calendar_page, name="calendar-page"),
    path("calendar/<int:year>/shipped/", calendar.import_shipped, name="calendar-shipped"),
    path("calendar/template/", calendar.template, name="calendar-template"),
    path("units/quick-start/", quick_start.unit_quick_start, name="unit-quick-start"),
    path("units/workbook/", workbooks.unit_import, name="unit-import"),
    path("units/workbook/template/", workbooks.unit_template, name="unit-template"),
    path("accounts/workbook/", workbooks.account_import, name="account-import"),
    path("accounts/workbook/template/", workbooks.account_template, name="account-template"),
    path("accounts/leaders/", quick_start.leader_accounts, name="leader-accounts"),
    path("units/", units.unit_list, name="unit-list"),
    path("units/<int:pk>/", units.unit_detail, name="unit-detail"),
    path("units/<int:pk>/leaders/new/", leaders.leader_new, name="leader-new"),
    path("units/leaders/<int:pk>/", leaders.leader_edit, name="leader-edit"),
    path("units/leaders/<int:pk>/remove/", leaders.leader_remove, name="leader-remove"),
    path("units/<int:pk>/figures/", figures.unit_figures, name="unit-figures"),
    path("units/<int:pk>/figures/<int:year>/", figures.figures_edit, name="figures-edit"),
]
