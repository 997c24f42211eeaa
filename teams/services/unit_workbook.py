"""The unit tree from a workbook: every unit a row, with the one above it (handbook T1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
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
from teams.models import ManagingBody, Unit, UnitKind, User
from teams.rules.unit_codes import next_code, whole_code
from teams.rules.units import nesting_problems, parent_problems
from teams.services.managing import set_bodies
from teams.services.units import add_unit, lock_tree, move_unit, rename_unit

NAME = TableColumn(
    "name", _("name"), ("名称", "单位名称", "机构名称", "单位"), _("The full name."), width=30, needed=True
)
KIND = TableColumn(
    "kind", _("kind"), ("类型", "类别", "单位类型", "机构类型", "层级"), one_of(UnitKind), width=16, needed=True
)
ABOVE = TableColumn(
    "above",
    _("unit above"),
    ("上级单位", "上级", "上级机构", "所属单位", "parent"),
    _("Its name or code; it may stand in any row. Empty for the district."),
    width=30,
)
CODE = TableColumn(
    "code",
    _("unit code"),
    ("机构代码", "机构编码", "单位代码", "代码", "编码"),
    _("Twelve digits, or six of the division for the district. Empty: counted on below the unit above."),
    width=16,
)
SHORT = TableColumn("short_name", _("short name"), ("简称",), _("What fits into a narrow place."), width=14)
BODY = TableColumn(
    "body",
    _("managing body"),
    ("主管单位", "主管部门", "主管街道", "所在街道", "所在乡镇"),
    _("The street, town or committee whose office manages the unit; it must be set up already."),
    width=24,
)
COLUMNS = (NAME, KIND, ABOVE, CODE, SHORT, BODY)
EXAMPLE = (_("Chengbei squadron"), UnitKind.SQUADRON.label, _("Joint-defence brigade"), "", _("Chengbei"), "")
KIND_WORDS = choice_words(
    UnitKind,
    {
        UnitKind.DISTRICT: ("区", "县", "区县", "市", "县级"),
        UnitKind.SUB_BUREAU: ("公安分局", "县公安局", "公安局"),
        UnitKind.BRIGADE: ("联防大队", "巡防大队"),
        UnitKind.SQUADRON: ("派出所", "派出所中队", "联防中队"),
        UnitKind.GROUP: ("班", "组", "班组", "小组"),
        UnitKind.SUB_TEAM: ("村分队", "村级分队", "村"),
    },
)


@dataclass(eq=False)
class Node:
    """A unit as it will be: one of the tree, or a row's new one."""

    name: str
    kind: str
    code: str = ""
    short_name: str = ""
    above: Node | None = None
    unit: Unit | None = None
    line: LinePlan | None = None
    body: ManagingBody | None = None
    moves: bool = False
    is_placed: bool = True  # the unit above is known

    @property
    def key(self) -> Unit | Node:
        """The same for every row and node that means the same unit."""
        return self.unit or self

    def path(self) -> str:
        return f"{self.above.path()} › {self.name}" if self.above else self.name


@dataclass
class Tree:
    """Units and rows by what a row may call them."""

    nodes: list[Node] = field(default_factory=list)
    by_code: dict[str, Node] = field(default_factory=dict)
    by_name: dict[str, list[Node]] = field(default_factory=dict)

    @classmethod
    def present(cls) -> Tree:
        tree = cls()
        above: dict[str, Node] = {}
        for unit in Unit.objects.get_queryset().select_related("managing_body"):
            up = above.get(unit.path[: -Unit.steplen])
            node = Node(unit.name, unit.kind, unit.code, unit.short_name, up, unit, body=unit.managing_body)
            above[unit.path] = node
            tree.add(node)
        return tree

    def add(self, node: Node) -> None:
        self.nodes.append(node)
        if node.code:
            self.by_code.setdefault(node.code, node)
        for name in {folded(node.name), folded(node.short_name)} - {""}:
            self.by_name.setdefault(name, []).append(node)

    def called(self, text: str, kind: str) -> list[Node]:
        """Those that `text` names, by code or by name; of several, those below which such a kind may stand."""
        code = whole_code(text)
        if code and code in self.by_code:
            return [self.by_code[code]]
        found = list(dict.fromkeys(self.by_name.get(folded(text), [])))
        found = [node for node in found if not nesting_problems(kind, Unit(kind=node.kind))] or found
        return [node for node in found if not (node.unit and node.unit.closed_on)] or found

    def there(self, node: Node, *, placed: bool) -> Unit | None:
        """The unit that a row without a code means: of its name and kind, below the same unit if the row says which."""
        found = [n for n in self.by_name.get(folded(node.name), []) if n.unit and n.kind == node.kind]
        if placed:
            found = [n for n in found if n.above and node.above and n.above.key == node.above.key]
        return found[0].unit if len({n.key for n in found}) == 1 else None


def plan_units(rows: Sequence[TableRow]) -> TablePlan:
    """What the rows would do to the present tree; units that no row names stay as they are."""
    today = timezone.localdate()
    tree = Tree.present()
    bodies = {folded(text): body for body in ManagingBody.objects.open(today) for text in (body.name, body.full_name)}
    nodes = [_read(row, tree) for row in rows]
    _mark_repeated(nodes, "code")
    for node in nodes:
        if not _bad(node):
            tree.add(node)
    pending = [(node, row) for node, row in zip(nodes, rows, strict=True) if not _bad(node)]
    while pending:
        left = [(node, row) for node, row in pending if not _place(node, row, tree)]
        if len(left) == len(pending):
            break
        pending = left
    for node, _row in pending:
        _complain(node, "above_unknown", ABOVE, _("this unit is not there, or the rows stand in a circle"))
    for node, row in zip(nodes, rows, strict=True):
        _settle(node, row, tree, bodies, today)
    _mark_repeated(nodes, "place")
    return TablePlan([node.line for node in nodes if node.line])


def _read(row: TableRow, tree: Tree) -> Node:
    """The row's own words: which unit it means by its code, else a candidate for a new one."""
    line = LinePlan(row.number, row["name"])
    kind = KIND_WORDS.get(folded(row["kind"]), "") if row["kind"] else ""
    node = Node(row["name"], kind, line=line, short_name=row["short_name"], is_placed=False)
    if not row["name"]:
        _complain(node, "missing", NAME, _("is missing"))
    if not kind:
        _complain(node, "kind_unknown", KIND, _("is one of: %(kinds)s") % {"kinds": one_of(UnitKind)})
    for column, most in ((NAME, 80), (SHORT, 20)):
        if len(row[column.key]) > most:
            _complain(node, "too_long", column, _("has more than %(n)d characters") % {"n": most})
    if row["code"]:
        node.code = whole_code(row["code"]) or ""
        if not node.code:
            _complain(node, "code_unreadable", CODE, _("has twelve digits"))
        elif node.code in tree.by_code:
            node.unit = tree.by_code[node.code].unit
    return node


def _place(node: Node, row: TableRow, tree: Tree) -> bool:
    """Find the unit above; False while that unit's own place is not known yet."""
    if row["above"]:
        found = [other for other in tree.called(row["above"], node.kind) if other is not node]
        if any(not other.is_placed and not _bad(other) for other in found):
            return False
        _choose_above(node, list({other.key: other for other in found}.values()))
    if node.unit is None:
        node.unit = tree.there(node, placed=bool(row["above"]))
    if node.unit and not row["above"]:
        node.above = tree.by_code[node.unit.code].above
    node.is_placed = True
    return True


def _choose_above(node: Node, found: list[Node]) -> None:
    if len(found) > 1:
        names = " / ".join(other.path() for other in found[:3])
        _complain(node, "above_ambiguous", ABOVE, _("may be several: %(names)s; write its code") % {"names": names})
    elif not found or _bad(found[0]):
        _complain(node, "above_unknown", ABOVE, _("there is no such unit, and no sound row makes it"))
    else:
        node.above = found[0]


def _settle(node: Node, row: TableRow, tree: Tree, bodies: dict[str, ManagingBody], today: dt.date) -> None:
    """Judge the row's place, and compare it with the unit that is there already."""
    if _bad(node) or node.line is None:
        return
    body = bodies.get(folded(row["body"])) if row["body"] else None
    if row["body"] and body is None:
        _complain(node, "body_unknown", BODY, _("no managing body of this name is set up"))
    if node.unit:
        _compare(node, node.line, tree.by_code[node.unit.code], body)
    else:
        _judge_new(node, node.line, body, today)


def _judge_new(node: Node, line: LinePlan, body: ManagingBody | None, today: dt.date) -> None:
    above = Unit(kind=node.above.kind, name=node.above.name) if node.above else None
    problems = nesting_problems(node.kind, above)
    if node.above and node.above.unit:
        problems += parent_problems(node.above.unit, today)
    for problem in problems:
        line.complain(problem.code, ABOVE, f"{problem.message} {problem.hint}".strip())
    if node.kind == UnitKind.DISTRICT and not node.code:
        line.complain("code_missing", CODE, _("is missing: at least the six digits of the division"))
    line.is_new, line.title, line.what, node.body = True, node.path(), node, body
    shown = [(KIND, UnitKind(node.kind).label), (CODE, node.code), (SHORT, node.short_name), (BODY, body)]
    line.changes = [Change(column.label, "", value) for column, value in shown if value]


def _compare(node: Node, line: LinePlan, now: Node, body: ManagingBody | None) -> None:
    unit = now.unit
    if unit is None:
        raise ValueError("a present node has its unit")
    if unit.closed_on:
        line.complain("unit_closed", NAME, _("%(unit)s is closed.") % {"unit": unit.name})
    if node.kind != unit.kind:
        text = _("is “%(kind)s” and can't become another; close the unit and add a new one")
        line.complain("kind_fixed", KIND, text % {"kind": UnitKind(unit.kind).label})
    node.moves = bool(node.above) and (node.above and node.above.key) != (now.above and now.above.key)
    if node.moves and node.above:
        for problem in nesting_problems(node.kind, Unit(kind=node.above.kind, name=node.above.name)):
            line.complain(problem.code, ABOVE, problem.message)
    line.title, line.what, node.body = now.path(), node, body or now.body
    pairs: list[tuple[TableColumn, Any, Any]] = [
        (NAME, unit.name, node.name),
        (SHORT, unit.short_name, node.short_name or unit.short_name),
        (BODY, now.body, node.body),
    ]
    if node.moves:
        pairs.append((ABOVE, now.above and now.above.name, node.above and node.above.name))
    line.changes = [Change(c.label, before, after) for c, before, after in pairs if before != after]


def _mark_repeated(nodes: Sequence[Node], by: str) -> None:
    """The same unit in two rows: the second is bad."""
    first: dict[Any, int] = {}
    for node in nodes:
        if node.line is None or _bad(node):
            continue
        key = (node.code or None) if by == "code" else (node.unit or (node.above and node.above.key, folded(node.name)))
        if key is None:
            continue
        if key in first:
            column = CODE if by == "code" else NAME
            node.line.complain("repeated", column, _("stands in row %(row)d already") % {"row": first[key]})
        first.setdefault(key, node.line.row)


def _bad(node: Node) -> bool:
    return bool(node.line and node.line.problems)


def _complain(node: Node, code: str, column: TableColumn, message: Any) -> None:
    if node.line:
        node.line.complain(code, column, message)


@service
def import_units(*, by: User | None, rows: Sequence[TableRow], expected: str = "") -> TablePlan:
    """Write the rows' units, all or none, each above before those below. Raises `Refused`."""
    lock_tree()
    plan = plan_units(rows)
    plan.refuse(expected)
    taken = set(Unit.objects.get_queryset().values_list("code", flat=True))
    taken |= {line.what.code for line in plan.lines if line.what and line.what.code}
    todo = [line.what for line in plan.lines if line.what and line.kind in ("new", "changed")]
    while todo:
        ready = [node for node in todo if node.above is None or node.above not in todo]
        for node in ready:
            _write(by, node, taken)
        todo = [node for node in todo if node not in ready]
    return plan


def _write(by: User | None, node: Node, taken: set[str]) -> None:
    try:
        if node.unit is None:
            _add(by, node, taken)
        else:
            _change(by, node, node.unit)
    except Refused as refused:
        row = node.line.row if node.line else None
        raise Refused([Problem(p.code, p.message, p.field, p.hint, row) for p in refused.problems]) from None


def _add(by: User | None, node: Node, taken: set[str]) -> None:
    above = node.above.unit if node.above else None
    code = node.code or next_code(above.code if above else "", taken)
    taken.add(code)
    node.unit = add_unit(by=by, parent=above, code=code, name=node.name, kind=node.kind, short_name=node.short_name)
    if node.body:
        set_bodies(by=by, unit=node.unit, managing_body=node.body, guiding_body=None)


def _change(by: User | None, node: Node, unit: Unit) -> None:
    short = node.short_name or unit.short_name
    if (node.name, short) != (unit.name, unit.short_name):
        unit = rename_unit(by=by, unit=unit, name=node.name, short_name=short, code=unit.code)
    if node.moves and node.above and node.above.unit:
        unit = move_unit(by=by, unit=unit, parent=node.above.unit)
    if node.body != unit.managing_body:
        set_bodies(by=by, unit=unit, managing_body=node.body, guiding_body=unit.guiding_body)


def units_template() -> bytes:
    """The workbook to fill in; units that are there stand in it, so that it can be changed and sent back."""
    rows = [
        [
            node.name,
            UnitKind(node.kind).label,
            node.above.code if node.above else "",
            node.code,
            node.short_name,
            node.body,
        ]
        for node in Tree.present().nodes
        if node.unit and not node.unit.closed_on
    ]
    return template(gettext("Units"), COLUMNS, rows, EXAMPLE)
