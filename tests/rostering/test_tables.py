"""The tables of docs/benchmarks.md: an interrupted run goes on, another engine's figures are never mixed in."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import measured, table
from bench.measured import Facts, OtherRun, Store, Task

TASKS = [Task("squadron", "30", who, 60) for who in ("engine", "plain", "timefold")]
ENGINE = {"size": "30 × 31 × 3", "objective": 300, "broken": 0, "open": 0, "bound": 240, "first": 0.4, "load": 0.1}
FACTS: dict[str, Facts] = {
    "engine": {**ENGINE, "course": {1: None, 5: 400, 20: 310}, "memory": 200, "best_at": 2.0},
    "plain": {"bound": 200, "load": 0.2},
    "timefold": {**ENGINE, "objective": 900, "broken": 2, "open": 3},
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who was measured, in order; nothing really is."""
    names: list[str] = []

    def apart(task: Task) -> Facts:
        names.append(task.who)
        return FACTS[task.who]

    monkeypatch.setattr(measured, "_apart", apart)
    return names


def test_an_interrupted_run_goes_on(tmp_path: Path, asked: list[str]) -> None:
    path = tmp_path / "results.jsonl"
    list(Store(path, anew=True).measure(TASKS[:2]))
    path.write_text(path.read_text() + '{"task": "squadron 30, timef')  # killed while it wrote
    store = Store(path, anew=False)
    assert [new for _task, _facts, new in store.measure(TASKS)] == [False, False, True]
    assert asked == ["engine", "plain", "timefold"]
    assert [new for _task, _facts, new in Store(path, anew=False).measure(TASKS)] == [False] * 3


def test_another_engine_begins_anew(tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "results.jsonl"
    list(Store(path, anew=True).measure(TASKS))
    monkeypatch.setattr(measured, "_engine_digest", lambda: "another")
    with pytest.raises(OtherRun, match="--anew"):
        Store(path, anew=False)
    assert Store(path, anew=True).found == {}
    assert len(path.read_text().splitlines()) == 1


def test_what_another_solver_fails_at_is_no_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def apart(task: Task) -> Facts:
        if task.who == "timefold":
            raise RuntimeError("Java ended")
        return FACTS[task.who]

    monkeypatch.setattr(measured, "_apart", apart)
    path = tmp_path / "results.jsonl"
    store = Store(path, anew=True)
    list(store.measure(TASKS))
    assert "| – | – |" in "\n".join(table._sections(store, TASKS, {}))
    assert "timefold" not in path.read_text()  # tried again the next time


def test_the_page_keeps_what_is_not_measured(
    tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(f"# Before\n\n{table.BEGIN}\nbygone\n{table.END}\n\n## After\n")
    monkeypatch.setattr(table, "TARGET", page)
    monkeypatch.setattr(table, "warm_up", lambda: None)
    monkeypatch.setattr(table, "why_not", lambda: "")
    words = ["--parts", "squadron", "--squadrons", "30", "--results", str(tmp_path / "results.jsonl")]
    assert table.main(words) == 0
    text = page.read_text()
    assert text.startswith("# Before")
    assert text.endswith("## After\n")
    assert "bygone" not in text
    row = "| 30 (30 × 31 × 3) | 240 | 300 | 25.0 % | 0 | 0.4 | –, 400, 310 | – | 200 | 900 (2 broken) | 3 |"
    assert row in text
    assert row in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--parts", "all,none"], ["--squadrons", "31", "--parts", "squadron"]])
def test_unknown_words_measure_nothing(words: list[str], tmp_path: Path, asked: list[str]) -> None:
    assert table.main([*words, "--results", str(tmp_path / "results.jsonl")]) == 2
    assert not asked


def test_longer_searches_are_the_engines_alone(
    tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "warm_up", lambda: None)
    monkeypatch.setattr(table, "why_not", lambda: "")
    words = ["--parts", "squadron", "--squadrons", "30", "--results", str(tmp_path / "results.jsonl"), "--no-write"]
    assert table.main([*words, "--seconds", "60,600"]) == 0
    assert asked == ["engine", "plain", "timefold", "engine"]


def test_tables_of_what_is_kept_measure_nothing(
    tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(table, "warm_up", lambda: None)
    monkeypatch.setattr(table, "why_not", lambda: "")
    path = tmp_path / "results.jsonl"
    list(Store(path, anew=True).measure(TASKS[:1]))
    asked.clear()
    words = ["--parts", "squadron", "--results", str(path), "--no-write", "--kept"]
    assert table.main(words) == 0
    assert asked == []
    assert "| 30 (30 × 31 × 3) | 240 | 300 |" in capsys.readouterr().out
