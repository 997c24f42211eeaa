"""Generates a squadron's roster of a month, in the foreground and as the system."""

from __future__ import annotations

import datetime as dt
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from lianfang.platform.problems import Refused
from patrols.services import generation, generation_all
from teams.models import Unit
from teams.scope import system_scope

PRINTED = ("status", "hard_violations", "uncovered", "objective", "bound", "seconds")


class Command(BaseCommand):
    """Prints one JSON object, with --all one a squadron; a refusal is a sentence on standard error and exit code 1."""

    help = "Generates a squadron's roster of a month; makes the draft if there is none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--unit", required=True, metavar="CODE", help="the squadron's code, 12 digits")
        parser.add_argument("--month", required=True, metavar="YYYY-MM")
        parser.add_argument("--seconds", type=float, default=generation.DEFAULT_SECONDS, help="how long to search")
        parser.add_argument("--all", action="store_true", help="each squadron below the unit; the seconds are shared")

    def handle(self, *args: Any, unit: str, month: str, seconds: float, **options: Any) -> None:
        if seconds <= 0:
            raise CommandError(_("--seconds must be more than 0."))
        with system_scope():
            found = Unit.objects.filter(code=unit).first()
            if found is None:
                raise CommandError(_("There is no unit with the code %(code)s.") % {"code": unit})
            if options.get("all"):
                self._generate_all(found, first_day_of(month), seconds)
                return
            facts = self._generate(found, first_day_of(month), seconds)
        self.stdout.write(json.dumps({name: facts[name] for name in PRINTED}))

    def _generate_all(self, unit: Unit, first_day: dt.date, seconds: float) -> None:
        """One line of JSON a squadron, in their order, each as soon as it is written."""
        asked = [row for row in generation_all.squadrons(unit, first_day) if row.is_asked(again=True)]
        if not asked:
            raise CommandError(str(generation_all.NOTHING))
        course = _Printed(self.stdout)
        generation_all.generate_all(by=None, asked=asked, first_day=first_day, seconds=seconds, course=course)

    def _generate(self, squadron: Unit, first_day: dt.date, seconds: float) -> dict[str, Any]:
        try:
            roster = generation.month_roster(by=None, unit=squadron, first_day=first_day)
            return generation.generate(by=None, roster=roster, seconds=seconds)
        except Refused as refusal:
            lines = [f"{problem.message} {problem.hint}".strip() for problem in refusal.problems]
            raise CommandError("\n".join(lines)) from None


class _Printed(generation_all.Course):
    """Prints each squadron once it is finished."""

    def __init__(self, out: Any) -> None:
        self.out = out

    def keep(self, unit: Unit, share: float, state: dict[str, Any]) -> None:
        self.out.write(json.dumps({"unit": unit.code, **state}))


def first_day_of(month: str) -> dt.date:
    try:
        return dt.datetime.strptime(month, "%Y-%m").replace(tzinfo=dt.UTC).date()
    except ValueError:
        raise CommandError(_("--month must be a month such as 2026-12.")) from None
