"""Solarize: bright values inverted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..arrays import LEVEL, Floats
from ..values import check_range


@dataclass(frozen=True)
class Solarize:
    """Every value at or above a threshold inverted."""

    by_value: ClassVar[bool] = True
    threshold_levels: float = 128.0

    def __post_init__(self) -> None:
        check_range("Solarize.threshold_levels", self.threshold_levels, 0, 256)

    def __call__(self, layer: Floats) -> Floats:
        """Return the solarized layer."""
        # Without a branch a pixel: layer + (1 - 2 layer) where it is bright.
        bright = layer >= np.float32(self.threshold_levels * LEVEL)
        turned = np.float32(1) - layer
        turned -= layer
        turned *= bright
        turned += layer
        return turned
