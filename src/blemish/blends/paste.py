"""Paste: a hard edge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Floats, spread
from ..stencil import Stencil


@dataclass(frozen=True)
class Paste:
    """The layer where the stencil covers at least half a pixel, the base elsewhere."""

    def margin(self, stencil: Stencil) -> int:
        """Return 0: no context is read."""
        return 0

    def __call__(self, base: Floats, layer: Floats, mask: Floats) -> Floats:
        """Return the pixels (h, w, C)."""
        inside = mask >= 0.5
        if inside.all():
            return layer
        return np.where(spread(inside.astype(np.float32), base.shape[2]) > 0, layer, base)
