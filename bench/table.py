"""Makes the tables of docs/benchmarks.md in one run: ``python -m bench.table [DIR] --seconds 60 --parts all``.

DIR holds the published instances and best_known.csv (instance,days,staff,shifts,lb,ub); without it they are left out.
All values are the independent checker's. Each measurement is kept in a file: started again, the same command goes on.
Run it on an idle machine: the load average before each measurement is kept, and the highest stands over the table.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.measured import ROOT, SQUADRONS, Facts, OtherRun, Store, Task
from bench.with_timefold import why_not
from patrols.rostering.warm_up import warm_up

TARGET = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- measured -->", "<!-- end of measured -->"
PARTS = ("published", "squadron", "county", "queue")
COUNTY_SECONDS = 90
NOTHING = "–"
PUBLISHED = (
    "instance", "people × days × shifts", "best known", "engine", "off by", "bound", "best at s", "MiB",
    "plain CP-SAT", "its bound",
)  # fmt: skip
SQUADRON = (
    "squadron", "bound", "engine", "off by", "open places", "first roster at s", "after 1, 5, 20 s",
    "plain CP-SAT", "its bound", "Timefold", "its open places",
)  # fmt: skip
COUNTY = ("county", "took s", "objective", "bound", "proven", "broken limits", "open places")
QUEUE = ("workers", "threads of a search", "counties", "took s", "squadrons proven", "objective", "broken limits")


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, write; 1 if any roster of the engine breaks a limit, 2 if nothing could be measured."""
    options = _parser().parse_args(arguments)
    try:
        store = Store(options.results, anew=options.anew)
        tasks = [task for task in _tasks(options) if not options.kept or task.key in store.found]
    except (OtherRun, OSError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 2
    warm_up()  # compiling is not measured
    for number, (task, facts, new) in enumerate(store.measure(tasks), 1):
        if new:
            print(f"{number}/{len(tasks)} {task.key}: {facts}", file=sys.stderr, flush=True)
    text = "\n".join(_sections(store, tasks, _best_known(options.directory)))
    print(text)
    if not options.no_write:
        _write(text)
    return int(any(store.found[task.key].get("broken") for task in tasks if task.who == "engine"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.table", description=__doc__)
    parser.add_argument("directory", type=Path, nargs="?", help="of the published instances")
    parser.add_argument(
        "--seconds", default="60", help="for each search, 60 or 60,600; others than the engine have the first alone"
    )
    parser.add_argument("--parts", default="all", help=f"{','.join(PARTS)} or all")
    parser.add_argument("--instances", default="1,2,4,5,7,8,10,12,14,15,18,20,22", help="numbers, or all in DIR")
    parser.add_argument("--squadrons", default=",".join(SQUADRONS), help="by the number of people")
    parser.add_argument("--counties", type=int, default=10, help="in the queue")
    parser.add_argument("--county-seconds", type=float, default=COUNTY_SECONDS, help="for all squadrons of a county")
    parser.add_argument("--no-plain", action="store_true", help="leave out the plain model")
    parser.add_argument("--no-timefold", action="store_true", help="leave out Timefold")
    parser.add_argument("--results", type=Path, default=ROOT / "var" / "benchmarks.jsonl", help="what is measured")
    parser.add_argument("--anew", action="store_true", help="throw away what was measured before")
    parser.add_argument("--kept", action="store_true", help="measure nothing: the tables of what is measured already")
    parser.add_argument("--no-write", action="store_true", help="print only, leave docs/benchmarks.md as it is")
    return parser


# --- what to measure -------------------------------------------------------------------------------------------------


def _tasks(options: argparse.Namespace) -> Iterator[Task]:
    """Raises ValueError for an unknown part, squadron or instance."""
    parts = PARTS if options.parts == "all" else tuple(options.parts.split(","))
    if unknown := {*parts} - {*PARTS}:
        raise ValueError(f"no such part: {', '.join(sorted(unknown))}")
    lengths = [float(part) for part in options.seconds.split(",")]
    for seconds in lengths:
        only_engine = seconds != lengths[0]
        if "published" in parts and options.directory:
            yield from _published(options, seconds, only_engine=only_engine or options.no_plain)
        if "squadron" in parts:
            yield from _squadrons(options, seconds, only_engine=only_engine)
    if "county" in parts:
        yield Task("county", "all", "engine", options.county_seconds)
    if "queue" in parts:
        yield Task("queue", str(options.counties), "queue", options.county_seconds)


def _published(options: argparse.Namespace, seconds: float, *, only_engine: bool) -> Iterator[Task]:
    there = {path.stem.removeprefix("Instance") for path in options.directory.glob("Instance*.txt")}
    names = sorted(there, key=int) if options.instances == "all" else options.instances.split(",")
    if missing := [name for name in names if name not in there]:
        raise ValueError(f"not in {options.directory}: instances {', '.join(missing)}")
    for name in names:
        for who in ("engine", *(() if only_engine else ("plain",))):
            yield Task("published", name, who, seconds, str(options.directory))


def _squadrons(options: argparse.Namespace, seconds: float, *, only_engine: bool) -> Iterator[Task]:
    names = options.squadrons.split(",")
    if unknown := {*names} - {*SQUADRONS}:
        raise ValueError(f"no squadron of {', '.join(sorted(unknown))} people; there are {', '.join(SQUADRONS)}")
    others = [] if options.no_plain or only_engine else ["plain"]
    if not (options.no_timefold or only_engine):
        if reason := why_not():
            print(f"Timefold is left out: {reason}.", file=sys.stderr)
        else:
            others.append("timefold")
    for name in names:
        for who in ("engine", *others):
            yield Task("squadron", name, who, seconds)


def _best_known(directory: Path | None) -> dict[str, int]:
    path = directory / "best_known.csv" if directory else None
    if path is None or not path.exists():
        return {}
    with path.open() as file:
        return {row["instance"]: int(row["ub"]) for row in csv.DictReader(file)}


# --- Markdown --------------------------------------------------------------------------------------------------------


def _sections(store: Store, tasks: list[Task], best: dict[str, int]) -> Iterator[str]:
    yield _caption(store, tasks)
    by_name: dict[tuple[str, float], dict[str, dict[str, Facts]]] = {}
    for task in tasks:
        part = by_name.setdefault((task.part, task.seconds), {})
        part.setdefault(task.name, {})[task.who] = store.found[task.key]
    for (section, seconds), rows in by_name.items():
        if section == "published":
            yield from _table(
                f"Published instances, {seconds:g} s", PUBLISHED, [_instance(n, f, best) for n, f in rows.items()]
            )
        elif section == "squadron":
            yield from _table(f"Squadrons, {seconds:g} s", SQUADRON, [_squadron(n, f) for n, f in rows.items()])
        elif section == "county":
            yield from _table(
                f"The county, {seconds:g} s for all", COUNTY, [_county(f["engine"]) for f in rows.values()]
            )
        else:
            yield from _queue(seconds, rows)


def _caption(store: Store, tasks: list[Task]) -> str:
    about = store.about
    loads = [facts["load"] for task in tasks if "load" in (facts := store.found[task.key])]
    engine = f"{store.commit} ({about['engine']})"
    machine = f"{about['processor']}, {about['cores']} cores, Python {about['python']}"
    today = datetime.datetime.now(tz=datetime.UTC).date()
    return (
        f"Measured by `python -m bench.table`, finished {today}: engine {engine}, {machine};"
        f" each search with two threads (Timefold: one), one seed; load average before a measurement"
        f" at most {max(loads, default=0)}."
    )


def _table(title: str, columns: Iterable[str], rows: Iterable[list[str]]) -> list[str]:
    head = list(columns)
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return ["", f"### {title}", "", f"| {' | '.join(head)} |", "|--" * len(head) + "|", *lines]


def _instance(name: str, found: dict[str, Facts], best: dict[str, int]) -> list[str]:
    engine, plain = found["engine"], found.get("plain", {})
    row = [name, engine["size"], _text(best.get(name)), _value(engine), _off(engine, best.get(name))]
    row += [_text(engine["bound"]), f"{engine['best_at']:.0f}", _text(engine["memory"])]
    return [*row, _value(plain), _text(plain.get("bound"))]


def _squadron(name: str, found: dict[str, Facts]) -> list[str]:
    engine, plain, timefold = found["engine"], found.get("plain", {}), found.get("timefold", {})
    off = "proven" if engine["objective"] == engine["bound"] else _off(engine, engine["bound"])
    row = [f"{name} ({engine['size']})", _text(engine["bound"]), _value(engine), off, _text(engine["open"])]
    row += [_text(engine["first"]), ", ".join(_text(value) for value in engine["course"].values())]
    return [*row, _value(plain), _text(plain.get("bound")), _value(timefold), _text(timefold.get("open"))]


def _county(facts: Facts) -> list[str]:
    return [_text(facts[name]) for name in ("size", "seconds", "objective", "bound", "proven", "broken", "open")]


def _queue(seconds: float, rows: dict[str, dict[str, Facts]]) -> Iterator[str]:
    for found in rows.values():
        facts = found["queue"]
        names = ("workers", "threads", "counties", "seconds", "proven", "objective", "broken")
        lines = [[_text(run[name]) for name in names] for run in facts["runs"]]
        yield from _table(f"Counties queued, {seconds:g} s for each at most", QUEUE, lines)
        yield from ("", f"Two workers are {facts['times']:.2f} times as quick as one; {facts['county']}.")


def _value(facts: Facts) -> str:
    """The objective, and how many hard limits are broken if any."""
    if "objective" not in facts:
        return NOTHING
    return f"{facts['objective']}" + (f" ({facts['broken']} broken)" if facts["broken"] else "")


def _off(facts: Facts, best: int | None) -> str:
    return f"{100 * (facts['objective'] / best - 1):.1f} %" if best else NOTHING


def _text(value: object) -> str:
    return NOTHING if value is None else str(value)


def _write(text: str) -> None:
    """Put the tables between the two marks of the page, which keeps all else."""
    page = TARGET.read_text()
    before, begin, rest = page.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{TARGET} has no place for the tables: the marks {BEGIN} and {END} are missing.")
    TARGET.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}")


if __name__ == "__main__":
    sys.exit(main())
