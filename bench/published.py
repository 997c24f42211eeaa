"""Runs the engine on the published instances: ``python -m bench.published DIR --seconds N [--instances 1,2,5]``.

DIR holds InstanceN.txt files. Prints one JSON line per instance and writes each roster to DIR/out/N.csv (or to
--out) as employee,day,shift. Objective and violations are what the independent checker finds.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path

from bench.curtois import read_instance
from patrols.rostering import Result, solve


def main(arguments: list[str] | None = None) -> int:
    """Run the chosen instances one after the other; 1 if any roster breaks a limit."""
    options = _parser().parse_args(arguments)
    try:
        files = _files(options.directory, options.instances)
    except FileNotFoundError as problem:
        print(problem, file=sys.stderr)
        return 2
    out = options.out or options.directory / "out"
    broken = False
    for number, path in files.items():
        result = solve(read_instance(path), seconds=options.seconds, seed=options.seed, workers=options.workers)
        broken = broken or bool(result.hard_violations)
        _write(out, number, result)
        print(json.dumps(_line(number, result)), flush=True)
    return int(broken)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.published", description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--instances", help="numbers, as 1,2,5; all in the directory by default")
    parser.add_argument("--out", type=Path, help="where rosters go (default DIR/out)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    return parser


def _files(directory: Path, instances: str | None) -> dict[str, Path]:
    """By number. Raises FileNotFoundError where one is missing, or there is none."""
    found = {path.stem.removeprefix("Instance"): path for path in directory.glob("Instance*.txt")}
    chosen = instances.split(",") if instances else sorted(found, key=lambda name: (len(name), name))
    missing = [number for number in chosen if number not in found]
    if missing or not found:
        raise FileNotFoundError(f"not in {directory}: instance {', '.join(missing) or 'files'}")
    return {number: found[number] for number in chosen}


def _line(number: str, result: Result) -> dict[str, object]:
    return {
        "instance": number,
        "objective": result.objective,
        "bound": result.bound,
        "violations": result.hard_violations,
        "seconds": result.seconds,
        "best_at": result.best_at,
        "status": result.status,
    }


def _write(out: Path, number: str, result: Result) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with (out / f"{number}.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["employee", "day", "shift"])
        writer.writerows((duty.person, duty.day, duty.shift) for duty in result.roster)


if __name__ == "__main__":
    sys.exit(main())
