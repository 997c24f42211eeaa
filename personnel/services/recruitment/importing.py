"""Applications from a workbook: a roster's columns and a few more, judged row by row before anything is written."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from lianfang.platform.fields import lookup_hash
from lianfang.platform.problems import Problem, Refused
from lianfang.platform.workbook import Column, write_table
from personnel.models import Application, Campaign, PriorityGroup, Vacancy
from personnel.roster_workbook import values
from personnel.roster_workbook.columns import BY_KEY, heading_key
from personnel.roster_workbook.reading import read_rows
from personnel.roster_workbook.rows import RowPlan
from personnel.roster_workbook.table import FoundColumn, RosterTable
from personnel.services.imports import read_roster

# Beyond a roster's own columns; 岗位 there is the post applied for here.
MORE = {
    heading_key(word): key
    for key, words in {
        "position": ("报考岗位", "应聘岗位", "报考职位", "post applied for"),
        "claims": ("优先情形", "优先条件", "优先类别", "priority groups"),
        "relatives": ("亲属", "亲属关系", "回避关系", "relatives"),
    }.items()
    for word in words
}
LABELS = {"claims": _("priority claimed"), "relatives": _("relatives in the force"), "position": _("post applied for")}
CLAIMS = {
    "退役军人": PriorityGroup.VETERAN,
    "退伍军人": PriorityGroup.VETERAN,
    "高校毕业生": PriorityGroup.GRADUATE,
    "大学毕业生": PriorityGroup.GRADUATE,
    "当地优秀青年": PriorityGroup.LOCAL_YOUTH,
    "优秀青年": PriorityGroup.LOCAL_YOUTH,
    "见义勇为": PriorityGroup.BRAVERY,
}
KEPT = ("id_number", "name", "phone", "education", "school", "major", "political_status")
LONGEST: dict[str, int | None] = {f.name: f.max_length for f in Application._meta.concrete_fields}
MOST_RELATIVES = 5


@dataclass
class ApplicationRow:
    """One candidate of the workbook; `existing` is the application of the same ID number."""

    row: int
    values: dict[str, Any]
    problems: list[Problem]
    existing: Application | None = None

    @property
    def name(self) -> str:
        return str(self.values.get("name", ""))

    @property
    def label(self) -> str:
        vacancy = self.values.get("vacancy")
        return f"{vacancy.title}（{vacancy.unit.name}）" if vacancy else ""

    def complain(self, code: str, key: str, reason: Any) -> None:
        """Note a problem of this row; the sentence begins with the column's name."""
        label = LABELS.get(key) or BY_KEY[key].label
        message = _("%(column)s: %(reason)s") % {"column": label, "reason": reason}
        self.problems.append(Problem(code, message, field=key, row=self.row))


@dataclass(frozen=True)
class ApplicationPlan:
    """What an import would do. It is written only when `bad` is empty."""

    table: RosterTable
    new: list[ApplicationRow] = field(default_factory=list)
    unchanged: list[ApplicationRow] = field(default_factory=list)
    bad: list[ApplicationRow] = field(default_factory=list)

    @property
    def problems(self) -> list[Problem]:
        return [problem for row in self.bad for problem in row.problems]

    def fingerprint(self) -> str:
        """Equal for plans that would write the same: what was previewed is what is confirmed."""
        kinds = [(kind, [r.row for r in getattr(self, kind)]) for kind in ("new", "unchanged", "bad")]
        return hashlib.sha256(repr(kinds).encode()).hexdigest()


def read_applications(data: bytes) -> RosterTable:
    """The candidates in a workbook's bytes. Raises `Refused` with one sentence for what is none."""
    table = read_roster(data)
    table = table.mapped({c.index: MORE[key] for c in table.columns if (key := heading_key(c.heading)) in MORE})
    missing = [BY_KEY[key].label for key in ("name", "id_number", "education") if key not in _keys(table.columns)]
    if missing:
        message = _("The workbook needs these columns too: %(columns)s.")
        names = {"columns": "、".join(map(str, missing))}
        raise Refused([Problem("columns_missing", message % names, field="workbook")])
    return table


def _keys(columns: Iterable[FoundColumn]) -> set[str]:
    return {c.key for c in columns}


def plan_applications(table: RosterTable, campaign: Campaign, today: dt.date) -> ApplicationPlan:
    """Judge every row; in a fixed number of queries."""
    vacancies = list(campaign.vacancies.select_related("unit"))
    groups = set(campaign.priorities.values_list("group", flat=True))
    rows = []
    for plain, (_number, cells) in zip(read_rows(table, today), table.rows, strict=True):
        cell = {c.key: cells[c.index] for c in table.columns if c.key}
        rows.append(_application_row(plain, cell, vacancies, groups))
    _mark_repeated(rows)
    _find_existing(rows, campaign)
    return ApplicationPlan(
        table,
        new=[r for r in rows if not r.problems and r.existing is None],
        unchanged=[r for r in rows if not r.problems and r.existing],
        bad=[r for r in rows if r.problems],
    )


def _application_row(
    plain: RowPlan, cell: dict[str, Any], vacancies: list[Vacancy], groups: set[str]
) -> ApplicationRow:
    kept = {key: plain.values[key] for key in KEPT if key in plain.values}
    wanted = {*KEPT, "sex", "birth_date"}
    row = ApplicationRow(plain.row, kept, [p for p in plain.problems if p.field in wanted])
    if "education" not in kept and not any(p.field == "education" for p in row.problems):
        row.complain("missing", "education", _("is missing"))
    for key in ("school", "major"):
        limit = LONGEST[key]
        if limit and len(kept.get(key, "")) > limit:
            row.complain("too_long", key, _("has more than %(limit)d characters") % {"limit": limit})
    _take_vacancy(row, values.plain(cell.get("position")), vacancies)
    _take_claims(row, cell, plain, groups)
    _take_relatives(row, values.plain(cell.get("relatives")))
    return row


def _take_vacancy(row: ApplicationRow, wanted: str, vacancies: list[Vacancy]) -> None:
    """By the post's name, with its unit's name before it where two posts are called the same."""
    plain = wanted.replace(" ", "")
    found = [v for v in vacancies if plain in (v.title.replace(" ", ""), f"{v.unit.name}{v.title}".replace(" ", ""))]
    if not plain and len(vacancies) == 1:
        found = vacancies
    if len(found) == 1:
        row.values["vacancy"] = found[0]
        return
    known = "、".join(f"{v.unit.name}{v.title}" for v in vacancies)
    message = _("names none of the posts, or more than one: %(known)s") if plain else _("is missing: %(known)s")
    row.complain("vacancy_unknown", "position", message % {"known": known})


def _take_claims(row: ApplicationRow, cell: dict[str, Any], plain: RowPlan, groups: set[str]) -> None:
    words = [w for w in _words(values.plain(cell.get("claims"))) if w not in ("无", "否", "-", "—")]
    unknown = [w for w in words if w not in CLAIMS]
    if unknown:
        known = "、".join(dict.fromkeys(CLAIMS))
        names = {"word": unknown[0][:20], "known": known}
        row.complain("claim_unknown", "claims", _("“%(word)s” is none of: %(known)s") % names)
    found = {str(CLAIMS[w]) for w in words if w in CLAIMS}
    if plain.values.get("is_veteran"):
        found.add(str(PriorityGroup.VETERAN))
    row.values["claims"] = sorted(found & groups)


def _take_relatives(row: ApplicationRow, text: str) -> None:
    """张三（舅舅）、李四（姐姐）, or 张三 舅舅; whoever is named scores nothing of the candidate's."""
    pairs = []
    for word in _words(text):
        if word in ("无", "否", "-", "—"):
            continue
        name, _open, relation = word.replace(")", "").replace(":", "(").replace(" ", "(").partition("(")
        pairs.append((name.strip()[:40], relation.strip()[:60]))
    if len(pairs) > MOST_RELATIVES:
        row.complain("too_long", "relatives", _("names more than %(most)d people") % {"most": MOST_RELATIVES})
    row.values["relatives"] = pairs


def _words(text: str) -> list[str]:
    for mark in ",;；/":
        text = text.replace(mark, "、")
    return [word for part in text.split("、") if (word := part.strip())]


def _mark_repeated(rows: list[ApplicationRow]) -> None:
    first: dict[str, int] = {}
    for row in rows:
        number = row.values.get("id_number")
        if number and number in first:
            row.complain("repeated", "id_number", _("stands in row %(row)d already") % {"row": first[number]})
        elif number:
            first[number] = row.row


def _find_existing(rows: list[ApplicationRow], campaign: Campaign) -> None:
    """Who applied already with the same data stays as is; with other data the row is bad."""
    hashes = {row.row: lookup_hash(row.values["id_number"]) for row in rows if "id_number" in row.values}
    found = Application.objects.filter(campaign=campaign, id_number_hash__in=set(hashes.values()))
    there = {a.id_number_hash: a for a in found}
    for row in rows:
        row.existing = there.get(hashes.get(row.row, ""))
        if row.existing is None:
            continue
        keys = [k for k in KEPT if k in row.values and getattr(row.existing, k) != row.values[k]]
        if "vacancy" in row.values and row.values["vacancy"].pk != row.existing.vacancy_id:
            keys.append("position")
        for key in keys:
            row.complain("applied_otherwise", key, _("this ID number has applied already and said something else"))


HEADER = (
    ("序号", 6, 1),
    ("姓名", 12, "张三（示例，请删除）"),
    ("公民身份号码", 22, "填写18位公民身份号码"),
    ("手机", 14, "填写11位手机号"),
    ("学历", 8, "大专"),
    ("毕业院校", 20, "某某学院"),
    ("专业", 14, "法律"),
    ("政治面貌", 10, "群众"),
    ("报考岗位", 20, ""),
    ("优先情形", 16, "退役军人"),
    ("亲属", 22, "李四（舅舅）"),
)


def template(campaign: Campaign) -> bytes:
    """An empty workbook with a line that shows how to fill it."""
    vacancy = campaign.vacancies.select_related("unit").first()
    example = [f"{vacancy.unit.name}{vacancy.title}" if vacancy and t == "报考岗位" else v for t, _w, v in HEADER]
    return write_table("报名表", [Column(title, width) for title, width, _v in HEADER], [example])
