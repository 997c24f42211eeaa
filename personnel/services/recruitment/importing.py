"""Applications from a workbook: the same columns as a 花名册 has, judged row by row before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianfang.platform import id_numbers
from lianfang.platform.fields import lookup_hash
from lianfang.platform.problems import Problem, Refused
from lianfang.platform.workbook import Cell, read_workbook
from personnel.models import Application, Campaign, Education, PriorityGroup
from personnel.roster_workbook import values

HEADINGS = {
    "姓名": "name",
    "公民身份号码": "id_number",
    "身份证号": "id_number",
    "身份证号码": "id_number",
    "手机": "phone",
    "联系电话": "phone",
    "学历": "education",
    "毕业院校": "school",
    "专业": "major",
    "报考岗位": "vacancy",
    "岗位": "vacancy",
    "优先情形": "claims",
    "亲属": "relatives",
}
NEEDED = ("name", "id_number", "education")
SEARCHED_ROWS = 10
CLAIMS = {
    "退役军人": PriorityGroup.VETERAN,
    "高校毕业生": PriorityGroup.GRADUATE,
    "当地优秀青年": PriorityGroup.LOCAL_YOUTH,
    "见义勇为": PriorityGroup.BRAVERY,
}
EDUCATIONS = {
    "初中": Education.JUNIOR,
    "高中": Education.SENIOR,
    "中专": Education.VOCATIONAL,
    "中职": Education.VOCATIONAL,
    "大专": Education.COLLEGE,
    "专科": Education.COLLEGE,
    "本科": Education.BACHELOR,
    "研究生": Education.POSTGRADUATE,
    "硕士": Education.POSTGRADUATE,
}


def judged(data: bytes, campaign: Campaign) -> tuple[list[dict[str, Any]], list[Problem]]:
    """The rows as `apply_many` takes them, and what is wrong in each bad one. Raises `Refused` for no workbook."""
    sheets = read_workbook(data)
    header, rows = _table(sheets[0].rows if sheets else [])
    vacancies = {v.title: v for v in campaign.vacancies.all()}
    numbers = [id_numbers.normalise(values.plain(_cell(row, header, "id_number"))) for _n, row in rows]
    hashes = [lookup_hash(number) for number in numbers]
    taken = set(
        Application.objects.filter(campaign=campaign, id_number_hash__in=hashes).values_list(
            "id_number_hash", flat=True
        )
    )
    found, problems = [], []
    for (line, row), number, key in zip(rows, numbers, hashes, strict=True):
        problems += _number_problems(number, key, taken, line)
        taken.add(key)
        values_of, wrong = _row_values(row, header, vacancies, line)
        problems += wrong
        found.append(values_of | {"id_number": number})
    return found, sorted(problems, key=lambda p: p.row or 0)


def _table(rows: Sequence[Sequence[Cell]]) -> tuple[dict[str, int], list[tuple[int, Sequence[Cell]]]]:
    """Where each field stands, and the rows below the header with their numbers."""
    for top, row in enumerate(rows[:SEARCHED_ROWS]):
        header = {HEADINGS[text]: n for n, cell in enumerate(row) if (text := values.plain(cell)) in HEADINGS}
        if all(key in header for key in NEEDED):
            below = [(n, r) for n, r in enumerate(rows[top + 1 :], start=top + 2) if any(values.plain(c) for c in r)]
            return header, below
    message = _("The workbook needs the columns name, ID number and education.")
    raise Refused([Problem("columns_missing", message, field="workbook")])


def _cell(row: Sequence[Cell], header: dict[str, int], key: str) -> Cell | None:
    index = header.get(key)
    return row[index] if index is not None and index < len(row) else None


def _number_problems(number: str, key: str, taken: set[str], line: int) -> list[Problem]:
    problems = id_numbers.problems(number, today=timezone.localdate())
    if not problems and key in taken:
        problems = [Problem("applied_already", _("this ID number has applied already, or stands here twice"))]
    return [Problem(p.code, p.message, row=line) for p in problems]


def _row_values(
    row: Sequence[Cell], header: dict[str, int], vacancies: dict[str, Any], line: int
) -> tuple[dict[str, Any], list[Problem]]:
    problems = []
    text = {key: values.plain(_cell(row, header, key)) for key in header}
    education = EDUCATIONS.get(text["education"])
    if education is None:
        problems.append(Problem("education_unknown", _("the education is not known"), row=line))
    wanted = text.get("vacancy", "")
    vacancy = vacancies.get(wanted) or (next(iter(vacancies.values())) if len(vacancies) == 1 and not wanted else None)
    if vacancy is None:
        problems.append(Problem("vacancy_unknown", _("there is no such post in this campaign"), row=line))
    if not text["name"]:
        problems.append(Problem("name_missing", _("the name is missing"), row=line))
    claims = [CLAIMS[word] for word in text.get("claims", "").replace("，", "、").split("、") if word in CLAIMS]
    return {
        "vacancy": vacancy,
        "name": text["name"][:40],
        "phone": text.get("phone", "")[:30],
        "education": education or "",
        "school": text.get("school", "")[:60],
        "major": text.get("major", "")[:60],
        "claims": [str(c) for c in claims],
    }, problems
