"""The rostering engine: plain Python and OR-Tools, no Django and nothing of the project.

``Problem`` in, ``solve`` → ``Result`` out; ``check`` and ``check_person`` judge any roster by the same limits;
``candidates`` says who could fill a need and what stops each of the others.
"""

import os
import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patrols.rostering.check import (
    Cover,
    check,
    check_person,
    check_together,
    cover,
    cover_cost,
    objective,
    uncovered,
)
from patrols.rostering.explain import Candidate, candidates
from patrols.rostering.leads import choose_leads
from patrols.rostering.problem import (
    Assignment,
    Day,
    Fixed,
    History,
    Need,
    Officer,
    Period,
    Person,
    Problem,
    Roster,
    ShiftType,
    SkillShare,
    Violation,
    Waiver,
    Wish,
    days_from,
)

if TYPE_CHECKING:
    from patrols.rostering.fairness import fair_shares
    from patrols.rostering.outcome import Progress, Result
    from patrols.rostering.search import solve

__all__ = [
    "Assignment",
    "Candidate",
    "Cover",
    "Day",
    "Fixed",
    "History",
    "Need",
    "Officer",
    "Period",
    "Person",
    "Problem",
    "Progress",
    "Result",
    "Roster",
    "ShiftType",
    "SkillShare",
    "Violation",
    "Waiver",
    "Wish",
    "candidates",
    "check",
    "check_person",
    "check_together",
    "choose_leads",
    "cover",
    "cover_cost",
    "days_from",
    "fair_shares",
    "objective",
    "solve",
    "uncovered",
]

# Compiled loops are kept beside the modules. Where the code may not be written numba would refuse to start; and others
# could put foreign code into a directory that they can guess. So each process then has its own for as long as it runs.
if not os.access(Path(__file__).parent, os.W_OK) and "NUMBA_CACHE_DIR" not in os.environ:
    _COMPILED = tempfile.TemporaryDirectory(prefix="lianfang-compiled-")
    os.environ["NUMBA_CACHE_DIR"] = _COMPILED.name

# Only who searches loads OR-Tools (half a second, 100 MB): the pages judge rosters without it.
_LATE = {
    "fair_shares": "fairness",
    "Progress": "outcome",
    "Result": "outcome",
    "solve": "search",
}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(name)
    return getattr(import_module(f"patrols.rostering.{_LATE[name]}"), name)
