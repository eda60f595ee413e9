"""The Poisson equation by a sparse direct solver: for what multigrid does not solve."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats

_TWO = slice(None, -1), slice(1, None)


def solve_directly(known: Floats, mask: NDArray[np.bool_], rhs: Floats | None) -> None:
    """Write the solution to `known` under a mask that leaves something known; in float64."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.linalg import splu

    count = np.count_nonzero(mask)
    number = np.full(mask.shape, -1)
    number[mask] = np.arange(count)
    diagonal = np.zeros(count)
    b = np.zeros((count, known.shape[2]))
    if rhs is not None:
        b += rhs[mask]
    rows, columns = [], []
    for axis in range(2):
        for here, there in (_TWO, _TWO[::-1]):
            p, q = (number[part] if axis == 0 else number[:, part] for part in (here, there))
            values = known[there] if axis == 0 else known[:, there]
            np.add.at(diagonal, p[p >= 0], 1)
            linked, edge = (p >= 0) & (q >= 0), (p >= 0) & (q < 0)
            rows.append(p[linked])
            columns.append(q[linked])
            np.add.at(b, p[edge], values[edge])
    i = np.concatenate([*rows, np.arange(count)])
    j = np.concatenate([*columns, np.arange(count)])
    entries = np.concatenate([np.full(i.size - count, -1.0), diagonal])
    matrix = coo_matrix((entries, (i, j)), (count, count)).tocsc()
    known[mask] = splu(matrix, permc_spec="MMD_AT_PLUS_A").solve(b)
