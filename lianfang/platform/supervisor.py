"""Runs the demonstration (`make demo`) or the production server (`make serve`) in the foreground.

It starts the database, prepares it, then keeps gunicorn and the job workers running. Ctrl-C, TERM and HUP
stop everything; if it is killed itself, its children get a signal from the kernel and the database ends with
its last user. One line says what is wrong.
"""

import argparse
import ctypes
import http.client
import os
import select
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import environ

from lianfang.platform.database import DatabaseUnavailable, is_running, server

ROOT = Path(__file__).resolve().parents[2]
PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.1
READY_SECONDS = 60.0
STOP_SECONDS = 5.0
RESTARTS, RESTART_WINDOW = (
    5,
    60.0,
)  # a child that ends more often than this within so many seconds ends all


class Failed(Exception):
    """Why the supervisor gives up, in one line."""


class Stopped(Exception):
    """Somebody asked for a stop."""


@dataclass(frozen=True)
class Child:
    """A program to run; `orphaned` is the signal it gets if the supervisor is killed."""

    name: str
    command: Sequence[str]
    orphaned: signal.Signals = signal.SIGTERM
    inherits: tuple[int, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Running:
    """A child and its process of the moment."""

    child: Child
    process: subprocess.Popen[bytes]


def children(port: socket.socket, env: Mapping[str, str]) -> list[Child]:
    """What runs beside the database."""
    # gunicorn's control socket would lie in the home directory, shared by every project of the account.
    options = ["--bind", f"fd://{port.fileno()}", "--no-control-socket", "--log-level", "warning"]
    options += ["--workers", env.get("LIANFANG_WEB_WORKERS") or "2", "--threads", "4"]
    options += ["--timeout", "60", "--graceful-timeout", "3"]
    gunicorn = [sys.executable, "-m", "gunicorn", "lianfang.wsgi", *options]
    web = Child("web server", gunicorn, inherits=(port.fileno(),))
    # A worker finishes its job before it heeds TERM, which an orphan must not: a killed job is run again.
    worker = [sys.executable, "manage.py", "work"]
    count = int(env.get("LIANFANG_WORKERS") or 1)
    return [
        web,
        *(Child(f"job worker {number}", worker, signal.SIGKILL) for number in range(1, count + 1)),
    ]


class Parent:
    """The make that called, which passes on TERM alone: after INT or HUP it waits for us without a word."""

    def __init__(self) -> None:
        self.pid = os.getppid()
        self.catches = self._caught_signals()

    def is_ending(self) -> bool:
        """Whether it is gone, or handles a signal: make takes its handler away first."""
        return os.getppid() != self.pid or self._caught_signals() != self.catches

    def _caught_signals(self) -> str:
        with suppress(OSError):
            for line in Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8").splitlines():
                if line.startswith("SigCgt:"):
                    return line
        return ""


@dataclass
class Supervisor:
    """Starts, watches and stops child processes."""

    env: Mapping[str, str]
    parent: Parent | None = None  # stop with it
    stopping: bool = False
    running: list[Running] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)

    def handle_signals(self) -> None:
        """Explicitly: a background job of a script inherits an ignored SIGINT."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def pause(self) -> None:
        """Wait a moment. Raises Stopped."""
        if self.stopping or (self.parent is not None and self.parent.is_ending()) or terminal_is_gone():
            raise Stopped
        time.sleep(POLL_SECONDS)

    def start(self, child: Child) -> None:
        """Start a child that is to keep running."""
        self.running.append(Running(child, self._spawn(child)))

    def _spawn(self, child: Child, output: int | None = None) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            child.command,
            cwd=ROOT,
            env={**self.env, **child.env},
            stdin=subprocess.DEVNULL,
            stdout=output,
            pass_fds=child.inherits,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which then stops all in order
            preexec_fn=_after_fork(child.orphaned),  # noqa: PLW1509 (the supervisor has no threads)
        )

    def complete(self, child: Child) -> str:
        """Run a child to its end and return what it printed. Raises Failed, Stopped."""
        with tempfile.TemporaryFile() as output:
            entry = Running(child, self._spawn(child, output.fileno()))
            self.running.append(entry)
            while entry.process.poll() is None:
                self.pause()
            self.running.remove(entry)
            if entry.process.returncode != 0:
                raise Failed(f"The {child.name} failed; the reason stands above.")
            output.seek(0)
            return output.read().decode()

    def await_ready(self, probe: Callable[[], bool]) -> None:
        """Wait until the probe succeeds. Raises Stopped, or Failed if a child ends before or nothing happens."""
        deadline = time.monotonic() + READY_SECONDS
        while not probe():
            for entry in self.running:
                if entry.process.poll() is not None:
                    code = entry.process.returncode
                    raise Failed(f"The {entry.child.name} ended at its start (exit code {code}).")
            if time.monotonic() > deadline:
                raise Failed(f"The web server did not answer within {READY_SECONDS:.0f} seconds.")
            self.pause()

    def watch(self, healthy: Callable[[], bool]) -> None:
        """Keep the children running. Raises Stopped, or Failed if one ends again and again."""
        while healthy():
            self.pause()
            for entry in self.running:
                if entry.process.poll() is not None:
                    self._restart(entry)
        raise Failed("The database server has ended.")

    def _restart(self, entry: Running) -> None:
        now, code = time.monotonic(), entry.process.returncode
        self.ended = [*(at for at in self.ended if now - at < RESTART_WINDOW), now]
        if len(self.ended) > RESTARTS:
            raise Failed(f"The {entry.child.name} ends again and again (exit code {code}).")
        say(f"The {entry.child.name} ended (exit code {code}) and is started again.")
        entry.process = self._spawn(entry.child)

    def stop(self) -> None:
        """TERM to all children, five seconds, then KILL to whatever is left of their groups."""
        for entry in self.running:
            _signal_group(entry.process, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for entry in self.running:
            with suppress(subprocess.TimeoutExpired):
                entry.process.wait(max(0.0, deadline - time.monotonic()))
        for entry in self.running:
            _signal_group(entry.process, signal.SIGKILL)
            entry.process.wait()
        self.running.clear()


def _after_fork(orphaned: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def prepare() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, orphaned)
            if os.getppid() != parent:  # killed in between
                os._exit(1)

    return prepare


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def terminal_is_gone() -> bool:
    """Whether the output was a terminal that has closed: su and sudo keep its HUP from us."""
    poll = select.poll()
    poll.register(2, 0)
    with suppress(OSError):
        return stat.S_ISCHR(os.fstat(2).st_mode) and any(event & select.POLLHUP for _, event in poll.poll(0))
    return False


def say(line: str) -> None:
    """Print, unless the terminal is gone."""
    with suppress(OSError, ValueError):
        print(line, flush=True)


@contextmanager
def listening_port(env: Mapping[str, str]) -> Iterator[socket.socket]:
    """The port, taken before any slow work and handed to gunicorn. Raises Failed."""
    host, text = env.get("LIANFANG_BIND") or "127.0.0.1", env.get("PORT") or "8000"
    if not text.isdecimal() or int(text) > 65535:
        raise Failed(f"PORT={text} is not a port number.")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, int(text)))
            listener.listen(64)
        except OSError as error:
            raise Failed(f"Port {text} cannot be used ({error.strerror}): set PORT to another one.") from error
        yield listener


def answers(port: socket.socket, host: str) -> bool:
    """Whether /healthz answers 200 to a visitor of `host` behind the proxy."""
    address, number = port.getsockname()  # 0.0.0.0, to connect to, is this machine
    connection = http.client.HTTPConnection(address, number, timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": host, "X-Forwarded-Proto": "https"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def environment(mode: str) -> dict[str, str]:
    """The children's environment: ours and the file `.env`."""
    environ.Env.read_env(ROOT / ".env")
    fixed = {"LIANFANG_DEMO": "1"} if mode == "demo" else {}
    defaults = {"LIANFANG_BEHIND_TLS": "1"} if mode == "serve" else {}
    given = {name: value for name, value in os.environ.items() if value}
    return {"PYTHONUNBUFFERED": "1"} | defaults | given | fixed


def prepare(supervisor: Supervisor, mode: str) -> str:
    """Database and static files made ready; returns the demonstration's accounts. Raises Failed, Stopped."""
    if mode == "serve":
        supervisor.complete(Child("safety check", [sys.executable, "manage.py", "safety"]))
    owner = supervisor.env.get("LIANFANG_MIGRATE_DATABASE_URL")
    env = {"DATABASE_URL": owner} if owner else {}
    return supervisor.complete(Child("preparation", [sys.executable, "manage.py", "prepare", mode], env=env))


def run(
    mode: str,
    parent: Parent | None = None,
    *,
    prepare: Callable[[Supervisor, str], str] = prepare,
    children: Callable[[socket.socket, Mapping[str, str]], list[Child]] = children,
) -> None:
    """Serve until asked to stop, or until `parent` ends. Raises Failed, DatabaseUnavailable."""
    env = environment(mode)
    supervisor = Supervisor(env, parent)
    supervisor.handle_signals()
    host = env.get("LIANFANG_ALLOWED_HOSTS", "").split(",")[0].lstrip(".") or "127.0.0.1"
    try:
        with listening_port(env) as port, server(ROOT, env):
            number = port.getsockname()[1]
            try:
                accounts = prepare(supervisor, mode)
                for child in children(port, env):
                    supervisor.start(child)
                supervisor.await_ready(lambda: answers(port, host))
                say(f"\nLianfang is ready at http://127.0.0.1:{number}\n{accounts.rstrip()}")
                supervisor.watch(lambda: is_running(ROOT, env))
            finally:
                supervisor.stop()
    except Stopped:
        say("Stopped.")


def main(arguments: Sequence[str] | None = None, run: Callable[[str, Parent | None], None] = run) -> int:
    parser = argparse.ArgumentParser(prog="python -m lianfang.platform.supervisor", description=__doc__)
    parser.add_argument("mode", choices=["demo", "serve"])
    parser.add_argument("--stop-with-parent", action="store_true", help="end when the calling make has ended")
    options = parser.parse_args(arguments)
    try:
        run(options.mode, Parent() if options.stop_with_parent else None)
    except (Failed, DatabaseUnavailable) as problem:
        say(str(problem))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
