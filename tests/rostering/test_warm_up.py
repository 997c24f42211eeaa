"""What is compiled ahead is all that a search needs."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
from bench.squadrons import squadron
from patrols.rostering import exchange_kernel, kernel, solve
from patrols.rostering.warm_up import warm_up

def compiled():
    loops = {**vars(exchange_kernel), **vars(kernel)}
    return {(name, s) for name, loop in loops.items() for s in getattr(loop, "signatures", ())}

warm_up()
before = compiled()
assert {"anneal", "broken_by", "cheapest", "combine"} <= {name for name, _signature in before}
solve(squadron(12, 14, 2), seconds=3)
assert compiled() == before, compiled() - before
"""


def test_a_search_compiles_nothing_after_it():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
