"""Settings of the test suite: the project's own, quicker where safety is not what is tested."""

from lianfang.platform.database import database_config
from lianfang.settings import *  # noqa: F403
from lianfang.settings import BASE_DIR

DATABASE_CLUSTER = "postgres-test"  # its own data directory: quick, and beside a running demonstration
DATABASES = {"default": database_config(BASE_DIR, name=DATABASE_CLUSTER)}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "lianfang.platform.private_files.PrivateStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DEMO = True
ALLOWED_HOSTS = ["*"]
