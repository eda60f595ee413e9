"""Contrast: steeper or flatter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..arrays import LEVEL, Floats
from ..values import check_range


@dataclass(frozen=True)
class Contrast:
    """Every value's distance to a middle one times a factor.

    Attributes:
        factor: above 1 steeper, below 1 flatter.
        middle_levels: the value that stays.
    """

    by_value: ClassVar[bool] = True
    factor: float = 1.0
    middle_levels: float = 128.0

    def __post_init__(self) -> None:
        check_range("Contrast.factor", self.factor, 0, 100)
        check_range("Contrast.middle_levels", self.middle_levels, 0, 255)

    def __call__(self, layer: Floats) -> Floats:
        """Return the layer with another contrast, clipped."""
        middle = np.float32(self.middle_levels * LEVEL)
        steeper = layer - middle
        steeper *= np.float32(self.factor)
        steeper += middle
        return np.clip(steeper, 0, 1, out=steeper)
