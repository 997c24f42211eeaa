"""The CP-SAT model of a roster, whole or in part: some cells are free, all others stay as the table has them.

Who works which shift is a decision per person and day. Which beat they serve is decided per kind of people
(same skills, same restrictions) and need, and dealt out afterwards: people of one kind are interchangeable there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import Literal

from patrols.rostering.frame import NOWHERE, OFF, Frame, Pairs, Slot, Table
from patrols.rostering.limits import Limit
from patrols.rostering.problem import Need, Problem

Term = Literal | int
Cell = tuple[int, int]
Block = tuple[set[int], set[int]]  # shifts: after any of the first, none of the second


class RosterModel:
    """Builds the model over the ``free`` cells (person, day); constants stand for all other cells."""

    def __init__(
        self, frame: Frame, table: Table, free: Collection[Cell], *, soft: bool = True, whole: bool = False
    ) -> None:
        self.frame = frame
        self.whole = whole
        self.problem: Problem = frame.problem
        self.table = table
        self.model = cp_model.CpModel()
        self.free = {cell for cell in free if cell not in frame.fixed}
        self.duties: dict[tuple[int, int, int], cp_model.IntVar] = {}
        self.costs: list[tuple[int, Literal]] = []
        self.constant = 0
        self._on: dict[Cell, Term] = {}
        self._any: dict[tuple[int, ...], Term] = {}
        self.served: dict[tuple[int, int], cp_model.IntVar | _Sum] = {}
        self.heads: dict[int, list[tuple[int, Term]]] = {}
        self._rows: list[list[int]] = table.work.tolist()  # asked for often, and lists are quicker than arrays
        self._minutes = [shift.counted_minutes for shift in frame.problem.shift_types]
        self._free_days: dict[int, set[int]] = {}
        for person, day in sorted(self.free):
            self._free_days.setdefault(person, set()).add(day)
        self._add_duties()
        self._add_clashes()
        self._add_cover()
        for limit in frame.problem.limits:
            if limit.hard or soft:
                limit.constrain(self)

    # --- what limits ask for -------------------------------------------------------------------------------------

    def is_free(self, person: int, day: int) -> bool:
        return (person, day) in self.free

    def people_of(self, limit: Limit, days: Iterable[int] | None = None, *, whole: bool = False) -> list[int]:
        """People whom the limit concerns and who have a free cell on the days (any day if None), waivers left out.

        ``whole``: all whom it concerns as soon as one has a free cell.
        """
        days = None if days is None else list(days)
        concerned = [p for p, person in enumerate(self.problem.people) if limit.concerns(person)]
        free = [p for p in concerned if self._has_free(p, days)]
        if whole and free:
            free = concerned
        if limit.hard and days is not None and self.problem.waivers:
            names = self.problem.people
            free = [p for p in free if not self.problem.is_waived(limit.name, names[p].id, days)]
        return free

    def _has_free(self, person: int, days: list[int] | None) -> bool:
        own = self._free_days.get(person)
        return own is not None and (days is None or not own.isdisjoint(days))

    def duty(self, person: int, day: int, shift: str | int) -> Term:
        """1 if the person works the shift on the day."""
        index = self.frame.shift_index[shift] if isinstance(shift, str) else shift
        if (person, day) in self.free:
            return self.duties.get((person, day, index), 0)
        return int(self._known(person, day) == index)

    def _known(self, person: int, day: int) -> int:
        if 0 <= day < len(self.problem.days):
            return self._rows[person][day]
        return self.frame.outside.get((person, day), OFF)

    def on(self, person: int, day: int) -> Term:
        """1 if the person works on the day."""
        if (person, day) not in self.free:
            return int(self._known(person, day) != OFF)
        return self._on[person, day]

    def off(self, person: int, day: int) -> Term:
        return negated(self.on(person, day))

    def night(self, person: int, day: int) -> Term:
        """1 if the person works a night duty on the day."""
        nights = [s for s, shift in enumerate(self.problem.shift_types) if shift.is_night]
        return self.any_of([self.duty(person, day, shift) for shift in nights])

    def minutes_in(self, person: int, days: Iterable[int]) -> list[tuple[int, Term]]:
        """The counted minutes of the person's duties on the days, as terms."""
        free = self._free_days.get(person, set())
        row, last, known = self._rows[person], len(self.problem.days), 0
        for day in days:
            if day not in free:
                shift = row[day] if 0 <= day < last else self._known(person, day)
                known += self._minutes[shift] if shift != OFF else 0
        return [(known, 1), *self._on_free_days(person, free.intersection(days), self._minutes)]

    def times(self, person: int, shift: str) -> list[tuple[int, Term]]:
        """How often the person works the shift in the problem's days, as terms."""
        index = self.frame.shift_index[shift]
        free = self._free_days.get(person, set())
        row = self._rows[person]
        known = row.count(index) - sum(row[day] == index for day in free)
        factors = [int(other == index) for other in range(len(self._minutes))]
        return [(known, 1), *self._on_free_days(person, free, factors)]

    def _on_free_days(self, person: int, days: Iterable[int], factors: Sequence[int]) -> list[tuple[int, Term]]:
        return [
            (factors[shift], self.duties[person, day, shift])
            for day in sorted(days)
            for shift in self._options(person, day)
            if factors[shift]
        ]

    def any_of(self, terms: Sequence[Term]) -> Term:
        """1 if any of the terms is."""
        literals = [term for term in terms if not isinstance(term, int)]
        if any(isinstance(term, int) and term for term in terms):
            return 1
        if len(literals) <= 1:
            return literals[0] if literals else 0
        key = tuple(sorted(literal.index for literal in literals))
        if key not in self._any:
            result = self.model.new_bool_var("")
            self.model.add_bool_or([*literals, ~result])
            for literal in literals:
                self.model.add_implication(literal, result)
            self._any[key] = result
        return self._any[key]

    def at_most(self, terms: Iterable[tuple[int, Term]], most: int, soft: int | None = None, *, unit: int = 1) -> None:
        """Σ factor·term ≤ most; if soft, each begun ``unit`` beyond costs ``soft``.

        Where constants alone break a hard limit, nothing more may be added to it.
        """
        factors, literals, constant = _split(terms)
        highest = sum(factor for factor in factors if factor > 0)
        lowest = sum(factor for factor in factors if factor < 0)
        room = most - constant
        if highest <= room:
            return
        if soft is None:
            self._at_most(factors, literals, max(room, lowest))
        elif lowest > room or literals:
            excess = self.model.new_int_var(0, -(-(highest - room) // unit), "")
            total = cp_model.LinearExpr.weighted_sum([*literals, excess], [*factors, -unit])
            self.model.add(total <= room)
            self.costs.append((soft, excess))

    def _at_most(self, factors: list[int], literals: list[Literal], room: int) -> None:
        if room == 1 and all(factor == 1 for factor in factors):
            self.model.add_at_most_one(literals)
        elif literals:
            self.model.add(cp_model.LinearExpr.weighted_sum(literals, factors) <= room)

    def at_least(
        self, terms: Iterable[tuple[int, Term]], least: int, soft: int | None = None, *, unit: int = 1
    ) -> None:
        """Σ factor·term ≥ least; see ``at_most``. What is out of reach is asked for as far as it can be."""
        self.at_most([(-factor, term) for factor, term in terms], -least, soft, unit=unit)

    def convex(self, terms: Iterable[tuple[int, Term]], costs: Sequence[int], step: int = 1) -> None:
        """Price Σ factor·term ≥ 0 by ``costs``, a convex row: its k-th entry is the cost of k whole steps."""
        factors, literals, constant = _split(terms)
        first = constant // step
        last = min(len(costs) - 1, (constant + sum(factors)) // step)
        self.constant += costs[first]
        widths: dict[int, int] = {}  # slope → over how many steps
        for number in range(first + 1, last + 1):
            slope = costs[number] - costs[number - 1]
            widths[slope] = widths.get(slope, 0) + 1
        if not any(widths):
            return
        levels = [self.model.new_int_var(0, width, "") for width in widths.values()]
        remainder = constant - first * step
        if remainder or any(factor % step for factor in factors):
            rest = self.model.new_int_var(0, step - 1, "")
            expression = cp_model.LinearExpr.weighted_sum(
                [*literals, *levels, rest], [*factors, *[-step] * len(levels), -1]
            )
            self.model.add(expression == -remainder)
        else:
            steps = [factor // step for factor in factors]
            self.model.add(cp_model.LinearExpr.weighted_sum([*literals, *levels], [*steps, *[-1] * len(levels)]) == 0)
        self.costs += [(slope, level) for slope, level in zip(widths, levels, strict=True) if slope]

    def clause(self, limit: Limit, terms: Iterable[Term]) -> None:
        """At least one of the terms holds, or the limit's price is paid."""
        literals = []
        for term in terms:
            if not isinstance(term, int):
                literals.append(term)
            elif term:
                return
        if limit.hard:
            if literals:
                self.model.add_bool_or(literals)
        else:
            broken = self.model.new_bool_var("")
            self.model.add_bool_or([*literals, broken])
            self.costs.append((limit.weight, broken))

    def no_longer_run(self, limit: Limit, person: int, state: Callable[[int, int], Term], most: int) -> None:
        """No run of days in a state is longer than ``most``; days outside what is known do not count."""
        for first in self._firsts(person, most, 0, range(-most, len(self.problem.days))):
            days = range(first, first + most + 1)
            if self._is_waived(limit, person, days):
                continue
            self.clause(limit, [negated(state(person, day)) for day in days])

    def no_shorter_run(self, limit: Limit, person: int, state: Callable[[int, int], Term], least: int) -> None:
        """No run of days in a state is shorter than ``least``, unless it touches the edge of what is known.

        A soft limit pays for each day that a run is too short by.
        """
        for length in range(1, least):
            known = range(self.problem.known_from + 1, self.problem.last_known - length)
            for first in self._firsts(person, length, 1, known):
                days = range(first, first + length)
                if self._is_waived(limit, person, days):
                    continue
                terms = [state(person, first - 1), state(person, first + length)]
                terms += [negated(state(person, day)) for day in days]
                for _day in range(1 if limit.hard else least - length):
                    self.clause(limit, terms)

    def _firsts(self, person: int, before: int, after: int, among: range) -> list[int]:
        """Where something may begin that a free day touches: so many days before it up to so many after it."""
        own = {day + apart for day in self._free_days.get(person, ()) for apart in range(-before, after + 1)}
        return sorted(own.intersection(among))

    def _is_waived(self, limit: Limit, person: int, days: Iterable[int]) -> bool:
        if not (limit.hard and self.problem.waivers):
            return False
        return self.problem.is_waived(limit.name, self.problem.people[person].id, days)

    def penalise(self, term: Term, cost: int, constant: int = 0) -> None:
        """Add ``cost``·term + constant to the objective."""
        self.constant += constant
        if isinstance(term, int):
            self.constant += cost * term
        elif isinstance(term, cp_model.IntVar):
            self.costs.append((cost, term))
        else:
            self.costs.append((-cost, ~term))
            self.constant += cost

    # --- needs ---------------------------------------------------------------------------------------------------

    def needs_of(self, names: Collection[str] | None) -> list[Need]:
        """The needs whose staffing is open in this model and that all the named people may serve."""
        people = [self.frame.person_index[name] for name in names or ()]
        return [
            self.problem.needs[index]
            for index in self.heads
            if all(self.frame.serves(person, index) for person in people)
        ]

    def placed(self, name: str, need: Need) -> Term:
        """1 if the person serves the need; only for people who are a kind of their own."""
        person, index = self.frame.person_index[name], self.frame.need_index[need.id]
        if self.frame.is_pinned(person, need.day):
            return int(self.table.place[person, need.day] == index)
        count = self.served.get((self.frame.kind_of[person], index), 0)
        if isinstance(count, _Sum):
            return count.literals[0] if count.literals else count.constant
        return count

    def nobody_or_at_least(self, need: Need, least: int, soft: int | None) -> None:
        """The need is served by nobody or by ``least`` people or more."""
        factors, literals, constant = _split(self.heads[self.frame.need_index[need.id]])
        if constant >= least or not literals:
            return
        total = cp_model.LinearExpr.weighted_sum(literals, factors) + constant
        most = len(self.problem.people)
        used = self.model.new_bool_var("")
        self.model.add(total <= most * used)
        if soft is None:
            self.model.add(total >= least * used) if constant == 0 else self.model.add(used == 1)
        else:
            missing = self.model.new_int_var(0, least, "")
            self.model.add(total + missing >= least * used)
            self.costs.append((soft, missing))

    # --- building ------------------------------------------------------------------------------------------------

    def _options(self, person: int, day: int) -> tuple[int, ...]:
        return self.frame.allowed[person][day]

    def _add_duties(self) -> None:
        for person, day in sorted(self.free):
            options = self._options(person, day)
            literals = [self.model.new_bool_var("") for _ in options]
            for shift, literal in zip(options, literals, strict=True):
                self.duties[person, day, shift] = literal
            self._on[person, day] = self._on_literal(literals)

    def _on_literal(self, literals: list[cp_model.IntVar]) -> Term:
        if len(literals) <= 1:
            return literals[0] if literals else 0
        off = self.model.new_bool_var("")
        self.model.add_exactly_one([*literals, off])
        return ~off

    def _add_clashes(self) -> None:
        blocks: dict[Pairs, list[Block]] = {}
        for person, free in self._free_days.items():
            for apart in self.frame.days_apart[person]:
                days_of: dict[Pairs, list[int]] = {}
                for day in sorted({day for own in free for day in (own - apart, own)}):
                    days_of.setdefault(self.frame.clashing(person, day, apart), []).append(day)
                for pairs, days in days_of.items():
                    if pairs not in blocks:
                        blocks[pairs] = _blocks(pairs)
                    for block in blocks[pairs]:
                        self._forbid(person, days, apart, block)

    def _forbid(self, person: int, days: list[int], apart: int, block: Block) -> None:
        earlier, later = block
        for day in days:
            terms = [(1, self.duty(person, day, shift)) for shift in earlier]
            terms += [(1, self.duty(person, day + apart, shift)) for shift in later]
            self.at_most(terms, 1)

    def _add_cover(self) -> None:
        slots: dict[Slot, None] = dict.fromkeys(self.frame.needs_of_slot) if self.whole else {}
        for person, day in sorted(self.free):
            slots.update(dict.fromkeys((day, shift) for shift in self._options(person, day)))
            if self.table.work[person, day] != OFF:
                slots[day, int(self.table.work[person, day])] = None
        by_day: dict[int, list[int]] = {}
        for day, shift in slots:
            if (day, shift) in self.frame.needs_of_slot:
                by_day.setdefault(day, []).append(shift)
        for day, shifts in by_day.items():
            self._add_slots(day, shifts)

    def _add_slots(self, day: int, shifts: list[int]) -> None:
        """Who works the shifts of a day, by kind; those whose beat is fixed too by need."""
        kinds: dict[int, dict[int, list[tuple[int, Term]]]] = {shift: {} for shift in shifts}
        needs = {shift: self.frame.needs_of_slot[day, shift] for shift in shifts}
        pinned: dict[int, list[tuple[int, int]]] = {need: [] for own in needs.values() for need in own}
        for person, kind in enumerate(self.frame.kind_of):
            if (person, day) in self.free:
                for shift in self._options(person, day):
                    if shift in kinds:
                        kinds[shift].setdefault(kind, []).append((1, self.duties[person, day, shift]))
            elif (shift := self._rows[person][day]) in kinds:
                if not self.frame.is_pinned(person, day):
                    kinds[shift].setdefault(kind, []).append((1, 1))
                elif (place := int(self.table.place[person, day])) in pinned:
                    pinned[place].append((kind, 1))
        for shift in shifts:
            self._deal(needs[shift], kinds[shift], pinned)

    def _deal(
        self, needs: list[int], kinds: dict[int, list[tuple[int, Term]]], pinned: dict[int, list[tuple[int, int]]]
    ) -> None:
        heads: dict[int, list[tuple[int, int, Term]]] = {
            need: [(kind, 1, one) for kind, one in pinned[need]] for need in needs
        }
        for kind, terms in kinds.items():
            open_needs = [need for need in needs if need in self.frame.open_needs[kind]]
            if len(open_needs) == 1:
                heads[open_needs[0]] += [(kind, factor, term) for factor, term in terms]
                factors, literals, constant = _split(terms)
                self.served[kind, open_needs[0]] = _Sum(factors, literals, constant)
            elif open_needs:
                for need, count in self._spread(kind, open_needs, terms):
                    heads[need].append((kind, 1, count))
        for need, parts in heads.items():
            self._add_need(self.problem.needs[need], need, parts)

    def _spread(self, kind: int, needs: list[int], terms: list[tuple[int, Term]]) -> list[tuple[int, cp_model.IntVar]]:
        counts = [self.model.new_int_var(0, len(terms), "") for _ in needs]
        factors, literals, constant = _split(terms)
        expression = cp_model.LinearExpr.weighted_sum([*literals, *counts], [*factors, *[-1] * len(counts)])
        self.model.add(expression == -constant)
        self.served.update({(kind, need): count for need, count in zip(needs, counts, strict=True)})
        return list(zip(needs, counts, strict=True))

    def _add_need(self, need: Need, index: int, parts: list[tuple[int, int, Term]]) -> None:
        self.heads[index] = [(factor, term) for _kind, factor, term in parts]
        self._price(self.heads[index], need)
        for share in need.shares:
            skilled = [(factor, term) for kind, factor, term in parts if share.skill in self.frame.skills_of[kind]]
            self.at_least(skilled, share.count, need.weight_minimum)

    def _price(self, heads: list[tuple[int, Term]], need: Need) -> None:
        """The convex price of a head count: minimum first, then ideal, then too many."""
        factors, literals, constant = _split(heads)
        levels = [(need.minimum, -need.weight_minimum), (need.ideal - need.minimum, -need.weight_ideal)]
        levels.append((max(0, len(self.problem.people) - need.ideal), need.weight_over))
        variables = [self.model.new_int_var(0, size, "") for size, _price in levels if size]
        prices = [price for size, price in levels if size]
        self.constant += need.minimum * need.weight_minimum + (need.ideal - need.minimum) * need.weight_ideal
        expression = cp_model.LinearExpr.weighted_sum([*literals, *variables], [*factors, *[-1] * len(variables)])
        self.model.add(expression == -constant)
        self.costs += [(price, variable) for price, variable in zip(prices, variables, strict=True) if price]

    # --- solving -------------------------------------------------------------------------------------------------

    def minimise(self) -> None:
        self.model.minimize(self._total())

    def _total(self) -> cp_model.LinearExpr:
        variables = [variable for _cost, variable in self.costs]
        factors = [cost for cost, _variable in self.costs]
        return cp_model.LinearExpr.weighted_sum(variables, factors) + self.constant

    def ask_for(self, least: int, most: int) -> None:
        """Only rosters that cost between ``least`` and ``most``."""
        total = self._total()
        self.model.add(total >= least)
        self.model.add(total <= most)

    def keep_or_drop(self, table: Table) -> None:
        """Leave each free cell only what the table has there, or nothing; for duties no need is open to, nothing."""
        for (person, day, shift), literal in self.duties.items():
            if table.work[person, day] != shift:
                self.model.add(literal == 0)

    def hint(self, table: Table) -> None:
        """Start from the duties of a table."""
        for (person, day, shift), literal in self.duties.items():
            self.model.add_hint(literal, int(table.work[person, day] == shift))

    def read(self, solver: cp_model.CpSolver) -> Table:
        """The table with the free cells as the solver left them, everyone dealt out to needs."""
        result = self.table.copy()
        for person, day in self.free:
            result.work[person, day] = OFF
            result.place[person, day] = NOWHERE
        for (person, day, shift), literal in self.duties.items():
            if solver.boolean_value(literal):
                result.work[person, day] = shift
        days = {self.problem.needs[index].day for index in self.heads}
        quota = {key: _value(solver, count) for key, count in self.served.items()}
        for day in days:
            self._deal_out(result, day, quota)
        return result

    def _deal_out(self, table: Table, day: int, quota: dict[tuple[int, int], int]) -> None:
        waiting = []
        for person in range(len(self.problem.people)):  # those whose place stays first
            if table.work[person, day] == OFF or self.frame.is_pinned(person, day):
                continue
            key = (self.frame.kind_of[person], int(table.place[person, day]))
            if quota.get(key, 0) > 0:
                quota[key] -= 1
            elif (day, int(table.work[person, day])) in self.frame.needs_of_slot:
                waiting.append(person)
        for person in waiting:
            kind = self.frame.kind_of[person]
            slot = (day, int(table.work[person, day]))
            places = [need for need in self.frame.needs_of_slot[slot] if quota.get((kind, need), 0) > 0]
            if places:
                table.place[person, day] = places[0]
                quota[kind, places[0]] -= 1


class _Sum:
    """The head count of a kind that can serve only one need: no variable of its own."""

    def __init__(self, factors: list[int], literals: list[Literal], constant: int) -> None:
        self.factors, self.literals, self.constant = factors, literals, constant

    def value(self, solver: cp_model.CpSolver) -> int:
        return self.constant + sum(
            factor * solver.boolean_value(literal) for factor, literal in zip(self.factors, self.literals, strict=True)
        )


def _value(solver: cp_model.CpSolver, count: cp_model.IntVar | _Sum) -> int:
    return count.value(solver) if isinstance(count, _Sum) else solver.value(count)


def negated(term: Term) -> Term:
    return 1 - term if isinstance(term, int) else ~term


def _split(terms: Iterable[tuple[int, Term]]) -> tuple[list[int], list[Literal], int]:
    factors: list[int] = []
    literals: list[Literal] = []
    constant = 0
    for factor, term in terms:
        if isinstance(term, int):
            constant += factor * term
        else:
            factors.append(factor)
            literals.append(term)
    return factors, literals, constant


def _blocks(pairs: Pairs) -> list[Block]:
    """Clashing pairs of shifts gathered into blocks in which every pair clashes."""
    later: dict[int, frozenset[int]] = {}
    for first, second in sorted(pairs):
        later[first] = later.get(first, frozenset()) | {second}
    return [
        ({first for first, own in later.items() if own >= after}, set(after)) for after in dict.fromkeys(later.values())
    ]
