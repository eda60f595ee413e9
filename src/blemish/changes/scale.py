"""Scale: larger or smaller within its frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from ..arrays import Floats
from ..values import check_range


@dataclass(frozen=True)
class Scale:
    """The layer enlarged or reduced about its middle; the frame is filled up by reflection.

    Attributes:
        factor: above 1 cuts off the rim, below 1 mirrors it.
    """

    moves: ClassVar[bool] = True
    factor: float = 1.0

    def __post_init__(self) -> None:
        check_range("Scale.factor", self.factor, 0.25, 4)

    def __call__(self, layer: Floats) -> Floats:
        """Return the scaled layer, of the same size."""
        h, w = layer.shape[:2]
        if self.factor < 1:
            # Averaged to the new pixel size first: a linear look-up alone would alias.
            layer = cv2.GaussianBlur(layer, (0, 0), 0.5 / self.factor).reshape(layer.shape)
        away = (1 - self.factor) / 2
        matrix = np.array([[self.factor, 0, away * (w - 1)], [0, self.factor, away * (h - 1)]])
        scaled = cv2.warpAffine(layer, matrix, (w, h), borderMode=cv2.BORDER_REFLECT_101)
        return np.asarray(scaled, np.float32).reshape(h, w, -1)
