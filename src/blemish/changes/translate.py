"""Translate: moved within its frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from ..arrays import Floats
from ..values import check_range


@dataclass(frozen=True)
class Translate:
    """The layer moved by whole pixels, what it leaves filled by reflection.

    Attributes:
        y, x: by how much, as fractions of height and width; down and right are positive.
    """

    moves: ClassVar[bool] = True
    y: float = 0.0
    x: float = 0.0

    def __post_init__(self) -> None:
        check_range("Translate.y", self.y, -0.5, 0.5)
        check_range("Translate.x", self.x, -0.5, 0.5)

    def __call__(self, layer: Floats) -> Floats:
        """Return the moved layer, of the same size."""
        h, w = layer.shape[:2]
        down, right = round(self.y * h), round(self.x * w)
        above, below = max(0, down), max(0, -down)
        before, after = max(0, right), max(0, -right)
        grown = cv2.copyMakeBorder(layer, above, below, before, after, cv2.BORDER_REFLECT)
        moved = grown.reshape(h + above + below, w + before + after, -1)
        return np.ascontiguousarray(moved[below : below + h, after : after + w])
