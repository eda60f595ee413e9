"""The levels of the multigrid solver: coarse equations of an arbitrary mask.

Importing this module imports numba.

A cell of level k stands for 2^k x 2^k pixels. Its equation is c u - sum of w (u' - u) = b, where

- w, to a neighbouring cell, is the number of links between masked pixels that cross, / 2^k;
- c is the conductance to the known pixels. Of n of their links in a cell that is filled to the
  share phi, each carries 1 / (2^(k-1) phi^2 + 1/2), as a straight border would, or at least
  min(1, 1.5 / n). That alone is too little where holes lie scattered, and the correction
  overshoots: so it is at least what the four cells inside it carry, as a network with c and w of
  their own, when each is fed by its share; and a single one among them, a point, loses but
  ln 2 / (2 pi) of resistance each time that its surroundings double.

Cells without a masked pixel have the mean of the known values under them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..compiling import compiled
from .cells import LINKS, NET, PHI, SHARE, SUMS, conductance, from_cells, from_pixels
from .relaxation import ALL, ROW, RUNS, B, D, H, Q, R, U, W, pointer

OUTSIDE, INSIDE, BETWEEN = range(3)
GAP = 16
LEAST_SAVED = 24
"""Of cells: a gap in a run is worth its own, and a row is worth runs, from there on."""


@compiled
def _kinds_of_pixels(m: Any, level: Any, size: Any, y: int, row: Any, kinds: Any) -> None:
    """Write what each cell of row `y` of level 1 is: with no masked pixel; surrounded by masked
    pixels, itself full; or between. `m` is the mask of `size`, `row` scratch of 2 (width + 1)."""
    height, width = size
    first = 2 * y * width
    if y == 0 or 2 * y + 2 >= height:
        for x in range(level[W]):
            kinds[x] = BETWEEN
        return
    for x in range(width):
        row[x] = m[first + x] + m[first + width + x]
    for x in range(width):
        row[width + x] = m[first - width + x] + m[first + 2 * width + x]
    kinds[0] = kinds[level[W] - 1] = BETWEEN
    for x in range(1, level[W] - 1):
        inner = row[2 * x] + row[2 * x + 1]
        outer = row[2 * x - 1] + row[2 * x + 2] + row[width + 2 * x] + row[width + 2 * x + 1]
        kinds[x] = INSIDE if inner + outer == 12 else OUTSIDE if inner == 0 else BETWEEN


@compiled
def _kinds_of_cells(p: Any, fine: Any, level: Any, y: int, kinds: Any) -> None:
    """Do what `_kinds_of_pixels` does for a higher level."""
    width = fine[W]
    if y == 0 or 2 * y + 2 >= fine[H]:
        for x in range(level[W]):
            kinds[x] = BETWEEN
        return
    kinds[0] = kinds[level[W] - 1] = BETWEEN
    for x in range(1, level[W] - 1):
        cell = 2 * y * width + 2 * x
        share, links = fine[PHI] + cell, fine[LINKS] + cell
        phi = p[share] + p[share + 1] + p[share + width] + p[share + width + 1]
        known = p[links] + p[links + 1] + p[links + width] + p[links + width + 1]
        kinds[x] = OUTSIDE if phi == 0 else INSIDE if phi == 4 and known == 0 else BETWEEN


@compiled
def _write_means(p: Any, fine: Any, level: Any, channels: int, y: int) -> None:
    """Write to row `y` of u the means of u below: the known values, where nothing is masked."""
    wide, width = fine[W], level[W]
    above = fine[U] + 2 * y * fine[ROW]
    below = above + fine[ROW] if 2 * y + 1 < fine[H] else above
    quarter, half = np.float32(0.25), np.float32(0.5)
    for c in range(channels):
        first, start = c * (wide + 2) + 1, level[U] + y * level[ROW] + c * (width + 2) + 1
        one, two = above + first, below + first
        for x in range(wide >> 1):
            total = p[one + 2 * x] + p[one + 2 * x + 1] + p[two + 2 * x] + p[two + 2 * x + 1]
            p[start + x] = quarter * total
        if wide & 1:
            p[start + width - 1] = half * (p[one + wide - 1] + p[two + wide - 1])


@compiled
def _write_simple(p: Any, level: Any, y: int, kinds: Any) -> None:
    """Write row `y` as if no cell were BETWEEN. Row after row: few streams at a time.

    Of q and the links only those of the first channel.
    """
    width, length = level[W], level[ROW]
    one, zero = np.float32(1), np.float32(0)
    for x in range(width):
        p[level[PHI] + y * width + x] = one if kinds[x] == INSIDE else zero
    for column in (NET, LINKS, SHARE):
        for x in range(width):
            p[level[column] + y * width + x] = zero
    for column in (U, B, Q, R, D):
        start = level[column] + y * length
        for i in range(length):
            p[start + i] = zero
    for column in (Q, R, D):
        start, value = level[column] + y * length + 1, np.float32(0.25) if column == Q else one
        for x in range(width):
            p[start + x] = value if kinds[x] == INSIDE else zero


@compiled
def _spread(p: Any, level: Any, channels: int, y: int) -> None:
    """Copy q and the links of the first channel of row `y` to the others."""
    size = level[W] + 2
    for column in (Q, R, D):
        start = level[column] + y * level[ROW]
        for j in range(1, channels):
            for x in range(size):
                p[start + j * size + x] = p[start + x]


@compiled
def _write_cell(p: Any, level: Any, k: int, cell: int, value: int, found: Any, sums: Any) -> None:
    """Write the equation of the cell that `found` and `sums` describe."""
    phi = 0.25 * (found[0, 0] + found[0, 1] + found[0, 2] + found[0, 3])
    c, net = conductance(found, 1 << k)
    share = c / found[4, 0] if c > 0 else np.float32(0)
    p[level[PHI] + cell], p[level[NET] + cell] = phi, net
    p[level[LINKS] + cell], p[level[SHARE] + cell] = found[4, 0], share
    right, down = 0.5 * (found[3, 1] + found[3, 3]), 0.5 * (found[2, 2] + found[2, 3])
    d = c + right + down + p[level[R] + value - 1] + p[level[D] + value - level[ROW]]
    q = 1 / d if d > 0 else 0.0
    p[level[Q] + value], p[level[R] + value], p[level[D] + value] = q, right, down
    for j in range(sums.size):
        at = value + j * (level[W] + 2)
        p[level[SUMS] + at] = sums[j]
        p[level[B] + at] = share * sums[j]


@compiled
def build(p: Any, mask: Any, table: Any, k: int, channels: int) -> None:
    """Write the equations of level `k`, 1 or higher, from the level below (`mask` and u: level 0).

    u becomes the mean of the known values where a cell has nothing masked, b the known values'
    part of the right-hand side.
    """
    fine, level = table[k - 1], table[k]
    width, length = level[W], level[ROW]
    found, sums = np.zeros((5, 4), np.float32), np.zeros(channels, np.float32)
    row, kinds = np.empty(2 * fine[W], np.uint8), np.empty(width, np.uint8)
    for i in range(length):
        p[level[D] - length + i] = 0
    for y in range(level[H]):
        if k == 1:
            size = (fine[H], fine[W])
            _kinds_of_pixels(pointer(mask), level, size, y, pointer(row), pointer(kinds))
        else:
            _kinds_of_cells(p, fine, level, y, pointer(kinds))
        _write_simple(p, level, y, pointer(kinds))
        _write_means(p, fine, level, channels, y)
        for x in range(width):
            cell, value = y * width + x, y * length + x + 1
            if kinds[x] != BETWEEN:
                continue
            if k == 1:
                from_pixels(p, mask, fine, sums, y, x, found)
            else:
                from_cells(p, fine, sums, y, x, found)
            if found[0, 0] + found[0, 1] + found[0, 2] + found[0, 3] > 0:
                _write_cell(p, level, k, cell, value, found, sums)
        _spread(p, level, channels, y)


@compiled
def add_rhs(p: Any, table: Any, k: int, channels: int) -> None:
    """Add to b of level `k` the sums of the right-hand side below, which it keeps in masked u."""
    fine, level = table[k - 1], table[k]
    below = fine[B] if k == 1 else fine[U]
    for y in range(level[H]):
        for j in range(channels):
            for x in range(level[W]):
                at = y * level[ROW] + j * (level[W] + 2) + x + 1
                if not p[level[Q] + at] > 0:
                    continue
                total = np.float32(0)
                for r in range(2 * y, min(2 * y + 2, fine[H])):
                    for s in range(2 * x, min(2 * x + 2, fine[W])):
                        under = r * fine[ROW] + j * (fine[W] + 2) + s + 1
                        total += p[below + under] if p[fine[Q] + under] > 0 else np.float32(0)
                p[level[U] + at] = total
                p[level[B] + at] += total


@compiled
def find_runs(p: Any, table: Any, k: int, channels: int, runs: Any, begins: Any, count: int) -> int:
    """Write the runs of level `k`, from number `count` on; return the number after the last.

    They hold each cell of level k + 1 that has something masked, and the eight around it: (channel,
    first, last), and the first and last index in the row of level k.
    """
    fine, level = table[k], table[k + 1]
    height, width = level[H], level[W]
    near = np.zeros(width + 2, np.uint8)
    begin = begins[fine[RUNS] :]
    for y in range(height):
        near[:] = 0
        for r in range(max(y - 1, 0), min(y + 2, height)):
            row = level[PHI] + r * width
            for x in range(width):
                near[x + 1] |= p[row + x] > 0
        begin[y] = first = count
        covered, x = 0, 0
        while x < width:
            if not (near[x] | near[x + 1] | near[x + 2]):
                x += 1
                continue
            start, stop, gap = x, x + 1, 0
            while x < width and gap < GAP:
                if near[x] | near[x + 1] | near[x + 2]:
                    stop, gap = x + 1, 0
                else:
                    gap += 1
                x += 1
            for c in range(channels):
                begin_x = c * (fine[W] + 2) + 1
                end_x = begin_x + min(2 * stop, fine[W])
                runs[count] = (c, start, stop, begin_x + 2 * start, end_x)
                count += 1
            covered += stop - start
        if width - covered < LEAST_SAVED and covered:
            runs[first] = (ALL, 0, width, 1, fine[ROW] - 1)
            count = first + 1
    begin[height] = count
    return count
