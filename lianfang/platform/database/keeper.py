"""The keeper: runs postgres on one data directory and stops it after its last user.

`python -m lianfang.platform.database.keeper VAR NAME [setting=value ...]` prints one line, `ready`, `busy`
(another keeper serves) or what is wrong, and then stays for as long as anybody holds the users' lock. The
kernel gives up the lock of a killed user, so nothing can leave a server behind.
"""

import ctypes
import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg2

from lianfang.platform.database.cluster import (
    DATABASE,
    ROLE,
    SUPERUSER,
    Cluster,
    DatabaseUnavailable,
    account_name,
    check_directories,
    has_data,
    installation,
    opened_lock,
    server_account,
    set_state,
    try_lock,
)

START_SECONDS = 45.0
FAST_SECONDS = 15.0
LINGER_SECONDS = 0.2
LOG_BYTES = 5_000_000
PR_SET_PDEATHSIG = 1
SETTINGS = (
    "listen_addresses=",  # the socket only
    "shared_buffers=128MB",
    "max_connections=60",
    "jit=off",  # short queries
    "timezone=UTC",
    "log_timezone=UTC",
    # Row values must not reach the log: neither in details nor in statements, whose values psycopg2 writes out.
    "log_error_verbosity=terse",
    "log_min_error_statement=panic",
    "createrole_self_grant=set, inherit",  # the owner may take the restricted role that a migration creates
)


def main(arguments: Sequence[str]) -> int:
    cluster, options = Cluster(Path(arguments[0]), arguments[1]), arguments[2:]
    stop = _stop_requests()
    with (
        opened_lock(cluster.keeper_lock) as lock,
        opened_lock(cluster.users_lock) as users,
    ):
        if not try_lock(lock, fcntl.LOCK_EX):
            print("busy", flush=True)
            return 0
        set_state(lock, "starting")
        try:
            with _postgres(cluster, options) as postgres:
                set_state(lock, "ready")
                _say_ready()
                _stay(postgres, lambda: bool(stop) or try_lock(users, fcntl.LOCK_EX))
                set_state(lock, "stopping")
        except DatabaseUnavailable as problem:
            print(problem, flush=True)
            return 1
    return 0


def _stop_requests() -> list[int]:
    """A list that fills with the signals that ask for a stop."""
    received: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda signum, _frame: received.append(signum))
    return received


def _say_ready() -> None:
    print("ready", flush=True)
    nowhere = os.open(os.devnull, os.O_RDWR)  # the starter's pipe and terminal must not be held open
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)


def _stay(postgres: subprocess.Popen[bytes], ended: Callable[[], bool]) -> None:
    while postgres.poll() is None and not ended():
        time.sleep(LINGER_SECONDS)


@contextmanager
def _postgres(cluster: Cluster, options: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """postgres on the cluster's data, made first where there is none, ready for connections."""
    check_directories(cluster)
    _remove_leftovers(cluster)
    programs = _Programs(cluster)
    try:
        _make_socket_directory(cluster)
        if not has_data(cluster):
            _initialise(cluster, programs)
        _write_access_rules(cluster)
        process = _start(cluster, programs, options)
        try:
            _wait_until_ready(cluster, process)
            _create_database(cluster)
            yield process
        finally:
            _stop(process)
    finally:
        shutil.rmtree(cluster.socket_directory, ignore_errors=True)
        programs.remove()


class _Programs:
    """PostgreSQL's programs, where the account that runs them can reach them.

    A root whose checkout lies in a closed directory (/root) gets a private copy while the server runs: no
    parent directory is opened up.
    """

    def __init__(self, cluster: Cluster) -> None:
        self.account = server_account()
        self.folder = installation()
        self.copy = Path(f"/var/lib/lianfang-{cluster.key}")
        if os.geteuid() == 0 and not self._usable():
            self.remove()
            ignored = shutil.ignore_patterns("include")
            self.folder = shutil.copytree(self.folder, self.copy, symlinks=True, ignore=ignored)
            if not self._usable():
                self.remove()
                raise DatabaseUnavailable(
                    f"{self.account.name} cannot run PostgreSQL from {installation()} nor from {self.copy}."
                )

    def _usable(self) -> bool:
        try:
            return self.start("postgres", "-V").wait() == 0
        except OSError:
            return False

    def start(
        self,
        program: str,
        *arguments: str,
        descriptors: Sequence[int] = (),
        output: int = subprocess.DEVNULL,
        errors: int = subprocess.DEVNULL,
    ) -> subprocess.Popen[bytes]:
        """Start a program as the server's account, with nothing of ours in its environment."""
        root = os.geteuid() == 0
        return subprocess.Popen(
            [str(self.folder / "bin" / program), *arguments],
            env={
                "PATH": os.defpath,
                "LC_ALL": "C.UTF-8",
            },  # a PG… variable or a foreign locale would change it
            cwd="/",
            pass_fds=descriptors,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
            preexec_fn=_stop_with_parent,  # noqa: PLW1509 (the keeper has no threads)
            user=self.account.uid if root else None,
            group=self.account.gid if root else None,
            extra_groups=[] if root else None,
        )

    def remove(self) -> None:
        shutil.rmtree(self.copy, ignore_errors=True)


def _remove_leftovers(cluster: Cluster) -> None:
    """What a killed keeper left. The keeper's lock is ours, so a postgres on this data has no master any more."""
    for unfinished in cluster.var.glob(f"{cluster.name}.new-*"):
        shutil.rmtree(unfinished, ignore_errors=True)
    if not has_data(cluster):
        return
    for pid in _orphans(cluster.data):
        _end(pid)
    # Checked above by working directory: the pid in the file may by now be some other program's.
    if Path("/proc/self/cwd").exists():
        (cluster.data / "postmaster.pid").unlink(missing_ok=True)


def _orphans(data: Path) -> list[int]:
    """Processes of postgres, all of which work in their data directory."""
    inode = data.stat()
    found = []
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        try:
            program = (entry.parent / "exe").readlink().name
            if os.path.samestat(entry.stat(), inode) and program.startswith("postgres"):  # or "postgres (deleted)"
                found.append(int(entry.parent.name))
        except OSError:  # gone, or another user's
            continue
    return found


def _end(pid: int) -> None:
    for number, seconds in ((signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        deadline = time.monotonic() + seconds
        try:
            os.kill(pid, number)
            while time.monotonic() < deadline:
                os.kill(pid, 0)
                time.sleep(0.02)
        except ProcessLookupError:
            return


def _make_socket_directory(cluster: Cluster) -> None:
    directory, account = cluster.socket_directory, server_account()
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
        found = directory.lstat()
        if directory.is_symlink() or found.st_uid not in (os.geteuid(), account.uid):
            owner = account_name(found.st_uid)
            raise DatabaseUnavailable(f"The socket directory {directory} belongs to {owner}: remove it.")
        directory.chmod(0o700)
        if os.geteuid() == 0:
            os.chown(directory, account.uid, account.gid)
    except OSError as error:
        raise DatabaseUnavailable(f"The socket directory {directory} cannot be made: {error.strerror}.") from error


@contextmanager
def _reachable(directory: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    """A path by which the server's account gets at its directory, and the descriptors it must inherit.

    An open descriptor leads a root's unprivileged child straight there, however closed the directories above.
    """
    if os.geteuid() != 0 or not Path("/proc/self/fd").is_dir():
        yield str(directory), ()
        return
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}", (descriptor,)
    finally:
        os.close(descriptor)


def _initialise(cluster: Cluster, programs: _Programs) -> None:
    """initdb under a temporary name, then rename: a directory made by half never looks whole."""
    unfinished = cluster.var / f"{cluster.name}.new-{secrets.token_hex(4)}"
    unfinished.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(unfinished, programs.account.uid, programs.account.gid)
    with _reachable(unfinished) as (path, descriptors):
        arguments = [
            "-D",
            path,
            "-U",
            SUPERUSER,
            "--locale=C.UTF-8",
            "--encoding=UTF8",
            "--no-instructions",
        ]
        process = programs.start("initdb", *arguments, descriptors=descriptors, errors=subprocess.PIPE)
        errors = process.communicate()[1].decode(errors="replace")
    if process.returncode != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise DatabaseUnavailable(f"initdb failed in {cluster.var}: {_last_line(errors)}")
    unfinished.rename(cluster.data)


def _write_access_rules(cluster: Cluster) -> None:
    """Who may connect: the account that keeps the cluster, as any role, through the socket only."""
    account = server_account()
    for name, text in (
        ("pg_hba.conf", "local all all peer map=keeper\n"),
        ("pg_ident.conf", f'keeper "{account_name(os.geteuid())}" all\n'),
    ):
        path = cluster.data / name
        path.write_text(text, encoding="utf-8")
        if os.geteuid() == 0:
            os.chown(path, account.uid, account.gid)


def _start(cluster: Cluster, programs: _Programs, options: Sequence[str]) -> subprocess.Popen[bytes]:
    settings = [
        *SETTINGS,
        f"unix_socket_directories={cluster.socket_directory}",
        *options,
    ]
    arguments = [part for setting in settings for part in ("-c", setting)]
    with _reachable(cluster.data) as (path, descriptors), _opened_log(cluster) as log:
        return programs.start(
            "postgres",
            "-D",
            path,
            *arguments,
            descriptors=descriptors,
            output=log,
            errors=log,
        )


def _stop_with_parent() -> None:
    """In the child, after it has changed its account: a killed keeper takes postgres with it (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


@contextmanager
def _opened_log(cluster: Cluster) -> Iterator[int]:
    if cluster.log.exists() and cluster.log.stat().st_size > LOG_BYTES:
        cluster.log.replace(cluster.log.with_suffix(".log.old"))
    descriptor = os.open(cluster.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _wait_until_ready(cluster: Cluster, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            reason = _last_line(
                cluster.log.read_text(encoding="utf-8", errors="replace"),
                "FATAL:",
                "PANIC:",
            )
            raise DatabaseUnavailable(f"PostgreSQL cannot use {cluster.data}: {reason} (log: {cluster.log})")
        try:
            psycopg2.connect(host=str(cluster.socket_directory), dbname="postgres", user=SUPERUSER).close()
        except psycopg2.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise DatabaseUnavailable(f"PostgreSQL on {cluster.data} did not become ready; see {cluster.log}.")


def _last_line(text: str, *marks: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    marked = [line[line.index(mark) :] for line in lines for mark in marks if mark in line]
    return (marked or lines or ["no reason given"])[-1]


def _create_database(cluster: Cluster) -> None:
    """The owner's role, no superuser as in production, and its database, where they are missing."""
    connection = psycopg2.connect(host=str(cluster.socket_directory), dbname="postgres", user=SUPERUSER)
    connection.autocommit = True  # CREATE DATABASE refuses a transaction
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB CREATEROLE")
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    for number, seconds in (
        (signal.SIGINT, FAST_SECONDS),
        (signal.SIGQUIT, 5.0),
        (signal.SIGKILL, 5.0),
    ):
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            continue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
