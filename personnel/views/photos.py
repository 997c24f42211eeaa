"""The photo in a member's file: shown to who may see the file, changed by who may change it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.platform.problems import Refused
from personnel import photos
from personnel.forms.members import PhotoForm
from personnel.forms.problems import show_problems
from personnel.models import Member
from personnel.services import photos as services
from teams.gate import SignedInRequest, gate, manageable, visible
from teams.policy import Action


@require_GET
@gate(Action.MEMBER_VIEW)
def member_photo(request: SignedInRequest, pk: int) -> HttpResponse:
    """The picture itself; the browser may keep it for a while, nobody on the way may."""
    member = visible(Member.objects.all(), request.user, pk=pk)
    try:
        content = photos.read(member.photo) if member.photo else b""
    except FileNotFoundError:
        content = b""
    if not content:
        raise Http404
    response = HttpResponse(content, content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=600"
    return response


@require_http_methods(["GET", "POST"])
@gate(Action.MEMBER_VIEW)
def photo_change(request: SignedInRequest, pk: int) -> HttpResponse:
    member = manageable(Member.objects.select_related("unit"), request.user, Action.MEMBER_MANAGE, pk=pk)
    form = PhotoForm(request.POST or None, request.FILES or None) if request.method == "POST" else PhotoForm()
    if request.method == "POST" and form.is_valid():
        try:
            services.set_photo(by=request.user, member=member, data=form.cleaned_data["photo"])
        except Refused as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("The photo was kept."))
            return redirect("member-detail", member.pk)
    context = {"form": form, "member": member}
    return render(request, "personnel/members/photo.html", context, status=422 if form.errors else 200)


@require_POST
@gate(Action.MEMBER_VIEW)
def photo_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    member = manageable(Member.objects.select_related("unit"), request.user, Action.MEMBER_MANAGE, pk=pk)
    try:
        services.remove_photo(by=request.user, member=member)
    except Refused:
        messages.warning(request, _("There is no photo in this file."))
    else:
        messages.success(request, _("The photo was removed."))
    return redirect("member-detail", member.pk)
