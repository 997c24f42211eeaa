"""The compiled heart of the exchanges: simulated annealing over who works what on which day.

Rows are people, columns the days of the problem with known days before and after them. A cell holds a shift or OFF,
and beside it the need that the duty serves. Functions here know numbers only; ``exchanges`` says what they mean.
They pass arrays one by one: a tuple of them, handed on a million times a second, costs more than the work itself.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

OFF = -1
Whole = NDArray[Any]


class Lines(NamedTuple):
    """What one person's row of days is judged by, for everyone; days count from the first known one."""

    runs: Whole  # person × several × (state, most, least, price): work (0), nights (1), days off (2); -1 ends
    spans: Whole  # (first day, last day, row of weights, unit, price)
    weights: Whole  # row × shift
    most: Whole  # person × span
    least: Whole  # person × span
    weekends: Whole  # weekend × (Saturday, Sunday), OFF where outside
    most_weekends: Whole  # person × several × (most, price)


class Days(NamedTuple):
    """The days of the problem, what may not follow what, and which shifts are nights."""

    span: Whole  # first day of the problem, day after its last, first and last day on which a short run is judged
    group: Whole  # person → clash group
    clash: Whole  # group × days apart × earlier × later
    is_night: Whole


class Rules(NamedTuple):
    """Who may serve which need, and what all of it costs."""

    fits: Whole  # person × need
    kind: Whole  # person → kind
    strict: Whole  # by need: only people of one kind may be exchanged, nobody may be taken away
    apart: Whole  # person → others who must not serve the same need; -1 ends
    closed: Whole  # person × day: the cell is fixed
    need_shift: Whole
    needs_of_day: Whole  # day × positions → need; -1 ends
    least_together: Whole  # by need
    cover: Whole  # need × heads → cost
    duty_cost: Whole  # person × day × (shift, last: off)
    amounts: Whole  # day × (shift, last: off) × measure
    extra: Whole  # (need, last: none) × measure: what serving it adds to that
    steps: Whole  # by measure
    fair: Whole  # person × measure × steps → cost


class State(NamedTuple):
    """A roster under annealing; changed in place."""

    work: Whole  # person × known day → shift
    place: Whole  # person × known day → need
    heads: Whole  # by need
    totals: Whole  # person × measure
    broken: Whole  # by person: by how much the row breaks hard limits
    price: Whole  # by person: what it costs by the soft ones


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def judged_by(  # noqa: PLR0917 - see the module's text
    row: Whole,
    person: int,
    span: Whole,
    is_night: Whole,
    runs: Whole,
    spans: Whole,
    weights: Whole,
    most: Whole,
    least: Whole,
    weekends: Whole,
    most_weekends: Whole,
) -> int:
    """By how much one person's row is beyond the lines, each breach times its price."""
    count = 0
    for number in range(runs.shape[1]):
        if runs[person, number, 0] >= 0:
            count += _run(row, runs[person, number], is_night, span)
    count += _spans(row, person, spans, weights, most, least)
    for number in range(most_weekends.shape[1]):
        if most_weekends[person, number, 0] < weekends.shape[0]:
            count += _weekends(row, most_weekends[person, number], weekends)
    return count


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def clashes(row: Whole, group: int, clash: Whole, span: Whole) -> int:
    """How many pairs of the row's duties may not stand so near to each other."""
    count = 0
    for apart in range(1, clash.shape[1]):
        for day in range(max(0, span[0] - apart), min(span[1], row.shape[0] - apart)):
            if row[day] >= 0 and row[day + apart] >= 0:
                count += clash[group, apart, row[day], row[day + apart]]
    return count


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _run(row: Whole, run: Whole, is_night: Whole, span: Whole) -> int:
    """Runs of work (state 0), nights (1), days off (2) that are too long or too short."""
    state, most, least, price = run[0], run[1], run[2], run[3]
    first, last, first_judged, last_judged = span[0], span[1], span[2], span[3]
    count = 0
    length = 0
    for day in range(row.shape[0] + 1):
        inside = False
        if day < row.shape[0]:
            if state == 0:
                inside = row[day] >= 0
            elif state == 1:
                inside = row[day] >= 0 and is_night[row[day]] > 0
            else:
                inside = row[day] < 0 and first_judged <= day <= last_judged
        if inside:
            length += 1
            continue
        if length:
            begin = day - length
            if length > most and begin < last and day > first:
                count += day - max(begin + most, first)  # what last month alone did is not this month's
            judged = begin > first_judged and day - 1 < last_judged
            if length < least and judged and begin <= last and day >= first:
                count += least - length
        length = 0
    cost: int = count * price
    return cost


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _spans(row: Whole, person: int, spans: Whole, weights: Whole, most: Whole, least: Whole) -> int:
    count = 0
    for number in range(spans.shape[0]):
        weigh, unit, price = spans[number, 2], spans[number, 3], spans[number, 4]
        total = 0
        for day in range(spans[number, 0], spans[number, 1] + 1):
            if row[day] >= 0:
                total += weights[weigh, row[day]]
        if total > most[person, number]:
            count += price * ((total - most[person, number] + unit - 1) // unit)
        if total < least[person, number]:
            count += price * ((least[person, number] - total + unit - 1) // unit)
    return count


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _weekends(row: Whole, limit: Whole, weekends: Whole) -> int:
    worked = 0
    for number in range(weekends.shape[0]):
        saturday, sunday = weekends[number, 0], weekends[number, 1]
        worked += (saturday >= 0 and row[saturday] >= 0) or (sunday >= 0 and row[sunday] >= 0)
    cost: int = max(0, worked - limit[0]) * limit[1]
    return cost


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _meets(place: Whole, apart: Whole, person: int, day: int, need: int, leaves: int) -> bool:
    """Whether the person would meet at the need somebody to be kept apart from; ``leaves`` goes from there."""
    for number in range(apart.shape[1]):
        other = apart[person, number]
        if other >= 0 and other != leaves and place[other, day] == need:
            return True
    return False


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _fair_change(fair: Whole, steps: Whole, totals: Whole, person: int, changes: Whole, sign: int) -> int:
    cost = 0
    for measure in range(steps.shape[0]):
        if changes[measure]:
            before = totals[person, measure]
            step = steps[measure]
            cost += fair[person, measure, (before + sign * changes[measure]) // step]
            cost -= fair[person, measure, before // step]
    return cost


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _may_swap(  # noqa: PLR0917
    one: int,
    two: int,
    day: int,
    work: Whole,
    place: Whole,
    closed: Whole,
    fits: Whole,
    kind: Whole,
    strict: Whole,
    apart: Whole,
) -> bool:
    """Whether two people may exchange what they do on a day, the days beside it aside."""
    if closed[one, day] or closed[two, day]:
        return False
    at, bt = place[one, day], place[two, day]
    if (work[one, day] >= 0 and at < 0) or (work[two, day] >= 0 and bt < 0):
        return False
    if at >= 0 and not fits[two, at]:
        return False
    if bt >= 0 and not fits[one, bt]:
        return False
    if kind[one] != kind[two] and ((at >= 0 and strict[at]) or (bt >= 0 and strict[bt])):
        return False
    if apart.shape[1] == 0:
        return True
    meets = bt >= 0 and _meets(place, apart, one, day, bt, two)
    return not (meets or (at >= 0 and _meets(place, apart, two, day, at, one)))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _exchange(work: Whole, place: Whole, one: int, two: int, days: Whole, count: int) -> None:
    for number in range(count):
        day = days[number]
        held, held_place = work[one, day], place[one, day]
        work[one, day], place[one, day] = work[two, day], place[two, day]
        work[two, day], place[two, day] = held, held_place


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _draw_days(first: int, length: int, days: Whole) -> int:
    """Days to exchange: one, two apart from each other, or some in a row; their number."""
    shape = np.random.random()
    start = first + int(np.random.random() * length)
    days[0] = start
    if shape < 0.4 or length < 2:
        return 1
    if shape < 0.65:
        other = first + int(np.random.random() * (length - 1))
        days[1] = other + (other >= start)
        return 2
    longest = 7 if shape < 0.95 else length
    count = min(2 + int(np.random.random() * (longest - 1)), first + length - start)
    for number in range(count):
        days[number] = start + number
    return count


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _draw_need(needs_of_day: Whole, day: int) -> int:
    """A need of the day at random, or OFF."""
    count = 0
    while count < needs_of_day.shape[1] and needs_of_day[day, count] >= 0:
        count += 1
    drawn = int(np.random.random() * (count + 1))
    return OFF if drawn >= count else needs_of_day[day, drawn]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def anneal(  # noqa: C901, PLR0912, PLR0915, PLR0917 - one flat loop is what compiles well
    days_of: Days,
    hard: Lines,
    soft: Lines,
    rules: Rules,
    state: State,
    best: Whole,  # 2 × person × known day: work and place of the best so far
    moves: int,
    hot: float,
    cold: float,
    reassigning: float,  # the share of moves that change cover
    seed: int,
    stop: Whole,
) -> int:
    """Anneal from one temperature to the other; leaves the best state in ``best``, returns its change of cost."""
    span, group, clash, is_night = days_of
    runs, spans, weights, most, least, weekends, most_weekends = hard
    soft_runs, soft_spans, soft_weights, soft_most, soft_least, soft_weekends, soft_most_weekends = soft
    fits, kind, strict, apart, closed, need_shift, needs_of_day, least_together, cover, duty_cost = rules[:10]
    amounts, extra, steps, fair = rules[10:]
    work, place, heads, totals, broken, price = state
    has_soft = soft_runs.shape[1] + soft_spans.shape[0] + soft_most_weekends.shape[1] > 0
    np.random.seed(seed)
    people = work.shape[0]
    measures = steps.shape[0]
    first = span[0]
    length = span[1] - span[0]
    changes = np.zeros(measures, np.int64)
    days = np.zeros(length + 2, np.int64)
    after = np.zeros(2, np.int64)
    soft_after = np.zeros(2, np.int64)
    cost = 0
    lowest = 0
    temperature = hot
    cooling = (cold / hot) ** (1024.0 / max(1024, moves))
    for move in range(moves):
        if move % 1024 == 0:
            if stop[0]:
                break
            temperature *= cooling
        threshold = -temperature * np.log(np.random.random() + 1e-12)
        one = int(np.random.random() * people)
        two = OFF
        change = 0
        changes[:] = 0
        day = first
        old, was, need, now = OFF, OFF, OFF, OFF
        count = 0
        if people < 2 or np.random.random() < reassigning:
            day = first + int(np.random.random() * length)
            need = _draw_need(needs_of_day, day)
            old = place[one, day]
            was = work[one, day]
            if old == need or closed[one, day] or (was >= 0 and old < 0) or (need >= 0 and not fits[one, need]):
                continue
            now = need_shift[need] if need >= 0 else OFF
            if old >= 0:
                left = heads[old] - 1
                if strict[old] or 0 < left < least_together[old]:
                    continue
                change += cover[old, left] - cover[old, left + 1]
            if need >= 0:
                there = heads[need] + 1
                if there < least_together[need] or _meets(place, apart, one, day, need, -1):
                    continue
                change += cover[need, there] - cover[need, there - 1]
            change += duty_cost[one, day, now] - duty_cost[one, day, was]
            for measure in range(measures):
                changes[measure] = amounts[day, now, measure] - amounts[day, was, measure]
                changes[measure] += extra[need, measure] - extra[old, measure]
            change += _fair_change(fair, steps, totals, one, changes, 1)
        else:
            two = int(np.random.random() * (people - 1))
            two += two >= one
            count = _draw_days(first, length, days)
            possible = True
            differs = False
            for number in range(count):
                day = days[number]
                a, b = work[one, day], work[two, day]
                at, bt = place[one, day], place[two, day]
                if a == b and at == bt:
                    continue
                if not _may_swap(one, two, day, work, place, closed, fits, kind, strict, apart):
                    possible = False
                    break
                if a != b:
                    differs = True
                    change += duty_cost[one, day, b] + duty_cost[two, day, a]
                    change -= duty_cost[one, day, a] + duty_cost[two, day, b]
                for measure in range(measures):
                    more = amounts[day, b, measure] + extra[bt, measure]
                    more -= amounts[day, a, measure] + extra[at, measure]
                    if more:
                        differs = True
                        changes[measure] += more
            if not possible or not differs:
                continue
            change += _fair_change(fair, steps, totals, one, changes, 1)
            change += _fair_change(fair, steps, totals, two, changes, -1)
        saved = 0
        if has_soft:
            saved = price[one] if two < 0 else price[one] + price[two]
        if change - saved > threshold:
            continue
        if two < 0:
            work[one, day], place[one, day] = now, need
        else:
            _exchange(work, place, one, two, days, count)
        possible = True
        for side in range(1 if two < 0 else 2):
            who = two if side else one
            row = work[who]
            after[side] = clashes(row, group[who], clash, span)
            if after[side] <= broken[who]:
                after[side] += judged_by(
                    row, who, span, is_night, runs, spans, weights, most, least, weekends, most_weekends
                )
            if after[side] > broken[who]:
                possible = False
                break
            if has_soft:
                soft_after[side] = judged_by(
                    row,
                    who,
                    span,
                    is_night,
                    soft_runs,
                    soft_spans,
                    soft_weights,
                    soft_most,
                    soft_least,
                    soft_weekends,
                    soft_most_weekends,
                )
                change += soft_after[side] - price[who]
        if not possible or change > threshold:
            if two < 0:
                work[one, day], place[one, day] = was, old
            else:
                _exchange(work, place, one, two, days, count)
            continue
        if two < 0:
            if old >= 0:
                heads[old] -= 1
            if need >= 0:
                heads[need] += 1
        for side in range(1 if two < 0 else 2):
            who = two if side else one
            broken[who] = after[side]
            if has_soft:
                price[who] = soft_after[side]
            for measure in range(measures):
                totals[who, measure] += -changes[measure] if side else changes[measure]
        cost += change
        if cost < lowest:
            lowest = cost
            best[0], best[1] = work, place
    return lowest
