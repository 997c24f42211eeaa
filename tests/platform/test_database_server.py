"""The embedded server: one keeper a data directory, shared by its users, stopped after the last one."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest

from lianfang.platform.database import (
    Cluster,
    DatabaseUnavailable,
    configured_cluster,
    database_config,
    is_running,
    serve_cluster,
    server,
)
from lianfang.platform.database.cluster import server_account

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    return Cluster(tmp_path / "var")


def ask(cluster: Cluster, question: str, role: str = "lianfang") -> str:
    connection = psycopg2.connect(host=str(cluster.socket_directory), dbname="lianfang", user=role)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(question)
            return str(cursor.fetchone()[0])
    finally:
        connection.close()


def running(cluster: Cluster) -> bool:
    return is_running(ROOT, {"LIANFANG_VAR": str(cluster.var)})


def as_another_process(cluster: Cluster, work: str) -> subprocess.CompletedProcess[str]:
    script = (
        "from pathlib import Path\n"
        "from lianfang.platform.database import Cluster, serve_cluster\n"
        f"with serve_cluster(Cluster(Path({str(cluster.var)!r}))):\n    {work}"
    )
    return subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


def test_server_starts_and_stops_with_its_only_user(cluster: Cluster) -> None:
    with serve_cluster(cluster):
        assert running(cluster)
        assert ask(cluster, "SELECT current_user") == "lianfang"
    assert not running(cluster)
    assert not cluster.socket_directory.exists()


def test_data_stay_after_a_stop(cluster: Cluster) -> None:
    with serve_cluster(cluster):
        ask(cluster, "CREATE TABLE kept AS SELECT 7 AS value; SELECT 1")
    with serve_cluster(cluster):
        assert ask(cluster, "SELECT value FROM kept") == "7"


def test_server_is_a_plain_one(cluster: Cluster) -> None:
    with serve_cluster(cluster):
        assert ask(cluster, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user") == "False"
        assert ask(cluster, "SHOW listen_addresses") == ""
        assert ask(cluster, "SHOW log_error_verbosity") == "terse"
        assert ask(cluster, "SHOW fsync") == "on"
        assert ask(cluster, "CREATE EXTENSION pg_trgm; SELECT array_length(show_trgm('张三丰'), 1)") == "4"


def test_failed_statement_leaves_no_values_in_the_log(cluster: Cluster) -> None:
    with serve_cluster(cluster):
        ask(cluster, "CREATE TABLE people (number text UNIQUE); INSERT INTO people VALUES ('990101X'); SELECT 1")
        with pytest.raises(psycopg2.errors.UniqueViolation):
            ask(cluster, "INSERT INTO people VALUES ('990101X')")
    assert "duplicate key" in cluster.log.read_text()
    assert "990101X" not in cluster.log.read_text()


def test_command_beside_a_running_server_uses_it_and_leaves_it(cluster: Cluster) -> None:
    with serve_cluster(cluster):
        started = ask(cluster, "SELECT pg_postmaster_start_time()")
        assert as_another_process(cluster, "pass").returncode == 0
        assert ask(cluster, "SELECT pg_postmaster_start_time()") == started


def test_many_at_once_share_one_server(cluster: Cluster) -> None:
    question = f"import psycopg2; psycopg2.connect(host={str(cluster.socket_directory)!r}, user='lianfang').close()"
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: as_another_process(cluster, question), range(4)))
    assert [(result.returncode, result.stderr) for result in results] == [(0, "")] * 4
    assert not running(cluster)


def test_reused_pid_in_a_stale_postmaster_file_is_no_obstacle(cluster: Cluster) -> None:
    with serve_cluster(cluster):
        content = (cluster.data / "postmaster.pid").read_text()
    own = content.replace(content.splitlines()[0], str(os.getpid()), 1)  # alive, but no postgres
    (cluster.data / "postmaster.pid").write_text(own)
    with serve_cluster(cluster):
        assert ask(cluster, "SELECT 1") == "1"


def test_half_made_directory_is_cleared_away(cluster: Cluster) -> None:
    unfinished = cluster.var / "postgres.new-0123abcd"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    with serve_cluster(cluster):
        assert not unfinished.exists()


def one_line(cluster: Cluster) -> str:
    with pytest.raises(DatabaseUnavailable) as caught, serve_cluster(cluster):
        pass
    assert "\n" not in str(caught.value)
    assert str(cluster.var) in str(caught.value)
    return str(caught.value)


def test_directory_of_something_else_is_refused(cluster: Cluster) -> None:
    cluster.data.mkdir(parents=True)
    (cluster.data / "letters.txt").write_text("not ours")
    own_as_server(cluster)
    assert "is not a PostgreSQL data directory" in one_line(cluster)


def own_as_server(cluster: Cluster) -> None:
    os.chown(cluster.data, server_account().uid, server_account().gid)


def test_directory_of_another_version_is_refused(cluster: Cluster) -> None:
    cluster.data.mkdir(parents=True)
    (cluster.data / "PG_VERSION").write_text("14\n")
    own_as_server(cluster)
    assert "was made by PostgreSQL 14, not 18" in one_line(cluster)


def test_broken_directory_is_refused(cluster: Cluster) -> None:
    with serve_cluster(cluster):
        pass
    (cluster.data / "global" / "pg_control").write_bytes(b"")
    assert "PostgreSQL cannot use" in one_line(cluster)
    (cluster.data / "global" / "pg_control").unlink()
    assert "pg_control is missing" in one_line(cluster)


def test_file_in_place_of_the_directory_is_refused(cluster: Cluster) -> None:
    cluster.var.mkdir()
    cluster.data.write_text("")
    assert "is not a directory" in one_line(cluster)


def test_directory_of_another_owner_is_refused(cluster: Cluster) -> None:
    if os.geteuid() == 0:
        with serve_cluster(cluster):
            pass
        os.chown(cluster.data, 1, 1)
    else:  # who cannot give a directory away has one that is closed
        cluster.var.mkdir(mode=0o500)
    assert "belongs to" in one_line(cluster)


def test_closed_parent_directories_stay_closed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with serve_cluster(Cluster(closed / "var")):
        assert closed.stat().st_mode & 0o777 == 0o700
        assert (closed / "var").stat().st_uid == os.geteuid()


def test_database_url_starts_nothing(tmp_path: Path) -> None:
    env = {"DATABASE_URL": "postgres://lf_app:secret@db.example:5432/county", "LIANFANG_VAR": str(tmp_path / "var")}
    assert configured_cluster(ROOT, env) is None
    with server(ROOT, env):
        assert not (tmp_path / "var").exists()
    config = database_config(ROOT, env)
    assert (config["HOST"], config["NAME"], config["USER"]) == ("db.example", "county", "lf_app")
    assert config["CONN_MAX_AGE"] == 60


def test_embedded_config_names_the_socket_of_its_directory(tmp_path: Path) -> None:
    config = database_config(ROOT, {"LIANFANG_VAR": str(tmp_path / "var")})
    assert config["HOST"] == str(Cluster(tmp_path / "var").socket_directory)
    assert not (tmp_path / "var").exists()
