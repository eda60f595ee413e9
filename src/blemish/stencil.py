"""The stencil: the shape of a defect, and for a donor what is seen through it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import Floats

SURROUNDINGS_PX = 16
"""How much of its own picture a donor brings along on each side, where its picture has it."""


@dataclass(frozen=True, eq=False)
class Stencil:
    """A mask in a box, and where the box lies in the frame.

    Attributes:
        mask: float32 (h, w), coverage in [0, 1].
        top, left: the box's first row and column in the frame; the box may reach beyond it.
        layer: float32 (h, w, C) in [0, 1], for a donor; None for a plain region.
        kind: what the donor's defect is called, or "".
        margin: how many pixels around the mask its blend will read.
    """

    mask: Floats = field(repr=False)
    top: int = 0
    left: int = 0
    layer: Floats | None = field(default=None, repr=False)
    kind: str = ""
    margin: int = 0

    def __post_init__(self) -> None:
        if self.mask.ndim != 2 or self.mask.dtype != np.float32:
            raise TypeError(
                f"a stencil's mask must be float32 (h, w), not {self.mask.dtype} {self.mask.shape}"
            )
        if self.layer is not None and self.layer.shape[:2] != self.mask.shape:
            raise ValueError(
                f"a stencil's layer {self.layer.shape} must have its mask's size {self.mask.shape}"
            )

    @property
    def height(self) -> int:
        """The box's rows."""
        return int(self.mask.shape[0])

    @property
    def width(self) -> int:
        """The box's columns."""
        return int(self.mask.shape[1])

    def support(self) -> tuple[int, int, int, int]:
        """Return (y, x, height, width), in the box, of the smallest rectangle with mask > 0."""
        return bounds(self.mask)

    def wanted(self) -> Floats:
        """Return (h, w), above 0 where the blend will read a layer: the mask and its margin."""
        if self.margin == 0:
            return self.mask
        square = np.ones((2 * self.margin + 1,) * 2, np.uint8)
        return np.asarray(cv2.dilate(self.mask, square), np.float32)

    def at(self, top: int, left: int) -> Stencil:
        """Return the stencil with its box moved to (top, left)."""
        return replace(self, top=int(top), left=int(left))

    def masked(self, mask: Floats) -> Stencil:
        """Return the stencil with another mask (h, w) in its box."""
        return replace(self, mask=mask)

    def fitted(self, margin: int, height: int, width: int) -> Stencil | None:
        """Return the stencil in its working box, or None where nothing of it is in the frame.

        The box is trimmed to the mask inside a frame of `height` x `width`, grown by `margin`
        pixels and clipped to the frame. So a box that is touched by the mask less than `margin`
        from an edge ends at the image's edge. A layer is repeated beyond its own edge.
        """
        y0, x0 = max(0, -self.top), max(0, -self.left)
        inside = self.mask[y0 : max(y0, height - self.top), x0 : max(x0, width - self.left)]
        y, x, h, w = bounds(inside)
        if not h:
            return None
        top, left = self.top + y0 + y, self.left + x0 + x
        first, last = max(0, top - margin), min(height, top + h + margin)
        start, stop = max(0, left - margin), min(width, left + w + margin)
        mask = inside[y : y + h, x : x + w]
        if (last - first, stop - start) != (h, w):
            # Zeros, not the old mask: what lies beyond the trimmed box is empty by construction.
            grown = np.zeros((last - first, stop - start), np.float32)
            grown[top - first : top - first + h, left - start : left - start + w] = mask
            mask = grown
        layer = self.layer
        if layer is not None:
            layer = _window(
                layer, (first - self.top, last - self.top), (start - self.left, stop - self.left)
            )
        return Stencil(mask, first, start, layer, self.kind, margin)


def place(share: float, free: int) -> int:
    """Return a position from 0 to `free`, which may be negative: each an equal part of `share`."""
    return int(math.copysign(min(int(share * (abs(free) + 1)), abs(free)), free))


def bounds(mask: NDArray[Any]) -> tuple[int, int, int, int]:
    """Return (y, x, height, width) of the smallest rectangle with mask > 0; sizes 0 if none."""
    from .kernels import extent

    y, x, bottom, right = extent(mask)
    return y, x, bottom - y, right - x


def _window(layer: Floats, rows: tuple[int, int], columns: tuple[int, int]) -> Floats:
    """Return rows x columns of `layer`, its edge repeated outside it."""
    h, w = layer.shape[:2]
    if rows[0] >= 0 and columns[0] >= 0 and rows[1] <= h and columns[1] <= w:
        return np.ascontiguousarray(layer[rows[0] : rows[1], columns[0] : columns[1]])
    y = np.clip(np.arange(*rows), 0, h - 1)
    x = np.clip(np.arange(*columns), 0, w - 1)
    return np.ascontiguousarray(layer[y[:, None], x[None, :]])
