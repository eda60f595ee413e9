"""The edge of a mask, set where the colour is halfway between part and background beside it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ._background import to_lab
from ._masks import Mask

_WINDOW = 11  # pixels of the coarse picture, of 128: what is beside the edge
_SQUARE = np.ones((3, 3), np.uint8)
_CROSS = np.asarray(cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)), np.uint8)


def settled(mask: Mask, pixels: Floats, coarse: Floats, reach: int, halfway: float) -> Mask:
    """Return the mask with its outline moved by at most `reach` pixels to the edge in the picture.

    Args:
        mask: 0 or 1, of the size of `pixels`.
        pixels: the picture (h, w, 1 or 3) in [0, 1].
        coarse: the picture in Lab, reduced, from which the colours beside the edge are taken.
        reach: in pixels.
        halfway: the share of the part's colour from which on a pixel belongs to the part.
    """
    kernel = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    y, x = np.nonzero(cv2.dilate(mask, kernel) != cv2.erode(mask, kernel))
    if not len(y):
        return mask
    part, background, known = _beside(mask, coarse)
    row = y * coarse.shape[0] // mask.shape[0]
    column = x * coarse.shape[1] // mask.shape[1]
    inner, outer = part[row, column], background[row, column]
    seen = to_lab(pixels[y, x][:, None])[:, 0]
    difference = inner - outer
    energy = np.einsum("nc,nc->n", difference, difference)
    share = np.einsum("nc,nc->n", seen - outer, difference) / (energy + 1)
    sure = known[row, column] & (energy > 1)
    moved = mask.copy()
    moved[y[sure], x[sure]] = share[sure] > halfway
    moved = np.asarray(cv2.medianBlur(moved, 3), np.uint8)
    return np.asarray(cv2.morphologyEx(moved, cv2.MORPH_OPEN, _CROSS), np.uint8)


def _beside(mask: Mask, lab: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return the colours of part and background near each pixel, and where both are known."""
    h, w = lab.shape[:2]
    share = cv2.resize(mask.astype(np.float32), (w, h), interpolation=cv2.INTER_AREA)
    fields, known = [], np.ones((h, w), np.bool_)
    for weight in (share > 0.95, share < 0.05):
        inside = cv2.erode(weight.astype(np.uint8), _SQUARE).astype(np.float32)
        if not inside.any():
            inside = weight.astype(np.float32)
        size = (_WINDOW, _WINDOW)
        amount = cv2.boxFilter(inside, -1, size, normalize=False)
        total = cv2.boxFilter(lab * inside[:, :, None], -1, size, normalize=False)
        fields.append(total / np.maximum(amount, 1)[:, :, None])
        known &= amount > 0.5
    return fields[0], fields[1], known
