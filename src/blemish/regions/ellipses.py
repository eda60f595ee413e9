"""Ellipses: a few of them in a rectangle."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..random import seed
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range


@dataclass(frozen=True)
class Ellipses:
    """A few ellipses, over one another or apart, cut off at the sides of an upright rectangle.

    Attributes:
        height, width: of the rectangle, fractions of the image's shorter side; without a width it
            is a square.
        count: how many.
        smallest: the shortest half axis, the same fraction; the longest is a quarter of a side.
        seed: of their places, half axes and angles.

    The other form of NSA's patches (Schlueter et al., ECCV 2022). Its code turns them by a matrix
    that is no rotation: near 45 degrees its ellipses are endless stripes.
    """

    height: float
    width: float | None = None
    count: int = 5
    smallest: float = 0.03
    seed: int = seed()

    def __post_init__(self) -> None:
        check_range("Ellipses.height", self.height, 0, 1)
        if self.width is not None:
            check_range("Ellipses.width", self.width, 0, 1)
        check_range("Ellipses.count", self.count, 1, 100)
        check_range("Ellipses.smallest", self.smallest, 0, 1)

    def __call__(self, scene: Scene) -> Stencil:
        """Return them in the frame's top left corner; a placement moves them."""
        rng = np.random.Generator(np.random.Philox(key=self.seed))
        width = self.height if self.width is None else self.width
        h, w = (max(1, round(side * scene.side)) for side in (self.height, width))
        least = max(1.0, self.smallest * scene.side)
        y, x = np.ogrid[:h, :w]
        inside = np.zeros((h, w), np.bool_)
        for _ in range(self.count):
            middle = rng.random(2) * (h, w)
            angle = rng.uniform(0, math.pi)
            long, wide = (rng.uniform(least, max(least, side / 4)) for side in (h, w))
            down, right = y + 0.5 - middle[0], x + 0.5 - middle[1]
            along = math.cos(angle) * down + math.sin(angle) * right
            across = math.cos(angle) * right - math.sin(angle) * down
            inside |= (along / long) ** 2 + (across / wide) ** 2 <= 1
        return Stencil(inside.astype(np.float32))
