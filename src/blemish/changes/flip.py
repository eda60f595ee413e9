"""Flip: mirrored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..arrays import Floats


@dataclass(frozen=True)
class Flip:
    """The layer mirrored.

    Attributes:
        horizontal: whether left and right change places.
        vertical: whether top and bottom do.
    """

    moves: ClassVar[bool] = True
    horizontal: bool = True
    vertical: bool = False

    def __call__(self, layer: Floats) -> Floats:
        """Return the mirrored layer."""
        rows = slice(None, None, -1) if self.vertical else slice(None)
        columns = slice(None, None, -1) if self.horizontal else slice(None)
        return np.ascontiguousarray(layer[rows, columns])
