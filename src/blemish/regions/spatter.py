"""Spatter: droplets thrown onto the surface."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..random import integers, seed, uniform
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._curves import DROP, Blob, Unevenness, domed, generator_of, turned

_SMALLEST_PX = 1.5
_ROUGHNESS = 0.2
_LARGEST = 0.12  # a droplet's diameter, as a share of the spatter's size
_SPAN = 14.0  # the largest radius over the smallest
_EXPONENT = 1.6  # how many droplets exceed a radius r: r**-1.6


@dataclass(frozen=True)
class Spatter:
    """Many droplets, few of them large, drawn out along the direction in which they flew.

    Attributes:
        size: across the spatter along its flight, as a fraction of the shorter side of the image.
        angle: of the flight, counter-clockwise, in radians.
        droplets: how many.
        stretch: at least 1, how much longer than wide droplets and spatter are.
        seed: of places, radii and outlines.

    The mask is the height of the droplets, 1 in the middle of the largest.
    """

    size: float = uniform(0.12, 0.4)
    angle: float = uniform(-math.pi, math.pi)
    droplets: int = integers(10, 60)
    stretch: float = uniform(1, 2.2)
    seed: int = seed()

    def __post_init__(self) -> None:
        check_range("Spatter.size", self.size, 0, 1.5)
        check_range("Spatter.droplets", self.droplets, 1, 10_000)
        check_range("Spatter.stretch", self.stretch, 1, 20)

    def __call__(self, scene: Scene) -> Stencil:
        """Return the spatter in the middle of the frame; a placement moves it."""
        rng = generator_of(self.seed)
        count = self.droplets
        # A power law cut off at both ends, by its inverse; the largest is always there.
        low, chance = _SPAN**-_EXPONENT, rng.random(count)
        chance[0] = 1
        radii = _LARGEST / 2 * self.size * (1 - chance * (1 - low)) ** (-1 / _EXPONENT) / _SPAN
        places = np.clip(rng.normal(0, 0.5, (count, 2)), -1, 1) * (1 - 2 * _LARGEST)
        # What is small flies wide, what is large stays near the middle.
        places *= np.sqrt(1 - 0.8 * (radii / radii.max())[:, None])
        places *= np.array([1, 1 / self.stretch]) * self.size / 2
        # A droplet finer than a pixel covers a part of it.
        seen = np.minimum(1, radii * scene.side / _SMALLEST_PX)
        heights = seen * (0.45 + 0.55 * np.sqrt(radii / radii.max()))
        blobs = [
            self._droplet(rng, *droplet) for droplet in zip(radii, heights, places, strict=True)
        ]
        return domed(blobs, scene, _SMALLEST_PX, Unevenness(_ROUGHNESS, 0.7, 2, self.seed))

    def _droplet(
        self, rng: np.random.Generator, radius: float, height: float, place: np.ndarray
    ) -> Blob:
        y, x = turned(place[0], place[1], self.angle)
        angle = self.angle + rng.normal(0, 0.2) / self.stretch
        long = math.sqrt(1 + (self.stretch - 1) * rng.uniform(0.4, 1))
        return Blob(y, x, radius * long, radius / long, angle, DROP, height)
