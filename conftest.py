"""The database of the test suite: an embedded server while pytest runs, unless `DATABASE_URL` names one."""

from contextlib import ExitStack

import pytest
from django.conf import settings

from lianfang.platform.database import (
    Cluster,
    DatabaseUnavailable,
    configured_cluster,
    serve_cluster,
)

# Nothing of a test database has to survive a power cut.
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
_resources = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """Start the server in the controller; workers of pytest-xdist use it."""
    cluster = suite_cluster()
    if cluster is None or hasattr(config, "workerinput"):
        return
    try:
        _resources.enter_context(serve_cluster(cluster, *QUICK))
    except DatabaseUnavailable as problem:
        pytest.exit(str(problem), returncode=1)


def pytest_unconfigure() -> None:
    _resources.close()


def suite_cluster() -> Cluster | None:
    return configured_cluster(settings.BASE_DIR, name=settings.DATABASE_CLUSTER)
