"""The project's PostgreSQL: `DATABASE_URL`, or an embedded server under `LIANFANG_VAR`.

Settings call `database_config`, which starts nothing. Whatever needs a running server wraps its work in
`server`: manage.py, pytest and the supervisor.
"""

from lianfang.platform.database.access import (
    configured_cluster,
    database_config,
    is_running,
    serve_cluster,
    server,
    var_directory,
)
from lianfang.platform.database.cluster import Cluster, DatabaseUnavailable

__all__ = [
    "Cluster",
    "DatabaseUnavailable",
    "configured_cluster",
    "database_config",
    "is_running",
    "serve_cluster",
    "server",
    "var_directory",
]
