"""Uploaded files: encrypted on the disk, readable by the program alone, never served by address.

The default storage, so that every file field and every file kept by hand is written this way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from pathlib import Path
from typing import IO, Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, default_storage

from lianfang.platform.fields import seal, unseal

ORPHANS_KEPT = dt.timedelta(days=1)
MARK = b"LF1\0"  # names how the rest is sealed, for the day when it is sealed otherwise


class PrivateStorage(FileSystemStorage):
    """Seals what it writes with the field keys and binds it to its name: files changed about do not open.

    Whole files pass through memory; what is uploaded has its limits before it comes here.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700} | options)

    def _save(self, name: str, content: IO[bytes] | File[Any]) -> str:
        kept = name.replace("\\", "/")
        content.seek(0)
        written: str = super()._save(kept, ContentFile(MARK + seal(content.read(), kept.encode())))  # type: ignore[misc]
        if written != kept:  # another file took the name at this moment, and the name is sealed in
            self.delete(written)
            raise FileExistsError(kept)
        return written

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        """The plain content in memory. Raises `UndecipherableError` for a file that was changed or moved."""
        if mode != "rb":
            raise ValueError(mode)
        kept = name.replace("\\", "/")
        stored = Path(self.path(kept)).read_bytes()
        is_sealed = stored.startswith(MARK)  # files of the time before are not
        return ContentFile(unseal(stored[len(MARK) :], kept.encode()) if is_sealed else stored, name=kept)


def forget_old(folder: str, in_use: Collection[str], now: dt.datetime) -> int:
    """Delete files below `folder` that are older than a day and that no row names (a write was rolled back).

    Answers how many.
    """
    root = Path(default_storage.path(folder))
    before = (now - ORPHANS_KEPT).timestamp()
    files = [p for p in root.rglob("*") if p.is_file()] if root.is_dir() else []
    base = Path(default_storage.path(""))
    orphans = [p for p in files if p.relative_to(base).as_posix() not in in_use and p.stat().st_mtime < before]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)
