"""Wrinkle: a few folds side by side."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..random import integers, seed, uniform
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._curves import Stroke, generator_of, rising, steps, traced, turned, wavy


@dataclass(frozen=True)
class Wrinkle:
    """Wavy ridges, roughly parallel, that rise and run out.

    Attributes:
        length: of the longest ridge, as a fraction of the shorter side of the image.
        width: of a ridge, likewise, and about the distance between two.
        angle: of the ridges, counter-clockwise, in radians.
        count: how many ridges.
        wave: how far they stray from the straight line, as a share of the length.
        seed: of the rest.

    The mask is the height, 1 on the highest crest.
    """

    length: float = uniform(0.15, 0.45)
    width: float = uniform(0.02, 0.05)
    angle: float = uniform(-math.pi, math.pi)
    count: int = integers(1, 4)
    wave: float = uniform(0.02, 0.06)
    seed: int = seed()

    def __post_init__(self) -> None:
        check_range("Wrinkle.length", self.length, 0, 1.5)
        check_range("Wrinkle.width", self.width, 0, 1)
        check_range("Wrinkle.count", self.count, 1, 100)
        check_range("Wrinkle.wave", self.wave, 0, 1)

    def __call__(self, scene: Scene) -> Stencil:
        """Return the wrinkle in the middle of the frame; a placement moves it."""
        rng = generator_of(self.seed)
        places = steps()
        common = wavy(rng, places, 2, 4)
        strokes = [self._ridge(rng, places, common, number) for number in range(self.count)]
        return traced(strokes, scene, 3, smooth=True)

    def _ridge(
        self, rng: np.random.Generator, places: np.ndarray, common: np.ndarray, number: int
    ) -> Stroke:
        """Return one ridge: the first as long as told, the others shorter, beside one another."""
        share = 1.0 if number == 0 else rng.uniform(0.4, 0.9)
        shift = rng.uniform(-0.5, 0.5) * (1 - share)
        along = (places - 0.5) * self.length * share + self.length * shift
        # To the left and right of the first by turns.
        beside = (number + 1) // 2 * (-1) ** number * self.width * rng.uniform(0.8, 1.15)
        stray = 0.7 * np.interp(along / self.length + 0.5, places, common)
        across = beside + self.wave * self.length * (stray + 0.2 * wavy(rng, places, 3.5))
        ends = rising(places / rng.uniform(0.2, 0.5)) * rising((1 - places) / rng.uniform(0.2, 0.5))
        swell = 0.9 + 0.05 * np.clip(wavy(rng, places, 4), -2, 2)
        y, x = turned(along, across, self.angle)
        radius = self.width / 2 * (0.3 + 0.7 * ends) * (0.8 + 0.2 * swell)
        return Stroke(y, x, radius, radius, (0.6 + 0.4 * share) * swell * ends)
