"""Invert: the negative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..arrays import Floats


@dataclass(frozen=True)
class Invert:
    """The negative."""

    by_value: ClassVar[bool] = True

    def __call__(self, layer: Floats) -> Floats:
        """Return 1 - layer."""
        return np.float32(1) - layer
