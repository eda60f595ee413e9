"""Permuted: cut into the cells of a grid and shuffled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ..random import seed
from ..values import check_range

Crop = Callable[[int, int, int, int], NDArray[Any]]
"""(top, left, height, width) -> those pixels."""


@dataclass(frozen=True)
class Permuted:
    """The layer cut into a grid, its cells shuffled.

    Attributes:
        rows, columns: of the grid; as many columns as rows if not given, and no more than pixels.
        seed: of their order.

    Where the sides are no multiples, cells differ by a pixel; one is then repeated or left out.
    """

    moves: ClassVar[bool] = True
    rows: int = 4
    columns: int | None = None
    seed: int = seed()

    def __post_init__(self) -> None:
        check_range("Permuted.rows", self.rows, 1, 256)
        if self.columns is not None:
            check_range("Permuted.columns", self.columns, 1, 256)

    def __call__(self, layer: Floats) -> Floats:
        """Return the shuffled layer, of the same size."""
        h, w = layer.shape[:2]
        order = shuffled((h, w), (self.rows, self.columns or self.rows), self.seed)

        def crop(top: int, left: int, height: int, width: int) -> Floats:
            return layer[top : top + height, left : left + width]

        return rearranged(crop, (h, w), (0, 0, h, w), order)


def shuffled(shape: tuple[int, int], grid: tuple[int, int], seed: int) -> NDArray[np.int64]:
    """Return (rows, columns): which cell of the grid, counted row by row, is shown at each."""
    rows, columns = min(grid[0], shape[0]), min(grid[1], shape[1])
    rng = np.random.Generator(np.random.Philox(key=seed))
    return rng.permutation(rows * columns).reshape(rows, columns)


def rearranged(
    crop: Crop,
    shape: tuple[int, int],
    box: tuple[int, int, int, int],
    order: NDArray[np.int64],
    turns: int = 0,
) -> NDArray[Any]:
    """Return what a picture of `shape` shows in a box after quarter turns and a shuffle of cells.

    `box` is (top, left, height, width); turned by an odd number, the picture is stretched to
    `shape` again. Only what is seen in the box is cropped.
    """
    top, left, height, width = box
    rows, columns = _edges(shape[0], order.shape[0]), _edges(shape[1], order.shape[1])
    bands = []
    for i, up, down in _pieces(rows, top, top + height):
        row = []
        for j, start, stop in _pieces(columns, left, left + width):
            cell = divmod(int(order[i, j]), order.shape[1])
            above = _span(rows, i, (up, down), cell[0], order.shape[0])
            across = _span(columns, j, (start, stop), cell[1], order.shape[1])
            piece = np.rot90(crop(*_turned_back(above, across, shape, turns)), turns)
            row.append(_fitted(piece, down - up, stop - start))
        bands.append(np.concatenate(row, axis=1))
    return np.ascontiguousarray(np.concatenate(bands))


def _edges(length: int, parts: int) -> list[int]:
    return [i * length // parts for i in range(parts + 1)]


def _pieces(edges: list[int], start: int, stop: int) -> list[tuple[int, int, int]]:
    """Return (number, start, stop) of what lies of each cell between `start` and `stop`."""
    found = [(i, max(start, edges[i]), min(stop, edges[i + 1])) for i in range(len(edges) - 1)]
    return [(i, first, last) for i, first, last in found if first < last]


def _span(
    edges: list[int], own: int, part: tuple[int, int], other: int, parts: int
) -> tuple[float, float]:
    """Return where a part of the cell `own` lies in the cell `other`, as fractions of the side."""
    length = edges[own + 1] - edges[own]
    first, last = ((edge - edges[own]) / length for edge in part)
    return (other + first) / parts, (other + last) / parts


def _turned_back(
    rows: tuple[float, float], columns: tuple[float, float], shape: tuple[int, int], turns: int
) -> tuple[int, int, int, int]:
    """Return (top, left, height, width) of a part, in fractions, of the turned picture."""
    for _ in range(turns % 4):
        # A turn counter-clockwise shows the right side at the top.
        rows, columns = columns, (1 - rows[1], 1 - rows[0])
    spans = []
    for (first, last), side in ((rows, shape[0]), (columns, shape[1])):
        start = min(round(first * side), side - 1)
        spans.append((start, max(1, round(last * side) - start)))
    return spans[0][0], spans[1][0], spans[0][1], spans[1][1]


def _fitted(piece: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """Return the piece in the size that it shall have."""
    h, w, channels = piece.shape
    if (h, w) == (height, width):
        return piece
    how = cv2.INTER_AREA if h > height or w > width else cv2.INTER_LINEAR
    if abs(h - height) <= 1 and abs(w - width) <= 1:
        how = cv2.INTER_NEAREST
    fitted = cv2.resize(np.ascontiguousarray(piece), (width, height), interpolation=how)
    return np.asarray(fitted, piece.dtype).reshape(height, width, channels)
