"""The score sheet as a workbook: written with the candidates in it, read back row by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem, Refused
from lianfang.platform.workbook import Cell, Column, Sheet, read_workbook, write_table
from personnel.models import Application, Step
from personnel.roster_workbook.columns import REASON_TITLE, heading_key
from personnel.roster_workbook.export import with_reasons
from personnel.roster_workbook.table import FoundColumn, RosterTable, text_of
from personnel.rules.recruitment.candidates import parsed_score

TITLES = ("Receipt number", "Candidate", "Score")
WIDTHS = (20, 14, 10)
SEARCHED_ROWS = 10
SYNONYMS = {
    "number": ("报名号", "报名编号", "回执号", "回执编号", "准考证号"),
    "name": ("姓名", "考生", "考生姓名", "应聘人", "name"),
    "score": ("成绩", "分数", "得分", "笔试成绩", "面试成绩", "体能成绩", "score"),
}


def write_scores(title: str, lines: Iterable[Sequence[str]]) -> bytes:
    """The sheet to fill in, its headings in the reader's language."""
    columns = [Column(gettext(name), width) for name, width in zip(TITLES, WIDTHS, strict=True)]
    return write_table(title, columns, lines)


@dataclass(frozen=True)
class ScorePlan:
    """The scores by application, and what is wrong in which row."""

    table: RosterTable
    scores: dict[int, Decimal | None]
    problems: list[Problem]

    def with_reasons(self) -> bytes:
        """The workbook once more, with what is wrong in each bad row."""
        return with_reasons(self.table, self.problems)


def plan_scores(data: bytes, candidates: Iterable[Application], step: Step) -> ScorePlan:
    """Judge every row against who stands in the step. Raises `Refused` for what is no score sheet.

    An empty score leaves the candidate as is. A name beside a number that is another's is a sorted column: refused.
    """
    table = _table(data)
    numbers = {a.number: a for a in candidates}
    scores: dict[int, Decimal | None] = {}
    problems: list[Problem] = []
    for line, cells in table.rows:
        said = {c.key: text_of(cells[c.index]) for c in table.columns if c.key and c.index < len(cells)}
        application = numbers.get(said["number"])
        problem = _row_problem(said, application, scores, step)
        if problem:
            problems.append(Problem(problem.code, problem.message, row=line))
        elif application and said.get("score"):
            scores[application.pk] = parsed_score(said["score"], step.full_mark)
    return ScorePlan(table, scores, problems)


def _row_problem(
    said: dict[str, str], application: Application | None, scores: dict[int, Decimal | None], step: Step
) -> Problem | None:
    if application is None:
        return Problem("number_unknown", _("nobody with this receipt number stands in this step"))
    if said.get("name") and said["name"].replace(" ", "") != application.name.replace(" ", ""):
        return Problem("number_of_another", _("this receipt number is another candidate's"))
    if application.pk in scores:
        return Problem("number_twice", _("this receipt number stands here twice"))
    if said.get("score"):
        try:
            parsed_score(said["score"], step.full_mark)
        except ValueError:
            full = f"{step.full_mark.normalize():f}"
            return Problem("score_unreadable", _("a score is a number from 0 to %(full)s") % {"full": full})
    return None


def _table(data: bytes) -> RosterTable:
    sheets = read_workbook(data)
    names = _names()
    for sheet in sheets:
        for top, row in enumerate(sheet.rows[:SEARCHED_ROWS]):
            columns = _columns(row, names)
            keys = [c.key for c in columns if c.key]
            if {"number", "score"} <= set(keys) and len(keys) == len(set(keys)):
                return RosterTable(sheet, top, top + 1, columns, tuple(_filled(sheet, top, columns)))
    message = _("The workbook needs a column with the receipt number and one with the score, each once.")
    raise Refused([Problem("columns_missing", message, field="workbook")])


def _names() -> dict[str, str]:
    """Which heading means which field: our own in both languages, and what stations write."""
    found = {heading_key(word): key for key, words in SYNONYMS.items() for word in words}
    for language in ("zh-hans", "en"):
        with override(language):
            found |= {heading_key(gettext(t)): key for t, key in zip(TITLES, SYNONYMS, strict=True)}
    return found


def _columns(row: Sequence[Cell], names: dict[str, str]) -> tuple[FoundColumn, ...]:
    headings = [text_of(cell) for cell in row]
    return tuple(
        FoundColumn(index, heading, names.get(heading_key(heading), ""))
        for index, heading in enumerate(headings)
        if heading and heading != REASON_TITLE
    )


def _filled(sheet: Sheet, top: int, columns: Sequence[FoundColumn]) -> list[tuple[int, tuple[Cell, ...]]]:
    number = next(c.index for c in columns if c.key == "number")
    rows = enumerate(sheet.rows[top + 1 :], start=top + 2)
    return [(line, tuple(row)) for line, row in rows if number < len(row) and text_of(row[number])]
