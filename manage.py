#!/usr/bin/env python
"""Django's commands, each beside a running database: the demonstration's, or one of its own while it lasts."""

import os
import sys
from contextlib import nullcontext

from lianfang.platform.database import DatabaseUnavailable, server

WITHOUT_DATABASE = {
    "--help",
    "--version",
    "collectstatic",
    "compilemessages",
    "help",
    "makemessages",
    "version",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    needed = len(sys.argv) > 1 and WITHOUT_DATABASE.isdisjoint(sys.argv[1:])
    try:
        with server() if needed else nullcontext():
            execute_from_command_line(sys.argv)
    except (DatabaseUnavailable, ImproperlyConfigured) as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
