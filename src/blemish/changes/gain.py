"""Gain: each channel times a factor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..arrays import Floats
from ..values import check_range

_LUMA = np.array((0.299, 0.587, 0.114), np.float32)


@dataclass(frozen=True)
class Gain:
    """Each channel times a factor of its own, clipped.

    Attributes:
        red, green, blue: the factors; a grey layer takes their luma.
    """

    by_value: ClassVar[bool] = True
    red: float = 1.0
    green: float = 1.0
    blue: float = 1.0

    def __post_init__(self) -> None:
        for name in ("red", "green", "blue"):
            check_range(f"Gain.{name}", getattr(self, name), 0, 100)

    def __call__(self, layer: Floats) -> Floats:
        """Return the layer in another light."""
        factors = np.array((self.red, self.green, self.blue), np.float32)
        if layer.shape[2] == 1:
            factors = _LUMA @ factors
        brighter = np.asarray(layer * factors, np.float32)
        return np.clip(brighter, 0, 1, out=brighter)
