"""The database of the test suite, and what a skipped test means."""

import os
from contextlib import ExitStack

import pytest
from django.conf import settings

from lianfang.platform.database import DatabaseUnavailable, configured_cluster, serve_cluster

# Nothing of a test database has to survive a power cut.
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
_resources = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """Start the embedded server, unless `DATABASE_URL` names one; the workers of pytest-xdist use it."""
    cluster = configured_cluster(settings.BASE_DIR, name=settings.DATABASE_CLUSTER)
    if cluster is None or hasattr(config, "workerinput"):
        return
    try:
        _resources.enter_context(serve_cluster(cluster, *QUICK))
    except DatabaseUnavailable as problem:
        pytest.exit(str(problem), returncode=1)


def pytest_unconfigure() -> None:
    _resources.close()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """With CI=true, where everything that tests need is there, a skipped test is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if os.environ.get("CI") == "true" and (skipped := terminalreporter.stats.get("skipped")):
        terminalreporter.section("skipped with CI=true, which is a failure", red=True)
        for report in skipped:
            terminalreporter.line(f"{report.nodeid}: {report.longrepr[2]}")
