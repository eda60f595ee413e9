"""Brightness: multiplied and shifted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..arrays import LEVEL, Floats
from ..values import check_range


@dataclass(frozen=True)
class Brightness:
    """Every value times `factor` plus `offset_levels`, clipped."""

    by_value: ClassVar[bool] = True
    factor: float = 1.0
    offset_levels: float = 0.0

    def __post_init__(self) -> None:
        check_range("Brightness.factor", self.factor, 0, 100)
        check_range("Brightness.offset_levels", self.offset_levels, -255, 255)

    def __call__(self, layer: Floats) -> Floats:
        """Return the brighter or darker layer."""
        moved = layer * np.float32(self.factor)
        moved += np.float32(self.offset_levels * LEVEL)
        return np.clip(moved, 0, 1, out=moved)
