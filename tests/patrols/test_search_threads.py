"""The job workers of a machine share its cores for their searches."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from patrols import rostering as engine
from patrols.services import generation
from tests.conftest import County
from tests.factories import make_beat, make_cover, make_member, make_roster, make_shift_type

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("workers", "threads"), [("", len(os.sched_getaffinity(0))), ("1000", 1)])
def test_each_worker_has_its_share_of_the_cores(workers: str, threads: int, tmp_path: Path) -> None:
    env = {**os.environ, "LIANFANG_WORKERS": workers, "LIANFANG_VAR": str(tmp_path)}
    command = [sys.executable, "-c", "from lianfang import settings; print(settings.SEARCH_THREADS)"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert int(done.stdout) == threads


def test_a_generation_searches_with_its_share(county: County, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make_member(county.group)
    make_cover(make_beat(county.squadron), make_shift_type(county.squadron))
    roster = make_roster(county.squadron, dt.date(2026, 12, 1), dt.date(2026, 12, 3))
    settings.SEARCH_THREADS = 5
    asked: dict[str, Any] = {}
    solve = engine.solve

    def noted(problem: engine.Problem, **options: Any) -> engine.Result:
        asked.update(options)
        return solve(problem, **options)

    monkeypatch.setattr(engine, "solve", noted, raising=False)
    generation.generate(by=None, roster=roster, seconds=0.1)
    assert asked["workers"] == 5
