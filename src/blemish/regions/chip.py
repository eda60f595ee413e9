"""Chip: a piece that broke out, by its depth."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..arrays import Floats
from ..noise import fbm
from ..random import integers, seed, uniform
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._turning import trimmed, turned

_LEAST_PX = 3.0
_OCTAVES, _FINER = 6, 0.5
_DEPTH = 0.5  # of the floor, in half the size: the steeper faces meet it earlier


@dataclass(frozen=True)
class Chip:
    """A piece that broke out: faces of different slope around a floor; its coverage is depth.

    Attributes:
        size: its length, as a fraction of the shorter side of the image.
        aspect: length over width, at least 1.
        angle: of its length, counter-clockwise from the horizontal, in radians.
        corners: how many faces it has, 3 to 12.
        roughness: 0 to 1, how rough the faces are, and the outline.
        seed: of the faces.
    """

    size: float = uniform(0.05, 0.2)
    aspect: float = uniform(1, 2)
    angle: float = uniform(-math.pi, math.pi)
    corners: int = integers(4, 8)
    roughness: float = uniform(0.3, 1)
    seed: int = seed()

    def __post_init__(self) -> None:
        check_range("Chip.size", self.size, 0, 1)
        check_range("Chip.aspect", self.aspect, 1, 100)
        check_range("Chip.corners", self.corners, 3, 12)
        check_range("Chip.roughness", self.roughness, 0, 1)

    def __call__(self, scene: Scene) -> Stencil:
        """Return the piece in the frame's top left corner; a placement moves it."""
        half = max(_LEAST_PX, self.size * scene.side / 2)
        return Stencil(trimmed(np.clip(turned(self._inside(half), self.angle), 0, 1)))

    def _inside(self, half: float) -> Floats:
        """Return (h, w), above 0 inside, by depth; the length lies along x."""
        rng = np.random.Generator(np.random.Philox(key=self.seed))
        minor = max(half / self.aspect, 2.0)
        h, w = 2 * math.ceil(minor * 1.3) + 3, 2 * math.ceil(half * 1.3) + 3
        y = ((np.arange(h, dtype=np.float32) - (h - 1) / 2) / np.float32(minor))[:, None]
        x = (np.arange(w, dtype=np.float32) - (w - 1) / 2) / np.float32(half)
        field = 1.25 - np.sqrt(x * x + y * y)  # faces at a sharp angle would meet far outside
        turns = (np.arange(self.corners) + rng.uniform(-0.35, 0.35, self.corners)) / self.corners
        for turn in 2 * math.pi * (turns + rng.random()):
            away, slope, bend = rng.uniform(0.6, 1.0), rng.uniform(0.7, 3.0), rng.uniform(-0.5, 0.5)
            cos, sin = math.cos(turn), math.sin(turn)
            along = cos * y - sin * x
            face = away - cos * x - sin * y + bend * along * along
            np.minimum(field, slope * face, out=field)
        cell = minor * 0.8
        octaves = max(1, min(_OCTAVES, int(math.log2(max(2.0, cell)))))
        noise = fbm((h, w), (h / cell, w / cell), int(rng.integers(2**62)), octaves, _FINER)
        noise *= (1 - _FINER**octaves) / (1 - _FINER**_OCTAVES)  # as strong at any size
        # In the middle nothing may fill it up again.
        field += 0.6 * self.roughness * noise * np.clip(x * x + y * y, 0.2, 1)
        return np.asarray(field / _DEPTH, np.float32)
