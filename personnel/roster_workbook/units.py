"""Where a row's people belong: the unit named in the workbook, among those below the chosen one."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem
from teams.models import Unit, UnitKind
from teams.rules.units import nesting_problems

# A work unit that reads so is a squadron, where the workbook has no column for it; a bureau's name says nothing.
SQUADRON_WORDS = re.compile(r"中队|派出所")
_STROKES = str.maketrans(dict.fromkeys("/\\-—–>›·、,|", " "))
BELOW_SQUADRON = (UnitKind.GROUP, UnitKind.SUB_TEAM)


@dataclass(frozen=True)
class Place:
    """A unit, or one to be created: the names in `missing` hang one below the other under `unit`."""

    unit: Unit
    missing: tuple[tuple[str, str], ...] = ()  # (kind, name)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.unit.name, *(name for _kind, name in self.missing))

    @property
    def label(self) -> str:
        return " › ".join(self.names)


class Places:
    """The chosen unit and all open units below it, by name. Reads them once."""

    def __init__(self, chosen: Unit, today: dt.date) -> None:
        self.chosen = chosen
        self._units = [chosen, *Unit.objects.get_descendants(chosen)]
        self._open = [u for u in self._units if not (u.closed_on and u.closed_on <= today)]
        self._found: dict[tuple[str, str, str], tuple[Place | None, Problem | None]] = {}

    def find(self, work_unit: str, squadron: str, group: str) -> tuple[Place | None, Problem | None]:
        """The place for the names in a row's three unit columns, each "" where the row says nothing."""
        names = (work_unit, squadron, group)
        if names not in self._found:
            self._found[names] = self._find(*names)
        return self._found[names]

    def _find(self, work_unit: str, squadron: str, group: str) -> tuple[Place | None, Problem | None]:
        base, problem = self._base(work_unit, squadron)
        if problem or base is None or not group:
            return base, problem
        if base.missing:
            return Place(base.unit, (*base.missing, (UnitKind.GROUP, group))), None
        if _same(base.unit, group):
            return base, None
        below = self._below(base.unit)
        matches = [u for u in self._called(group) if u in below and u.kind in BELOW_SQUADRON]
        return self._one(matches, group, base.unit, UnitKind.GROUP, "group")

    def _base(self, work_unit: str, squadron: str) -> tuple[Place | None, Problem | None]:
        """The squadron: from its own column, else from the work unit's, else the chosen unit itself."""
        if squadron:
            if _same(self.chosen, squadron):
                return Place(self.chosen), None
            matches = [u for u in self._called(squadron) if u.kind not in BELOW_SQUADRON and u.pk != self.chosen.pk]
            return self._one(matches, squadron, self.chosen, UnitKind.SQUADRON, "squadron")
        matches = self._called(work_unit) if work_unit else []
        if not matches and SQUADRON_WORDS.search(work_unit) and self._home(UnitKind.SQUADRON, self.chosen):
            return self._one([], work_unit, self.chosen, UnitKind.SQUADRON, "work_unit")
        if len(matches) > 1:
            return self._one(matches, work_unit, self.chosen, UnitKind.SQUADRON, "work_unit")
        return Place(matches[0] if matches else self.chosen), None

    def _called(self, name: str) -> list[Unit]:
        """The open units that `name` names: by their own name, or with units above before it, one or several."""
        own = [u for u in self._open if _same(u, name)]
        return own or [u for u in self._open if _folded(name) in self._long_names.get(u.pk, ())]

    @cached_property
    def _long_names(self) -> dict[int, set[str]]:
        """Unit → its name as people write it out: 某县公安局城北派出所, 城北派出所中队一班."""
        lines: dict[str, list[Unit]] = {}
        above = {u.path: u for u in (*Unit.objects.get_ancestors(self.chosen), *self._units)}
        for unit in self._open:
            steps = range(unit.steplen, len(unit.path), unit.steplen)
            lines[unit.path] = [above[unit.path[:end]] for end in steps if unit.path[:end] in above]
        return {unit.pk: _written_out(unit, lines[unit.path]) for unit in self._open}

    def _home(self, kind: str, parent: Unit) -> Unit | None:
        """Where a new unit of `kind` goes: directly below `parent`, or below the only unit there that may hold one."""
        if not nesting_problems(kind, parent):
            return parent
        fit = [u for u in self._below(parent) if not nesting_problems(kind, u)]
        return fit[0] if len(fit) == 1 else None

    def _below(self, unit: Unit) -> list[Unit]:
        return [u for u in self._open if u.path.startswith(unit.path) and u.pk != unit.pk]

    def _one(
        self, matches: list[Unit], name: str, parent: Unit, kind: str, key: str
    ) -> tuple[Place | None, Problem | None]:
        if len(matches) == 1:
            return Place(matches[0]), None
        if matches:
            return None, _problem(
                "unit_ambiguous", key, _("several units below %(unit)s are called “%(name)s”"), parent, name
            )
        if self._is_closed(name, parent):
            return None, _problem("unit_closed", key, _("“%(name)s” below %(unit)s is closed"), parent, name)
        home = self._home(kind, parent)
        if home is None:
            return None, _problem("unit_not_below", key, NOT_BELOW, parent, name)
        return Place(home, ((kind, name),)), None

    def _is_closed(self, name: str, parent: Unit) -> bool:
        return any(u not in self._open and u.path.startswith(parent.path) and _same(u, name) for u in self._units)


NOT_BELOW = _(
    "“%(name)s” is no unit below %(unit)s; correct the name, import into the unit above, or leave this column out"
)


def _problem(code: str, key: str, message: Any, unit: Unit, name: str) -> Problem:
    return Problem(code, message % {"unit": unit.name, "name": name[:40]}, field=key)


def _same(unit: Unit, name: str) -> bool:
    wanted = _folded(name)
    return wanted in (_folded(unit.name), _folded(unit.short_name)) if wanted else False


def _written_out(unit: Unit, above: list[Unit]) -> set[str]:
    """The unit's name and its station's, alone and after each choice of the units above it."""
    endings = (
        {_folded(unit.name), _folded(unit.name).removesuffix("中队")} if "派出所" in unit.name else {_folded(unit.name)}
    )
    starts = {"", *("".join(_folded(u.name) for u in some) for n in (1, 2) for some in combinations(above, n))}
    return {start + ending for start in starts for ending in endings}


def _folded(name: str) -> str:
    """Without spaces and the strokes that people put between a unit and the one below it."""
    return "".join(unicodedata.normalize("NFKC", name).translate(_STROKES).split())
