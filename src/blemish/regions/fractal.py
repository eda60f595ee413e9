"""Fractal: a piece of the picture itself, turned and cut to a fractal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from ..arrays import Floats
from ..changes import changed, freeze_changes
from ..random import seed, uniform
from ..scene import Scene
from ..stencil import SURROUNDINGS_PX, Stencil, bounds
from ..values import check_range
from ._cutting import corner_on_object, turned_picture

# The side of the frame at which the attractor is drawn: its points have 3 px there.
_DRAWN_AT = 1024


@dataclass(frozen=True)
class Fractal:
    """A donor: a square cut from the picture itself, turned, seen through a fractal.

    Attributes:
        size: the side of the square, as a fraction of the shorter side of the image.
        angle: by which square and fractal are turned, counter-clockwise, in radians.
        fullness: how much of its square the fractal fills: the sum of s1 + 2 s2 over its two maps,
            s1 and s2 the larger and smaller singular value; 0 to 6.
        seed: of where it is cut, anywhere with its middle on the object, of the maps, and of the
            100 000 points by which their attractor is drawn.
        changes: a change, or several, of what was cut.

    The mask of FractalAD (Xia et al., arXiv 2301.12739), drawn as in a frame of 1024 px and brought
    to this one's size. There the turned square is cut to its box; here it is whole.
    """

    size: float = uniform(0.1, 0.5)
    angle: float = uniform(-math.pi, math.pi)
    fullness: float = uniform(3.5, 4)
    seed: int = seed()
    changes: Any = ()

    def __post_init__(self) -> None:
        freeze_changes(self)
        check_range("Fractal.size", self.size, 0, 1)
        check_range("Fractal.fullness", self.fullness, 0, 6)

    def __call__(self, scene: Scene) -> Stencil:
        """Return the fractal, its box where it was cut."""
        rng = np.random.Generator(np.random.Philox(key=self.seed))
        side = min(scene.side, max(4, round(self.size * scene.side)))
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        turn = np.array([[cos, -sin], [sin, cos]])
        box = math.ceil((abs(cos) + abs(sin)) * side - 1e-6) + 2 * SURROUNDINGS_PX
        mask, (y, x) = _trimmed(self._mask(turn, side, box, rng))
        # After the fractal, so that its shape does not depend on the picture.
        cut = np.array(corner_on_object(scene, (side, side), rng)) + side / 2
        h, w = mask.shape
        middle = np.array([w - 1, h - 1]) / 2
        # Where the middle of the trimmed box was cut: its way from the square's, turned.
        across, down = turn @ (middle + np.array([x, y]) - (box - 1) / 2)
        layer = turned_picture(
            scene, turn, middle, (cut[1] - 0.5 + across, cut[0] - 0.5 + down), (h, w)
        )
        top, left = round(cut[0] - box / 2) + y, round(cut[1] - box / 2) + x
        return Stencil(mask, top, left, changed(layer, self.changes))

    def _mask(self, turn: np.ndarray, side: int, box: int, rng: np.random.Generator) -> Floats:
        """Return the turned attractor, a square of `side` px in the middle of a box: 0 or 1."""
        from ._attractor import attractor

        fine = attractor(max(8, round(self.size * _DRAWN_AT)), self.fullness, rng)
        shape = np.asarray(fine, np.float32)
        if side < len(fine):
            # Averaged to the new pixel size first: a linear look-up alone would alias.
            shape = np.asarray(cv2.resize(shape, (side, side), interpolation=cv2.INTER_AREA))
        scale = len(shape) / side
        matrix = turn * scale
        shift = (len(shape) - 1) / 2 - matrix @ np.full(2, (box - 1) / 2)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        seen = cv2.warpAffine(shape, np.hstack([matrix, shift[:, None]]), (box, box), flags=flags)
        return (np.asarray(seen) >= 0.5).astype(np.float32)


def _trimmed(mask: Floats) -> tuple[Floats, tuple[int, int]]:
    """Return a mask without its empty rim, but for the surroundings, and where in it that was."""
    y, x, h, w = bounds(mask)
    top, left = max(0, y - SURROUNDINGS_PX), max(0, x - SURROUNDINGS_PX)
    bottom, right = y + h + SURROUNDINGS_PX, x + w + SURROUNDINGS_PX
    return np.ascontiguousarray(mask[top:bottom, left:right]), (top, left)
