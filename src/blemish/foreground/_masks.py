"""Masks, uint8 (h, w) of 0 and 1: crumbs go, cracks close, holes stay where they are real."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats

Mask = NDArray[np.uint8]
_LEAST = 0.1  # of the largest piece
_TINY = 0.002  # of the mask


def cleaned(mask: Mask, distance: Floats, threshold: float) -> Mask:
    """Return the mask closed and opened, its larger pieces, and without false holes.

    A hole stays where what is seen in it is nearer to the background than `threshold`.
    """
    kernel = _disc(mask)
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel), np.uint8)
    return _without_false_holes(opened(mask), distance, threshold)


def opened(mask: Mask) -> Mask:
    """Return the mask without what is thinner than about 1.5 % of the longer side, or a crumb."""
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, _disc(mask)), np.uint8)
    return _larger_pieces(mask)


def _disc(mask: Mask) -> Mask:
    side = 2 * round(0.006 * max(mask.shape)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def _larger_pieces(mask: Mask) -> Mask:
    """Return the pieces of at least a tenth of the largest one's area."""
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count <= 2:
        return mask
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    kept = np.asarray(areas >= _LEAST * areas.max(), np.uint8)
    return np.asarray(kept[pieces], np.uint8)


def _without_false_holes(mask: Mask, distance: Floats, threshold: float) -> Mask:
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(1 - mask, connectivity=4)
    if count <= 2:
        return mask
    h, w = mask.shape
    filled = np.zeros(count, np.uint8)
    tiny = _TINY * int(mask.sum())
    for k in range(1, count):
        left, top, width, height, area = stats[k]
        if left == 0 or top == 0 or left + width == w or top + height == h:
            continue
        box = np.s_[top : top + height, left : left + width]
        if area < tiny or np.median(distance[box][pieces[box] == k]) > threshold:
            filled[k] = 1
    return np.asarray(mask | filled[pieces], np.uint8)


def outline_of(mask: Mask) -> NDArray[np.bool_]:
    """Return the mask's own pixels beside others; those at the frame are not beside any."""
    return np.asarray(mask != cv2.erode(mask, np.ones((3, 3), np.uint8)))
