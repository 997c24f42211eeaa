"""Photos of members as files: re-encoded, without metadata, under names that nobody guesses (handbook P8)."""

from __future__ import annotations

import datetime as dt
import secrets
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from lianfang.platform import pictures
from lianfang.platform.private_files import forget_old
from lianfang.platform.problems import Problem, Refused

MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 50_000_000
SIZE = (600, 800)  # the longest sides that are kept, in pixels
FOLDER = "photos"

TOO_LARGE = _("The photo is larger than %(limit)d MB.")
NO_PHOTO = _("This is no photo: choose a JPEG, PNG or WebP file.")


def encode(data: bytes) -> bytes:
    """A JPEG of at most 600 × 800 pixels, upright, without metadata. Raises `Refused` in one sentence."""
    if len(data) > MAX_BYTES:
        raise _refused("photo_too_large", TOO_LARGE % {"limit": MAX_BYTES // 1024 // 1024})
    try:
        return pictures.written_anew(data, SIZE, MAX_PIXELS)
    except pictures.TooManyPixelsError:
        raise _refused("photo_too_large", _("The photo has too many pixels.")) from None
    except pictures.NoPictureError:
        raise _refused("no_photo", NO_PHOTO) from None


def _refused(code: str, message: object) -> Refused:
    return Refused([Problem(code, message, field="photo")])


def directory() -> Path:
    return Path(default_storage.path(FOLDER))


def path_of(name: str) -> Path:
    """Where the photo of that name lies."""
    return directory() / Path(name).name


def keep(content: bytes) -> str:
    """Write a new file, sealed (`lianfang.platform.private_files`); answers its name."""
    name = f"{secrets.token_hex(20)}.jpg"
    default_storage.save(f"{FOLDER}/{name}", ContentFile(content))
    return name


def read(name: str) -> bytes:
    """The picture of that name. Raises `FileNotFoundError`."""
    with default_storage.open(f"{FOLDER}/{Path(name).name}") as file:
        return bytes(file.read())


def forget(name: str) -> None:
    """Delete the file, if it is there."""
    path_of(name).unlink(missing_ok=True)


def forget_orphans(in_use: set[str], now: dt.datetime) -> int:
    """Delete files of more than a day that no member has (a write that was rolled back); answers how many."""
    return forget_old(FOLDER, {f"{FOLDER}/{name}" for name in in_use}, now)
