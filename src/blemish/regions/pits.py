"""Pits: a few small holes close together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..random import choice, seed, uniform
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._curves import Blob, Unevenness, domed, generator_of, turned

_SMALLEST_PX = 2.0


@dataclass(frozen=True)
class Pits:
    """Holes with steep rims: one of the size told, and smaller ones scattered around it.

    Attributes:
        size: across the largest, as a fraction of the shorter side of the image.
        aspect: above 0 to 1, the shorter over the longer side of each.
        angle: of their longer sides, counter-clockwise, in radians; they scatter along it too.
        count: how many.
        spread: how far they scatter, as a fraction of the shorter side of the image.
        roughness: of the outlines; 0 is an ellipse, 1 ragged.
        seed: of places, sizes and outlines.

    The mask is the depth, 1 in the middle of the largest.
    """

    size: float = uniform(0.02, 0.07)
    aspect: float = uniform(0.6, 1)
    angle: float = uniform(-math.pi, math.pi)
    count: int = choice(1, 1, 2, 3, 5)
    spread: float = uniform(0.03, 0.1)
    roughness: float = uniform(0.3, 0.9)
    seed: int = seed()

    def __post_init__(self) -> None:
        check_range("Pits.size", self.size, 0, 1)
        check_range("Pits.aspect", self.aspect, 1e-2, 1)
        check_range("Pits.count", self.count, 1, 1000)
        check_range("Pits.spread", self.spread, 0, 2)
        check_range("Pits.roughness", self.roughness, 0, 2)

    def __call__(self, scene: Scene) -> Stencil:
        """Return the pits in the middle of the frame; a placement moves them."""
        rng = generator_of(self.seed)
        pits = [self._pit(rng, first=number == 0) for number in range(self.count)]
        return domed(pits, scene, _SMALLEST_PX, Unevenness(self.roughness, 1.5, 4, self.seed))

    def _pit(self, rng: np.random.Generator, first: bool) -> Blob:
        share = 1.0 if first else rng.uniform(0.25, 0.8)
        along, across = (0.0, 0.0) if first else rng.normal(0, (0.7, 0.35)) * self.spread
        y, x = turned(along, across, self.angle)
        radius = self.size / 2 * share
        angle = self.angle + (0.0 if first else rng.normal(0, 0.15))
        flat = rng.uniform(0.2, 0.5)
        return Blob(y, x, radius, radius * self.aspect, angle, flat, 0.5 + 0.5 * share)
