"""The work calendar of a year from the command line."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from lianfang.platform.problems import Refused
from teams.services.calendar import import_calendar, import_calendar_year, parse_calendar
from teams.services.checks import refuse


class Command(BaseCommand):
    """Replaces the year by the announcement; the same again changes nothing."""

    help = "Imports the work calendar: a year that ships with Lianfang (2026), or a file of date,kind,name lines."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="FILE|YEAR")

    def handle(self, *args: Any, source: str, **options: Any) -> None:
        try:
            changed = import_calendar_year(by=None, year=int(source)) if source.isdigit() else import_file(source)
        except Refused as refused:
            raise CommandError("\n".join(self.line(problem) for problem in refused.problems)) from None
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(_("The file cannot be read: %(reason)s") % {"reason": type(error).__name__}) from None
        self.stdout.write(_("%(count)d days changed.") % {"count": changed})

    def line(self, problem: Any) -> str:
        return f"{problem.row}: {problem}" if problem.row else str(problem)


def import_file(source: str) -> int:
    """Import a file's days; raises `Refused` and writes nothing if one line is unreadable."""
    rows, problems = parse_calendar(Path(source).read_text(encoding="utf-8-sig"))
    refuse(problems)
    return import_calendar(by=None, days=rows)
