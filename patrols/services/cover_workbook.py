"""Beats and their cover from a workbook or pasted rows: a row for each need (handbook D1, D3)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.tables import (
    Change,
    LinePlan,
    TableColumn,
    TablePlan,
    TableRow,
    choice_words,
    folded,
    one_of,
    template,
)
from patrols.models import Beat, BeatKind, CoverRequirement, ShiftType, TaskKind
from patrols.models.beat import Risk
from patrols.models.cover import HolidayRule
from patrols.models.task import IN_PAIRS, LEAST_TOGETHER, NEEDS_OFFICER
from patrols.rules.cover import USUAL_TASK, cover_problems
from patrols.services.cover import save_beat, save_cover
from teams.models import Unit, User

MOST_PEOPLE = 50
BEAT = TableColumn("beat", _("beat"), ("巡区", "岗位", "点位", "名称", "name"), _("Its name."), width=24, needed=True)
KIND = TableColumn("kind", _("kind"), ("类型", "巡区类型", "类别"), one_of(BeatKind), width=12)
SHIFT = TableColumn(
    "shift", _("shift"), ("班次", "班别"), _("Code or name of a shift type. Empty: the beat alone."), width=10
)
MINIMUM = TableColumn(
    "minimum", _("minimum"), ("最少", "最少人数", "最低人数", "人数"), _("People at least."), width=10
)
IDEAL = TableColumn("ideal", _("ideal"), ("理想", "理想人数"), _("People at best. Empty: the minimum."), width=10)
DAYS = TableColumn(
    "days", _("weekdays"), ("星期", "周几", "日期"), _("As 1-5, or Mo We Fr, or weekend. Empty: daily."), width=14
)
HOLIDAYS = TableColumn("holidays", _("on holidays"), ("节假日", "节日"), one_of(HolidayRule), width=18)
TASK = TableColumn(
    "task", _("task"), ("任务", "勤务", "勤务内容"), _("Empty: guard post, or patrol of a line."), width=14
)
OFFICER = TableColumn(
    "officer", _("led by a sworn officer"), ("民警带队", "民警带班"), _("Yes or no. Empty: no."), width=14
)
RISK = TableColumn("risk", _("risk level"), ("风险", "风险等级"), one_of(Risk), width=12)
COLUMNS = (BEAT, KIND, SHIFT, MINIMUM, IDEAL, DAYS, HOLIDAYS, TASK, OFFICER, RISK)
EXAMPLE = (_("Station square"), BeatKind.POINT.label, "早", "2", "3", "1-5", HolidayRule.NEVER.label, "", "", "")

KIND_WORDS = choice_words(
    BeatKind,
    {
        BeatKind.POINT: ("点", "定点", "固定岗", "岗", "执勤点"),
        BeatKind.LINE: ("线", "线路", "路线", "巡线"),
        BeatKind.AREA: ("面", "片区", "辖区", "区域", "片"),
    },
)
RISK_WORDS = choice_words(Risk, {Risk.LOW: ("低",), Risk.MEDIUM: ("中",), Risk.HIGH: ("高",)})
HOLIDAY_WORDS = choice_words(
    HolidayRule,
    {
        HolidayRule.AS_WEEKDAY: ("照常", "正常", "按星期", "不变"),
        HolidayRule.ALWAYS: ("上", "节假日也上", "含节假日", "全部"),
        HolidayRule.NEVER: ("不上", "节假日不上", "除节假日", "休"),
        HolidayRule.ONLY: ("仅节假日", "只在节假日", "节假日"),
    },
)
TASK_WORDS = choice_words(TaskKind)
YES = {folded(word) for word in ("是", "有", "√", "✓", "yes", "y", "1", "true")}
NO = {folded(word) for word in ("否", "无", "×", "no", "n", "0", "false", "-")}
DAY_NAMES = {"日": "7", "天": "7"} | {name: str(n) for n, name in enumerate("一二三四五六", 1)}
ENGLISH_DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
WHOLE_WEEKS = {
    "每天": range(7), "每日": range(7), "天天": range(7), "daily": range(7), "everyday": range(7),
    "工作日": range(5), "weekdays": range(5), "平日": range(5),
    "周末": range(5, 7), "双休日": range(5, 7), "weekend": range(5, 7), "weekends": range(5, 7),
}  # fmt: skip


@dataclass
class Asked:
    """What one row says of a need: only what its cells hold."""

    beat: Beat
    shift: ShiftType | None = None
    values: dict[str, Any] = field(default_factory=dict)
    need: CoverRequirement | None = None
    beat_changes: list[Change] = field(default_factory=list)

    @property
    def task(self) -> str:
        return str(self.values.get("task_kind") or USUAL_TASK[BeatKind(self.beat.kind)])

    @property
    def key(self) -> tuple[str, int | None, str]:
        return folded(self.beat.name), self.shift.pk if self.shift else None, self.task


def days_of(text: str) -> list[int] | None:
    """The weekdays in a cell, 0 is Monday: “1-5”, “周一至周五”, “一三五”, “Mo We”, “周末”; None for anything else."""
    plain = folded(text)
    for word, days in WHOLE_WEEKS.items():
        if plain == word:
            return list(days)
    marked = text.lower()
    for prefix in ("星期", "礼拜", "周"):
        marked = marked.replace(prefix, "")
    for name, number in DAY_NAMES.items():
        marked = marked.replace(name, number)
    for place, name in enumerate(ENGLISH_DAYS, 1):
        marked = re.sub(rf"\b{name}[a-z]*\b", str(place), marked)
    if not re.fullmatch(r"[1-7\s,，、./;；&和及\-~–—～至到]+", marked):
        return None
    found: set[int] = set()
    for first, last in re.findall(r"([1-7])(?:\s*[-~–—～至到]\s*([1-7]))?", marked):
        begin, end = int(first) - 1, int(last or first) - 1
        found |= set(range(begin, end + 1)) if begin <= end else {*range(begin, 7), *range(end + 1)}
    return sorted(found) or None


class Present:
    """The squadron's beats, shift types and needs, read once."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.beats = {folded(beat.name): beat for beat in Beat.objects.filter(unit=unit)}
        self.kept = dict(self.beats)
        shifts = list(ShiftType.objects.filter(unit=unit, is_active=True))
        self.shifts = {folded(word): shift for shift in shifts for word in (shift.name, shift.code)}
        self.codes = " / ".join(shift.code for shift in shifts)
        rows = CoverRequirement.objects.filter(beat__unit=unit).select_related("beat", "shift_type")
        self.needs: dict[tuple[str, int | None, str], list[CoverRequirement]] = {}
        for row in rows:
            self.needs.setdefault((folded(row.beat.name), row.shift_type_id, row.task_kind), []).append(row)


def plan_cover(rows: Sequence[TableRow], *, unit: Unit) -> TablePlan:
    """What the rows would do to the squadron's cover; beats and needs that no row names stay as they are."""
    present = Present(unit)
    lines = [_read(row, present) for row in rows]
    asked = Counter(line.what.key for line in lines if line.what and line.what.shift)
    seen: dict[Any, int] = {}
    for line in lines:
        if not line.problems and line.what:
            _settle(line, line.what, present, alone=asked[line.what.key] == 1)
            _mark_repeated(line, line.what, seen)
    return TablePlan(lines)


def _read(row: TableRow, present: Present) -> LinePlan:
    line = LinePlan(row.number, row["beat"])
    if not row["beat"] or len(row["beat"]) > 40:
        line.complain("beat_name", BEAT, _("is missing or has more than 40 characters"))
        return line
    beat, changes = _beat(row, present, line)
    asked = Asked(beat, beat_changes=changes)
    if row["shift"]:
        asked.shift = present.shifts.get(folded(row["shift"]))
        line.title = f"{beat.name} · {row['shift']}"
        if asked.shift is None:
            known = present.codes or _("none yet")
            line.complain("shift_unknown", SHIFT, _("there is no such shift type; there are: %(all)s") % {"all": known})
    elif any(row[c.key] for c in (MINIMUM, IDEAL, DAYS, HOLIDAYS, TASK, OFFICER)):
        line.complain("shift_missing", SHIFT, _("is missing: in which shift are people needed?"))
    asked.values = _values(row, line)
    line.what = asked
    return line


def _beat(row: TableRow, present: Present, line: LinePlan) -> tuple[Beat, list[Change]]:
    """The row's beat: one that is there, or a new one that further rows share."""
    key = folded(row["beat"])
    kind = _choice(row, KIND, KIND_WORDS, BeatKind, line)
    risk = _choice(row, RISK, RISK_WORDS, Risk, line)
    beat = present.beats.get(key)
    if beat is None:
        if not row["kind"]:
            line.complain("kind_missing", KIND, _("is missing: %(kinds)s") % {"kinds": one_of(BeatKind)})
        beat = Beat(unit=present.unit, name=row["beat"], kind=kind or BeatKind.POINT, risk=risk or Risk.LOW)
        beat.position = len(present.beats) + 1
        present.beats[key] = beat
        return beat, [Change(_("beat"), "", beat.get_kind_display())]
    if kind and kind != beat.kind:
        text = _("is “%(kind)s” already; change it on the beat's own page")
        line.complain("kind_fixed", KIND, text % {"kind": beat.get_kind_display()})
    if risk and risk != beat.risk:
        before, beat.risk = beat.get_risk_display(), risk
        return beat, [Change(RISK.label, before, beat.get_risk_display())]
    return beat, []


def _values(row: TableRow, line: LinePlan) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column, least in ((MINIMUM, 0), (IDEAL, 1)):
        text = row[column.key]
        if text and text.isascii() and text.isdecimal() and len(text) < 3 and least <= int(text) <= MOST_PEOPLE:
            found[column.key] = int(text)
        elif text:
            facts = {"least": least, "most": MOST_PEOPLE}
            line.complain("not_a_count", column, _("is a number from %(least)d to %(most)d") % facts)
    if row["days"]:
        days = days_of(row["days"])
        if days is None:
            line.complain("days_unreadable", DAYS, _("write 1-5, or Mo We Fr, or weekend, or daily"))
        found["weekdays"] = days
    if row["officer"]:
        word = folded(row["officer"])
        if word not in YES | NO:
            line.complain("yes_or_no", OFFICER, _("is yes or no"))
        found["officer_led"] = word in YES
    found["on_holidays"] = _choice(row, HOLIDAYS, HOLIDAY_WORDS, HolidayRule, line)
    found["task_kind"] = _choice(row, TASK, TASK_WORDS, TaskKind, line)
    return {key: value for key, value in found.items() if value not in ("", None)}


def _choice(row: TableRow, column: TableColumn, words: dict[str, Any], choices: Any, line: LinePlan) -> str:
    text = row[column.key]
    if text and folded(text) not in words:
        line.complain("unknown_word", column, _("is one of: %(words)s") % {"words": one_of(choices)})
    return str(words.get(folded(text), "")) if text else ""


def _settle(line: LinePlan, asked: Asked, present: Present, *, alone: bool) -> None:
    """The need that the row means, there already or new, and what it changes of it."""
    line.is_new = asked.beat.pk is None and bool(asked.beat_changes)
    line.changes = list(asked.beat_changes)
    if asked.shift is None:
        return
    found = present.needs.get(asked.key, [])
    if not (alone and len(found) == 1):  # several of one shift: the days tell which
        days = (asked.values.get("weekdays", list(range(7))), asked.values.get("on_holidays", HolidayRule.AS_WEEKDAY))
        found = [need for need in found if (sorted(need.weekdays), need.on_holidays) == days]
    need = found[0] if found else _new_need(asked)
    before = {name: _shown(need, name) for name in SHOWN} if need.pk else {}
    for name, value in asked.values.items():
        setattr(need, name, value)
    if "minimum" in asked.values and "ideal" not in asked.values:
        need.ideal = max(need.ideal if need.pk else 1, need.minimum)
    if need.task_kind in NEEDS_OFFICER:
        need.officer_led = True  # the law leaves no choice
    for problem in cover_problems(need):
        line.complain(problem.code, None, problem.message)
    asked.need = need
    line.is_new = line.is_new or not need.pk
    for name, column in SHOWN.items():
        after = _shown(need, name)
        if before.get(name, "") != after and (need.pk or getattr(need, name) != USUAL.get(name)):
            line.changes.append(Change(column.label, before.get(name, ""), after))


SHOWN = {
    "task_kind": TASK,
    "minimum": MINIMUM,
    "ideal": IDEAL,
    "weekdays": DAYS,
    "on_holidays": HOLIDAYS,
    "officer_led": OFFICER,
}

USUAL = {"officer_led": False, "on_holidays": HolidayRule.AS_WEEKDAY}  # not worth a word about a new need


def _shown(need: CoverRequirement, name: str) -> str:
    if name == "weekdays":
        return need.weekdays_text
    if name in ("task_kind", "on_holidays"):
        return str(getattr(need, f"get_{name}_display")())
    if name == "officer_led":
        return str(_("yes") if need.officer_led else _("no"))
    return str(getattr(need, name))


def _new_need(asked: Asked) -> CoverRequirement:
    least = LEAST_TOGETHER if asked.task in IN_PAIRS and not asked.values.get("officer_led") else 1
    need = CoverRequirement(beat=asked.beat, task_kind=asked.task, minimum=least, ideal=least)
    if asked.shift:
        need.shift_type = asked.shift
    return need


def _mark_repeated(line: LinePlan, asked: Asked, seen: dict[Any, int]) -> None:
    need = asked.need
    if need is None:
        return
    key = (*asked.key, tuple(sorted(need.weekdays)), need.on_holidays)
    if key in seen:
        line.complain("repeated", BEAT, _("the same need stands in row %(row)d already") % {"row": seen[key]})
    seen.setdefault(key, line.row)


@service
def import_cover(*, by: User | None, unit: Unit, rows: Sequence[TableRow], expected: str = "") -> TablePlan:
    """Write the rows' beats and needs, all or none. Raises `Refused`, `PermissionDenied` outside the right."""
    plan = plan_cover(rows, unit=unit)
    plan.refuse(expected)
    todo = [line.what for line in plan.lines if line.kind in ("new", "changed")]
    for asked in todo:
        if asked.beat_changes:
            save_beat(by=by, beat=asked.beat)
    save_cover(by=by, unit=unit, rows=[asked.need for asked in todo if asked.need])
    return plan


def cover_template(unit: Unit) -> bytes:
    """The workbook to fill in; beats and needs that are there stand in it, so that it can be changed and sent back."""
    rows: list[list[Any]] = []
    for beat in Beat.objects.filter(unit=unit, is_active=True).prefetch_related("cover__shift_type"):
        head = [beat.name, capfirst(str(beat.get_kind_display()))]
        needs = list(beat.cover.all())
        rows += [[*head, *_cells(need), beat.get_risk_display()] for need in needs]
        if not needs:
            rows.append([*head, "", "", "", "", "", "", "", beat.get_risk_display()])
    return template(gettext("Beats and cover"), COLUMNS, rows, EXAMPLE)


def _cells(need: CoverRequirement) -> list[Any]:
    days = "" if len(need.weekdays) == 7 else " ".join(str(day + 1) for day in sorted(need.weekdays))
    shown = [_shown(need, name) for name in ("on_holidays", "task_kind", "officer_led")]
    return [need.shift_type.code, need.minimum, need.ideal, days, *shown]
