"""The secrets: from the environment, or generated once and kept in `LIANFANG_VAR/secrets.env` (mode 0600).

Generated ones serve demonstration and tests; `make serve` refuses them (see `lianfang.platform.safety`).
"""

import base64
import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32


@dataclass(frozen=True)
class Keys:
    """What signs, encrypts and looks up. `field_keys`: the first encrypts, all decrypt."""

    secret_key: str
    field_keys: tuple[bytes, ...]
    lookup_key: bytes


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


MAKERS: dict[str, Callable[[], str]] = {
    "LIANFANG_SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "LIANFANG_FIELD_KEY": _random_key,
    "LIANFANG_LOOKUP_KEY": _random_key,
}


def load_keys(var: Path, env: Mapping[str, str]) -> Keys:
    """The keys of this installation.

    Raises:
        ImproperlyConfigured: a key is not 32 bytes in base64.
    """
    missing = missing_keys(env)
    generated = _generated(var) if missing else {}
    values = {name: generated[name] if name in missing else env[name] for name in MAKERS}
    return Keys(
        secret_key=values["LIANFANG_SECRET_KEY"],
        field_keys=tuple(_decoded("LIANFANG_FIELD_KEY", key) for key in values["LIANFANG_FIELD_KEY"].split(",")),
        lookup_key=_decoded("LIANFANG_LOOKUP_KEY", values["LIANFANG_LOOKUP_KEY"]),
    )


def missing_keys(env: Mapping[str, str]) -> list[str]:
    """The names of the secrets that the environment does not set."""
    return [name for name in MAKERS if not env.get(name)]


def _decoded(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(f"{name} must be {KEY_BYTES} random bytes in base64.")
    return key


def _generated(var: Path) -> dict[str, str]:
    path = var / "secrets.env"
    if not path.exists():
        _write_once(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    found = dict(line.split("=", 1) for line in lines if "=" in line)
    if lost := MAKERS.keys() - found.keys():
        raise ImproperlyConfigured(f"{path} lacks {', '.join(sorted(lost))}.")
    return found


def _write_once(path: Path) -> None:
    """Whole or not at all, and the first of several processes wins: a changed key would lose what it encrypted."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix="secrets.new-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(f"{name}={make()}\n" for name, make in MAKERS.items())
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        Path(temporary).unlink()
