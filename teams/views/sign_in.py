"""Signing in and out, the first password, the lock-out."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from axes.helpers import get_client_username, get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from lianfang.platform.problems import Refused
from teams.forms.sign_in import PasswordForm, SignInForm
from teams.models import Post
from teams.policy import Role
from teams.services.accounts import change_password

BACKEND = "django.contrib.auth.backends.ModelBackend"


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; a demonstration shows its accounts as buttons."""
    goal = safe_goal(request)
    if request.user.is_authenticated:
        return redirect(goal)
    form = SignInForm(request, data=request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())  # gives the session a new key
        return redirect(goal)
    context = {"form": form, "next": request.POST.get("next", request.GET.get("next", ""))}
    return render(request, "teams/sign_in.html", context | {"demonstration": demonstration_posts()})


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the demonstration's people, without a password."""
    accounts = {post.user.username: post.user for post in demonstration_posts()}
    user = accounts.get(request.POST.get("username", ""))
    if user is None:
        raise Http404
    login(request, user, backend=BACKEND)
    return redirect(safe_goal(request))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("sign-in")


@never_cache
@sensitive_post_parameters("old", "new", "again")
@login_required
@require_http_methods(["GET", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    """One's own password; the first one leads here from everywhere."""
    user: Any = request.user
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            changed = change_password(by=user, user=user, old=form.cleaned_data["old"], new=form.cleaned_data["new"])
        except Refused as refused:
            for problem in refused.problems:
                form.add_error(problem.field, problem.message)
        else:
            update_session_auth_hash(request, changed)  # this session stays, the others end
            messages.success(request, _("The password is changed."))
            return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "teams/password_change.html", {"form": form})


def locked_out(
    request: HttpRequest, _response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """What django-axes answers to a locked account (`AXES_LOCKOUT_CALLABLE`): until when."""
    username = get_client_username(request, credentials)
    attempts = AccessAttempt.objects.filter(username=username, ip_address=getattr(request, "axes_ip_address", None))
    last = attempts.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    cool_off = get_cool_off(request)
    context = {"until": timezone.localtime(last + cool_off) if cool_off else None}
    return render(request, "teams/locked_out.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)


def safe_goal(request: HttpRequest) -> str:
    """Where to go after signing in: `next` if it is a path of this very site, else the landing page."""
    goal = request.POST.get("next", request.GET.get("next", ""))
    if goal.startswith("/") and url_has_allowed_host_and_scheme(
        goal, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return goal
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def demonstration_posts() -> list[Post]:
    """One post of each demonstration account, in the order of the roles; none outside a demonstration."""
    if not settings.DEMO:
        return []
    posts = Post.objects.on(timezone.localdate()).filter(user__is_demonstration=True, user__is_active=True)
    order = {role: place for place, role in enumerate(Role.values)}
    first = {post.user_id: post for post in posts.select_related("user", "unit").order_by("-starts", "-pk")}
    return sorted(first.values(), key=lambda post: (order[post.role], post.user_id))
