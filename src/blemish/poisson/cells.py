"""The cells of coarse levels: what the pixels, or smaller cells, inside one amount to.

Importing this module imports numba. Of a cell is `found`, float32 (5, 4): for each of the four
parts of it (0 1 / 2 3) their masked share; their conductance to known pixels; the weight of their
link to the part below, and to the one at the right; and in found[4, 0] how many links to known
pixels there are in all.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..compiling import compiled
from .relaxation import ROW, D, H, R, U, W

PHI, NET, LINKS, SHARE, SUMS = range(9, 14)
"""More columns, of coarse levels: share of masked pixels, conductance of the network, number of
Dirichlet links, c / LINKS, (one value a cell); sums of the known values at their ends (a row as of
u)."""
_LINK = np.float32(0.75)
_DOUBLED = np.float32(0.11)


@compiled
def _network(phi: Any, c: Any, top: Any, bottom: Any, left: Any, right: Any) -> Any:
    """Return the conductance of 2 x 2 cells (0 1 / 2 3) that are fed by their shares `phi`."""
    most, count = np.float32(0), 0
    for i in range(4):
        most = max(most, c[i])
        count += c[i] > 0
    least = np.float32(1e-6)
    a, b, e, f = _LINK * top, _LINK * bottom, _LINK * left, _LINK * right
    # Cells 1 and 2 have no link to one another, and are eliminated first.
    i1, i2 = 1 / (c[1] + a + f + least), 1 / (c[2] + e + b + least)
    d0, d3 = c[0] + a + e + least - a * a * i1 - e * e * i2, c[3] + b + f + least
    d3 -= f * f * i1 + b * b * i2
    off = a * f * i1 + e * b * i2
    f0 = phi[0] + a * phi[1] * i1 + e * phi[2] * i2
    f3 = phi[3] + f * phi[1] * i1 + b * phi[2] * i2
    det = d0 * d3 - off * off
    x0, x3 = (f0 * d3 + off * f3) / det, (d0 * f3 + off * f0) / det
    x1, x2 = (phi[1] + a * x0 + f * x3) * i1, (phi[2] + e * x0 + b * x3) * i2
    total = phi[0] + phi[1] + phi[2] + phi[3]
    carried = total * total / (phi[0] * x0 + phi[1] * x1 + phi[2] * x2 + phi[3] * x3)
    return max(carried, most / (1 + _DOUBLED * most)) if count == 1 else carried


@compiled
def _clear(sums: Any, found: Any) -> None:
    for c in range(sums.size):
        sums[c] = 0
    for i in range(20):
        found[i // 4, i % 4] = 0


@compiled
def from_pixels(p: Any, mask: Any, fine: Any, sums: Any, y: int, x: int, found: Any) -> None:
    """Write to `found` what the pixels of cell (y, x) of level 1 are: shares, conductances, links
    down and right; and the number of their links to known pixels, whose values go to `sums`."""
    height, width = mask.shape
    _clear(sums, found)
    for i in range(4):
        r, s = 2 * y + (i >> 1), 2 * x + (i & 1)
        if r >= height or s >= width or not mask[r, s]:
            continue
        found[0, i] = 1
        known = fine[U] + r * fine[ROW] + s + 1
        if r > 0 and not mask[r - 1, s]:
            _known(p, fine, sums, known - fine[ROW], found, i)
        if r < height - 1:
            found[2, i] = mask[r + 1, s]
            if not mask[r + 1, s]:
                _known(p, fine, sums, known + fine[ROW], found, i)
        if s > 0 and not mask[r, s - 1]:
            _known(p, fine, sums, known - 1, found, i)
        if s < width - 1:
            found[3, i] = mask[r, s + 1]
            if not mask[r, s + 1]:
                _known(p, fine, sums, known + 1, found, i)


@compiled
def _known(p: Any, fine: Any, sums: Any, at: int, found: Any, i: int) -> None:
    """Count a link of pixel `i` of a cell to the known value `at`."""
    found[1, i] += 1
    found[4, 0] += 1
    for c in range(sums.size):
        sums[c] += p[at + c * (fine[W] + 2)]


@compiled
def from_cells(p: Any, fine: Any, sums: Any, y: int, x: int, found: Any) -> None:
    """Do what `from_pixels` does for a cell of a higher level, whose parts are cells."""
    _clear(sums, found)
    for i in range(4):
        r, s = 2 * y + (i >> 1), 2 * x + (i & 1)
        if r >= fine[H] or s >= fine[W]:
            continue
        cell, value = r * fine[W] + s, r * fine[ROW] + s + 1
        found[0, i] = p[fine[PHI] + cell]
        found[1, i] = p[fine[NET] + cell]
        found[2, i] = p[fine[D] + value]
        found[3, i] = p[fine[R] + value]
        if p[fine[LINKS] + cell] > 0:
            found[4, 0] += p[fine[LINKS] + cell]
            for c in range(sums.size):
                sums[c] += p[fine[SUMS] + value + c * (fine[W] + 2)]


@compiled
def conductance(found: Any, size: int) -> Any:
    """Return c of a cell of `size` pixels a side, and c of its network, 0 without a link."""
    links = found[4, 0]
    zero, one = np.float32(0), np.float32(1)
    if links == 0:
        return zero, zero
    phi = np.float32(0.25) * (found[0, 0] + found[0, 1] + found[0, 2] + found[0, 3])
    half, most = np.float32(0.5), np.float32(1.5)
    each = max(one / (half * np.float32(size) * phi * phi + half), min(one, most / links))
    # More links than a border of a nearly full cell can have: a wall goes through its middle.
    if links * phi > np.float32(1.6) * np.float32(size):
        each = one
    net = _network(found[0], found[1], found[3, 0], found[3, 2], found[2, 0], found[2, 1])
    return max(links * each, net), net
