"""From a user to rows: the scope of each action, the query sets that keep to it, and the transaction that enforces it.

`visible_to` and `manageable_by` are the only way from a request to rows. Beneath them the middleware runs each request
as the database role `lf_app` with the same scope in the transaction's settings, so that row-level security stops
what a programmer forgets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import connection, models, transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from lianfang.platform import history
from lianfang.platform.security import APP_ROLE
from teams.policy import Action, Reach, reach

if TYPE_CHECKING:
    from teams.models import User

# Each row-level scope setting (`lf.scope_<key>`) and the action whose reach it carries.
ROW_SCOPES = {
    "member": Action.MEMBER_VIEW,
    "member_manage": Action.MEMBER_MANAGE,
    "roster": Action.ROSTER_VIEW,
    "unit": Action.UNIT_VIEW,
    "recruit": Action.RECRUITMENT_VIEW,
    "history": Action.HISTORY_VIEW,
}
SETTINGS = ("lf.user", *(f"lf.scope_{key}" for key in ROW_SCOPES))


@dataclass(frozen=True)
class Scope:
    """How far a user's posts of today carry one action: everywhere, below tree paths, or the own file only."""

    everywhere: bool = False
    paths: tuple[str, ...] = ()
    own: bool = False

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.paths) or self.own

    def covers(self, path: str) -> bool:
        """Whether a unit at this tree path lies inside (the own file is no unit)."""
        return self.everywhere or path.startswith(self.paths or ("\0",))

    def as_setting(self) -> str:
        return "*" if self.everywhere else ",".join(self.paths)


def scope_of(user: User | AnonymousUser, action: Action) -> Scope:
    """The scope of `action` for `user`, by the posts held today. A signed-out or locked account has none."""
    if not user.is_authenticated or not user.is_active:
        return Scope()
    found = [(post, reach(post.role, action)) for post in user.current_posts]
    paths = sorted({post.unit.path for post, how in found if how == Reach.TREE and post.unit})
    # Prefixes of one another say the same twice.
    lean = tuple(p for p in paths if not any(p != q and p.startswith(q) for q in paths))
    return Scope(
        everywhere=any(how == Reach.ALL for _, how in found),
        paths=lean,
        own=any(how == Reach.SELF for _, how in found),
    )


class ScopedQuerySet(models.QuerySet[Any]):
    """A query set that knows how its rows hang on units.

    `view_action`: the action that shows a row. `unit_lookup`: the way to the unit, "" for the unit itself.
    `own_lookup`: the way to the account of the member whose own row it is, if there is one.
    """

    view_action: ClassVar[Action]
    unit_lookup: ClassVar[str] = "unit"
    own_lookup: ClassVar[str] = ""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The rows that `user` may see."""
        return self._within(user, self.view_action)

    def manageable_by(self, user: User | AnonymousUser, action: Action) -> Self:
        """The visible rows on which `user` may do `action`."""
        return self.visible_to(user)._within(user, action)

    def below(self, unit: Any) -> Self:
        """The rows of `unit` and of every unit under it."""
        return self.filter(**{self._path("startswith"): unit.path})

    def _path(self, lookup: str) -> str:
        return "__".join(part for part in (self.unit_lookup, "path", lookup) if part)

    def _within(self, user: User | AnonymousUser, action: Action) -> Self:
        scope = scope_of(user, action)
        if scope.everywhere:
            return self.all()
        condition = Q(pk__in=[])
        for path in scope.paths:
            condition |= Q(**{self._path("startswith"): path})
        if scope.own and self.own_lookup:
            condition |= Q(**{self.own_lookup: user})
        return self.filter(condition)


@contextmanager
def row_scope(user: User | AnonymousUser, **details: str) -> Iterator[None]:
    """Run the block as `user` in one transaction: the application's role, this user's rows, this user in the history.

    `details` (`path=`…) go into the history beside the actor.
    """
    values = [str(user.pk or ""), *(scope_of(user, action).as_setting() for action in ROW_SCOPES.values())]
    with transaction.atomic(), history.acting(user if user.is_authenticated else None, **details):
        configure(["role", *SETTINGS], [APP_ROLE, *values])
        try:
            yield
        finally:
            if not connection.needs_rollback:
                # An outer transaction (a test's) outlives this block, so nothing may stay set.
                configure(["role", *SETTINGS], ["none", *("" for _ in SETTINGS)])


@contextmanager
def system_scope() -> Iterator[None]:
    """Run the block as the system itself (a command at the console): every row, for the rest of the session."""
    configure(list(SETTINGS), ["", *("*" for _ in ROW_SCOPES)], local=False)
    try:
        yield
    finally:
        if not connection.needs_rollback:
            configure(list(SETTINGS), ["" for _ in SETTINGS], local=False)


def configure(names: list[str], values: list[str], *, local: bool = True) -> None:
    """Set settings of the transaction, or with `local=False` of the session."""
    calls = ", ".join("set_config(%s, %s, %s)" for _ in names)
    parameters = [item for name, value in zip(names, values, strict=True) for item in (name, value, local)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", parameters)


class RowScopeMiddleware:
    """One transaction a request, inside the user's row scope; an answer of 500 or above rolls back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        with row_scope(user, path=request.path):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response
