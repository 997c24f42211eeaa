"""Lock-outs by django-axes, lifted by hand."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem
from teams.models import FailedSignIn, User
from teams.policy import Action
from teams.scope import scope_of
from teams.services.checks import refuse


@service
def lift_lockout(*, by: User | None, attempt: FailedSignIn) -> None:
    """Forget the wrong passwords for this name, from every address; the history keeps them. Raises `Refused`."""
    if by is not None and not scope_of(by, Action.LOCKOUT_MANAGE):
        refuse([Problem("no_right", _("You may not lift lock-outs."))])
    FailedSignIn.objects.filter(username=attempt.username).delete()
