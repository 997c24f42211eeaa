"""In whose name background jobs run."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from lianfang.platform import jobs
from lianfang.platform.security import APP_ROLE
from teams.models import User
from teams.scope import ROW_SCOPES, SETTINGS, configure, scope_of, system_scope

HISTORY = ("lf.context", "lf.context_data")


@jobs.run_as
@contextmanager
def job_scope(owner: User | None, **details: str) -> Iterator[None]:
    """Run the block as the owner: the application's role and the owner's rows, for the session, not one transaction.

    So the work may read, compute for minutes without a transaction, and write. Changes outside a service are recorded
    as the owner's too. Without an owner it is the system that works.
    """
    if owner is None:
        with system_scope():
            yield
        return
    actor = {"user": owner.pk, "name": owner.get_username(), **details}
    scopes = [scope_of(owner, action).as_setting() for action in ROW_SCOPES.values()]
    names = ["role", *SETTINGS, *HISTORY]
    configure(names, [APP_ROLE, str(owner.pk), *scopes, str(uuid.uuid4()), json.dumps(actor)], local=False)
    try:
        yield
    finally:
        configure(names, ["none", *("" for _ in names[1:])], local=False)
