"""The Poisson equation on the pixels of a mask."""

from __future__ import annotations

import logging
import math

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import LEVEL, Floats
from ._areas import areas_of
from .guidance import divergence, links

_LOG = logging.getLogger(__name__)
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
    for area in areas_of(mask, (0, 0), mask.shape):
        part = np.ascontiguousarray(solved[area.place])
        right = None if rhs is None else np.ascontiguousarray(rhs[area.place])
        solve_in_place(part, area.support, right, tolerance)
        solved[area.place] = part
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
    elif mask[0, 0] and mask.all():
        transforms.solve_whole(known, rhs)
    else:
        from .multigrid import solve_by_multigrid

        outside = np.equal(mask, False).view(np.uint8)
        finest = _FINEST * cv2.norm(known, cv2.NORM_INF, outside)
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


def _check(known: Floats, mask: NDArray[np.bool_], rhs: Floats | None, tolerance: float) -> None:
    if known.ndim != 3 or known.dtype != np.float32:
        raise TypeError(f"known must be float32 (h, w, C), not {known.dtype} {known.shape}")
    if mask.shape != known.shape[:2] or mask.dtype != np.bool_:
        raise TypeError(f"mask must be bool {known.shape[:2]}, not {mask.dtype} {mask.shape}")
    if rhs is not None and (rhs.shape != known.shape or rhs.dtype != np.float32):
        raise TypeError(f"rhs must be float32 {known.shape}, not {rhs.dtype} {rhs.shape}")
    if not tolerance > 0:
        raise ValueError(f"tolerance must be above 0, not {tolerance}")
