"""Gradient noise on any height x width: `perlin` (one octave) and `fbm` (a sum of octaves).

Within one row of pixels and one cell of the lattice, Perlin noise is

    (la + lb * f) + fade(f) * (da + db * f),        f: place within the cell along x,

with four constants that depend only on the row and the cell. So the pixels cost three
multiply-adds each from two tables, f and fade(f), and gather nothing.
"""

from __future__ import annotations

import functools
import math
import numbers
import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .compiling import compiled

__all__ = ["fbm", "perlin"]

_MAX_CELLS = 4096  # along an axis: a lattice of 134 MB
_DIRECTIONS = 4096  # steps of 0.09 degrees


def perlin(shape: tuple[int, int], cells: tuple[float, float], seed: int) -> NDArray[np.float32]:
    """One octave of Perlin noise, float32 of the given shape, values about [-1, 1].

    Unit gradients at random angles, quintic fade, scaled by sqrt(2) so that the extremes come
    near -1 and 1. Pixel (y, x) is sampled at lattice point (y * cells[0] / height,
    x * cells[1] / width); lattice points themselves are 0, so that noise with one cell per
    pixel is 0 everywhere. Neither size nor cells need be integer multiples of anything.

    Args:
        shape: (height, width) in pixels, both at least 1.
        cells: lattice cells along (y, x) over the whole image: positive, at most 4096.
        seed: integer in [0, 2**63). The same seed and cells give the same pattern at any size.

    Raises:
        TypeError: if shape, cells or seed are not numbers of the right kind.
        ValueError: if they are out of range.

    Source: Perlin, "Improving noise", SIGGRAPH 2002 (the fade; but unit vectors at any angle for
    his twelve gradients); scale and sampling as in DRAEM, Zavrtanik et al., ICCV 2021.

    Example:
        >>> perlin((48, 64), cells=(4, 5.5), seed=0).shape
        (48, 64)
    """
    height, width = _check_shape(shape)
    per_axis = _check_cells(cells)
    noise = np.empty((height, width), np.float32)
    _octave(noise, per_axis, _check_seed(seed), 1.0, first=True)
    return noise


def fbm(
    shape: tuple[int, int],
    cells: tuple[float, float],
    seed: int,
    octaves: int = 5,
    persistence: float = 0.5,
    lacunarity: float = 2.0,
) -> NDArray[np.float32]:
    """Fractal noise, float32 of the given shape, values about [-1, 1]: octaves of `perlin`.

    Octave k has cells * lacunarity**k and amplitude persistence**k; the amplitudes are divided
    by their sum. Octave 0 has the gradients of `perlin` with the same seed, and octave k its
    own, which do not depend on how many octaves there are.

    Args:
        shape: (height, width) in pixels, both at least 1.
        cells: lattice cells along (y, x) of the first octave.
        seed: integer in [0, 2**63).
        octaves: how many, 1 to 32. The finest may have at most 4096 cells along an axis.
        persistence: ratio of amplitude from one octave to the next, in (0, 1].
        lacunarity: ratio of cells from one octave to the next, in [1, 16].

    Raises:
        TypeError: if an argument is not a number of the right kind.
        ValueError: if one is out of range.

    Source: Perlin, "Improving noise", SIGGRAPH 2002, summed as fractional Brownian motion.

    Example:
        >>> fbm((48, 64), cells=(2, 3), seed=0, octaves=3).dtype
        dtype('float32')
    """
    height, width = _check_shape(shape)
    cells_y, cells_x = _check_cells(cells)
    key = _check_seed(seed)
    count = _integer(octaves, "octaves", "a count such as 5")
    if not 1 <= count <= 32:
        raise ValueError(f"octaves must lie in 1 to 32, got {count}; 5 is usual, 1 is plain Perlin")
    decay = _number(persistence, "persistence", "a ratio such as 0.5")
    if not 0 < decay <= 1:
        raise ValueError(f"persistence must lie in (0, 1], got {decay}; 0.5 is usual")
    growth = _number(lacunarity, "lacunarity", "a ratio such as 2.0")
    if not 1 <= growth <= 16:
        raise ValueError(f"lacunarity must lie in [1, 16], got {growth}; 2.0 is usual")
    finest = max(cells_y, cells_x) * growth ** (count - 1)
    if finest > _MAX_CELLS:
        raise ValueError(
            f"the finest octave would have {finest:.6g} cells along an axis, more than "
            f"{_MAX_CELLS}; ask for fewer octaves, fewer cells or less lacunarity"
        )
    total = sum(decay**k for k in range(count))
    noise = np.empty((height, width), np.float32)
    for k in range(count):
        along = (cells_y * growth**k, cells_x * growth**k)
        # The octave is the upper word of Philox's 128-bit key, the seed the lower one.
        _octave(noise, along, key + (k << 64), decay**k / total, first=k == 0)
    return noise


def _octave(
    noise: NDArray[np.float32], cells: tuple[float, float], key: int, amplitude: float, first: bool
) -> None:
    """Write one octave into `noise`, or add it where it is not the first."""
    height, width = noise.shape
    row_cell, rows = _axis(height, cells[0])
    column_cell, columns = _axis(width, cells[1])
    cells_y, cells_x = math.ceil(cells[0]), math.ceil(cells[1])
    # Where each cell's run of columns starts; empty runs where cells are finer than pixels.
    # Unsigned, because numba lets a signed index count from the end, and the check for that keeps
    # the loop over pixels from being vectorised: 15 times slower.
    starts = np.searchsorted(column_cell, np.arange(cells_x + 1)).astype(np.uint64)
    rng = np.random.Generator(np.random.Philox(key=key))
    drawn = rng.integers(_DIRECTIONS, size=(cells_y + 1, cells_x + 1))
    gradients = (_directions() * np.float32(amplitude * math.sqrt(2))).take(drawn, axis=1)
    _compiled()(noise, gradients, row_cell, rows, starts, columns, first)


def _axis(size: int, cells: float) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Cell of each pixel along an axis, and a table (2, size) of its place there and the fade."""
    position = np.arange(size) * cells / size
    cell = np.floor(position)
    place = position - cell
    fade = ((6 * place - 15) * place + 10) * (place * place * place)
    return cell.astype(np.int64), np.stack([place, fade]).astype(np.float32)


def _fill_rows(
    noise: NDArray[np.float32],
    gradients: NDArray[np.float32],
    row_cell: NDArray[np.int64],
    rows: NDArray[np.float32],
    starts: NDArray[np.uint64],
    columns: NDArray[np.float32],
    first: bool,
) -> None:
    """Evaluate all rows; compiled by `_compiled`, and slow but equal without."""
    one = np.float32(1)
    place, fade = columns[0], columns[1]
    for y in range(noise.shape[0]):
        out = noise[y]
        cell, f, weight = row_cell[y], rows[0, y], rows[1, y]
        y_above, y_below = gradients[0, cell], gradients[0, cell + 1]
        x_above, x_below = gradients[1, cell], gradients[1, cell + 1]
        # Height a and slope b of the plane that each lattice column spans in this row.
        above = y_above[0] * f
        la = above + weight * (y_below[0] * (f - one) - above)
        lb = x_above[0] + weight * (x_below[0] - x_above[0])
        for c in range(len(starts) - 1):
            above = y_above[c + 1] * f
            ra = above + weight * (y_below[c + 1] * (f - one) - above)
            rb = x_above[c + 1] + weight * (x_below[c + 1] - x_above[c + 1])
            da, db = (ra - rb) - la, rb - lb
            # Two loops, so that the first octave neither reads nor needs cleared memory.
            if first:
                for x in range(starts[c], starts[c + 1]):
                    out[x] = (la + lb * place[x]) + fade[x] * (da + db * place[x])
            else:
                for x in range(starts[c], starts[c + 1]):
                    out[x] += (la + lb * place[x]) + fade[x] * (da + db * place[x])
            la, lb = ra, rb


@functools.cache
def _directions() -> NDArray[np.float32]:
    """Unit vectors (y, x) all around, shape (2, 4096): to look one up is cheaper than two sines."""
    angle = np.arange(_DIRECTIONS) * (2 * math.pi / _DIRECTIONS)
    return np.stack([np.cos(angle), np.sin(angle)]).astype(np.float32)


@functools.cache
def _compiled() -> Any:
    # No fastmath: it was measured slower, and would let results differ between machines.
    return compiled(_fill_rows)


def _check_shape(shape: tuple[int, int]) -> tuple[int, int]:
    height, width = _pair(shape, "shape", "(height, width)")
    sides = _integer(height, "height", "pixels"), _integer(width, "width", "pixels")
    if min(sides) < 1:
        raise ValueError(f"shape must be at least (1, 1), got {sides}; pass image.shape[:2]")
    return sides


def _check_cells(cells: tuple[float, float]) -> tuple[float, float]:
    along_y, along_x = _pair(cells, "cells", "(cells along y, cells along x)")
    remedy = "numbers such as (4, 4)"
    both = _number(along_y, "cells", remedy), _number(along_x, "cells", remedy)
    if not min(both) > 0:
        raise ValueError(f"cells must be positive, got {both}; pass {remedy}")
    if max(both) > _MAX_CELLS:
        raise ValueError(
            f"cells must be at most {_MAX_CELLS} along an axis, got {both}; pass fewer"
        )
    return both


def _check_seed(seed: int) -> int:
    value = _integer(seed, "seed", "an integer in [0, 2**63)")
    if not 0 <= value < 2**63:
        raise ValueError(f"seed must lie in [0, 2**63), got {value}; reduce it modulo 2**63")
    return value


def _pair(value: Any, name: str, wanted: str) -> tuple[Any, Any]:
    try:
        first, second = value
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a pair {wanted}, got {value!r}") from None
    return first, second


def _integer(value: Any, name: str, remedy: str) -> int:
    try:
        if isinstance(value, bool | np.bool_):
            raise TypeError
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {value!r}; pass {remedy}") from None


def _number(value: Any, name: str, remedy: str) -> float:
    if not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be numeric, got {value!r}; pass {remedy}")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, got {value!r}; pass {remedy}")
    return float(value)
