"""One measurement after the other, each in a process of its own, each kept in a file as soon as it is done.

So a run that was interrupted goes on where it was, and one measurement's memory is not another's.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench.curtois import read_instance
from bench.plain import solve_plainly
from bench.squadrons import FIVE_SHIFTS, county, squadron
from bench.with_timefold import solve_with_timefold
from patrols.rostering import Problem, Result, Roster, check, objective, solve, uncovered

ROOT = Path(__file__).resolve().parent.parent
Facts = dict[str, Any]
SQUADRONS: dict[str, Callable[[], Problem]] = {
    "30": squadron,
    "60": lambda: squadron(60, 31, 10),
    "120": lambda: squadron(120, 31, 20, FIVE_SHIFTS),
}
OTHERS = ("plain", "timefold")
FAILURES = (BrokenProcessPool, RuntimeError, ValueError, MemoryError, subprocess.SubprocessError)
COURSE = (1, 5, 20)  # seconds at which to look at a search
MIB = 1024  # ru_maxrss counts KiB


class OtherRun(Exception):
    """The file holds measurements of another engine or machine; the text is the one line that says so."""


@dataclass(frozen=True)
class Task:
    """What to measure: ``part`` published, squadron, county or queue; ``who`` engine, plain or timefold."""

    part: str
    name: str
    who: str
    seconds: float
    directory: str = ""

    @property
    def key(self) -> str:
        return f"{self.part} {self.name}, {self.who}, {self.seconds:g} s"

    def problem(self) -> Problem:
        if self.part == "squadron":
            return SQUADRONS[self.name]()
        return read_instance(Path(self.directory) / f"Instance{self.name}.txt")


def run(task: Task) -> Facts:
    """Do it here and now."""
    before = os.getloadavg()[0]
    facts = MEASURES[task.who](task)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {**facts, "memory": max(used) // MIB, "load": round(before, 1)}


def judged(problem: Problem, roster: Roster) -> Facts:
    """What the independent checker says of a roster."""
    return {
        "size": f"{len(problem.people)} × {len(problem.days)} × {len(problem.shift_types)}",
        "objective": objective(problem, roster),
        "broken": len(check(problem, roster)),
        "open": uncovered(problem, roster),
    }


def _engine(task: Task) -> Facts:
    if task.part == "county":
        return _county(task.seconds)
    problem = task.problem()
    result = solve(problem, seconds=task.seconds)
    return {
        **judged(problem, result.roster),
        "bound": result.bound,
        "best_at": result.best_at,
        "seconds": result.seconds,
        "first": next((step.seconds for step in result.history if not step.hard_violations), None),
        "course": {second: _at(result, second) for second in COURSE},
    }


def _at(result: Result, second: float) -> int | None:
    return min(
        (step.objective for step in result.history if step.seconds <= second and not step.hard_violations), default=None
    )


def _county(seconds: float) -> Facts:
    """All squadrons one after the other, the seconds shared by their people, as `generate_all` does."""
    problems = county()
    everyone = sum(len(problem.people) for problem in problems)
    begun = time.monotonic()
    results = [solve(problem, seconds=seconds * len(problem.people) / everyone) for problem in problems]
    took = time.monotonic() - begun
    found = [judged(problem, result.roster) for problem, result in zip(problems, results, strict=True)]
    return {
        "size": f"{everyone} people, {len(problems)} squadrons",
        **{name: sum(facts[name] for facts in found) for name in ("objective", "broken", "open")},
        "bound": sum(result.bound or 0 for result in results),
        "proven": sum(result.status == "optimal" for result in results),
        "seconds": round(took, 1),
    }


def _plain(task: Task) -> Facts:
    problem = task.problem()
    roster, bound = solve_plainly(problem, task.seconds)
    return {**({} if roster is None else judged(problem, roster)), "bound": bound}


def _timefold(task: Task) -> Facts:
    problem = task.problem()
    return judged(problem, solve_with_timefold(problem, task.seconds))


def _queue(task: Task) -> Facts:
    """`name` is the number of counties."""
    command = [sys.executable, "-m", "bench.county_queue", "--counties", task.name, "--seconds", f"{task.seconds:g}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    facts: Facts = json.loads(done.stdout.splitlines()[-1])
    return facts


MEASURES: dict[str, Callable[[Task], Facts]] = {
    "engine": _engine,
    "plain": _plain,
    "timefold": _timefold,
    "queue": _queue,
}


class Store:
    """The file of measurements: a line that says of what, then one line each."""

    def __init__(self, path: Path, *, anew: bool) -> None:
        """Raises OtherRun where the file is of another engine or machine and is not to be begun anew."""
        self.path = path
        self.about, self.commit = about(), commit()
        self.found: dict[str, Facts] = {}
        if path.exists() and not anew:
            self._read()
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"about": self.about}) + "\n")

    def _read(self) -> None:
        lines = list(_whole_lines(self.path))
        if not lines or lines[0].get("about") != self.about:
            raise OtherRun(f"{self.path} holds measurements of another engine or machine: add --anew to begin again.")
        self.found = {line["task"]: line["facts"] for line in lines[1:]}
        self.path.write_text("".join(json.dumps(line) + "\n" for line in lines))  # without the half one

    def measure(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Facts, bool]]:
        """Each task with its facts, and whether they are new; what is there already is not measured again."""
        for task in tasks:
            new = task.key not in self.found
            if new:
                self._measure(task)
            yield task, self.found[task.key], new

    def _measure(self, task: Task) -> None:
        """What the others fail at is no figure, and no end of the run; it is tried again the next time."""
        try:
            self._keep(task, _apart(task))
        except FAILURES as error:
            if task.who not in OTHERS:
                raise
            self.found[task.key] = {"failed": f"{type(error).__name__}: {error}"}

    def _keep(self, task: Task, facts: Facts) -> None:
        self.found[task.key] = json.loads(json.dumps(facts))  # as it will be read
        with self.path.open("a") as file:
            file.write(json.dumps({"task": task.key, "facts": facts}) + "\n")


def _apart(task: Task) -> Facts:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(run, task).result()


def _whole_lines(path: Path) -> Iterator[Facts]:
    """All lines but one that a killed run left half written."""
    for line in path.read_text().splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            return


def about() -> Facts:
    """The engine and the machine that measurements are of."""
    return {
        "engine": _engine_digest(),
        "cores": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "python": platform.python_version(),
    }


def _engine_digest() -> str:
    """Changes with each change of the engine's code, committed or not."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "patrols" / "rostering").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def commit() -> str:
    """The commit that is checked out; empty outside a repository."""
    words = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
