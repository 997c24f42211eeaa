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
    at the first day are judged. ``members``: for each group of shifts which of them may come before.
    """
    days = price.shape[0]
    shifts = price.shape[1] - 1
    run, capped, least_run, least_off, judged = form[0], form[1], form[2], form[3], form[4]
    nodes = least_off + shifts * run
    groups = members.shape[0]
    widest = 0
    for day in range(days + 1):
        widest = max(widest, sizes[day])
    fresh = np.empty(widest)
    going = np.empty((groups, run, widest))
    for index in range(nodes * sizes[0]):
        values[offsets[0] + index] = INFINITE
    values[offsets[0] + start * sizes[0]] = 0.0
    low, high = 0, 1  # the combinations that can have been reached lie in between
    for day in range(days):
        m = sizes[day]
        n = sizes[day + 1]
        here = offsets[day]
        there = offsets[day + 1]
        values[there : there + nodes * n] = INFINITE
        first_off = least_off - 1
        first_run = least_run - 1
        if not judged:
            first_off = min(least_off, max(day, 1)) - 1
            first_run = min(least_run, max(day, 1)) - 1
        fresh[low:high] = INFINITE
        for length in range(first_off, least_off):
            for c in range(low, high):
                v = values[here + length * m + c]
                fresh[c] = min(fresh[c], v)
        for group in range(groups):
            for length in range(run):
                for c in range(low, high):
                    going[group, length, c] = INFINITE
            for shift in range(shifts):
                if members[group, shift]:
                    for length in range(run):
                        source = here + (least_off + shift * run + length) * m
                        for c in range(low, high):
                            v = values[source + c]
                            going[group, length, c] = min(going[group, length, c], v)
        next_low, next_high = n, 0
        for action in range(2 * shifts + 1):
            p = price[day, shifts] if action == 2 * shifts else price[day, action % shifts]
            if p < FORBIDDEN:
                for c in range(low, high):
                    t = steps[at[day, action] + c]
                    if t >= 0:
                        next_low = min(next_low, t)
                        next_high = max(next_high, t + 1)
        for shift in range(shifts):
            p = price[day, shift]
            if p >= FORBIDDEN:
                continue
            table = at[day, shift]
            target = there + (least_off + shift * run) * n
            for c in range(low, high):
                t = steps[table + c]
                if t >= 0:
                    v = fresh[c] + p
                    values[target + t] = min(values[target + t], v)
            table = at[day, shifts + shift]
            group = group_of[shift]
            for length in range(run):
                if length == run - 1 and capped:
                    continue
                target = there + (least_off + shift * run + min(length + 1, run - 1)) * n
                for c in range(low, high):
                    t = steps[table + c]
                    if t >= 0:
                        v = going[group, length, c] + p
                        values[target + t] = min(values[target + t], v)
        p = price[day, shifts]
        if p >= FORBIDDEN:
            low, high = next_low, max(next_low, next_high)
            continue
        table = at[day, 2 * shifts]
        fresh[low:high] = INFINITE
        for shift in range(shifts):
            for length in range(first_run, run):
                source = here + (least_off + shift * run + length) * m
                for c in range(low, high):
                    v = values[source + c]
                    fresh[c] = min(fresh[c], v)
        for c in range(low, high):
            t = steps[table + c]
            if t >= 0:
                v = fresh[c] + p
                values[there + t] = min(values[there + t], v)
                for length in range(least_off):
                    v = values[here + length * m + c] + p
                    k = there + min(length + 1, least_off - 1) * n + t
                    values[k] = min(values[k], v)
        low, high = next_low, max(next_low, next_high)
    best = INFINITE
    node: Any = 0
    state: Any = 0
    n = sizes[days]
    for index in range(nodes * n):
        v = values[offsets[days] + index]
        if v < best:
            best = v
            node = index // n
            state = index % n
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
            first_off = min(least_off, max(day, 1)) - 1
            first_run = min(least_run, max(day, 1)) - 1
        old_node = -1
        old_state = -1
        if node < least_off:
            schedule[day] = -1
            p = price[day, shifts]
            table = at[day, 2 * shifts]
            for c in range(m):
                if steps[table + c] != state:
                    continue
                for length in range(least_off):
                    if min(length + 1, least_off - 1) == node and values[here + length * m + c] + p == v:
                        old_node = length
                        old_state = c
                if node == 0 and old_node < 0:
                    for index in range(shifts * run):
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
                for c in range(m):
                    if steps[table + c] != state:
                        continue
                    for before in range(first_off, least_off):
                        if values[here + before * m + c] + p == v:
                            old_node = before
                            old_state = c
                            break
                    if old_node >= 0:
                        break
            if old_node < 0:
                table = at[day, shifts + shift]
                for c in range(m):
                    if steps[table + c] != state:
                        continue
                    for before in range(shifts):
                        if not members[group_of[shift], before]:
                            continue
                        if length > 0:
                            source = least_off + before * run + length - 1
                            if values[here + source * m + c] + p == v:
                                old_node = source
                                old_state = c
                                break
                        if length == run - 1 and not capped:
                            source = least_off + before * run + length
                            if values[here + source * m + c] + p == v:
                                old_node = source
                                old_state = c
                                break
                    if old_node >= 0:
                        break
        node = old_node
        state = old_state
    return best
