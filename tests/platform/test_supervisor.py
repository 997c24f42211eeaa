"""The supervisor from outside: real processes, the real embedded server, small children."""

import os
import pty
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from lianfang.platform.database import Cluster, is_running
from lianfang.platform.supervisor import Child, Failed, Supervisor, listening_port

ROOT = Path(__file__).resolve().parents[2]
WAIT_SECONDS = 30.0
SERVICE = (sys.executable, "-m", "tests.platform.small_service")

Start = Callable[..., "Service"]


def usual_signals() -> None:
    """What make and the supervisor get from a terminal, even if the tests run under nohup or in the background."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def ignore_sigint() -> None:
    usual_signals()
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Service:
    """A supervisor in a process of its own, the processes it left, and what it printed."""

    def __init__(
        self,
        var: Path,
        *,
        ignore_interrupt: bool = False,
        under: Sequence[str] = (),
        pass_fds: Sequence[int] = (),
        **env: str,
    ) -> None:
        self.var = var
        self.mark = f"LIANFANG_TEST_MARK={var}"
        name, value = self.mark.split("=")
        inherited = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        self.process = subprocess.Popen(
            under or [*SERVICE, "demo"],
            cwd=ROOT,
            env=inherited | {"PORT": "0", "LIANFANG_VAR": str(var), name: value} | env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            pass_fds=pass_fds,
            preexec_fn=ignore_sigint if ignore_interrupt else usual_signals,  # noqa: PLW1509
        )

    def await_ready(self) -> str:
        """The lines up to the account that stands below the address."""
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line.startswith("leader"):
                return "".join(lines)
        raise AssertionError(f"not ready: {lines}")

    def end(self) -> str:
        """The rest of its output, once it has ended."""
        return self.process.communicate(timeout=WAIT_SECONDS)[0]

    def survivors(self) -> list[str]:
        """Command lines of living processes that it started: all but postgres carry its environment."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                environment = (entry / "environ").read_bytes()
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                working = str((entry / "cwd").readlink())
            except OSError:
                continue
            if self.mark.encode() in environment or working.startswith(str(self.var)):
                found.append(command)
        return found

    def await_survivors(self, word: str, count: int) -> None:
        """Until so many of them have the word in their command line: it is ready before the last one is there."""
        deadline = time.monotonic() + WAIT_SECONDS
        while sum(word in command for command in self.survivors()) < count:
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def await_no_survivors(self) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while self.survivors() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert self.survivors() == []


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    services: list[Service] = []

    def start_service(var: Path = tmp_path / "var", **options: str | bool) -> Service:
        services.append(Service(var, **options))  # type: ignore[arg-type]
        return services[-1]

    yield start_service
    for service in services:
        service.process.kill()
        service.process.communicate()
    for service in services:
        service.await_no_survivors()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_signal_stops_every_process_of_a_background_job(start: Start, number: signal.Signals) -> None:
    service = start(ignore_interrupt=True)
    printed = service.await_ready()
    assert "Lianfang is ready at http://127.0.0.1:" in printed
    assert any("postgres" in command for command in service.survivors())

    service.process.send_signal(number)

    assert service.end() == "Stopped.\n"
    assert service.process.returncode == 0
    assert service.survivors() == []


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL], ids=lambda number: number.name
)
def test_signal_to_make_alone_stops_every_process(start: Start, tmp_path: Path, number: signal.Signals) -> None:
    makefile = tmp_path / "Makefile"
    makefile.write_text(f"demo:\n\t@exec {' '.join(SERVICE)} demo --stop-with-parent\n")
    service = start(under=["make", "-f", str(makefile), "demo"])
    service.await_ready()
    service.process.send_signal(number)
    service.end()
    service.await_no_survivors()


def test_closed_terminal_stops_every_process(start: Start) -> None:
    terminal, attached = pty.openpty()
    quiet = "import os, signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); "
    login = f"{quiet}os.dup2({attached}, 2); os.execv({sys.executable!r}, {[*SERVICE, 'demo']!r})"
    service = start(under=[sys.executable, "-c", login], pass_fds=[attached])
    os.close(attached)
    service.await_ready()
    os.close(terminal)
    service.end()
    assert service.survivors() == []


def test_child_that_ignores_term_is_killed_with_its_group(start: Start) -> None:
    service = start(STUBBORN="1")
    service.await_ready()
    service.await_survivors("SIG_IGN", 2)

    service.process.terminate()
    service.end()

    assert service.survivors() == []


def test_killed_supervisor_leaves_nothing_and_starts_again(start: Start) -> None:
    service = start()
    service.await_ready()
    service.process.kill()
    service.end()
    service.await_no_survivors()

    again = start()
    assert "Lianfang is ready" in again.await_ready()


def test_killed_keeper_ends_the_service_with_one_line(start: Start) -> None:
    service = start()
    service.await_ready()
    keepers = subprocess.run(["pgrep", "-f", f"keeper {service.var}"], capture_output=True, check=True, text=True)
    os.kill(int(keepers.stdout.split()[0]), signal.SIGKILL)

    assert service.end().strip() == "The database server has ended."
    assert service.process.returncode == 1
    service.await_no_survivors()


def test_everything_killed_at_once_starts_again(start: Start) -> None:
    service = start()
    service.await_ready()
    pids = [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if works_in(entry, service.var)]
    for pid in [service.process.pid, *pids]:
        os.kill(pid, signal.SIGKILL)
    service.end()

    assert "Lianfang is ready" in start().await_ready()


def works_in(process: Path, directory: Path) -> bool:
    try:
        return str((process / "cwd").readlink()).startswith(str(directory))
    except OSError:
        return False


def test_long_path_is_no_obstacle(start: Start, tmp_path: Path) -> None:
    var = tmp_path / ("很长的目录" * 10) / ("x" * 120) / "var"
    assert "Lianfang is ready" in start(var).await_ready()


def test_taken_port_is_one_line_before_any_work(start: Start, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        service = start(PORT=port)
        assert service.end() == f"Port {port} cannot be used (Address already in use): set PORT to another one.\n"
    assert service.process.returncode == 1
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("port", ["http", "70000", "-1"])
def test_port_that_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(Failed, match="not a port number"), listening_port({"PORT": port}):
        pass


def test_foreign_data_directory_is_one_line(start: Start, tmp_path: Path) -> None:
    var = tmp_path / "var"
    (var / "postgres").mkdir(parents=True)
    (var / "postgres" / "letters.txt").write_text("not ours")
    service = start()
    printed = service.end()
    assert printed.count("\n") == 1
    assert f"{var / 'postgres'}" in printed
    assert service.process.returncode == 1
    assert (var / "postgres" / "letters.txt").exists()


def test_second_supervisor_uses_the_running_server_and_leaves_it(start: Start, tmp_path: Path) -> None:
    first = start()
    first.await_ready()
    second = start()
    second.await_ready()
    second.process.terminate()
    assert second.end() == "Stopped.\n"
    assert is_running(ROOT, {"LIANFANG_VAR": str(tmp_path / "var")})
    first.process.terminate()
    first.end()
    assert not is_running(ROOT, {"LIANFANG_VAR": str(tmp_path / "var")})


def test_child_that_ends_again_and_again_is_given_up() -> None:
    supervisor = Supervisor(os.environ)
    supervisor.start(Child("job worker", [sys.executable, "-c", "raise SystemExit(3)"]))
    try:
        with pytest.raises(Failed, match=r"job worker ends again and again \(exit code 3\)"):
            supervisor.watch(lambda: True)
    finally:
        supervisor.stop()


def test_child_that_ends_before_ready_is_named() -> None:
    supervisor = Supervisor(os.environ)
    supervisor.start(Child("web server", [sys.executable, "-c", "raise SystemExit(4)"]))
    try:
        with pytest.raises(Failed, match=r"web server ended at its start \(exit code 4\)"):
            supervisor.await_ready(lambda: False)
    finally:
        supervisor.stop()


def test_failed_preparation_is_named() -> None:
    with pytest.raises(Failed, match="preparation failed"):
        Supervisor(os.environ).complete(Child("preparation", [sys.executable, "-c", "raise SystemExit(1)"]))


def test_sockets_of_two_data_directories_differ(tmp_path: Path) -> None:
    one, other = Cluster(tmp_path / "one").socket_directory, Cluster(tmp_path / "other").socket_directory
    assert one != other
    assert len(str(one)) < 60
