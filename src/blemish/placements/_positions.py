"""Where a shape may lie: how much of it is on allowed ground, for every position at once.

Ground and shape are reduced to cells of a few pixels, whose overlap for all positions is one
correlation; the position that is chosen is then looked at pixel by pixel.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ..refused import Refused
from ..scene import Scene
from ..stencil import Stencil, place

_CELLS = 128  # along the longer side of the frame


class Positions:
    """The positions of a shape, in cells, and how much of it lies on allowed ground at each.

    Attributes:
        share: float32 (rows, columns), the share of the shape's coverage on allowed ground, with
            the shape's support in the frame (as far as it is not larger than the frame).
    """

    def __init__(self, stencil: Stencil, scene: Scene, margin: float = 0.0) -> None:
        self.stencil, self.scene, self.margin = stencil, scene, margin
        ground, self.step = cells_of(scene, margin)
        y, x, h, w = stencil.support()
        if not h:
            raise Refused("the shape is empty")
        self.support = (y, x, h, w)
        shape = _cells(np.ascontiguousarray(stencil.mask[y : y + h, x : x + w]), self.step)
        # A shape larger than the frame slides over it until its edge meets the frame's.
        self.beyond = tuple(max(0, s - g) for s, g in zip(shape.shape, ground.shape, strict=True))
        if any(self.beyond):
            (rows, columns) = self.beyond
            ground = np.pad(ground, ((rows, rows), (columns, columns)))
        whole = float(shape.sum())
        self.share = np.clip(cv2.matchTemplate(ground, shape, cv2.TM_CCORR) / whole, 0, 1)

    def chosen(self, legal: NDArray[np.bool_], y: float, x: float) -> Stencil:
        """Return the stencil at one of the legal positions; see `spot`."""
        row, column = spot(legal, y, x)
        up, left, h, w = self.support
        whole = (int(row) - self.beyond[0]) * self.step, (int(column) - self.beyond[1]) * self.step
        coarse = self.stencil.at(whole[0] - up, whole[1] - left)
        # Cells are a few pixels wide: a step within the cell, where that costs nothing.
        fine_top = whole[0] + int((row - int(row)) * self.step)
        fine_left = whole[1] + int((column - int(column)) * self.step)
        height, width = self.scene.shape
        inside = 0 <= fine_top <= height - h and 0 <= fine_left <= width - w
        fine = self.stencil.at(fine_top - up, fine_left - left)
        shares = [on_ground(moved, self.scene, self.margin) for moved in (fine, coarse)]
        return fine if inside and shares[0] >= shares[1] else coarse


def spot(legal: NDArray[np.bool_], y: float, x: float) -> tuple[float, float]:
    """Return (row, column) of a legal cell, their fractions saying where in it.

    `y` in [0, 1] goes down the rows, each as long as the legal cells it holds, and `x` along those
    of the row: all are equally likely, and a little more or less of either, or a few legal cells
    more or less, lead to a place nearby. Raises Refused where none is legal.
    """
    counts = np.count_nonzero(legal, axis=1)
    ends = np.cumsum(counts)
    if not ends[-1]:
        raise Refused("no place for the shape on the object or in the region of interest")
    along = min(max(y, 0.0), 1 - 1e-9) * float(ends[-1])
    row = int(np.searchsorted(ends, along, side="right"))
    columns = np.flatnonzero(legal[row])
    across = min(max(x, 0.0), 1 - 1e-9) * columns.size
    down = (along - float(ends[row] - counts[row])) / float(counts[row])
    return row + down, float(columns[int(across)]) + across - int(across)


def on_ground(stencil: Stencil, scene: Scene, margin: float = 0.0) -> float:
    """Return the share of the stencil's coverage that lies on allowed ground."""
    whole = float(stencil.mask.sum())
    if whole == 0:
        return 0.0
    return float(clipped(stencil, scene, margin).mask.sum()) / whole


def clipped(stencil: Stencil, scene: Scene, margin: float = 0.0) -> Stencil:
    """Return the stencil with its coverage 0 outside allowed ground, and nearer than `margin`, a
    fraction of the frame's shorter side, to the object's edge."""
    height, width = scene.shape
    h, w = stencil.mask.shape
    top, left = max(0, stencil.top), max(0, stencil.left)
    bottom, right = min(height, stencil.top + h), min(width, stencil.left + w)
    mask = np.zeros_like(stencil.mask)
    if top < bottom and left < right:
        box = np.s_[
            top - stencil.top : bottom - stencil.top, left - stencil.left : right - stencil.left
        ]
        mask[box] = stencil.mask[box] * inner(scene, margin)[top:bottom, left:right]
    return stencil.masked(mask)


def moved_anywhere(stencil: Stencil, scene: Scene, y: float, x: float) -> Stencil:
    """Return the stencil where all of it lies in the frame, 0 to 1 between the ends of that."""
    up, left, h, w = stencil.support()
    height, width = scene.shape
    return stencil.at(place(y, height - h) - up, place(x, width - w) - left)


@lru_cache(maxsize=3)
def inner(scene: Scene, margin: float) -> NDArray[np.bool_]:
    """Return allowed ground further than `margin` from the object's edge: bool (H, W).

    The edge of the frame is none of the object's. Of an object that would vanish all is left.
    """
    side = 2 * round(margin * scene.side) + 1
    if side == 1 or scene.everywhere:
        return scene.allowed
    square = np.ones((side, side), np.uint8)
    kept = cv2.erode(scene.foreground.view(np.uint8), square, borderValue=1).view(np.bool_)
    kept = kept if scene.roi is None else kept & scene.roi
    return kept if kept.any() else scene.allowed


@lru_cache(maxsize=2)
def cells_of(scene: Scene, margin: float = 0.0) -> tuple[Floats, int]:
    """Return the share of allowed pixels in each cell, and how many pixels wide a cell is.

    Kept, because draws are repeated.
    """
    step = max(1, -(-max(scene.shape) // _CELLS))
    return _cells(inner(scene, margin).astype(np.float32), step), step


def _cells(plane: Floats, step: int) -> Floats:
    """Return the means of `plane` over cells of `step` pixels, zeros beyond its end."""
    height, width = (-(-n // step) for n in plane.shape)
    if (height * step, width * step) != plane.shape:
        below, right = height * step - plane.shape[0], width * step - plane.shape[1]
        plane = np.pad(plane, ((0, below), (0, right)))
    if step == 1:
        return plane
    return np.asarray(cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA), np.float32)
