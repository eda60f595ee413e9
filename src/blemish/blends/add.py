"""Add: the layer added to the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..arrays import Floats, spread
from ..stencil import Stencil
from ..values import check_range


@dataclass(frozen=True)
class Add:
    """base + gain * mask * (2 * layer - 1): mid-grey changes nothing, white adds the gain.

    Attributes:
        gain: what white adds and black takes away, 0 to 2 of full range.

    The result is clipped to [0, 1]. RRD adds its noise so (Tien et al., CVPR 2023), unclipped.
    """

    neutral: ClassVar[float] = 0.5
    gain: float = 1.0

    def __post_init__(self) -> None:
        check_range("Add.gain", self.gain, 0, 2)

    def margin(self, stencil: Stencil) -> int:
        """Return 0: no context is read."""
        return 0

    def __call__(self, base: Floats, layer: Floats, mask: Floats) -> Floats:
        """Return the pixels (h, w, C)."""
        weight = spread(mask * np.float32(self.gain), base.shape[2])
        added = base + weight * (np.float32(2) * layer - np.float32(1))
        return np.clip(added, 0, 1, out=added)
