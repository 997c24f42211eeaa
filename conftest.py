"""The database of the test suite, the order of its tests, and what a skipped test means."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.conf import settings
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from lianfang.platform.database import DatabaseUnavailable, configured_cluster, serve_cluster

# Nothing of a test database has to survive a power cut.
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
# Two workers end together if the long tests do not come last; those that need no database come first of all, while the
# template is made and the engine's inner loops are compiled.
FIRST = ("tests/platform/test_supervisor", "tests/platform/test_database_server", "tests/rostering", "tests/platform")
LONG = ("tests/home/test_demonstration", "tests/browser")
_resources = ExitStack()

# A busy machine fails no test, nor does a draw that nobody saw before: LIANFANG_DRAWS=fresh looks for those.
hypothesis_settings.register_profile(
    "patient",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("LIANFANG_DRAWS") != "fresh",
)
hypothesis_settings.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    """Start the embedded server, unless `DATABASE_URL` names one; the workers of pytest-xdist use it."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    cluster = configured_cluster(settings.BASE_DIR, name=settings.DATABASE_CLUSTER)
    try:
        if cluster is not None:
            _resources.enter_context(serve_cluster(cluster, *QUICK))
    except DatabaseUnavailable as problem:
        pytest.exit(str(problem), returncode=1)
    if _keeps(config):
        return
    # Beside the first tests; a worker that comes too early waits for it, and says what is wrong where it fails.
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    template = subprocess.Popen([sys.executable, "-m", "tests.database"], env=env, stderr=subprocess.DEVNULL)
    _resources.callback(template.wait)
    _resources.callback(template.terminate)
    if config.getoption("numprocesses", None):
        loops = subprocess.Popen([sys.executable, "-m", "patrols.rostering.warm_up"])
        _resources.callback(loops.wait)
        _resources.callback(loops.terminate)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    _resources.close()


@pytest.fixture(scope="session")
def django_db_setup(
    pytestconfig: pytest.Config, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """A copy of the migrated template in place of pytest-django's own migrating; `--reuse-db` keeps the copy."""
    from tests import database

    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with django_db_blocker.unblock():
        database.open_copy(worker, keep=_keeps(pytestconfig))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", database.empty)
        yield
    if not pytestconfig.option.reuse_db:
        with django_db_blocker.unblock():
            database.drop_copy(worker)


def _keeps(config: pytest.Config) -> bool:
    return bool(config.option.reuse_db and not config.option.create_db)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _turn(item.nodeid))


def _turn(name: str) -> int:
    turns = [n for n, start in enumerate((*FIRST, *LONG)) if name.startswith(start)]
    return turns[0] if turns else len(FIRST) + len(LONG)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """The tests of a class share what it lays (the county), so that one worker runs them all.

    The mark `xdist_group` does nothing: pytest-xdist writes it where pytest 9 no longer looks.
    """
    from xdist.scheduler import LoadGroupScheduling

    class ClassesTogether(LoadGroupScheduling):
        def _split_scope(self, nodeid: str) -> str:
            name, _, _ = nodeid.partition("[")
            return name.rpartition("::")[0] if name.count("::") > 1 else nodeid

    return ClassesTogether(config, log) if config.getvalue("dist") == "loadgroup" else None


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
