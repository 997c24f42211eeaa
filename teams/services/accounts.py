"""Accounts and posts: handed out, reset, ended."""

from __future__ import annotations

import datetime as dt
from functools import cache

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem
from teams.models import Post, Unit, User
from teams.policy import Role
from teams.rules import accounts as rules
from teams.services.checks import refuse, row_problems
from teams.services.passwords import first_password, first_password_hash

DEMONSTRATION_PASSWORD = "lianfang-demo"  # noqa: S105  (printed for everybody to use)


@service
def create_account(
    *,
    by: User | None,
    username: str,
    name: str,
    role: str,
    unit: Unit | None,
    starts: dt.date,
    ends: dt.date | None = None,
) -> tuple[User, str]:
    """A new account with its first post. Returns it with the first password, which is stored nowhere.

    Raises `Refused`.
    """
    user = User(username=User.normalize_username(username), name=name, must_change_password=True)
    password = first_password()
    user.password, user.password_set_at = first_password_hash(password), timezone.now()
    refuse(row_problems(user) + rules.post_problems(user, role, unit, starts, ends, by=by))
    user.save()
    Post.objects.create(user=user, role=role, unit=unit, starts=starts, ends=ends)
    return user, password


@cache
def _demonstration_hash() -> str:
    """Hashed once: a first start makes a dozen accounts with it."""
    return make_password(DEMONSTRATION_PASSWORD)


@service
def create_demonstration_account(
    *, by: None, username: str, name: str, role: str, unit: Unit | None, starts: dt.date
) -> User:
    """An account of the demonstration, for the sign-in page's button or the password that all know. Raises `Refused`.

    The sign-in form takes it only while the demonstration mode is on.
    """
    user = User(username=username, name=name, is_demonstration=True, password=_demonstration_hash())
    refuse(row_problems(user) + rules.post_problems(user, role, unit, starts, None, by=by))
    user.save()
    Post.objects.create(user=user, role=role, unit=unit, starts=starts)
    return user


@service
def rename_account(*, by: User | None, user: User, username: str, name: str) -> User:
    """Change how an account signs in and what its owner is called. Raises `Refused`."""
    row = _locked(user)
    row.username, row.name = User.normalize_username(username), name
    refuse(rules.right_problems(by, None) + row_problems(row))
    row.save(update_fields=["username", "name"])
    return row


@service
def reset_password(*, by: User | None, user: User) -> str:
    """A new first password; whoever is signed in with the old one is out. Also opens a deactivated account again.

    Raises `Refused`.
    """
    row = _locked(user)
    refuse(rules.account_right_problems(by, row))
    password = first_password()
    _set_password(row, password)
    row.must_change_password = row.is_active = True
    row.save(update_fields=["password", "password_set_at", "must_change_password", "is_active"])
    return password


@service
def change_password(*, by: User, user: User, old: str, new: str) -> User:
    """Replace one's own password; sessions elsewhere end. Raises `Refused`."""
    row = _locked(user)
    if by.pk != row.pk:
        refuse([Problem("own_password_only", _("Everybody changes their own password only."))])
    if not row.check_password(old):
        refuse([Problem("wrong_password", _("This is not your present password."), "old")])
    refuse(_password_problems(row, old, new))
    _set_password(row, new)
    row.must_change_password = False
    row.save(update_fields=["password", "password_set_at", "must_change_password"])
    return row


@service
def deactivate(*, by: User | None, user: User) -> User:
    """Close an account: its sessions end, its password goes, its past stays. Raises `Refused`."""
    row = _locked(user)
    refuse(rules.account_right_problems(by, row) + rules.last_admin_problems(row))
    row.is_active = False
    row.set_unusable_password()
    row.save(update_fields=["is_active", "password"])
    return row


@service
def add_post(
    *, by: User | None, user: User, role: str, unit: Unit | None, starts: dt.date, ends: dt.date | None = None
) -> Post:
    """Give an account a post from a day to a day (both included; None: open). Raises `Refused`."""
    row = _locked(user)  # two posts given at once wait for each other
    post = Post(user=row, role=role, unit=unit, starts=starts, ends=ends)
    problems = rules.post_problems(row, role, unit, starts, ends, by=by)
    refuse(problems or row_problems(post))
    post.save()
    return post


@service
def end_post(*, by: User | None, post: Post, last_day: dt.date | None = None) -> Post | None:
    """Let a post end with `last_day` (default: yesterday, so at once). None if it then never began: the row goes.

    Raises `Refused`.
    """
    row = Post.objects.select_for_update(of=("self",)).select_related("user", "unit").get(pk=post.pk)
    last_day = last_day or timezone.localdate() - dt.timedelta(days=1)
    problems = rules.right_problems(by, row.unit)
    if by is not None and by.pk == row.user_id and row.ends and last_day > row.ends:
        problems.append(Problem("own_post", _("Nobody gives themself a post."), "ends"))
    if row.role == Role.SYSTEM_ADMIN:
        problems += rules.last_admin_problems(row.user, max(timezone.localdate(), last_day + dt.timedelta(days=1)))
    refuse(problems)
    if last_day < row.starts:
        row.delete()
        return None
    row.ends = last_day
    refuse(row_problems(row))
    row.save(update_fields=["ends"])
    return row


def _locked(user: User) -> User:
    return User.objects.select_for_update().get(pk=user.pk)


def _set_password(user: User, password: str) -> None:
    """Sessions carry a keyed hash of the password, so those begun with the old one end."""
    user.set_password(password)
    user.password_set_at = timezone.now()


def _password_problems(user: User, old: str, new: str) -> list[Problem]:
    if old == new:
        return [Problem("same_password", _("The new password is the old one."), "new")]
    try:
        validate_password(new, user)
    except ValidationError as error:
        return [Problem("weak_password", message, "new") for message in error.messages]
    return []
