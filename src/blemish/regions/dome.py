"""Dome: one smooth hump or hollow with an irregular outline."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..random import seed, uniform
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._curves import Blob, Unevenness, domed

_SMALLEST_PX = 2.0


@dataclass(frozen=True)
class Dome:
    """A hump, or a hollow: highest in the middle, falling smoothly to an irregular outline.

    Attributes:
        size: across its longer side, as a fraction of the shorter side of the image.
        aspect: above 0 to 1, its shorter over its longer side.
        angle: of the longer side, counter-clockwise, in radians.
        roughness: of the outline; 0 is an ellipse, 1 ragged.
        flat: 0 to 0.95, the share of the radius that is flat; the higher, the steeper its rim.
        seed: of the outline.

    The mask is the height, 1 in the middle.
    """

    size: float = uniform(0.05, 0.2)
    aspect: float = uniform(0.5, 1)
    angle: float = uniform(-math.pi, math.pi)
    roughness: float = uniform(0.1, 0.4)
    flat: float = uniform(0, 0.3)
    seed: int = seed()

    def __post_init__(self) -> None:
        check_range("Dome.size", self.size, 0, 1.5)
        check_range("Dome.aspect", self.aspect, 1e-2, 1)
        check_range("Dome.roughness", self.roughness, 0, 2)
        check_range("Dome.flat", self.flat, 0, 0.95)

    def __call__(self, scene: Scene) -> Stencil:
        """Return the dome in the middle of the frame; a placement moves it."""
        radius = self.size / 2
        blob = Blob(0, 0, radius, radius * self.aspect, self.angle, self.flat)
        return domed([blob], scene, _SMALLEST_PX, Unevenness(self.roughness, 1, 2, self.seed))
