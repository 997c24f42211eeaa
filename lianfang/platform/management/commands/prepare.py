"""Everything between packages and a running server, in one process because each start of Django costs seconds."""

import hashlib
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError


class Command(BaseCommand):
    """Prints nothing on standard output but, for a demonstration, its accounts."""

    help = "Migrates, collects static files and, for a demonstration, builds the demonstration county."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("mode", choices=["demo", "serve"])

    def handle(self, *args: Any, mode: str, **options: Any) -> None:
        try:
            if may_migrate():
                call_command("migrate", interactive=False, verbosity=0)
            else:
                refuse_unapplied_migrations()
        except OperationalError as error:
            raise CommandError(f"The database cannot be opened: {str(error).splitlines()[0]}") from None
        collect_static()
        if mode == "demo":
            call_command("demo_county", accounts=True, stdout=self.stdout)


def may_migrate() -> bool:
    """Whether the role owns the tables: the embedded server's does, and the one of the second address."""
    return not os.environ.get("DATABASE_URL") or bool(os.environ.get("LIANFANG_MIGRATE_DATABASE_URL"))


def refuse_unapplied_migrations() -> None:
    try:
        call_command("migrate", check_unapplied=True, verbosity=0)
    except SystemExit:
        raise CommandError(
            "The database lacks migrations: set LIANFANG_MIGRATE_DATABASE_URL to the address of the tables' owner."
        ) from None


def collect_static() -> None:
    """Collect and compress the static files if one of them has changed since the last time."""
    stamp = Path(settings.STATIC_ROOT) / ".sources"
    sources = static_sources()
    if not stamp.exists() or stamp.read_text(encoding="ascii") != sources:
        stamp.unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(sources, encoding="ascii")


def static_sources() -> str:
    """A digest over name, size and time of each source file."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(None):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
