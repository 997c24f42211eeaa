"""Settings of the project. Every value that an operator sets comes from the environment (see `.env.example`)."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from urllib.parse import urlsplit

import bootstrap_wrapper
import environ
import pghistory
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from lianfang.platform.database import database_config, var_directory
from lianfang.platform.keys import load_keys

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

DATA_DIR = var_directory(BASE_DIR)
DEBUG = env.bool("LIANFANG_DEBUG", default=False)
DEMO = env.bool("LIANFANG_DEMO", default=False)  # a button per demonstration role on the sign-in page
ALLOWED_HOSTS = env.list("LIANFANG_ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("LIANFANG_CSRF_TRUSTED_ORIGINS", default=[])
BEHIND_TLS = env.bool("LIANFANG_BEHIND_TLS", default=False)

_keys = load_keys(DATA_DIR, os.environ)
SECRET_KEY = _keys.secret_key
FIELD_KEYS = _keys.field_keys  # the first encrypts, all decrypt: so keys can be rotated
LOOKUP_KEY = _keys.lookup_key

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "teams.admin_config.LianfangAdminConfig",
    "pgtrigger",
    "pghistory",
    "treebeard",
    "django_filters",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "axes",
    "csp",
    "lianfang.platform",
    "teams",
    "personnel",
    "patrols",
    "assessments",
    "lianfang.home",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "lianfang.platform.middleware.ProxyMiddleware",
    "lianfang.platform.middleware.NulMiddleware",
    "lianfang.platform.middleware.PrivateMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "lianfang.platform.middleware.SizeMiddleware",  # before CSRF, which reads the body
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    # Everything below runs inside one transaction that sees only the rows of the signed-in user.
    "teams.scope.RowScopeMiddleware",
    "teams.gate.FirstPasswordMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "lianfang.urls"
WSGI_APPLICATION = "lianfang.wsgi.application"
AUTH_USER_MODEL = "teams.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lianfang.home.navigation.navigation",
            ],
            "builtins": ["lianfang.platform.templatetags.components"],
        },
    }
]

DATABASES = {"default": database_config(BASE_DIR)}

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "teams.views.sign_in.locked_out"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # impatience does not make it longer
AXES_RESET_ON_SUCCESS = True
AXES_SENSITIVE_PARAMETERS: list[str] = ["username", "password"]
AXES_VERBOSE = False

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
# Of django-leaflet its static files alone: as an app it wants GDAL, and importing it reads settings.
_leaflet = importlib.util.find_spec("leaflet")
LEAFLET_DIR = Path(str(_leaflet.origin)).parent / "static" / "leaflet" if _leaflet else BASE_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap", bootstrap_wrapper.get_bootstrap_dir()),
    ("leaflet", LEAFLET_DIR),
]
MAP_TILES = env.str("LIANFANG_MAP_TILES", default="")  # empty: maps are drawn on a plain ground
MAP_CREDIT = env.str("LIANFANG_MAP_CREDIT", default="")
STORAGES = {
    "default": {"BACKEND": "lianfang.platform.private_files.PrivateStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = DATA_DIR / "files"  # private: never served by address, only through views with a right
# A search for a roster has its share of the cores: side by side, the job workers are then no more threads than cores.
SEARCH_THREADS = max(1, len(os.sched_getaffinity(0)) // int(env.str("LIANFANG_WORKERS", default="") or 1))

SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True

_tiles = urlsplit(MAP_TILES.replace("{s}.", "*."))
_tile_host = [f"{_tiles.scheme}://{_tiles.netloc}"] if _tiles.netloc else []

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *_tile_host],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

# History: deletes too (pghistory leaves them out by default); who and when come from `lianfang.platform.history`.
PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
PGHISTORY_ADMIN_CLASS = "django.contrib.admin.ModelAdmin"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

LARGEST_REQUEST = 24 * 1024 * 1024  # bytes: a workbook of 20 MB, four papers of a candidate, and the fields beside them
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django.server": {"level": "WARNING"},
        # A foreign host name gets its 400; a traceback of each probe would only fill the log.
        "django.security.DisallowedHost": {"handlers": [], "propagate": False},
        "lianfang": {"level": "INFO"},
    },
}
