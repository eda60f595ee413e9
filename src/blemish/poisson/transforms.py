"""Rectangles: the Poisson equation by sine and cosine transforms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats

_LARGEST = 256
_SMOOTH = (2, 3, 5, 7)


def suits(mask: NDArray[np.bool_]) -> bool:
    """Return whether a mask is a rectangle, with known pixels all around, of a good size.

    The transform of n values costs by the prime factors of n + 1: with a large one, or beyond some
    hundred pixels a side, multigrid is quicker.
    """
    h, w = mask.shape[0] - 2, mask.shape[1] - 2
    if min(h, w) < 1 or not mask[1, 1]:
        return False
    if not (1 <= h <= _LARGEST and 1 <= w <= _LARGEST and _smooth(h + 1) and _smooth(w + 1)):
        return False
    edge = mask[0].any() or mask[-1].any() or mask[:, 0].any() or mask[:, -1].any()
    return not edge and bool(mask[1:-1, 1:-1].all())


def solve_rectangle(known: Floats, rhs: Floats | None) -> None:
    """Write the solution to all but the outermost pixels of `known`.

    The sine transform of type 1 diagonalises the equation; the known values go to its right side.
    """
    from scipy.fft import dstn, idstn

    h, w = known.shape[0] - 2, known.shape[1] - 2
    b = np.zeros((h, w, known.shape[2]), np.float32)
    if rhs is not None:
        b += rhs[1:-1, 1:-1]
    b[0] += known[0, 1:-1]
    b[-1] += known[-1, 1:-1]
    b[:, 0] += known[1:-1, 0]
    b[:, -1] += known[1:-1, -1]
    waves = dstn(b, 1, axes=(0, 1), overwrite_x=True)
    waves /= (_stiffness(h, h + 1, 1)[:, None] + _stiffness(w, w + 1, 1))[:, :, None]
    known[1:-1, 1:-1] = idstn(waves, 1, axes=(0, 1), overwrite_x=True)


def solve_whole(known: Floats, rhs: Floats | None) -> None:
    """Write the solution where nothing is known: natural edges all around, the mean of `known`.

    Without a known value, the equation determines all but a constant, and has a solution only if
    `rhs` adds up to 0, as the divergence of a field does; what it adds up to else is ignored.
    """
    from scipy.fft import dctn, idctn

    h, w = known.shape[:2]
    mean = known.mean(axis=(0, 1), dtype=np.float64)
    if rhs is None:
        known[:] = mean
        return
    waves = dctn(rhs.astype(np.float64), 2, axes=(0, 1), overwrite_x=True)
    stiffness = _stiffness(h, h, 0)[:, None] + _stiffness(w, w, 0)
    stiffness[0, 0] = 1
    waves /= stiffness[:, :, None]
    waves[0, 0] = 0
    known[:] = idctn(waves, 2, axes=(0, 1), overwrite_x=True) + mean


def _stiffness(count: int, period: int, first: int) -> NDArray[np.float64]:
    """Return 2 - 2 cos(pi k / period) for `count` waves from the first."""
    result: NDArray[np.float64] = 2 - 2 * np.cos(np.pi / period * np.arange(first, count + first))
    return result


def _smooth(n: int) -> bool:
    for factor in _SMOOTH:
        while n % factor == 0:
            n //= factor
    return n == 1
