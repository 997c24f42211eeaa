"""Uploaded files lie sealed on the disk."""

import datetime as dt
import os
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from lianfang.platform.fields import UndecipherableError
from lianfang.platform.private_files import forget_old


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def keep(name, content=b"an ID card"):
    return Path(default_storage.path(default_storage.save(name, ContentFile(content))))


def test_file_is_sealed_and_nobody_elses_to_read():
    path = keep("people/a")
    assert b"ID card" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == path.parent.stat().st_mode & 0o077 == 0
    assert default_storage.open("people/a").read() == b"an ID card"


def test_files_exchanged_or_changed_do_not_open():
    first, second = keep("people/a"), keep("people/b", b"another card")
    second.write_bytes(first.read_bytes())
    with pytest.raises(UndecipherableError):
        default_storage.open("people/b")
    first.write_bytes(first.read_bytes()[:-1] + b"x")
    with pytest.raises(UndecipherableError):
        default_storage.open("people/a")


def test_file_of_the_time_before_opens():
    keep("people/a").write_bytes(b"\xff\xd8\xff plain")
    assert default_storage.open("people/a").read() == b"\xff\xd8\xff plain"


def test_files_of_no_row_go_after_a_day():
    used, orphan = keep("people/a"), keep("people/1/b")
    assert forget_old("people", {"people/a"}, timezone.now()) == 0
    for path in (used, orphan):
        os.utime(path, (0, 0))
    assert forget_old("people", {"people/a"}, timezone.now() + dt.timedelta(0)) == 1
    assert used.exists()
    assert not orphan.exists()
