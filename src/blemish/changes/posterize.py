"""Posterize: few levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..arrays import Floats
from ..values import check_range


@dataclass(frozen=True)
class Posterize:
    """Each channel reduced to 2 ** bits values, at 256 levels."""

    by_value: ClassVar[bool] = True
    bits: int = 4

    def __post_init__(self) -> None:
        check_range("Posterize.bits", self.bits, 1, 8)

    def __call__(self, layer: Floats) -> Floats:
        """Return the layer with its lower bits cleared."""
        step = np.float32(2 ** (8 - self.bits))
        kept = np.floor(layer * np.float32(255) / step) * (step / np.float32(255))
        return np.asarray(kept, np.float32)
