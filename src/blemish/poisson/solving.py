"""The Poisson equation on the pixels of a mask."""

from __future__ import annotations

import logging
import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import LEVEL, Floats
from ._areas import areas_of

_LOG = logging.getLogger(__name__)
# A tolerance below this share of the values is below what float32 carries through the cycles.
_FINEST = 2e-5
_REFINEMENTS = 40
_BAND = 64  # rows that become float64 at a time


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
    which stops by its own bound of the error; where cycles converge slowly, by conjugate gradients
    around them. Should that not get there, a sparse direct solver does, and a line of the log says
    so. A solution is float32: of values a million times the tolerance, it holds no more.
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
        if _held_weakly(mask):
            known[mask], bound = 0, math.inf
        else:
            bound = solve_by_multigrid(known, mask, rhs, max(tolerance, finest))
        if bound > tolerance or tolerance < finest:
            bound = _refine(known, mask, rhs, tolerance)
        if bound > tolerance:
            from .direct import solve_directly

            _LOG.info("multigrid reached %.2g, not %.2g: solving directly", bound, tolerance)
            solve_directly(known, mask, rhs)


def _held_weakly(mask: NDArray[np.bool_]) -> bool:
    """Return whether a mask has more of the array's edge than of known pixels around it.

    Then an error that is nearly the same everywhere fades slowly, and hides behind quicker ones.
    """
    edges = mask[0], mask[-1], mask[:, 0], mask[:, -1]
    natural = sum(np.count_nonzero(edge) for edge in edges)
    if not natural:
        return False
    known = np.count_nonzero(mask[1:] != mask[:-1]) + np.count_nonzero(mask[:, 1:] != mask[:, :-1])
    return bool(natural > known)


def _refine(known: Floats, mask: NDArray[np.bool_], rhs: Floats | None, tolerance: float) -> float:
    """Improve an approximate solution where cycles alone do not; return a bound of the error."""
    outside, reached = ~mask, []
    for c in range(known.shape[2]):
        # One channel at a time: memory for three would be three times as much.
        own = np.s_[:, :, c : c + 1]
        right = None if rhs is None else rhs[own]
        reached.append(_refine_channel(known[own], outside, right, tolerance))
    return max(reached)


def _refine_channel(
    known: Floats, outside: NDArray[np.bool_], rhs: Floats | None, tolerance: float
) -> float:
    """Do what `_refine` does by flexible conjugate gradients around a cycle, in float64.

    Each step goes as far as lowers the energy most (Notay, SIAM J. Sci. Comput. 2000): a component
    that a cycle leaves, or makes larger, is taken out by its length.
    """
    from .multigrid import solve_by_multigrid

    mask, solution = ~outside, known.astype(np.float64)
    # Directions need not be exact, and each takes as much memory as the picture.
    direction, image = np.zeros_like(known), np.zeros_like(known)
    moved, bound = [math.inf] * 3, math.inf
    for _ in range(_REFINEMENTS):
        residual = _left(solution, rhs, outside)
        if not residual.any():
            bound = 0.0
            break
        towards = np.zeros_like(known)
        solve_by_multigrid(towards, mask, residual, math.inf)
        curvature = float(np.vdot(direction, image))
        if curvature > 0:
            direction *= np.float32(-float(np.vdot(towards, image)) / curvature)
        direction += towards
        image = -_left(direction, None, outside)
        curvature = float(np.vdot(direction, image))
        if not curvature > 0:
            break
        length = np.float32(np.vdot(direction, residual) / curvature)
        direction *= length
        image *= length
        solution += direction
        moved = [float(np.abs(direction).max()), *moved[:2]]
        seen = math.sqrt(moved[0] / moved[2]) if 0 < moved[2] < math.inf else 1.0
        rate = min(0.9, max(0.5, 1.25 * seen))
        bound = moved[0] * rate / (1 - rate)
        if bound <= tolerance / 2:
            break
    known[:] = solution
    return bound


def _left(values: NDArray[Any], rhs: Floats | None, outside: NDArray[np.bool_]) -> Floats:
    """Return what values leave of the equation, 0 outside the mask; computed in float64."""
    height = len(values)
    left = np.empty(values.shape, np.float32)
    for first in range(0, height, _BAND):
        last, top = min(first + _BAND, height), max(first - 1, 0)
        part = values[top : last + 1].astype(np.float64)
        total = np.zeros_like(part) if rhs is None else rhs[top : last + 1].astype(np.float64)
        difference = part[:-1] - part[1:]
        total[:-1] -= difference
        total[1:] += difference
        difference = part[:, :-1] - part[:, 1:]
        total[:, :-1] -= difference
        total[:, 1:] += difference
        left[first:last] = total[first - top : last - top]
    left[outside] = 0
    return left


def _check(known: Floats, mask: NDArray[np.bool_], rhs: Floats | None, tolerance: float) -> None:
    if known.ndim != 3 or known.dtype != np.float32:
        raise TypeError(f"known must be float32 (h, w, C), not {known.dtype} {known.shape}")
    if mask.shape != known.shape[:2] or mask.dtype != np.bool_:
        raise TypeError(f"mask must be bool {known.shape[:2]}, not {mask.dtype} {mask.shape}")
    if rhs is not None and (rhs.shape != known.shape or rhs.dtype != np.float32):
        raise TypeError(f"rhs must be float32 {known.shape}, not {rhs.dtype} {rhs.shape}")
    if not tolerance > 0:
        raise ValueError(f"tolerance must be above 0, not {tolerance}")
