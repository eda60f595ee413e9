"""Full multigrid for the Poisson equation on an arbitrary mask. Importing this imports numba."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ..compiling import compiled
from .cells import LINKS, NET, PHI, SHARE, SUMS
from .coarsest import inverse_of, solve_coarsest
from .levels import GAP, add_rhs, build, find_runs
from .relaxation import ADD, COLUMNS, ROW, RUNS, SET, STAY, B, D, H, Q, R, U, W, pointer, relax

COARSEST = 4


def chebyshev(degree: int) -> Floats:
    """Return the steps of a Jacobi relaxation that damp what a coarser grid cannot see best.

    Over eigenvalues from 1/2 to 2, the largest possible, a degree of 3 leaves 7 %, as two sweeps of
    red-black Gauss-Seidel do, but in any order of the pixels.
    """
    roots = np.cos(np.pi * (2 * np.arange(1, degree + 1) - 1) / (2 * degree))
    return np.asarray(1 / (1.25 + 0.75 * roots), np.float32)


FIRST, FINE, COARSE = chebyshev(2), chebyshev(3), chebyshev(2)
CYCLES = 30


@compiled
def plan(height: int, width: int, channels: int, has_rhs: bool) -> Any:
    """Return the table of the levels; how many numbers they take; how many runs, and rows of runs,
    there may be."""
    count, h, w = 1, height, width
    while count < 2 or max(h, w) > COARSEST:
        count, h, w = count + 1, (h + 1) // 2, (w + 1) // 2
    table = np.zeros((count, COLUMNS), np.int64)
    free, h, w = 0, height, width
    for k in range(count):
        level = table[k]
        # Loops over 1 to ROW - 1 are multiples of 32: what the compiler unrolls leaves no rest.
        row = (channels * (w + 2) + 29) // 32 * 32 + 2
        level[H], level[W], level[ROW], level[B] = h, w, row, -1
        for column in (U, Q, B, R, D, SUMS):
            if k or column in (U, Q) or (column == B and has_rhs):
                # Above the first row of links down, there is one of none.
                level[column] = free + (row if column == D else 0)
                free += (h + (column == D)) * row
        if k:
            for column in (PHI, NET, LINKS, SHARE):
                level[column] = free
                free += h * w
        h, w = (h + 1) // 2, (w + 1) // 2
    runs = rows = 0
    for k in range(count - 1):
        table[k, RUNS] = rows
        rows += table[k + 1, H] + 1
        runs += table[k + 1, H] * channels * (table[k + 1, W] // GAP + 2)
    return table, free, runs, rows


@compiled
def load(known: Any, mask: Any, rhs: Any, numbers: Any, level: Any) -> None:
    """Write the finest level: u, 0 in the mask; the mask; the right-hand side."""
    p = pointer(numbers)
    h, w, channels = known.shape
    for y in range(h):
        q = level[Q] + y * level[ROW]
        inside, values = mask[y], known[y]
        for x in range(w):
            p[q + x + 1] = np.float32(inside[x])
        for c in range(channels):
            u, own = level[U] + y * level[ROW] + c * (w + 2), q + c * (w + 2)
            p[u] = p[u + w + 1] = p[own] = p[own + w + 1] = 0
            for x in range(w):
                p[u + x + 1] = values[x, c] if inside[x] == 0 else np.float32(0)
            if c:
                for x in range(w):
                    p[own + x + 1] = p[q + x + 1]
            if level[B] >= 0:
                b = level[B] + y * level[ROW] + c * (w + 2)
                p[b] = p[b + w + 1] = 0
                for x in range(w):
                    p[b + x + 1] = p[q + x + 1] * rhs[y, x, c]
        for column in (U, Q, B):
            if level[column] >= 0:
                for i in range(channels * (w + 2), level[ROW]):
                    p[level[column] + y * level[ROW] + i] = 0


@compiled
def unload(numbers: Any, level: Any, mask: Any, known: Any) -> None:
    """Write u to `known` in the mask."""
    p = pointer(numbers)
    h, w, channels = known.shape
    for y in range(h):
        inside, values = mask[y], known[y]
        first, last = 0, w
        while first < w and not inside[first]:
            first += 1
        while last > first and not inside[last - 1]:
            last -= 1
        # Outside the mask u is what was known.
        for c in range(channels):
            u = level[U] + y * level[ROW] + c * (w + 2) + 1
            for x in range(first, last):
                values[x, c] = p[u + x]


@compiled
def correct(store: Any, table: Any, k: int, channels: int, steps: Any, inverse: Any) -> None:
    """Solve level `k`, whose rhs is a residual, approximately by a V-cycle; u starts from 0."""
    p, last = store[0], table.shape[0] - 1
    for j in range(k, last + 1):
        for i in range(table[j, H] * table[j, ROW]):
            p[table[j, U] + i] = 0
        if j < last:
            relax(store, j, channels, steps, STAY, True)
    solve_coarsest(p, table[last], channels, inverse)
    for j in range(last - 1, k - 1, -1):
        relax(store, j, channels, steps, ADD, False)


@compiled
def _prepare(p: Any, mask: Any, table: Any, channels: int, runs: Any, begins: Any) -> None:
    """Write the equations of all coarse levels, the runs, and where those of rows begin."""
    count, last = 0, table.shape[0] - 1
    for k in range(1, last + 1):
        build(p, mask, table, k, channels)
        if table[0, B] >= 0:
            add_rhs(p, table, k, channels)
    for k in range(last):
        count = find_runs(p, table, k, channels, runs, begins, count)


@compiled
def _rate(steps: Any, cycle: int) -> Any:
    """Return by how much a cycle reduces the error; `steps` are the last three, newest first.

    After a step s the error is at most s rate / (1 - rate). A slow component may hide behind quick
    ones, and a component that changes its sign makes steps large and small in turn: so the mean
    over two cycles is taken, and for larger than it looks.
    """
    least, tiny = np.float32(0.3), np.float32(1e-30)
    if cycle == 0:
        return np.float32(0.5)
    seen = steps[0] / max(steps[1], tiny)
    if cycle > 1:
        seen = np.sqrt(steps[0] / max(steps[2], tiny))
    return max(least, np.float32(1.25) * seen + np.float32(0.05))


@compiled
def multigrid(arrays: Any, mask: Any, table: Any, channels: int, how: Any, tolerance: Any) -> Any:
    """Solve the finest level to the tolerance; return the bound of the error that was reached.

    `arrays`: for the numbers, two pieces of scratch, the runs, and where they begin. They are the
    caller's: an array made here would be freed with its last mention, whatever points to it.
    `how`: the steps of the first relaxation on the finest level, of those after a correction, and
    of those on coarse levels; and the most cycles.
    """
    numbers, s, t, runs, begins = arrays
    p = pointer(numbers)
    first, fine, coarse, cycles = how
    last = table.shape[0] - 1
    _prepare(p, mask, table, channels, runs, begins)
    store = (p, pointer(s), pointer(t), pointer(table), pointer(runs), pointer(begins))
    inverse = inverse_of(p, table[last])
    solve_coarsest(p, table[last], channels, inverse)
    for k in range(last - 1, 0, -1):
        relax(store, k, channels, coarse, SET, True)
        correct(store, table, k + 1, channels, coarse, inverse)
        relax(store, k, channels, coarse, ADD, False)
    relax(store, 0, channels, first, SET, True)
    bound, steps = np.float32(np.inf), np.zeros(3, np.float32)
    for cycle in range(cycles):
        correct(store, table, 1, channels, coarse, inverse)
        # Two cycles mostly do: after the second, the residual is only made if it is needed.
        moved = relax(store, 0, channels, fine, ADD, cycle == 0)
        steps[2], steps[1], steps[0] = steps[1], steps[0], moved
        rate = _rate(steps, cycle)
        bound = moved * rate / (1 - rate) if rate < 1 else np.float32(np.inf)
        # What is slow is left to conjugate gradients.
        if bound <= tolerance or (cycle > 1 and rate > np.float32(0.7)):
            break
        if cycle:
            relax(store, 0, channels, fine[:0], STAY, True)
    return bound


_kept = threading.local()
# Larger workspaces are not kept: 128 MiB.
_KEPT_NUMBERS = 1 << 25


def solve_by_multigrid(
    known: Floats, mask: NDArray[np.bool_], rhs: Floats | None, tolerance: float
) -> float:
    """Write the solution to `known` under the mask; return a bound of its largest error.

    That is above the tolerance if it could not be reached. All arrays must be contiguous.
    """
    h, w, channels = known.shape
    bits = mask.view(np.uint8)
    table, size, runs, rows = plan(h, w, channels, rhs is not None)
    numbers = getattr(_kept, "numbers", None)
    if numbers is None or numbers.size < size:
        numbers = np.empty(size, np.float32)
        if size <= _KEPT_NUMBERS:
            _kept.numbers = numbers
    load(known, bits, known if rhs is None else rhs, numbers, table[0])
    row = int(table[0, ROW])
    scratch = np.zeros(13 * row, np.float32), np.zeros(2 * row, np.float32)
    indices = np.empty((runs, 5), np.int64), np.empty(rows, np.int64)
    arrays, how = (numbers, *scratch, *indices), (FIRST, FINE, COARSE, CYCLES)
    bound = multigrid(arrays, bits, table, channels, how, np.float32(tolerance))
    unload(numbers, table[0], bits, known)
    return float(bound)
