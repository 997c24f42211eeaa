"""The demonstration county, built once; its accounts."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from lianfang.home.demonstration import county
from lianfang.home.demonstration.accounts import accounts_table


class Command(BaseCommand):
    """Does nothing where the county is there already."""

    help = "Builds the demonstration county: invented units, people and rosters; with --accounts prints its accounts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--accounts", action="store_true", help="print the demonstration's accounts")

    def handle(self, *args: Any, accounts: bool, **options: Any) -> None:
        if not county.exists():
            county.build(timezone.localdate())
        if accounts:
            self.stdout.write(accounts_table())
