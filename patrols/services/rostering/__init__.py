"""The one adapter between Django and the engine (`patrols.rostering`).

`build_problem` reads, `apply_result` writes, `sentences` puts broken limits into words, `sheet` answers the grid.
"""

from patrols.services.rostering.days import DaysTogether
from patrols.services.rostering.elsewhere import is_elsewhere, kept
from patrols.services.rostering.problem import assignments, build_problem
from patrols.services.rostering.published import version_sheet
from patrols.services.rostering.result import PUBLISHED, Snapshot, apply_result, snapshot
from patrols.services.rostering.sentences import day_text, reason_label, sentences
from patrols.services.rostering.sheet import (
    Candidate,
    Finding,
    NeedCover,
    Sheet,
    Totals,
    judge,
    judge_people,
    sheet,
)

__all__ = [
    "PUBLISHED",
    "Candidate",
    "DaysTogether",
    "Finding",
    "NeedCover",
    "Sheet",
    "Snapshot",
    "Totals",
    "apply_result",
    "assignments",
    "build_problem",
    "day_text",
    "is_elsewhere",
    "judge",
    "judge_people",
    "kept",
    "reason_label",
    "sentences",
    "sheet",
    "snapshot",
    "version_sheet",
]
