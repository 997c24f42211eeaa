"""`import_members`: counts, reasons, exit status; killed midway it leaves nothing."""

import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from personnel.models import DutyCertificate, Member
from teams.models import Unit
from tests.personnel.workbooks import person, run, sheet, workbook

pytestmark = pytest.mark.django_db


def command(path, unit, **options):
    call_command("import_members", str(path), unit=unit.code, **options)


@pytest.fixture
def saved(tmp_path):
    def save(data):
        path = tmp_path / "花名册.xlsx"
        path.write_bytes(data)
        return path

    return save


def test_command_imports_and_counts(county, saved, capsys):
    path = saved(workbook([person(1), person(2)]))
    command(path, county.brigade)
    assert "2" in capsys.readouterr().out
    assert Member.objects.count() == 2


def test_command_writes_nothing_for_a_bad_row_and_fails(county, saved, capsys):
    path = saved(workbook([person(1), person(2, phone="1")]))
    with pytest.raises(CommandError) as error:
        command(path, county.brigade)
    assert error.value.returncode == 1
    out = capsys.readouterr().out
    assert "3" in out
    assert person(2)["id_number"] not in out
    assert not Member.objects.exists()


def test_command_dry_run_writes_nothing(county, saved):
    command(saved(workbook([person(1)])), county.brigade, dry_run=True)
    assert not Member.objects.exists()


def test_command_creates_units_only_when_told(county, saved):
    path = saved(workbook([person(1, group="新班")]))
    for dry_run in (True, False):
        with pytest.raises(CommandError, match=r"--create-units.*新班"):
            command(path, county.brigade, dry_run=dry_run)
    assert not Member.objects.exists()
    command(path, county.brigade, create_units=True)
    assert Member.objects.get().unit.name == "新班"


def test_command_says_which_column_is_missing(county, saved, capsys):
    with pytest.raises(CommandError) as error:
        command(saved(sheet([["姓名", "性别"], ["张建国", "男"]])), county.brigade)
    assert "\n" not in str(error.value)
    assert not capsys.readouterr().out, "no row is blamed for it"


@pytest.mark.parametrize("what", ["unit", "file", "text"])
def test_command_fails_in_one_line(county, saved, tmp_path, what):
    path = saved(b"no workbook" if what == "text" else workbook([person(1)]))
    with pytest.raises(CommandError) as error:
        call_command(
            "import_members",
            str(tmp_path / "none.xlsx" if what == "file" else path),
            unit="999999999999" if what == "unit" else county.brigade.code,
        )
    assert "\n" not in str(error.value)


@pytest.mark.django_db(transaction=True)
def test_killed_import_leaves_nothing(county, tmp_path):
    path = tmp_path / "roster.xlsx"
    path.write_bytes(workbook([person(n, group="新班") for n in range(20)]))
    command = [sys.executable, "-m", "tests.personnel.import_process"]
    command += [connection.settings_dict["NAME"], str(path), county.brigade.code]
    with subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert any("midway" in line for line in process.stdout)
        finally:
            process.kill()
    assert process.returncode == -signal.SIGKILL
    assert not Member.objects.exists()
    assert not DutyCertificate.objects.exists()
    assert not Unit.objects.filter(name="新班").exists()
    with connection.cursor() as cursor:  # nothing waits for a dead process either
        cursor.execute("SET lock_timeout = '20s'")
    assert run(path.read_bytes(), county.brigade, create_units=True).new == 20
