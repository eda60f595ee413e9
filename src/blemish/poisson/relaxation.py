"""The compiled passes of the multigrid solver. Importing this module imports numba.

A level is a stack of rows. In a row the channels lie side by side, each as `width` values between
two pads: one loop, with neighbours at i - 1 and i + 1, relaxes all of them. What lies beyond the
box's edge is not there: on the finest level the pads repeat the edge, and a link between equal
values carries nothing; on coarse levels such links have the weight 0.

A row is worked on in runs (channel, first, last), in cells of the next coarser level: pieces around
what the mask has in two rows and those beside them. What lies between is not read. A pass goes down
the rows once and does everything on the way, each step some rows behind the one before:
prolongation, relaxations, residual, restriction. So each value is fetched from memory once a pass.

Functions get a `store`: pointers to the numbers of all levels, to two pieces of scratch, to the
table that says where each level's numbers are, to the runs, and to where those of each two rows
begin. A `level` is where its row of the table begins. Rows of a small level are short: counting
references to arrays would cost more than the arithmetic.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..compiling import compiled, pointer_of

H, W, ROW, U, B, Q, R, D, RUNS = range(9)
"""Columns of the table: height, width, row length; where u, rhs, 1 / diagonal (finest: 1 in the
mask, else 0), and the weights of the links to the right and down begin; and where the rows of runs
do."""
COLUMNS = 14
ALL = -1
"""As channel of a run: all of them, and the whole row."""
STAY, SET, ADD = range(3)

pointer = pointer_of()


@compiled
def _prolonged(store: Any, level: int, y: int, channel: int, first: int, last: int) -> None:
    """Write to scratch what the next coarser level says of row `y`: bilinear.

    Of a channel, from and to a coarse cell. Only between different pointers does the compiler
    vectorise a stride of 2.
    """
    p, s, t, g = store[0], store[1], store[2], store[3]
    coarse = level + COLUMNS
    width, wide = g[coarse + W], g[level + W]
    here = y >> 1
    there = min(max(here + 2 * (y & 1) - 1, 0), g[coarse + H] - 1)
    start = g[coarse + U] + channel * (width + 2) + 1
    near, far = start + here * g[coarse + ROW], start + there * g[coarse + ROW]
    most, least = np.float32(0.75), np.float32(0.25)
    for x in range(first - 1, last + 1):
        t[x + 1] = most * p[near + x] + least * p[far + x]
    if first == 0:
        t[0] = t[1]
    if last == width:
        t[width + 1] = t[width]
    to = channel * (wide + 2) + 1
    for x in range(first, min(last, wide >> 1)):
        here_x = most * t[x + 1]
        s[to + 2 * x] = here_x + least * t[x]
        s[to + 2 * x + 1] = here_x + least * t[x + 2]
    if last == width and wide & 1:
        s[to + wide - 1] = most * t[width] + least * t[width - 1]


@compiled
def _restricted(store: Any, level: int, y: int, channel: int, first: int, last: int) -> None:
    """Add the residuals of row `y`, in scratch, to the next coarser rhs: sums of 2 x 2.

    An even row is written, an odd one added. Beyond an odd width the residual of a pad is 0.
    """
    p, s, g = store[0], store[1], store[3]
    coarse = level + COLUMNS
    start = channel * (g[level + W] + 2) + 1
    into = g[coarse + B] + (y >> 1) * g[coarse + ROW] + channel * (g[coarse + W] + 2) + 1
    if y & 1:
        for x in range(first, last):
            p[into + x] += s[start + 2 * x] + s[start + 2 * x + 1]
    else:
        for x in range(first, last):
            p[into + x] = s[start + 2 * x] + s[start + 2 * x + 1]


@compiled
def _edged(p: Any, row: int, channels: int, width: int) -> None:
    """Repeat the edge of each channel of a row in its pads."""
    for c in range(channels):
        first = row + c * (width + 2)
        p[first] = p[first + 1]
        p[first + width + 1] = p[first + width]


@compiled
def _moved(store: Any, level: int, y: int, first: int, last: int, added: bool) -> None:
    """Put the prolonged row into row `y`, or add it; the largest steps are kept in scratch."""
    p, s, t, g = store[0], store[1], store[2], store[3]
    length, zero = g[level + ROW], np.float32(0)
    row, q = g[level + U] + y * length, g[level + Q] + y * length
    if not added:
        for i in range(first, last):
            # Not a choice of what is stored, which would not be vectorised.
            p[row + i] += s[i] - p[row + i] if p[q + i] > zero else zero
        return
    for i in range(first, last):
        step = s[i] if p[q + i] > zero else zero
        p[row + i] += step
        step = abs(step)
        t[length + i] = step if step > t[length + i] else t[length + i]


@compiled
def _fine(p: Any, a: Any, b: Any, rows: Any, q: int, rhs: int, job: Any) -> None:
    """Write a row of the finest level after a relaxation to b[rows[3]:].

    From rows[0, 1, 2] of a: the one above, itself, the one below. `job` is (step, first, last).
    """
    up, now, down, to = rows
    step, first, last = job
    step, four = step * np.float32(0.25), np.float32(4)
    if rhs >= 0:
        for i in range(first, last):
            near = (a[up + i] + a[down + i]) + (a[now + i - 1] + a[now + i + 1]) + p[rhs + i]
            b[to + i] = a[now + i] + step * p[q + i] * (near - four * a[now + i])
    else:
        for i in range(first, last):
            near = (a[up + i] + a[down + i]) + (a[now + i - 1] + a[now + i + 1])
            b[to + i] = a[now + i] + step * p[q + i] * (near - four * a[now + i])


@compiled
def _coarse(p: Any, a: Any, b: Any, rows: Any, here: Any, above: int, job: Any) -> None:
    """Do what `_fine` does on a coarse level; `here` is where its q, rhs, and links begin."""
    up, now, down, to = rows
    q, rhs, right, below = here
    step, first, last = job
    zero = np.float32(0)
    for i in range(first, last):
        near = p[rhs + i] + p[right + i] * a[now + i + 1] + p[right + i - 1] * a[now + i - 1]
        near += p[below + i] * a[down + i] + p[above + i] * a[up + i]
        own = a[now + i] if p[q + i] > zero else zero
        b[to + i] = a[now + i] + step * (p[q + i] * near - own)


@compiled
def _residual(store: Any, level: int, r: int, first: int, last: int) -> None:
    """Write the residual of row `r` to scratch."""
    p, s, g = store[0], store[1], store[3]
    length, zero, one, four = g[level + ROW], np.float32(0), np.float32(1), np.float32(4)
    row = r * length
    now, q, rhs = g[level + U] + row, g[level + Q] + row, g[level + B] + row
    up = now - length if r else now
    down = now + length if r < g[level + H] - 1 else now
    s[0] = s[length - 1] = s[last] = 0
    if level:
        right, below = g[level + R] + row, g[level + D] + row
        above = below - length
        for i in range(first, last):
            near = p[rhs + i] + p[right + i] * p[now + i + 1] + p[right + i - 1] * p[now + i - 1]
            near += p[below + i] * p[down + i] + p[above + i] * p[up + i]
            inverse = p[q + i] if p[q + i] > zero else one
            s[i] = near - p[now + i] / inverse if p[q + i] > zero else zero
    elif g[level + B] >= 0:
        for i in range(first, last):
            near = (p[up + i] + p[down + i]) + (p[now + i - 1] + p[now + i + 1]) + p[rhs + i]
            s[i] = p[q + i] * (near - four * p[now + i])
    else:
        for i in range(first, last):
            near = (p[up + i] + p[down + i]) + (p[now + i - 1] + p[now + i + 1])
            s[i] = p[q + i] * (near - four * p[now + i])


@compiled
def _step(store: Any, level: int, channels: int, r: int, steps: Any, j: int) -> None:
    """Do relaxation `j` of row `r`. What is between two of them lies in four rows of scratch."""
    p, s, g, runs, begins = store[0], store[1], store[3], store[4], store[5]
    length, h, last = g[level + ROW], g[level + H], steps.size - 1
    up, down = max(r - 1, 0), min(r + 1, h - 1)
    if j:
        start = (4 * j - 3) * length
        up, now, down = up & 3, r & 3, down & 3
    else:
        start, now = g[level + U], r
    to = g[level + U] + r * length if j == last else (4 * j + 1 + (r & 3)) * length
    rows = (start + up * length, start + now * length, start + down * length, to)
    a, b = s if j else p, p if j == last else s
    row = r * length
    q, right, below = g[level + Q] + row, g[level + R] + row, g[level + D] + row
    rhs = g[level + B] + row if g[level + B] >= 0 else -1
    begin = g[level + RUNS] + (r >> 1)
    for n in range(begins[begin], begins[begin + 1]):
        first, stop = runs[5 * n + 3], runs[5 * n + 4]
        job = (steps[j], first, stop)
        if level:
            _coarse(p, a, b, rows, (q, rhs, right, below), below - length, job)
        else:
            _fine(p, a, b, rows, q, rhs, job)
    if level == 0:
        _edged(b, to, channels, g[level + W])


@compiled
def _arrives(store: Any, level: int, channels: int, y: int, added: bool) -> None:
    """Prolong to row `y`."""
    p, g, runs, begins = store[0], store[3], store[4], store[5]
    begin = g[level + RUNS] + (y >> 1)
    for n in range(begins[begin], begins[begin + 1]):
        c, first, last = runs[5 * n], runs[5 * n + 1], runs[5 * n + 2]
        for channel in range(max(c, 0), channels if c == ALL else c + 1):
            _prolonged(store, level, y, channel, first, last)
        _moved(store, level, y, runs[5 * n + 3], runs[5 * n + 4], added)
    if level == 0:
        _edged(p, g[level + U] + y * g[level + ROW], channels, g[level + W])


@compiled
def _leaves(store: Any, level: int, channels: int, r: int) -> None:
    """Restrict the residual of row `r`."""
    g, runs, begins = store[3], store[4], store[5]
    begin = g[level + RUNS] + (r >> 1)
    for n in range(begins[begin], begins[begin + 1]):
        c, first, last = runs[5 * n], runs[5 * n + 1], runs[5 * n + 2]
        _residual(store, level, r, runs[5 * n + 3], runs[5 * n + 4])
        for channel in range(max(c, 0), channels if c == ALL else c + 1):
            _restricted(store, level, r, channel, first, last)


@compiled
def relax(store: Any, k: int, channels: int, steps: Any, job: int, leaves: bool) -> Any:
    """Do a pass over level `k`; return by how much prolongation moved a value at most.

    Args:
        store: see above; the scratch has room for 4 * steps.size + 1 rows, and for 2.
        steps: float32, of the relaxations, one after another; two at least, or none.
        job: STAY, SET or ADD: what is done with what level k + 1 says.
        leaves: whether the residual is restricted to the rhs of level k + 1.
    """
    t, g, level, lag = store[2], store[3], k * COLUMNS, steps.size
    h, length = g[level + H], g[level + ROW]
    for i in range(2 * length):
        t[i] = 0
    for y in range(h + lag + 1):
        if job != STAY and y < h:
            _arrives(store, level, channels, y, job == ADD)
        for j in range(max(0, y - h), min(lag, y)):
            _step(store, level, channels, y - 1 - j, steps, j)
        if leaves and y > lag:
            _leaves(store, level, channels, y - lag - 1)
    largest = np.float32(0)
    for i in range(length):
        largest = max(largest, t[length + i])
    return largest
