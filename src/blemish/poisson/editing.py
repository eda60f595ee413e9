"""Setting a part of one picture into another by its gradients, in any of the image dtypes."""

from __future__ import annotations

import logging
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import LEVEL, Floats, white_of
from ._areas import Area, areas_of
from ._checks import (
    check_source,
    check_tolerance,
    checked_image,
    checked_mask,
    checked_out,
    checked_place,
)
from ._sheets import (
    Sheet,
    borrowed,
    channels_of,
    check_values,
    kernels,
    sheet_of,
    sheet_of_floats,
    write,
)
from .guidance import check_gradients, surplus
from .solving import solve_in_place

_LOG = logging.getLogger(__name__)
TOLERANCE_LEVELS = 0.25


def clone(
    source: NDArray[Any],
    target: NDArray[Any],
    mask: NDArray[Any],
    offset: tuple[int, int] = (0, 0),
    gradients: str = "import",
    tolerance_levels: float = TOLERANCE_LEVELS,
    out: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """Return `target` with the masked part of `source` set in seamlessly.

    Perez, Gangnet and Blake, "Poisson image editing", SIGGRAPH 2003: equation 7, with the target's
    values around the mask and, under it, the differences of neighbouring pixels that are asked
    for, each channel by itself. Beyond the target's edge there is no neighbour, hence no condition
    there. A mask that is everywhere keeps the target's mean. Outside the mask every pixel comes
    back bit for bit.

    Args:
        source: (h, w[, C]), of the target's dtype; grey, or of the target's channels. Its alpha is
            not looked at. Where the mask touches its edge, its last pixels are repeated.
        target: (H, W[, C]), uint8, uint16, or float32/64 in [0, 1]; its alpha is kept.
        mask: (h, w): bool; integers 0 and 1, or 0 to 255; or floats 0 to 1. Between them it is
            soft: everything above 0 is solved for, then mixed with the target by the mask.
        offset: (y, x), where the source's top left pixel lies in the target; `centred` computes
            one. What lies outside the target is cut off.
        gradients: "import" those of the source; "mixed", of both the stronger; the "average" of
            both; or "monochrome", the source's grey ones (the mean of its channels).
        tolerance_levels: the largest error before rounding, in 1/255 of full range.
        out: an array that already holds the target (the target itself, or a copy of it): only
            pixels under the mask are written, and it is returned. What a clone costs then does
            not depend on the target's size. Pixels outside the mask are taken from the target.

    Under the mask values are rounded to the nearest (of floats none is) and clipped to full range.
    Where nothing of the mask lies in the target, it is returned unchanged, and the log says so.

    Raises:
        TypeError: for what is no image, mask or position, and where the dtypes differ.
        ValueError: where shapes do not fit; for floats outside [0, 1], or NaN, near the mask; and
            where `out` is read-only or does not hold the target.
    """
    source, target = checked_image(source), checked_image(target)
    check_source(source, target)
    mask, offset = checked_mask(mask, source), checked_place(offset, "offset")
    check_gradients(gradients)
    check_tolerance(tolerance_levels)
    areas = areas_of(mask, offset, target.shape)
    result = checked_out(out, target, areas)
    if not areas:
        _LOG.warning("nothing of the mask lies in the target: it is returned unchanged")
        return result
    channels, tolerance = channels_of(target), tolerance_levels * LEVEL * white_of(target)
    overwritten = out is not None and np.may_share_memory(source, out)
    layer = sheet_of(source, channels, offset, areas, copied=overwritten)
    base = sheet_of(target, channels, (0, 0), areas)
    check_values(layer, areas)
    check_values(base, areas)
    for area in areas:
        change, shift = _change(layer, base, area, gradients, tolerance)
        write(result, layer, area, change, shift)
    return result


def seamless(
    source: Floats,
    target: Floats,
    support: NDArray[np.bool_],
    gradients: str = "import",
    tolerance: float = TOLERANCE_LEVELS * LEVEL,
) -> Floats:
    """Return float32 (h, w, C): `target` outside the support, the seamless clone inside it.

    The three arrays lie upon one another; values may be of any range, `tolerance` is in their unit.
    """
    check_gradients(gradients)
    if not support.any():
        return target.copy()
    # A copy: compiled code is compiled once more for an array that is read-only.
    area = Area(0, 0, np.array(support, np.bool_, order="C"))
    layer, base = sheet_of_floats(source), sheet_of_floats(target)
    change, shift = _change(layer, base, area, gradients, tolerance)
    result = target.copy()
    rows, limits = result.reshape(len(result), -1), (-math.inf, math.inf)
    kernels().write_floats(layer.rows, rows, (0, 0, 0, 0), area.support, change, shift, limits)
    return result


def centred(mask: NDArray[Any], centre: tuple[int, int]) -> tuple[int, int]:
    """Return the offset that lays the middle of the mask's bounding box on `centre` (y, x)."""
    mask, (y, x) = checked_mask(mask, mask, "mask"), checked_place(centre, "centre")
    rows, columns = (np.flatnonzero((mask > 0).any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        raise ValueError("the mask is empty: it has no middle")
    return y - int(rows[0] + rows[-1]) // 2, x - int(columns[0] + columns[-1]) // 2


def _change(
    source: Sheet, target: Sheet, area: Area, gradients: str, tolerance: float
) -> tuple[Floats, Floats]:
    """Return what is to be added to the source in an area: (h, w, C), and (w * C) the same in all.

    All in the unit of the pixels.
    """
    (height, width), channels = area.support.shape, target.channels
    count = 1 + (gradients != "import") + (area.weight is not None)
    known, *spare = borrowed(count, (height, width, channels))
    shift = np.empty(width * channels, np.float32)
    corners = area.y - source.y, area.x - source.x, area.y - target.y, area.x - target.x
    kernels().membrane(source.rows, target.rows, corners, area.support, shift, known)
    rhs = surplus(gradients, (source.rows, target.rows, corners), area.support, known, spare)
    if area.weight is None:
        solve_in_place(known, area.support, rhs, tolerance)
        return known, shift
    kept = spare[-1]
    kept[:] = known
    solve_in_place(known, area.support, rhs, tolerance)
    # Mixed with what makes the source the target.
    kernels().soften(kept, area.weight, known)
    return known, shift
