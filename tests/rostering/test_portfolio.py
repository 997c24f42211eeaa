"""The portfolio gives time to what pays, and tries everything."""

from __future__ import annotations

import random
import time

from patrols.rostering.portfolio import Portfolio


def test_each_kind_is_tried_and_the_one_that_gains_is_made_most(monkeypatch):
    clock = iter(range(10_000))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    made = []

    def move(name, gain):
        return lambda: made.append(name) or gain

    portfolio = Portfolio({"rich": move("rich", 9), "poor": move("poor", 1), "idle": move("idle", 0)}, random.Random(1))
    for _ in range(300):
        portfolio.move()
    assert set(made[:3]) == {"rich", "poor", "idle"}
    assert made.count("rich") > 250
    assert min(made.count("poor"), made.count("idle")) > 3


def test_time_is_shared_not_turns(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    made = []

    def move(name, seconds):
        def make():
            made.append(name)
            now[0] += seconds
            return round(10 * seconds)  # both gain ten a second

        return make

    portfolio = Portfolio({"quick": move("quick", 1), "slow": move("slow", 10)}, random.Random(1))
    for _ in range(400):
        portfolio.move()
    assert 6 < made.count("quick") / made.count("slow") < 15
