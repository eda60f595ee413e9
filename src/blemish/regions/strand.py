"""Strand: a thin curl of constant width."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..random import seed, uniform
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._curves import POINTS, Stroke, generator_of, rising, steps, traced, turned, wavy


@dataclass(frozen=True)
class Strand:
    """A smooth curl of constant width, which may cross itself: a fibre, a hair, a thread.

    Attributes:
        length: along the strand, as a fraction of the shorter side of the image.
        width: likewise; never less than about 1.2 px are seen.
        angle: from end to end, counter-clockwise, in radians.
        curl: by how many radians it turns this way and that; 0 is straight, above 3 it loops.
        seed: of the curl.

    The mask is the strand's height over the ground, 1 in its middle.
    """

    length: float = uniform(0.1, 0.4)
    width: float = uniform(0.004, 0.009)
    angle: float = uniform(-math.pi, math.pi)
    curl: float = uniform(0.3, 2.5)
    seed: int = seed()

    def __post_init__(self) -> None:
        check_range("Strand.length", self.length, 0, 1.5)
        check_range("Strand.width", self.width, 0, 1)
        check_range("Strand.curl", self.curl, 0, 100)

    def __call__(self, scene: Scene) -> Stencil:
        """Return the strand in the middle of the frame; a placement moves it."""
        rng = generator_of(self.seed)
        places = steps(2 * POINTS)
        heading = self.curl * wavy(rng, places, 2, 3) + 0.15 * self.curl * wavy(rng, places, 8)
        along, across = (np.cumsum(part(heading)) / places.size for part in (np.cos, np.sin))
        # From end to end it lies along the angle.
        straight = math.atan2(across[-1] - across[0], along[-1] - along[0])
        y, x = turned(along * self.length, across * self.length, self.angle - straight)
        y, x = y - (y.min() + y.max()) / 2, x - (x.min() + x.max()) / 2
        ends = np.minimum(places, 1 - places) * self.length / max(self.width, 1e-9)
        radius = self.width / 2 * (0.5 + 0.5 * rising(ends)) * (1 + 0.06 * wavy(rng, places, 15))
        height = 0.4 + 0.6 * rising(ends)
        return traced([Stroke(y, x, radius, radius, height)], scene, 2)
