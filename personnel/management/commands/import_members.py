"""`import_members FILE --unit CODE`: a roster workbook from the console, all or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from lianfang.platform.problems import Problem, Refused
from lianfang.platform.workbook import MAX_BYTES
from personnel.roster_workbook.plan import ImportPlan
from personnel.roster_workbook.table import RosterTable
from personnel.services import imports
from teams.models import Unit
from teams.scope import system_scope


class Command(BaseCommand):
    help = "Import a roster workbook (.xlsx). Any bad row: its reason is printed, nothing is written, exit status 1."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the roster workbook (.xlsx)")
        parser.add_argument("--unit", required=True, metavar="CODE", help="unit code, 12 digits")
        parser.add_argument("--create-units", action="store_true", help="create units that don't exist below it yet")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        data = _content(Path(options["file"]))
        with system_scope():
            unit = Unit.objects.filter(code=options["unit"]).first()
            if unit is None:
                raise CommandError(_("There is no unit with the code %(code)s.") % {"code": options["unit"]})
            try:
                table = imports.read_roster(data)
                self._run(table, unit, create=options["create_units"], dry_run=options["dry_run"])
            except Refused as refused:
                raise CommandError("\n".join(_line(p) for p in refused.problems)) from None

    def _run(self, table: RosterTable, unit: Unit, *, create: bool, dry_run: bool) -> None:
        if problems := table.mapping_problems():
            raise Refused(problems)
        if table.ignored_sheets:
            left_out = _("Only the first list is read; these sheets are left out: %(sheets)s")
            self.stdout.write(left_out % {"sheets": "、".join(table.ignored_sheets)})
        plan = imports.plan(table, unit=unit, by=None)
        for problem in plan.problems:
            self.stdout.write(_line(problem))
        self.stdout.write(_counts(plan))
        if plan.bad:
            raise CommandError(_("Nothing was written: correct the bad rows first."))
        self._announce_units(plan, create=create)
        if dry_run:
            self.stdout.write(_("Dry run: nothing was written."))
            return
        imports.import_members(by=None, table=table, unit=unit, create_units=create, expected=plan.fingerprint())
        self.stdout.write(_("Written."))

    def _announce_units(self, plan: ImportPlan, *, create: bool) -> None:
        names = [place.label for place in plan.missing_units]
        if names and not create:
            message = _("These units don't exist yet; --create-units creates them: %(units)s")
            raise CommandError(message % {"units": "、".join(names)})
        for name in names:
            self.stdout.write(_("Unit to be created: %(unit)s") % {"unit": name})


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:  # read_workbook says the same of the bytes; a huge file isn't read at all
            with path.open("rb") as file:
                return file.read(MAX_BYTES + 1)
        return path.read_bytes()
    except OSError as error:
        raise CommandError(
            _("The file cannot be read: %(file)s (%(why)s)") % {"file": path, "why": error.strerror}
        ) from None


def _line(problem: Problem) -> str:
    if problem.row is None:
        return str(problem.message)
    return _("Row %(row)d: %(reason)s") % {"row": problem.row, "reason": problem.message}


def _counts(plan: ImportPlan) -> str:
    return _("%(new)d new, %(changed)d changed, %(unchanged)d unchanged, %(bad)d bad") % plan.counts
