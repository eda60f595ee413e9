"""The coarsest level of the multigrid solver, solved exactly. Importing this imports numba."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..compiling import compiled
from .relaxation import ROW, B, D, H, Q, R, U, W


@compiled
def inverse_of(p: Any, level: Any) -> Any:
    """Return the inverse of the matrix of a level of a few cells, (n, n)."""
    width, length = level[W], level[ROW]
    n = level[H] * width
    a, inverse = np.zeros((n, n)), np.eye(n)
    for i in range(n):
        at = (i // width) * length + i % width + 1
        a[i, i] = 1 / p[level[Q] + at] if p[level[Q] + at] > 0 else 1
        if p[level[R] + at] > 0:
            a[i, i + 1] = a[i + 1, i] = -p[level[R] + at]
        if p[level[D] + at] > 0:
            a[i, i + width] = a[i + width, i] = -p[level[D] + at]
    # Symmetric and diagonally dominant: no pivots are to be looked for.
    for i in range(n):
        scale = 1 / a[i, i]
        for m in range(n):
            a[i, m] *= scale
            inverse[i, m] *= scale
        for j in range(n):
            factor = a[j, i]
            if j != i and factor != 0:
                for m in range(n):
                    a[j, m] -= factor * a[i, m]
                    inverse[j, m] -= factor * inverse[i, m]
    return inverse


@compiled
def solve_coarsest(p: Any, level: Any, channels: int, inverse: Any) -> None:
    """Write the solution of a level of a few cells to u."""
    width, length, n = level[W], level[ROW], inverse.shape[0]
    for c in range(channels):
        for i in range(n):
            at = (i // width) * length + c * (width + 2) + i % width + 1
            if not p[level[Q] + at] > 0:
                continue
            total = 0.0
            for j in range(n):
                under = (j // width) * length + c * (width + 2) + j % width + 1
                if p[level[Q] + under] > 0:
                    total += inverse[i, j] * p[level[B] + under]
            p[level[U] + at] = total
