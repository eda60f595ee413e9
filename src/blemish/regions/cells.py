"""Cells: pieces of the picture itself, each warped within a cell of a grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ..changes import changed, freeze_changes
from ..random import choice, integers, seed
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._cutting import corner_on_object

# Three random points often lie nearly on a line, which an affine map would make a streak.
_LEAST_TRIANGLE = 0.1
_TRIES = 32


@dataclass(frozen=True)
class Cells:
    """A donor: a block of cells, in some of which a piece of the picture lies, affinely warped.

    Attributes:
        size: the side of a cell, as a fraction of the shorter side of the image.
        rows, columns: of the block, in cells, as far as they fit into the frame.
        share: the chance of a cell to show a piece; one of the block always does.
        seed: of the block's place, of the cells, the pieces and their warps.
        changes: a change, or several, of what is seen of the block.

    A piece is the same cell or one from anywhere on the object, with equal chance, mapped by three
    points in it to three others in its cell; what does not fill the cell is not part of the shape.
    The affined anomalies of Shah et al. (IEEE Access 2025).
    """

    size: float = choice(8 / 256, 16 / 256, 32 / 256, 64 / 256)
    rows: int = integers(1, 3)
    columns: int = integers(1, 3)
    share: float = 0.5
    seed: int = seed()
    changes: Any = ()

    def __post_init__(self) -> None:
        freeze_changes(self)
        check_range("Cells.size", self.size, 0, 1)
        check_range("Cells.rows", self.rows, 1, 256)
        check_range("Cells.columns", self.columns, 1, 256)
        check_range("Cells.share", self.share, 0, 1)

    def __call__(self, scene: Scene) -> Stencil:
        """Return the block, where it was cut."""
        rng = np.random.Generator(np.random.Philox(key=self.seed))
        height, width = scene.shape
        side = min(scene.side, max(4, round(self.size * scene.side)))
        rows, columns = min(self.rows, height // side), min(self.columns, width // side)
        top, left = corner_on_object(scene, (rows * side, columns * side), rng)
        layer = scene.crop(top, left, rows * side, columns * side)
        block, mask = layer.copy(), np.zeros(layer.shape[:2], np.float32)
        shown = rng.random((rows, columns)) < self.share
        shown.reshape(-1)[int(rng.integers(shown.size))] = True
        for row, column in np.argwhere(shown) * side:
            cell = np.s_[row : row + side, column : column + side]
            piece = block[cell]
            if rng.random() < 0.5:
                piece = scene.crop(*corner_on_object(scene, (side, side), rng), side, side)
            layer[cell], mask[cell] = _warped(piece, rng)
        return Stencil(mask, top, left, changed(layer, self.changes))


def _warped(piece: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return a square piece affinely warped within its square, and where it is seen: 0 or 1."""
    side = len(piece)
    matrix = cv2.getAffineTransform(_triangle(side, rng), _triangle(side, rng))
    seen = cv2.warpAffine(np.ones((side, side), np.float32), matrix, (side, side))
    warped = cv2.warpAffine(piece, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)
    mask = (np.asarray(seen) >= 0.5).astype(np.float32)
    return np.asarray(warped, np.float32).reshape(piece.shape), mask


def _triangle(side: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return three points (3, 2) in a square, in random order, that span a tenth of it or more."""
    several = rng.random((_TRIES, 3, 2), np.float32)
    (ay, ax), (by, bx) = ((several[:, k] - several[:, 0]).T for k in (1, 2))
    areas = np.abs(ay * bx - ax * by) / 2
    # The first that is large enough; in 32 tries there nearly always is one.
    first = int(np.argmax(areas >= min(_LEAST_TRIANGLE, float(areas.max()))))
    return np.asarray(several[first] * np.float32(side - 1), np.float32)
