"""Measures everything anew and writes docs/benchmarks.md: ``python -m bench.table DIR --seconds N``.

DIR holds the published instances and best_known.csv (instance,days,staff,shifts,lb,ub). All values are the
independent checker's. Run it on an idle machine: the load average at the start is written beside the date.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.curtois import read_instance
from bench.plain import solve_plainly
from bench.squadrons import FIVE_SHIFTS, squadron
from patrols.rostering import Problem, check, objective, solve

TARGET = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
MARK = "<!-- measured -->"
COLUMNS = ("instance", "people × days × shifts", "best known", "engine", "off by", "bound", "best at s")
HEAD = "| " + " | ".join((*COLUMNS, "plain CP-SAT", "its bound")) + " |"


def main(arguments: list[str] | None = None) -> int:
    """Measure and write; 1 if any roster breaks a limit."""
    parser = argparse.ArgumentParser(prog="bench.table", description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--instances", default="1,2,4,5,7,8,10,12,14,15,18,20")
    parser.add_argument("--no-plain", action="store_true", help="leave out the plain model")
    options = parser.parse_args(arguments)
    load = os.getloadavg()[0]
    lines, sound = [], True
    for name, problem, best in _problems(options.directory, options.instances.split(",")):
        line, fine = _measure(name, problem, best, options.seconds, plain=not options.no_plain)
        lines.append(line)
        sound = sound and fine
        print(line, flush=True)
    _write(lines, options.seconds, load)
    return int(not sound)


def _problems(directory: Path, names: list[str]) -> Iterator[tuple[str, Problem, int | None]]:
    with (directory / "best_known.csv").open() as file:
        best = {row["instance"]: int(row["ub"]) for row in csv.DictReader(file)}
    for name in names:
        yield f"published {name}", read_instance(directory / f"Instance{name}.txt"), best.get(name)
    yield "squadron of 30", squadron(), None
    yield "squadron of 60", squadron(60, 31, 10), None
    yield "squadron of 120", squadron(120, 31, 20, FIVE_SHIFTS), None


def _measure(name: str, problem: Problem, best: int | None, seconds: float, *, plain: bool) -> tuple[str, bool]:
    result = solve(problem, seconds=seconds)
    sizes = f"{len(problem.people)} × {len(problem.days)} × {len(problem.shift_types)}"
    off = "" if best is None else f"{100 * (result.objective / best - 1):.1f} %"
    row = [name, sizes, _text(best), _text(result.objective), off, _text(result.bound), f"{result.best_at:.0f}"]
    row += _plain(problem, seconds) if plain else ["", ""]
    return "| " + " | ".join(row) + " |", result.hard_violations == 0


def _plain(problem: Problem, seconds: float) -> list[str]:
    roster, bound = solve_plainly(problem, seconds)
    value = None if roster is None or check(problem, roster) else objective(problem, roster)
    return [_text(value), _text(bound)]


def _text(value: int | None) -> str:
    return "–" if value is None else str(value)


def _write(lines: list[str], seconds: float, load: float) -> None:
    prose, _mark, below = TARGET.read_text().partition(MARK) if TARGET.exists() else ("# Benchmarks", "", "")
    others = "".join(f"\n\n## {part}" for part in below.rstrip().split("\n\n## ")[1:])  # measured by other commands
    today = datetime.datetime.now(tz=datetime.UTC).date()
    how = f"{seconds:.0f} s each, 2 workers, {os.cpu_count()} cores, {today}, load average {load:.1f} before the start."
    rule = "|--" * (HEAD.count("|") - 1) + "|"
    TARGET.write_text("\n".join([prose.rstrip(), "", MARK, "", how, "", HEAD, rule, *lines]) + others + "\n")


if __name__ == "__main__":
    sys.exit(main())
