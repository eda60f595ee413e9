"""Thumbnails of pictures, with the outline of the mask and a map of what changed."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .. import measures
from ..arrays import Floats, colour_of, from_float, to_channels, to_float, white_of
from ..images import load
from ..measures import Mask
from ..png import encode
from .items import Item
from .reading import change_of, mask_of

_SIDE_PX = 176
_GAP_PX = 4
_SMALLEST_PX = 64
_ROOM = 1.6  # how much of its surroundings is shown around what is marked or changed
_PAPER, _OUTLINE = (255, 255, 255), (255, 40, 40)
_DARK, _LABELLED, _UNCHANGED, _UNLABELLED = (34, 38, 44), (236, 238, 240), (84, 130, 190), _OUTLINE


def thumbnail(item: Item, white: float | None) -> bytes:
    """Return a PNG of a picture around its defect, and beside it a map of the same part of it.

    On the map, what is labelled is light, blue where nothing visibly changed, and what changed and
    is not labelled red. Raises ValueError or OSError where the files cannot be read any more.
    """
    image = load(item.image).pixels
    shape = (image.shape[0], image.shape[1])
    mask = mask_of(item, shape, [])
    if mask is None:
        raise ValueError(f"{item.image}: its mask marks nothing")
    change = _change(item, image, white)
    changed = mask if change is None else measures.visible(change)
    window = _window(mask | changed)
    level = white if image.dtype.kind == "u" else None
    picture = to_channels(to_float(colour_of(image)[window], white_of(image, level)), 3)
    coloured = _map(mask[window], changed[window])
    shown, drawn = _fitted(from_float(picture, np.uint8, 255)), _fitted(coloured)
    marked = _fitted(mask[window].astype(np.uint8) * 255) > 127
    line = cv2.dilate(marked.astype(np.uint8), np.ones((3, 3), np.uint8)) != marked
    shown[line] = _OUTLINE
    gap = np.full((shown.shape[0], _GAP_PX, 3), _PAPER, np.uint8)
    return encode(np.hstack([shown, gap, drawn]))


def _change(item: Item, image: NDArray[Any], white: float | None) -> Floats | None:
    if item.clean is None or item.clean.altered:
        return None
    try:
        return change_of(image, item.clean, load(item.clean.path), white)
    except (ValueError, OSError):
        return None  # the audit has told it as a fault; the picture is worth seeing all the same


def _map(mask: Mask, changed: Mask) -> NDArray[np.uint8]:
    drawn = np.full((*mask.shape, 3), _DARK, np.uint8)
    drawn[mask] = _UNCHANGED
    drawn[mask & changed] = _LABELLED
    drawn[changed & ~mask] = _UNLABELLED
    return drawn


def _window(marked: Mask) -> tuple[slice, slice]:
    """Return a square around what is marked, in the frame as far as that reaches."""
    x, y, w, h = cv2.boundingRect(marked.astype(np.uint8))
    side = round(max(h * _ROOM, w * _ROOM, _SMALLEST_PX))
    starts = (
        max(0, min(start + (size - side) // 2, full - side))
        for start, size, full in ((y, h, marked.shape[0]), (x, w, marked.shape[1]))
    )
    top, left = starts
    return slice(top, top + side), slice(left, left + side)


def _fitted(picture: NDArray[Any]) -> NDArray[Any]:
    scale = _SIDE_PX / max(picture.shape[:2])
    height, width = (max(1, round(side * scale)) for side in picture.shape[:2])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(picture, (width, height), interpolation=how), np.uint8)
