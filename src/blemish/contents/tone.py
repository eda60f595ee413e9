"""Tone: one flat colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..arrays import Floats, to_channels
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range


@dataclass(frozen=True)
class Tone:
    """One flat colour.

    Attributes:
        red, green, blue: 0 to 1; green and blue default to red, which is a grey. A grey picture
            takes the luma.
    """

    by_pixel: ClassVar[bool] = True
    red: float
    green: float | None = None
    blue: float | None = None

    def __post_init__(self) -> None:
        for name in ("red", "green", "blue"):
            if getattr(self, name) is not None or name == "red":
                check_range(f"Tone.{name}", getattr(self, name), 0, 1)

    def __call__(self, scene: Scene, stencil: Stencil) -> Floats:
        """Return the layer (h, w, C)."""
        colour = [self.red if c is None else c for c in (self.red, self.green, self.blue)]
        pixel = to_channels(np.array(colour, np.float32).reshape(1, 1, 3), scene.channels)
        return np.broadcast_to(pixel, (*stencil.mask.shape, scene.channels)).copy()
