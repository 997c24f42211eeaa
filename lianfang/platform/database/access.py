"""Using the database: the configuration for Django, and a running server while a block lasts."""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import environ
import psycopg2

from lianfang.platform.database.cluster import (
    DATABASE,
    ROLE,
    Cluster,
    DatabaseUnavailable,
    check_directories,
    opened_lock,
    state,
    try_lock,
)

START_SECONDS = 60.0  # a first start (initdb) takes 2 s, a crash recovery may take longer
STOP_SECONDS = 30.0
POLL_SECONDS = 0.05
ROOT = Path(__file__).resolve().parents[3]


def var_directory(base_dir: Path, env: Mapping[str, str] = os.environ) -> Path:
    """Where data, secrets and logs live: `LIANFANG_VAR`, by default `var` in the project."""
    return Path(env.get("LIANFANG_VAR") or base_dir / "var").resolve()


def configured_cluster(
    base_dir: Path, env: Mapping[str, str] = os.environ, *, name: str = "postgres"
) -> Cluster | None:
    """The embedded cluster to use, or None where `DATABASE_URL` names a server."""
    return None if env.get("DATABASE_URL") else Cluster(var_directory(base_dir, env), name)


def database_config(base_dir: Path, env: Mapping[str, str] = os.environ, *, name: str = "postgres") -> dict[str, Any]:
    """Django's `DATABASES` entry, from `DATABASE_URL` or for the embedded cluster. Starts nothing."""
    cluster = configured_cluster(base_dir, env, name=name)
    config: dict[str, Any] = dict(environ.Env.db_url_config(env["DATABASE_URL"])) if cluster is None else {}
    if cluster is not None:
        config |= {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": DATABASE,
            "USER": ROLE,
            "HOST": str(cluster.socket_directory),
        }
    # A fresh connection costs 8 ms a request, a kept one 0.2.
    return {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True} | config


@contextmanager
def server(base_dir: Path = ROOT, env: Mapping[str, str] = os.environ) -> Iterator[None]:
    """A running database while the block lasts; does nothing where `DATABASE_URL` is set.

    Beside a running server it is used; otherwise one is started, and stopped after its last user.

    Raises:
        DatabaseUnavailable: with one line that says what is wrong.
    """
    environ.Env.read_env(ROOT / ".env")
    cluster = configured_cluster(base_dir, env)
    if cluster is None:
        yield
        return
    with serve_cluster(cluster):
        yield


def is_running(base_dir: Path = ROOT, env: Mapping[str, str] = os.environ) -> bool:
    """Whether the embedded server is kept running; true where `DATABASE_URL` names a server."""
    cluster = configured_cluster(base_dir, env)
    if cluster is None:
        return True
    with opened_lock(cluster.keeper_lock) as lock:
        return not try_lock(lock, fcntl.LOCK_SH)


@contextmanager
def serve_cluster(cluster: Cluster, *options: str) -> Iterator[None]:
    """Like `server`, for one cluster; `options` are postgres settings (`name=value`) if it must be started."""
    check_directories(cluster)
    keeper = None
    try:
        with opened_lock(cluster.users_lock) as users:
            _wait_until_not_stopping(cluster, users)
            keeper = _ensure_running(cluster, options)
            yield
    finally:
        if keeper is not None:
            _wait_for_stop(cluster, keeper)


def _wait_until_not_stopping(cluster: Cluster, users: int) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    while not try_lock(users, fcntl.LOCK_SH):  # a keeper that stops its server holds it exclusively
        if time.monotonic() > deadline:
            raise DatabaseUnavailable(f"The server on {cluster.data} is stopping and does not finish.")
        time.sleep(POLL_SECONDS)


def _ensure_running(cluster: Cluster, options: tuple[str, ...]) -> subprocess.Popen[str] | None:
    """The keeper if this process started it, or None where another one serves."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with opened_lock(cluster.keeper_lock) as lock:
            free = try_lock(lock, fcntl.LOCK_SH)
            ready = not free and state(lock) == "ready"
        if free:
            keeper = _start_keeper(cluster, options)
            if keeper is not None:
                return keeper
        elif ready and accepts_connections(cluster):
            return None
        time.sleep(POLL_SECONDS)
    raise DatabaseUnavailable(f"The server on {cluster.data} did not become ready; see {cluster.log}.")


def accepts_connections(cluster: Cluster) -> bool:
    try:
        psycopg2.connect(host=str(cluster.socket_directory), dbname=DATABASE, user=ROLE).close()
    except psycopg2.OperationalError:
        return False
    return True


def _start_keeper(cluster: Cluster, options: tuple[str, ...]) -> subprocess.Popen[str] | None:
    """Start a keeper and wait for its word; None if another keeper was quicker."""
    keeper = subprocess.Popen(  # its own session: Ctrl-C and a closed terminal reach its users, not the server
        [
            sys.executable,
            "-m",
            "lianfang.platform.database.keeper",
            str(cluster.var),
            cluster.name,
            *options,
        ],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    answer = ""
    if keeper.stdout is not None:
        with keeper.stdout:
            answer = keeper.stdout.readline().strip()
    if answer == "ready":
        return keeper
    keeper.wait()
    if answer == "busy":
        return None
    raise DatabaseUnavailable(answer or f"The server on {cluster.data} could not be started; see {cluster.log}.")


def _wait_for_stop(cluster: Cluster, keeper: subprocess.Popen[str]) -> None:
    """Wait for the server's end, unless another process still uses it."""
    deadline = time.monotonic() + STOP_SECONDS
    patience = time.monotonic() + 1.0
    with opened_lock(cluster.keeper_lock) as lock:
        while keeper.poll() is None and time.monotonic() < deadline:
            if time.monotonic() > patience and state(lock) != "stopping":
                return
            time.sleep(POLL_SECONDS)
