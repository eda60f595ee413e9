"""Turning the field of a shape, whose values above 0 are inside, into a box of its own."""

from __future__ import annotations

import math

import cv2
import numpy as np

from ..arrays import Floats

_OUTSIDE = -1.0
_ROUNDING = 1e-6


def turned(field: Floats, angle: float) -> Floats:
    """Return `field` (h, w) turned counter-clockwise by `angle` in the box that then holds it."""
    h, w = field.shape
    cos, sin = math.cos(angle), math.sin(angle)
    height = math.ceil(abs(cos) * h + abs(sin) * w - _ROUNDING)
    width = math.ceil(abs(sin) * h + abs(cos) * w - _ROUNDING)
    turn = np.array([[cos, -sin], [sin, cos]])
    shift = np.array([w - 1, h - 1]) / 2 - turn @ (np.array([width - 1, height - 1]) / 2)
    found = cv2.warpAffine(
        field,
        np.hstack([turn, shift[:, None]]),
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=_OUTSIDE,
    )
    return np.asarray(found, np.float32)


def trimmed(mask: Floats) -> Floats:
    """Return the part of `mask` that its pixels above 0 span; all of it where there is none."""
    from ..stencil import bounds

    y, x, h, w = bounds(mask)
    return np.ascontiguousarray(mask[y : y + h, x : x + w]) if h else mask
