"""Gamma: a power of each channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from ..arrays import Floats
from ..values import check_range


@dataclass(frozen=True)
class Gamma:
    """Each channel to a power.

    Attributes:
        red, green, blue: the exponents; a grey layer takes `red`.
    """

    by_value: ClassVar[bool] = True
    red: float = 1.0
    green: float = 1.0
    blue: float = 1.0

    def __post_init__(self) -> None:
        for name in ("red", "green", "blue"):
            check_range(f"Gamma.{name}", getattr(self, name), 1e-3, 1e3)

    def __call__(self, layer: Floats) -> Floats:
        """Return the layer with other mid-tones; black and white stay."""
        exponents = (self.red, self.green, self.blue)
        powers = [cv2.pow(c, e) for c, e in zip(cv2.split(layer), exponents, strict=False)]
        return np.asarray(cv2.merge(powers), np.float32).reshape(layer.shape)
