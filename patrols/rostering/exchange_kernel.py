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
TRIES = 4  # to find a day of the kind that is wanted
APART = 42  # days at most between two places
TWO_PLACES = 0.3  # of the moves that give one person's days anew
Whole = NDArray[Any]


class Lines(NamedTuple):
    """What one person's row of days is judged by, for everyone; days count from the first known one."""

    runs: Whole  # person × several × (state, most, least, price): work (0), nights (1), days off (2); -1 ends
    spans: Whole  # (first day, last day, row of weights, unit, price)
    weights: Whole  # row × shift
    most: Whole  # person × span
    least: Whole  # person × span
    most_weekends: Whole  # person × several × (most, price)


class Days(NamedTuple):
    """The days of the problem, its weekends, what may not follow what, and which shifts are nights."""

    span: Whole  # first day of the problem, day after its last, first and last day on which a short run is judged
    group: Whole  # person → clash group
    clash_at: Whole  # group × days apart × earlier day → table of clashes
    clash: Whole  # table × earlier × later
    is_night: Whole
    weekends: Whole  # weekend × (Saturday, Sunday), OFF where outside


class Rules(NamedTuple):
    """Who may serve which need, and what all of it costs."""

    fits: Whole  # person × need
    kind: Whole  # person → kind
    strict: Whole  # by need: only people of one kind may be exchanged, nobody may be taken away
    apart: Whole  # person → others who must not serve the same need; -1 ends
    closed: Whole  # person × day: the cell is fixed
    need_shift: Whole
    slot: Whole  # need → number of its shift and beat
    need_at: Whole  # day × slot → need; -1 where there is none
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
    broken: Whole  # by person: by how much the hard limits are broken
    sums: Whole  # person × span of the hard lines
    soft_sums: Whole  # person × span of the soft lines
    weekends: Whole  # by person: how many are worked


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def sum_over(row: Whole, spans: Whole, weights: Whole, sums: Whole) -> None:
    """The sum of each span over a person's row."""
    for number in range(spans.shape[0]):
        sums[number] = 0
        for day in range(spans[number, 0], spans[number, 1] + 1):
            if row[day] >= 0:
                sums[number] += weights[spans[number, 2], row[day]]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def weekends_worked(row: Whole, weekends: Whole, first: int, last: int) -> int:
    """How many weekends are worked of those that touch the days ``first`` to ``last``."""
    worked = 0
    for number in range(weekends.shape[0]):
        saturday, sunday = weekends[number, 0], weekends[number, 1]
        if first <= saturday <= last or first <= sunday <= last:
            worked += (saturday >= 0 and row[saturday] >= 0) or (sunday >= 0 and row[sunday] >= 0)
    return worked


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _clashes(row: Whole, group: int, clash_at: Whole, clash: Whole, span: Whole, first: int, last: int) -> int:
    """How many pairs of duties stand too near to each other, of those that touch the days ``first`` to ``last``."""
    count = 0
    for apart in range(1, clash_at.shape[1]):
        begin = max(0, span[0] - apart, first - apart)
        for day in range(begin, min(span[1], row.shape[0] - apart, last + 1)):
            if row[day] >= 0 and row[day + apart] >= 0:
                count += clash[clash_at[group, apart, day], row[day], row[day + apart]]
    return count


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def broken_by(work: Whole, who: int, days_of: Days, hard: Lines, sums: Whole, worked: int) -> int:
    """By how much one person's row breaks the hard limits."""
    span, group, clash_at, clash, is_night, _weekends = days_of
    runs, spans, _weights, most, least, most_weekends = hard
    row = work[who]
    last = row.shape[0] - 1
    count = _clashes(row, group[who], clash_at, clash, span, 0, last)
    count += _runs(row, who, runs, is_night, span, 0, last)
    for number in range(spans.shape[0]):
        count += _beyond(sums[who, number], most[who, number], least[who, number], 1, 1)
    return count + _price_of_weekends(who, most_weekends, 0, worked)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _is_of_run(row: Whole, day: int, state: int, is_night: Whole, span: Whole) -> bool:
    works = row[day] >= 0
    if state == 0:
        found: bool = works
    elif state == 1:
        found = works and is_night[row[day]] > 0
    else:
        found = not works and span[2] <= day <= span[3]
    return found


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _runs(row: Whole, who: int, runs: Whole, is_night: Whole, span: Whole, first: int, last: int) -> int:
    """What one person's runs cost that touch the days ``first`` to ``last`` or the days beside them."""
    cost = 0
    for number in range(runs.shape[1]):
        state, most, least = runs[who, number, 0], runs[who, number, 1], runs[who, number, 2]
        if state < 0:
            break
        day = first
        while day > 0 and _is_of_run(row, day - 1, state, is_night, span):
            day -= 1
        length = 0
        count = 0
        while day <= row.shape[0]:
            if day < row.shape[0] and _is_of_run(row, day, state, is_night, span):
                length += 1
                day += 1
                continue
            if length:
                begin = day - length
                if length > most and begin < span[1] and day > span[0]:
                    count += day - max(begin + most, span[0])  # what last month alone did is not this month's
                judged = begin > span[2] and day - 1 < span[3]
                if length < least and judged and begin <= span[1] and day >= span[0]:
                    count += least - length
            length = 0
            if day > last:
                break
            day += 1
        cost += count * runs[who, number, 3]
    return cost


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _beyond(total: int, most: int, least: int, unit: int, price: int) -> int:
    if total > most:
        return price * ((total - most + unit - 1) // unit)
    if total < least:
        return price * ((least - total + unit - 1) // unit)
    return 0


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _change_of_sums(  # noqa: PLR0917 - see the module's text
    row: Whole,
    who: int,
    side: int,
    days: Whole,
    shifts: Whole,
    count: int,
    spans: Whole,
    weights: Whole,
    most: Whole,
    least: Whole,
    sums: Whole,
    change: Whole,
) -> int:
    """What the sums cost more if a person does the ``shifts`` of their side on the days; by how much each changes."""
    cost = 0
    for number in range(spans.shape[0]):
        more = 0
        for position in range(count):
            day = days[position]
            if spans[number, 0] <= day <= spans[number, 1]:
                weigh = spans[number, 2]
                if shifts[side, position] >= 0:
                    more += weights[weigh, shifts[side, position]]
                if row[day] >= 0:
                    more -= weights[weigh, row[day]]
        change[side, number] = more
        if more:
            unit, price = spans[number, 3], spans[number, 4]
            cost += _beyond(sums[who, number] + more, most[who, number], least[who, number], unit, price)
            cost -= _beyond(sums[who, number], most[who, number], least[who, number], unit, price)
    return cost


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _price_of_weekends(who: int, most: Whole, before: int, after: int) -> int:
    cost = 0
    if before != after:
        for number in range(most.shape[1]):
            if most[who, number, 0] >= 0:
                cost += (max(0, after - most[who, number, 0]) - max(0, before - most[who, number, 0])) * most[
                    who, number, 1
                ]
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
def _put(work: Whole, place: Whole, who: int, side: int, days: Whole, shifts: Whole, needs: Whole, count: int) -> None:
    """Exchange what the person does on the days for what is held; done twice, all is as before."""
    for number in range(count):
        day = days[number]
        held, held_need = work[who, day], place[who, day]
        work[who, day], place[who, day] = shifts[side, number], needs[side, number]
        shifts[side, number], needs[side, number] = held, held_need


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
def _draw_two_places(one: int, place: Whole, first: int, length: int, need_at: Whole, days: Whole, put: Whole) -> int:
    """Some days in a row on which one person is to be off, some others on which they are to work; their number.

    Where hours and weekends are at their limits, only both at once is possible.
    """
    count = 0
    begin, wide = first, length
    for block in range(2):
        start = begin + int(np.random.random() * wide)
        for _attempt in range(TRIES):
            if (place[one, start] >= 0) == (block == 0):
                break
            start = begin + int(np.random.random() * wide)
        if block == 0:
            begin = max(first, start - APART)
            wide = min(first + length, start + APART + 1) - begin
        drawn = int(np.random.random() * need_at.shape[1])
        shape = np.random.random()
        longest = 1 if shape < 0.4 else (2 if shape < 0.8 else 3)
        for day in range(start, min(start + longest, first + length)):
            for number in range(count):
                if days[number] == day:
                    return 0
            days[count] = day
            put[0, count] = OFF
            if block:
                put[0, count] = need_at[day, drawn]
                if put[0, count] < 0:
                    return 0
            count += 1
    return count


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _draw_duties(
    one: int, place: Whole, first: int, length: int, slot: Whole, need_at: Whole, days: Whole, put: Whole
) -> int:
    """Days in a row and what one person is to do on each (a need, or OFF); their number.

    Something drawn for one day or for several, what another person does there, or the person's own days moved by one.
    """
    shape = np.random.random()
    start = first + int(np.random.random() * length)
    longest = 1 if shape < 0.4 else 2 + int(np.random.random() * 6)
    count = min(longest, first + length - start)
    drawn = int(np.random.random() * (need_at.shape[1] + 1)) - 1
    other = int(np.random.random() * place.shape[0])
    for number in range(count):
        day = start + number
        days[number] = day
        if shape < 0.6:
            put[0, number] = need_at[day, drawn] if drawn >= 0 else OFF
            if drawn >= 0 and put[0, number] < 0:
                put[0, number] = place[one, day]
        elif shape < 0.85:
            put[0, number] = place[other, day]
        else:
            source = start + (number + (1 if shape < 0.925 else count - 1)) % count
            need = place[one, source]
            put[0, number] = need_at[day, slot[need]] if need >= 0 else OFF
            if need >= 0 and put[0, number] < 0:
                return 0
    return count


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def anneal(  # noqa: C901, PLR0912, PLR0915, PLR0917 - one flat loop is what compiles well
    days_of: Days,
    hard: Lines,
    soft: Lines,
    rules: Rules,
    state: State,
    best: Whole,  # 2 × person × known day: work and place of the best so far
    drawn_from: Whole,  # the people whose rows may change
    moves: int,
    hot: float,
    cold: float,
    reassigning: float,  # the share of moves that change cover
    seed: int,
    stop: Whole,
    costs: Whole,  # by how much the state and the best one cost more than at the start, and cover alone
) -> None:
    """Anneal from one temperature to the other; leaves the best state in ``best``, and goes on from where it was.

    Several may run on one state at once, each with people of its own: they share ``heads`` only, and what two of them
    change there in the same instant is lost. The caller counts anew.
    """
    span, group, clash_at, clash, is_night, weekends = days_of
    runs, spans, weights, most, least, most_weekends = hard
    soft_runs, soft_spans, soft_weights, soft_most, soft_least, soft_most_weekends = soft
    fits, kind, strict, apart, closed, need_shift, slot, need_at, least_together, cover, duty_cost = rules[:11]
    amounts, extra, steps, fair = rules[11:]
    work, place, heads, totals, broken, sums, soft_sums, worked = state
    has_soft_runs = soft_runs.shape[1] > 0
    has_soft = has_soft_runs or soft_spans.shape[0] + soft_most_weekends.shape[1] > 0
    has_weekends = most_weekends.shape[1] + soft_most_weekends.shape[1] > 0
    np.random.seed(seed)
    people = drawn_from.shape[0]
    measures = steps.shape[0]
    first = span[0]
    length = span[1] - span[0]
    changes = np.zeros(measures, np.int64)
    days = np.zeros(length + 2, np.int64)
    shifts = np.zeros((2, length + 2), np.int64)
    needs = np.zeros((2, length + 2), np.int64)
    more = np.zeros((2, spans.shape[0]), np.int64)
    soft_more = np.zeros((2, soft_spans.shape[0]), np.int64)
    breaks = np.zeros(2, np.int64)  # by how much more clashes, runs and weekends are broken,
    fewer = np.zeros(2, np.int64)  # and sums: minutes would outweigh all else
    more_weekends = np.zeros(2, np.int64)
    cost, lowest, covered = costs[0], costs[1], costs[2]
    temperature = hot
    cooling = (cold / hot) ** (1024.0 / max(1024, moves))
    for move in range(moves):
        if move % 1024 == 0:
            if stop[0]:
                break
            temperature *= cooling
            if cost < lowest:  # looked at now and then: to copy costs more than hundreds of moves
                lowest = cost
                best[0], best[1] = work, place
        threshold = -temperature * np.log(np.random.random() + 1e-12)
        place_of_one = int(np.random.random() * people)
        one = drawn_from[place_of_one]
        two = OFF
        change = 0
        cover_change = 0
        changes[:] = 0
        count = 0
        possible = True
        differs = False
        if people < 2 or np.random.random() < reassigning:
            if need_at.shape[1] and np.random.random() < TWO_PLACES:
                count = _draw_two_places(one, place, first, length, need_at, days, needs)
            else:
                count = _draw_duties(one, place, first, length, slot, need_at, days, needs)
            for number in range(count):
                day, need = days[number], needs[0, number]
                was, old = work[one, day], place[one, day]
                now = need_shift[need] if need >= 0 else OFF
                shifts[0, number] = now
                if old == need:
                    shifts[0, number] = was
                    continue
                if closed[one, day] or (was >= 0 and old < 0) or (need >= 0 and not fits[one, need]):
                    possible = False
                    break
                differs = True
                if old >= 0:
                    left = heads[old] - 1
                    if strict[old] or 0 < left < least_together[old]:
                        possible = False
                        break
                    cover_change += cover[old, left] - cover[old, left + 1]
                if need >= 0:
                    there = heads[need] + 1
                    if there < least_together[need] or _meets(place, apart, one, day, need, -1):
                        possible = False
                        break
                    cover_change += cover[need, there] - cover[need, there - 1]
                change += duty_cost[one, day, now] - duty_cost[one, day, was]
                for measure in range(measures):
                    changes[measure] += amounts[day, now, measure] - amounts[day, was, measure]
                    changes[measure] += extra[need, measure] - extra[old, measure]
            if not possible or not differs:
                continue
            change += cover_change + _fair_change(fair, steps, totals, one, changes, 1)
        else:
            place_of_two = int(np.random.random() * (people - 1))
            two = drawn_from[place_of_two + (place_of_two >= place_of_one)]
            count = _draw_days(first, length, days)
            for number in range(count):
                day = days[number]
                a, b = work[one, day], work[two, day]
                at, bt = place[one, day], place[two, day]
                shifts[0, number], shifts[1, number] = b, a
                needs[0, number], needs[1, number] = bt, at
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
                    gain = amounts[day, b, measure] + extra[bt, measure]
                    gain -= amounts[day, a, measure] + extra[at, measure]
                    if gain:
                        differs = True
                        changes[measure] += gain
            if not possible or not differs:
                continue
            change += _fair_change(fair, steps, totals, one, changes, 1)
            change += _fair_change(fair, steps, totals, two, changes, -1)
        sides = 1 if two < 0 else 2
        if not has_soft and change > threshold:
            continue
        begin, end = days[0], days[0]
        for number in range(count):
            begin, end = min(begin, days[number]), max(end, days[number])
        for side in range(sides):
            who = two if side else one
            row = work[who]
            breaks[side] = _change_of_sums(row, who, side, days, shifts, count, spans, weights, most, least, sums, more)
            if breaks[side] > 0:
                possible = False
                break
            fewer[side] = breaks[side]
            breaks[side] = 0
            if broken[who]:
                breaks[side] -= _runs(row, who, runs, is_night, span, begin, end)
                breaks[side] -= _clashes(row, group[who], clash_at, clash, span, begin, end)
            if has_weekends:
                more_weekends[side] = -weekends_worked(row, weekends, begin, end)
            if has_soft:
                change += _change_of_sums(
                    row,
                    who,
                    side,
                    days,
                    shifts,
                    count,
                    soft_spans,
                    soft_weights,
                    soft_most,
                    soft_least,
                    soft_sums,
                    soft_more,
                )
                change -= _runs(row, who, soft_runs, is_night, span, begin, end)
        if not possible:
            continue
        for side in range(sides):
            _put(work, place, two if side else one, side, days, shifts, needs, count)
        for side in range(sides):
            who = two if side else one
            row = work[who]
            breaks[side] += _clashes(row, group[who], clash_at, clash, span, begin, end)
            if breaks[side] > 0:
                possible = False
                break
            breaks[side] += _runs(row, who, runs, is_night, span, begin, end)
            if has_weekends:
                more_weekends[side] += weekends_worked(row, weekends, begin, end)
                after = worked[who] + more_weekends[side]
                breaks[side] += _price_of_weekends(who, most_weekends, worked[who], after)
                change += _price_of_weekends(who, soft_most_weekends, worked[who], after)
            if breaks[side] > 0:
                possible = False
                break
            if has_soft_runs:
                change += _runs(row, who, soft_runs, is_night, span, begin, end)
        if not possible or change > threshold:
            for side in range(sides):
                _put(work, place, two if side else one, side, days, shifts, needs, count)
            continue
        for side in range(sides):
            who = two if side else one
            for number in range(spans.shape[0]):
                sums[who, number] += more[side, number]
            for number in range(soft_spans.shape[0]):
                soft_sums[who, number] += soft_more[side, number]
            broken[who] += fewer[side] + breaks[side]
            if has_weekends:
                worked[who] += more_weekends[side]
            for measure in range(measures):
                totals[who, measure] += -changes[measure] if side else changes[measure]
        if two < 0:
            for number in range(count):
                old, need = needs[0, number], place[one, days[number]]
                if old != need:
                    if old >= 0:
                        heads[old] -= 1
                    if need >= 0:
                        heads[need] += 1
        cost += change
        covered += cover_change
    if cost < lowest:
        lowest = cost
        best[0], best[1] = work, place
    costs[0], costs[1], costs[2] = cost, lowest, covered
