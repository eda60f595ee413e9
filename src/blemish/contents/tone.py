"""Tone: one flat colour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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

    red: float
    green: float | None = None
    blue: float | None = None

    def __post_init__(self) -> None:
        for name in ("red", "green", "blue"):
            if getattr(self, name) is not None or name == "red":
                check_range(f"Tone.{name}", getattr(self, name), 0, 1)

    def __call__(self, scene: Scene, stencil: Stencil) -> Floats:
        """Return the layer (h, w, C)."""
        return np.tile(self._pixel(scene), (*stencil.mask.shape, 1))

    def at(self, scene: Scene, stencil: Stencil, pixels: NDArray[np.intp]) -> Floats:
        """Return the layer at some pixels of the stencil's box, by flat index: (1, n, C)."""
        return np.tile(self._pixel(scene), (1, pixels.size, 1))

    def _pixel(self, scene: Scene) -> Floats:
        colour = [self.red if c is None else c for c in (self.red, self.green, self.blue)]
        return to_channels(np.array(colour, np.float32).reshape(1, 1, 3), scene.channels)
