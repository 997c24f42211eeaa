"""The first account of an empty installation."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from lianfang.platform.problems import Refused
from teams.models import User
from teams.policy import Role
from teams.services.accounts import create_account


class Command(BaseCommand):
    """Prints the first password, once."""

    help = "Makes an account with the post of system administrator and prints its first password once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", required=True)

    def handle(self, *args: Any, username: str, name: str, **options: Any) -> None:
        if User._meta.db_table not in connection.introspection.table_names():
            raise CommandError(_("The database is empty. Start `make serve` once: it lays the tables."))
        try:
            _user, password = create_account(
                by=None, username=username, name=name, role=Role.SYSTEM_ADMIN, unit=None, starts=timezone.localdate()
            )
        except Refused as refused:
            raise CommandError("\n".join(str(problem) for problem in refused.problems)) from None
        self.stdout.write(
            _("First password of %(username)s: %(password)s") % {"username": username, "password": password}
        )
        self.stdout.write(_("It is shown only here; the first sign-in changes it."))
