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
from patrols.services import generation
from teams.models import Unit
from teams.scope import system_scope

PRINTED = ("status", "hard_violations", "uncovered", "objective", "bound", "seconds")


class Command(BaseCommand):
    """Prints one JSON object; a refusal is a sentence on standard error and exit code 1."""

    help = "Generates a squadron's roster of a month; makes the draft if there is none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--unit", required=True, metavar="CODE", help="the squadron's code, 12 digits")
        parser.add_argument("--month", required=True, metavar="YYYY-MM")
        parser.add_argument("--seconds", type=float, default=generation.DEFAULT_SECONDS, help="how long to search")

    def handle(self, *args: Any, unit: str, month: str, seconds: float, **options: Any) -> None:
        if seconds <= 0:
            raise CommandError(_("--seconds must be more than 0."))
        with system_scope():
            facts = self._generate(unit, first_day_of(month), seconds)
        self.stdout.write(json.dumps({name: facts[name] for name in PRINTED}))

    def _generate(self, code: str, first_day: dt.date, seconds: float) -> dict[str, Any]:
        squadron = Unit.objects.filter(code=code).first()
        if squadron is None:
            raise CommandError(_("There is no unit with the code %(code)s.") % {"code": code})
        try:
            roster = generation.month_roster(by=None, unit=squadron, first_day=first_day)
            return generation.generate(by=None, roster=roster, seconds=seconds)
        except Refused as refusal:
            lines = [f"{problem.message} {problem.hint}".strip() for problem in refusal.problems]
            raise CommandError("\n".join(lines)) from None


def first_day_of(month: str) -> dt.date:
    try:
        return dt.datetime.strptime(month, "%Y-%m").replace(tzinfo=dt.UTC).date()
    except ValueError:
        raise CommandError(_("--month must be a month such as 2026-12.")) from None
