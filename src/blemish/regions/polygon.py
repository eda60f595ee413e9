"""Polygon: random corners in a square."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..random import integers, seed, uniform
from ..scene import Scene
from ..stencil import Stencil, bounds
from ..values import check_range

_BITS = 4  # of a pixel, for the corners


@dataclass(frozen=True)
class Polygon:
    """A polygon of random corners; its sides may cross, and what they enclose twice is outside.

    Attributes:
        size: the side of the square in which its corners lie, as a fraction of the shorter side of
            the image.
        vertices: how many corners, 3 to 1000.
        seed: of the corners.

    The shape of SSAPS (Long et al., ACCV 2022).
    """

    size: float = uniform(0.1, 0.4)
    vertices: int = integers(4, 11)
    seed: int = seed()

    def __post_init__(self) -> None:
        check_range("Polygon.size", self.size, 0, 1)
        check_range("Polygon.vertices", self.vertices, 3, 1000)

    def __call__(self, scene: Scene) -> Stencil:
        """Return the polygon in the frame's top left corner; a placement moves it."""
        rng = np.random.Generator(np.random.Philox(key=self.seed))
        side = max(3, round(self.size * scene.side))
        corners = rng.random((self.vertices, 2)) * (side - 1)
        mask = np.zeros((side, side), np.uint8)
        fixed = np.rint(corners * 2**_BITS).astype(np.int32)
        cv2.fillPoly(mask, [fixed], 1, shift=_BITS)
        y, x, h, w = bounds(mask)
        return Stencil(mask[y : y + h, x : x + w].astype(np.float32))
