"""Solarize: bright values inverted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import LEVEL, Floats
from ..values import check_range


@dataclass(frozen=True)
class Solarize:
    """Every value at or above a threshold inverted."""

    threshold_levels: float = 128.0

    def __post_init__(self) -> None:
        check_range("Solarize.threshold_levels", self.threshold_levels, 0, 256)

    def __call__(self, layer: Floats) -> Floats:
        """Return the solarized layer."""
        inverted = np.float32(1) - layer
        return np.where(layer < np.float32(self.threshold_levels * LEVEL), layer, inverted)
