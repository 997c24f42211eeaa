"""Secrets: from the environment, or generated once."""

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from lianfang.platform.keys import load_keys

NEW, OLD = (base64.b64encode(bytes([number] * 32)).decode() for number in (1, 2))
GIVEN = {"LIANFANG_SECRET_KEY": "s" * 60, "LIANFANG_FIELD_KEY": f"{NEW},{OLD}", "LIANFANG_LOOKUP_KEY": OLD}


def test_given_keys_are_used_and_nothing_is_written(tmp_path: Path) -> None:
    keys = load_keys(tmp_path / "var", GIVEN)
    assert keys.field_keys == (bytes([1] * 32), bytes([2] * 32))
    assert not (tmp_path / "var").exists()


def test_generated_keys_stay_the_same_and_are_private(tmp_path: Path) -> None:
    first = load_keys(tmp_path / "var", {})
    assert load_keys(tmp_path / "var", {}) == first
    assert (tmp_path / "var" / "secrets.env").stat().st_mode & 0o777 == 0o600
    assert first.lookup_key not in first.field_keys


def test_two_installations_differ(tmp_path: Path) -> None:
    assert load_keys(tmp_path / "one", {}).lookup_key != load_keys(tmp_path / "other", {}).lookup_key


def test_processes_that_start_together_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: load_keys(tmp_path / "var", {}), range(8)))
    assert len(keys) == 1
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secrets.env"]


@pytest.mark.parametrize("key", ["short", "c2hvcnQ=", "不是"])
def test_key_of_the_wrong_length_is_refused_without_showing_it(tmp_path: Path, key: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="LIANFANG_FIELD_KEY must be 32 random bytes") as caught:
        load_keys(tmp_path, GIVEN | {"LIANFANG_FIELD_KEY": key})
    assert key not in str(caught.value)


def test_damaged_file_is_named_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secrets.env").write_text("LIANFANG_SECRET_KEY=x\n")
    with pytest.raises(ImproperlyConfigured, match="lacks LIANFANG_FIELD_KEY, LIANFANG_LOOKUP_KEY"):
        load_keys(tmp_path, {})
    assert (tmp_path / "secrets.env").read_text() == "LIANFANG_SECRET_KEY=x\n"


def test_command_with_a_key_that_is_none_ends_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    import manage

    def refuse(arguments: list[str]) -> None:
        raise ImproperlyConfigured("LIANFANG_FIELD_KEY must be 32 random bytes in base64.")

    monkeypatch.setattr("django.core.management.execute_from_command_line", refuse)
    monkeypatch.setattr("sys.argv", ["manage.py", "help"])
    with pytest.raises(SystemExit) as ended:
        manage.main()
    assert ended.value.code == "LIANFANG_FIELD_KEY must be 32 random bytes in base64."
