"""A real worker on the test database: `python -m tests.platform.worker_process DATABASE`."""

from __future__ import annotations

import importlib
import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from django.db import connection

from lianfang.platform.jobs.worker import Worker

connection.settings_dict["NAME"] = sys.argv[1]
importlib.import_module("tests.platform.long_work")
Worker().work()
