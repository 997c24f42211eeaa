"""`import_members` on the test database, halted midway: `python -m tests.personnel.import_process DATABASE FILE CODE`.

It says "midway" once the members are written and the certificates are not, and then waits to be killed.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from django.core.management import call_command
from django.db import connection

from personnel.services import imports


def halt(*args: Any) -> None:
    print("midway", flush=True)
    time.sleep(600)


connection.settings_dict["NAME"] = sys.argv[1]
imports._write_certificates = halt
call_command("import_members", sys.argv[2], "--unit", sys.argv[3], "--create-units")
