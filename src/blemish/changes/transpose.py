"""Transpose: rows become columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..arrays import Floats


@dataclass(frozen=True)
class Transpose:
    """The layer mirrored at its diagonal, so that its sides change places."""

    moves: ClassVar[bool] = True

    def __call__(self, layer: Floats) -> Floats:
        """Return the transposed layer, (w, h, C) for one of (h, w, C)."""
        return np.ascontiguousarray(layer.transpose(1, 0, 2))
