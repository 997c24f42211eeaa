"""Accounts and the dated posts that give them their rights."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

import pghistory
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from teams.models.unit import Unit
from teams.policy import ADMIN_ROLES, Role


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """An account without posts, so without rights. `password=None` makes it unusable."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser):
    """An account. What it may do comes from its posts alone (`teams.policy`); there is no superuser."""

    username = models.CharField(_("user name"), max_length=40, unique=True, validators=[UnicodeUsernameValidator()])
    name = models.CharField(_("full name"), max_length=40)
    is_active = models.BooleanField(_("active"), default=True)
    must_change_password = models.BooleanField(_("must change the password"), default=False)
    # In the history each time, which leaves the password itself out.
    password_set_at = models.DateTimeField(_("password set at"), null=True, blank=True, editable=False)
    is_demonstration = models.BooleanField(_("demonstration account"), default=False, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.name or self.username

    def get_session_auth_hash(self) -> str:
        """Everybody knows the demonstration's password: with the setting its sessions end too, and none begins."""
        return "" if self.is_demonstration and not settings.DEMO else super().get_session_auth_hash()

    @cached_property
    def current_posts(self) -> list[Post]:
        """The posts held today, with their units; kept for the length of a request."""
        return list(self.posts.on(timezone.localdate()).select_related("unit").order_by("starts", "pk"))

    @property
    def roles(self) -> set[str]:
        return {post.role for post in self.current_posts}

    @property
    def is_staff(self) -> bool:
        """Whether Django admin opens at all; what it shows is the policy's."""
        return bool(self.roles & ADMIN_ROLES)

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django's own permissions are not used: rights come from `teams.policy`."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class PostQuerySet(models.QuerySet["Post"]):
    def on(self, day: dt.date) -> Self:
        """Posts held on that day; the last day counts."""
        return self.filter(starts__lte=day).filter(Q(ends=None) | Q(ends__gte=day))


class PostSpan(Func):
    function = "daterange"
    template = "daterange(%(expressions)s, '[]')"


@pghistory.track()
class Post(models.Model):
    """A role held for a unit from a date to a date. A post that ended gives nothing."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="posts", verbose_name=_("account"))
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="posts", verbose_name=_("unit"), null=True, blank=True
    )
    starts = models.DateField(_("from"), default=timezone.localdate)
    ends = models.DateField(_("until"), null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("official post")
        verbose_name_plural = _("posts")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="post_role_known"),
            models.CheckConstraint(
                condition=Q(unit__isnull=False) | Q(role__in=sorted(ADMIN_ROLES)), name="post_has_unit"
            ),
            models.CheckConstraint(condition=Q(ends=None) | Q(ends__gte=F("starts")), name="post_ends_after_start"),
            ExclusionConstraint(
                name="post_held_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    (PostSpan("starts", "ends"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This account already holds this post in that time."),
            ),
            ExclusionConstraint(
                name="admin_posts_kept_apart",  # 三员分立
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    (PostSpan("starts", "ends"), RangeOperators.OVERLAPS),
                ],
                condition=Q(role__in=sorted(ADMIN_ROLES)),
                violation_error_message=_("System, security and audit administrators are three different people."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"
