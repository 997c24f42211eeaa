"""Settings of the test suite: the project's own, quicker where safety is not what is tested."""

import datetime as dt
import os
from zoneinfo import ZoneInfo

from lianfang.platform.database import database_config
from lianfang.settings import *  # noqa: F403
from lianfang.settings import BASE_DIR, TIME_ZONE

DATABASE_CLUSTER = "postgres-test"  # its own data directory: quick, and beside a running demonstration
DATABASES = {"default": database_config(BASE_DIR, name=DATABASE_CLUSTER)}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "lianfang.platform.private_files.PrivateStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DEMO = True
ALLOWED_HOSTS = ["*"]

# A day that ends while the tests run would fail some. Late in the evening they run by a zone where it is hours earlier;
# in the environment, so that all workers and the processes that they start keep to the same one.
if dt.datetime.now(ZoneInfo(TIME_ZONE)).hour >= 22:
    os.environ.setdefault("LIANFANG_TEST_ZONE", "Etc/GMT-3")
TIME_ZONE = os.environ.get("LIANFANG_TEST_ZONE", TIME_ZONE)
