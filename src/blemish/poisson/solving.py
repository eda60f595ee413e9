"""The Poisson equation on the pixels of a mask."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import LEVEL, Floats
from ..stencil import bounds
from .guidance import divergence, links

_LOG = logging.getLogger(__name__)
_APART_PX = 32
_WORTH = 0.7
_FINEST, _REFINEMENTS = 2e-5, 3


def solve(
    known: Floats, mask: NDArray[np.bool_], rhs: Floats | None = None, tolerance: float = LEVEL / 4
) -> Floats:
    """Return f with sum over q of (f_p - f_q) = rhs_p in the mask, and f = known outside it.

    q are the neighbours of p that exist: beyond the array's edge there is none, so that the
    condition there is natural (Neumann), as in equation 7 of Perez et al. (SIGGRAPH 2003).

    Args:
        known: float32 (h, w, C), finite; what it holds under the mask is not used, unless the mask
            is everywhere: then the solution keeps its mean.
        mask: bool (h, w).
        rhs: float32 (h, w, C), or None for 0 everywhere, a membrane.
        tolerance: the largest error of a value, in units of `known`.

    Rectangles are solved by sine transforms, exactly but for rounding, and all else by multigrid,
    which stops by its own bound of the error. Should it not get there, a sparse direct solver does,
    and a line of the log says so.
    """
    _check(known, mask, rhs, tolerance)
    solved = known.copy()
    for box, inside in _pieces(mask):
        part = np.ascontiguousarray(solved[box])
        solve_in_place(part, inside, None if rhs is None else rhs[box], tolerance)
        solved[box] = part
    return solved


def solve_in_place(
    known: Floats, mask: NDArray[np.bool_], rhs: Floats | None, tolerance: float
) -> None:
    """Do what `solve` does under the mask of `known` itself, in one piece, unchecked.

    For a box that the mask fills but for a border; arrays must be contiguous.
    """
    from . import transforms

    if transforms.suits(mask):
        transforms.solve_rectangle(known, rhs)
    elif mask.all():
        transforms.solve_whole(known, rhs)
    else:
        from .multigrid import solve_by_multigrid

        finest = _FINEST * float(np.abs(known[~mask]).max())
        bound = solve_by_multigrid(known, mask, rhs, max(tolerance, finest))
        if bound > tolerance or tolerance < finest:
            bound = _refine(known, mask, rhs, tolerance)
        if bound > tolerance:
            from .direct import solve_directly

            _LOG.info("multigrid reached %.2g, not %.2g: solving directly", bound, tolerance)
            solve_directly(known, mask, rhs)


def _refine(known: Floats, mask: NDArray[np.bool_], rhs: Floats | None, tolerance: float) -> float:
    """Improve an approximate solution as float32 cannot; return a bound of the error.

    What it leaves of the equation is computed in float64, and solved for in turn.
    """
    outside, reached = ~mask, []
    for c in range(known.shape[2]):
        # One channel at a time: memory for three would be three times as much.
        own = np.s_[:, :, c : c + 1]
        reached.append(
            _refine_channel(known[own], outside, None if rhs is None else rhs[own], tolerance)
        )
    return max(reached)


def _refine_channel(
    known: Floats, outside: NDArray[np.bool_], rhs: Floats | None, tolerance: float
) -> float:
    from .multigrid import solve_by_multigrid

    solution, bound = known.astype(np.float64), math.inf
    for _ in range(_REFINEMENTS):
        residual = divergence(links(solution))
        np.negative(residual, out=residual)
        if rhs is not None:
            residual += rhs
        residual[outside] = 0
        step = np.zeros(residual.shape, np.float32)
        bound = 2 * solve_by_multigrid(step, ~outside, residual.astype(np.float32), tolerance / 2)
        solution += step
        if bound <= tolerance:
            break
    known[:] = solution
    return bound


def _pieces(mask: NDArray[np.bool_]) -> Iterator[tuple[Any, NDArray[np.bool_]]]:
    """Yield boxes of the mask that have nothing to do with one another, and the mask in each.

    Each is a pixel larger than what it holds, where the array goes on. What lies near together is
    kept together: many small boxes cost more than one.
    """
    h, w = mask.shape
    labels, boxes = _far_apart(mask)
    for number, (first, start, last, stop) in enumerate(boxes, 1):
        part = mask[first:last, start:stop]
        if labels is not None:
            own = labels[first // _APART_PX :, start // _APART_PX :] == number
            own = own.repeat(_APART_PX, 0).repeat(_APART_PX, 1)
            part = part & own[: part.shape[0], : part.shape[1]]
        y, x, rows, columns = bounds(part.view(np.uint8))
        if not rows:
            continue
        top, left = first + y, start + x
        above, before = min(top, 1), min(left, 1)
        bottom, right = min(h, top + rows + 1), min(w, left + columns + 1)
        inside = np.zeros((bottom - top + above, right - left + before), np.bool_)
        inside[above : above + rows, before : before + columns] = part[
            y : y + rows, x : x + columns
        ]
        yield np.s_[top - above : bottom, left - before : right], inside


def _far_apart(
    mask: NDArray[np.bool_],
) -> tuple[NDArray[np.int32] | None, list[tuple[int, int, int, int]]]:
    """Return which group each block of the mask belongs to, and the groups' boxes; or one box."""
    h, w = mask.shape
    one = None, [(0, 0, h, w)]
    if h <= 2 * _APART_PX and w <= 2 * _APART_PX:
        return one
    rows = np.bitwise_or.reduceat(mask.view(np.uint8), range(0, h, _APART_PX), axis=0)
    blocks = np.bitwise_or.reduceat(rows, range(0, w, _APART_PX), axis=1)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(blocks, connectivity=8)
    sides = stats[1:, [cv2.CC_STAT_TOP, cv2.CC_STAT_LEFT, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_WIDTH]]
    y, x, rows_, columns = (sides * _APART_PX).T
    boxes = list(zip(y, x, np.minimum(y + rows_, h), np.minimum(x + columns, w), strict=True))
    if count <= 2 and _WORTH * h * w < (rows_ * columns).sum():
        return one
    if (rows_ * columns).sum() > _WORTH * h * w:
        return one
    return np.asarray(labels, np.int32), [(int(a), int(b), int(c), int(d)) for a, b, c, d in boxes]


def _check(known: Floats, mask: NDArray[np.bool_], rhs: Floats | None, tolerance: float) -> None:
    if known.ndim != 3 or known.dtype != np.float32:
        raise TypeError(f"known must be float32 (h, w, C), not {known.dtype} {known.shape}")
    if mask.shape != known.shape[:2] or mask.dtype != np.bool_:
        raise TypeError(f"mask must be bool {known.shape[:2]}, not {mask.dtype} {mask.shape}")
    if rhs is not None and (rhs.shape != known.shape or rhs.dtype != np.float32):
        raise TypeError(f"rhs must be float32 {known.shape}, not {rhs.dtype} {rhs.shape}")
    if not tolerance > 0:
        raise ValueError(f"tolerance must be above 0, not {tolerance}")
