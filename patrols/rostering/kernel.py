"""The compiled heart of the pricing: the cheapest way through days, runs and counters for one person.

A state is a node (days off in a row, or the last shift and the length of the run of work) and a combination of
counters. Values of all days are kept in one array, and the schedule is read back from it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

INFINITE = 1e12
FORBIDDEN = 5e11
Floats = NDArray[np.float64]
Whole = NDArray[Any]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def cheapest(  # noqa: C901, PLR0912, PLR0915, PLR0917 - one flat loop is what compiles well
    price: Floats,
    sizes: Whole,
    at: Whole,
    steps: Whole,
    offsets: Whole,
    form: Whole,
    group_of: Whole,
    members: Whole,
    start: int,
    values: Floats,
    schedule: Whole,
) -> float:
    """The least price; fills ``schedule`` with shifts, -1 for a day off. INFINITE where no schedule is possible.

    ``form``: most days of work in a row (as states), whether that is a cap, least run, least days off, whether runs
    at the problem's first day are judged, how many days lie before those that are priced. ``members``: for each group
    of shifts which of them may come before.
    """
    days = price.shape[0]
    shifts = price.shape[1] - 1
    run, capped, least_run, least_off, judged, begun = form[0], form[1], form[2], form[3], form[4], form[5]
    nodes = least_off + shifts * run
    groups = members.shape[0]
    widest = 0
    for day in range(days + 1):
        widest = max(widest, sizes[day])
    fresh = np.empty(widest)
    going = np.empty((groups, run, widest))
    wanted = np.empty(groups, np.bool_)
    # Only what can have been reached is read or written: combinations low…high of the nodes first…last of each day.
    low = np.zeros(days + 1, np.int64)
    high = np.ones(days + 1, np.int64)
    first = np.full(days + 1, start)
    last = np.full(days + 1, start + 1)
    values[offsets[0] + start * sizes[0]] = 0.0
    for day in range(days):
        m = sizes[day]
        n = sizes[day + 1]
        here = offsets[day]
        there = offsets[day + 1]
        begin, end = low[day], high[day]
        first_off = least_off - 1
        first_run = least_run - 1
        if not judged:
            first_off = min(least_off, max(begun + day, 1)) - 1
            first_run = min(least_run, max(begun + day, 1)) - 1
        next_low, next_high, next_first, next_last = n, 0, nodes, 0
        wanted[:] = False
        for action in range(2 * shifts + 1):
            shift = shifts if action == 2 * shifts else action % shifts
            if price[day, shift] >= FORBIDDEN:
                continue
            if shift == shifts:
                next_first = 0
                next_last = max(next_last, least_off)
            else:
                wanted[group_of[shift]] = True
                next_first = min(next_first, least_off + shift * run)
                next_last = max(next_last, least_off + (shift + 1) * run)
            for c in range(begin, end):
                t = steps[at[day, action] + c]
                if t >= 0:
                    next_low = min(next_low, t)
                    next_high = max(next_high, t + 1)
        if next_low >= next_high:
            return INFINITE
        low[day + 1], high[day + 1], first[day + 1], last[day + 1] = next_low, next_high, next_first, next_last
        for own in range(next_first, next_last):
            values[there + own * n + next_low : there + own * n + next_high] = INFINITE
        off_first, off_last = first[day], min(last[day], least_off)
        fresh[begin:end] = INFINITE
        for length in range(max(first_off, off_first), off_last):
            for c in range(begin, end):
                fresh[c] = min(fresh[c], values[here + length * m + c])
        shift_first = max(first[day] - least_off, 0) // run
        shift_last = -(-max(last[day] - least_off, 0) // run)
        run_first, run_last = 0, run
        if first[day] >= least_off and last[day] - first[day] == 1:  # only the node before day 0
            run_first = (first[day] - least_off) % run
            run_last = run_first + 1
        for group in range(groups):
            if not wanted[group]:
                continue
            going[group, :, begin:end] = INFINITE
            for shift in range(shift_first, shift_last):
                if members[group, shift]:
                    for length in range(run_first, run_last):
                        source = here + (least_off + shift * run + length) * m
                        for c in range(begin, end):
                            going[group, length, c] = min(going[group, length, c], values[source + c])
        for shift in range(shifts):
            p = price[day, shift]
            if p >= FORBIDDEN:
                continue
            table = at[day, shift]
            target = there + (least_off + shift * run) * n
            for c in range(begin, end):
                t = steps[table + c]
                if t >= 0:
                    values[target + t] = min(values[target + t], fresh[c] + p)
            table = at[day, shifts + shift]
            group = group_of[shift]
            for length in range(run_first, run_last):
                if length == run - 1 and capped:
                    continue
                target = there + (least_off + shift * run + min(length + 1, run - 1)) * n
                for c in range(begin, end):
                    t = steps[table + c]
                    if t >= 0:
                        values[target + t] = min(values[target + t], going[group, length, c] + p)
        p = price[day, shifts]
        if p >= FORBIDDEN:
            continue
        table = at[day, 2 * shifts]
        fresh[begin:end] = INFINITE
        for shift in range(shift_first, shift_last):
            for length in range(max(first_run, run_first), run_last):
                source = here + (least_off + shift * run + length) * m
                for c in range(begin, end):
                    fresh[c] = min(fresh[c], values[source + c])
        for c in range(begin, end):
            t = steps[table + c]
            if t >= 0:
                values[there + t] = min(values[there + t], fresh[c] + p)
                for length in range(off_first, off_last):
                    v = values[here + length * m + c] + p
                    k = there + min(length + 1, least_off - 1) * n + t
                    values[k] = min(values[k], v)
    best = INFINITE
    node: Any = 0
    state: Any = 0
    n = sizes[days]
    for own in range(first[days], last[days]):
        for c in range(low[days], high[days]):
            v = values[offsets[days] + own * n + c]
            if v < best:
                best = v
                node = own
                state = c
    if best >= FORBIDDEN:
        return INFINITE
    for day in range(days - 1, -1, -1):
        m = sizes[day]
        n = sizes[day + 1]
        here = offsets[day]
        v = values[offsets[day + 1] + node * n + state]
        first_off = least_off - 1
        first_run = least_run - 1
        if not judged:
            first_off = min(least_off, max(begun + day, 1)) - 1
            first_run = min(least_run, max(begun + day, 1)) - 1
        old_node = -1
        old_state = -1
        if node < least_off:
            schedule[day] = -1
            p = price[day, shifts]
            table = at[day, 2 * shifts]
            for c in range(low[day], high[day]):
                if steps[table + c] != state:
                    continue
                for length in range(first[day], min(last[day], least_off)):
                    if min(length + 1, least_off - 1) == node and values[here + length * m + c] + p == v:
                        old_node = length
                        old_state = c
                if node == 0 and old_node < 0:
                    for index in range(max(first[day] - least_off, 0), last[day] - least_off):
                        if index % run >= first_run and values[here + (least_off + index) * m + c] + p == v:
                            old_node = least_off + index
                            old_state = c
                            break
                if old_node >= 0:
                    break
        else:
            shift = (node - least_off) // run
            length = (node - least_off) % run
            schedule[day] = shift
            p = price[day, shift]
            if length == 0:
                table = at[day, shift]
                for c in range(low[day], high[day]):
                    if steps[table + c] != state:
                        continue
                    for before in range(max(first_off, first[day]), min(last[day], least_off)):
                        if values[here + before * m + c] + p == v:
                            old_node = before
                            old_state = c
                            break
                    if old_node >= 0:
                        break
            if old_node < 0:
                table = at[day, shifts + shift]
                for c in range(low[day], high[day]):
                    if steps[table + c] != state:
                        continue
                    for before in range(shifts):
                        if not members[group_of[shift], before]:
                            continue
                        if length > 0:
                            source = least_off + before * run + length - 1
                            if first[day] <= source < last[day] and values[here + source * m + c] + p == v:
                                old_node = source
                                old_state = c
                                break
                        if length == run - 1 and not capped:
                            source = least_off + before * run + length
                            if first[day] <= source < last[day] and values[here + source * m + c] + p == v:
                                old_node = source
                                old_state = c
                                break
                    if old_node >= 0:
                        break
        node = old_node
        state = old_state
    return best


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def combine(  # noqa: C901, PLR0912, PLR0915 - one flat loop is what compiles well
    begin: int,
    sizes_of: Whole,
    add: Whole,
    clear: Whole,
    floor: Whole,
    least: Whole,
    most: Whole,
    most_states: int,
) -> Any:
    """The combinations of counters after each day and the tables that lead from one to the next.

    A combination is one number: the counters' values, each below its own of ``sizes_of``, the first counting least.
    Arrays are counters × days (× actions). Returns sizes, where the tables begin (days × actions), and the tables;
    no sizes at all where there are more than ``most_states`` on a day.
    """
    counters, days, actions = add.shape
    effect = np.zeros((days, actions), np.int64)  # actions that do the same share a table
    examples = np.zeros((days, actions), np.int64)
    effects = np.zeros(days, np.int64)
    sizes = np.zeros(days + 1, np.int64)
    starts = np.zeros(days + 2, np.int64)  # of each day's combinations among all
    starts[1] = sizes[0] = 1
    codes = np.full(1, begin, np.int64)
    at = np.zeros((days, actions), np.int64)
    none = np.zeros(0, np.int32)
    widest = 0
    for day in range(days):
        for action in range(actions):
            found = -1
            for number in range(effects[day]):
                other = examples[day, number]
                same = True
                for counter in range(counters):
                    if (
                        add[counter, day, action] != add[counter, day, other]
                        or clear[counter, day, action] != clear[counter, day, other]
                    ):
                        same = False
                if same:
                    found = number
                    break
            if found < 0:
                found = effects[day]
                examples[day, found] = action
                effects[day] += 1
            effect[day, action] = found
        after = np.empty(sizes[day] * effects[day], np.int64)
        count = 0
        for number in range(effects[day]):
            for c in range(starts[day], starts[day + 1]):
                code = _follow(codes[c], day, examples[day, number], sizes_of, add, clear, floor, least, most)
                if code >= 0:
                    after[count] = code
                    count += 1
        layer = np.unique(after[:count])
        if len(layer) > most_states:
            return np.zeros(0, np.int64), at, none
        sizes[day + 1] = len(layer)
        starts[day + 2] = starts[day + 1] + len(layer)
        if starts[day + 2] > len(codes):
            codes = np.concatenate((codes, np.empty(starts[day + 2], np.int64)))
        codes[starts[day + 1] : starts[day + 2]] = layer
        widest += sizes[day] * effects[day]
    steps = np.full(widest, -1, np.int32)
    numbers: Whole = np.arange(int(sizes[days]))  # the next day's among those that are kept; -1: leads nowhere
    used = 0
    for day in range(days - 1, -1, -1):
        layer = codes[starts[day + 1] : starts[day + 2]]
        follows = np.full((effects[day], starts[day + 1] - starts[day]), -1, np.int64)
        own = np.full(follows.shape[1], -1, np.int64)
        kept = 0
        for c in range(follows.shape[1]):
            for number in range(effects[day]):
                code = _follow(
                    codes[starts[day] + c], day, examples[day, number], sizes_of, add, clear, floor, least, most
                )
                if code >= 0:
                    follows[number, c] = numbers[np.searchsorted(layer, code)]
                    if follows[number, c] >= 0 and own[c] < 0:
                        own[c] = kept
                        kept += 1
        for action in range(actions):
            at[day, action] = used + effect[day, action] * kept
        for number in range(effects[day]):
            for c in range(follows.shape[1]):
                if own[c] >= 0:
                    steps[used + own[c]] = follows[number, c]
            used += kept
        sizes[day] = kept
        numbers = own
    return sizes, at, steps[:used].copy()


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _follow(  # noqa: PLR0917
    code: int,
    day: int,
    action: int,
    sizes_of: Whole,
    add: Whole,
    clear: Whole,
    floor: Whole,
    least: Whole,
    most: Whole,
) -> int:
    """The combination after an action, -1 where a counter does not allow it."""
    result = 0
    factor = 1
    for counter in range(add.shape[0]):
        value = 0 if clear[counter, day, action] else code % sizes_of[counter]
        value = max(value + add[counter, day, action], floor[counter, day])
        if value < least[counter, day] or value > most[counter, day]:
            return -1
        result += value * factor
        factor *= sizes_of[counter]
        code //= sizes_of[counter]
    return result
