from django.urls import URLPattern, path

from teams.views import sign_in, units

urlpatterns: list[URLPattern] = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/demonstration/", sign_in.demo_sign_in, name="demo-sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("password/", sign_in.password_change, name="password-change"),
    path("units/", units.unit_list, name="unit-list"),
    path("units/<int:pk>/", units.unit_detail, name="unit-detail"),
]
