"""Cover: the layer wherever the stencil is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Floats, spread
from ..stencil import Stencil


@dataclass(frozen=True)
class Cover:
    """The layer wherever the stencil covers anything, the base elsewhere.

    For a content that has made its own transition to the picture: one that reads the stencil as the
    height of a dent or the thickness of a stain, and shows the picture itself where that is 0.
    """

    def margin(self, stencil: Stencil) -> int:
        """Return 0: no context is read."""
        return 0

    def __call__(self, base: Floats, layer: Floats, mask: Floats) -> Floats:
        """Return the pixels (h, w, C)."""
        return np.where(spread((mask > 0).astype(np.float32), base.shape[2]) > 0, layer, base)
