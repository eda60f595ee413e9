"""Blot: a spot of matter, by its thickness."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..arrays import Floats
from ..noise import fbm
from ..random import seed, uniform
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._turning import trimmed, turned

# Half the axes in pixels: of anything smaller no shape can be seen.
_LEAST_PX = (3.0, 2.0)
_CELL = 0.9  # of the outline's noise, in minor half axes
_RING = 0.16  # width of the dried rim, in minor half axes
_REACH = (1.15, 2.0)  # how far from the middle drops lie, in half axes
_LARGEST_DROP = 0.3  # against the blot
_OCTAVES = 7


@dataclass(frozen=True)
class Blot:
    """A spot of matter: an ellipse with an uneven outline; its coverage is the matter's thickness.

    Attributes:
        size: length of its long axis, as a fraction of the shorter side of the image.
        aspect: long over short axis, at least 1.
        angle: of the long axis, counter-clockwise from the horizontal, in radians.
        roughness: by how much noise displaces the outline, in half axes, 0 to 1; from about 0.6 it
            breaks up into islands.
        raggedness: 0 to 1, how much of that noise is fine: 0.3 for a liquid, 0.8 for a crust.
        softness: 0 to 1, over which part of the way to the middle the thickness rises; at least
            over a pixel or two.
        unevenness: 0 to 1, how much the thickness differs from place to place inside.
        rim: 0 to 1, how much thinner it is within the rim, where a drop has dried.
        drops: how many small ones lie about it, beyond `size`.
        seed: of outline, thickness and drops.
    """

    size: float = uniform(0.05, 0.25)
    aspect: float = uniform(1, 2)
    angle: float = uniform(-math.pi, math.pi)
    roughness: float = 0.4
    raggedness: float = 0.4
    softness: float = 0.3
    unevenness: float = 0.0
    rim: float = 0.0
    drops: int = 0
    seed: int = seed()

    def __post_init__(self) -> None:
        check_range("Blot.size", self.size, 0, 1)
        check_range("Blot.aspect", self.aspect, 1, 100)
        for name in ("roughness", "raggedness", "softness", "unevenness", "rim"):
            check_range(f"Blot.{name}", getattr(self, name), 0, 1)
        check_range("Blot.drops", self.drops, 0, 100)

    def __call__(self, scene: Scene) -> Stencil:
        """Return the spot in the frame's top left corner; a placement moves it."""
        half = self.size * scene.side / 2
        axes = max(_LEAST_PX[0], half), max(_LEAST_PX[1], half / self.aspect)
        rng = np.random.Generator(np.random.Philox(key=self.seed))
        across = max(1 + self.roughness, _REACH[1] + _LARGEST_DROP if self.drops else 0)
        w, h = (2 * math.ceil(axis * across) + 3 for axis in axes)
        outline, thickness = (self._noise((h, w), axes[1] * _CELL, rng) for _ in range(2))
        y = (np.arange(h, dtype=np.float32) - (h - 1) / 2)[:, None]
        x = np.arange(w, dtype=np.float32) - (w - 1) / 2
        inside = 1 - np.sqrt((x / axes[0]) ** 2 + (y / axes[1]) ** 2)
        # Noise fades towards the middle, so that there is always something.
        inside += 2 * self.roughness * np.clip(1.4 * (1 - inside), 0.3, 1) * outline
        for _ in range(self.drops):
            box, drop = self._drop(inside.shape, axes, rng)
            np.maximum(inside[box], drop + 0.1 * outline[box], out=inside[box])
        mask = self._thickness(turned(inside, self.angle), axes[1])
        if self.unevenness > 0:
            uneven = turned(self.unevenness * (2 * thickness - 0.3), self.angle)
            mask *= np.clip(1 + uneven, 0.1, 1)
        return Stencil(trimmed(mask))

    def _noise(self, shape: tuple[int, int], cell: float, rng: np.random.Generator) -> Floats:
        """Return noise whose coarsest waves are of `cell` pixels, and as strong at any size."""
        octaves = max(1, min(_OCTAVES, int(math.log2(max(2.0, cell)))))
        finer = 0.2 + 0.7 * self.raggedness
        noise = fbm(
            shape, (shape[0] / cell, shape[1] / cell), int(rng.integers(2**62)), octaves, finer
        )
        noise *= (1 - finer**octaves) / (1 - finer**_OCTAVES)
        return noise

    def _drop(
        self, shape: tuple[int, ...], axes: tuple[float, float], rng: np.random.Generator
    ) -> tuple[tuple[slice, slice], Floats]:
        """Return a box, and in it what is above 0 inside a drop; most drops are small."""
        turn, away, large = rng.uniform(0, 2 * math.pi), rng.uniform(*_REACH), rng.random()
        radius = max(1.5, axes[1] * _LARGEST_DROP * (0.15 + 0.85 * large**3))
        y = (shape[0] - 1) / 2 + math.sin(turn) * away * axes[1]
        x = (shape[1] - 1) / 2 + math.cos(turn) * away * axes[0]
        reach = radius + 0.1 * axes[1] + 1
        rows, columns = (
            np.arange(max(0, int(middle - reach)), min(size, int(middle + reach) + 2))
            for middle, size in zip((y, x), shape, strict=True)
        )
        drop = (radius - np.hypot((rows - y)[:, None], columns - x)) / axes[1]
        box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        return box, np.asarray(drop, np.float32)

    def _thickness(self, inside: Floats, minor: float) -> Floats:
        """Return the mask: 0 outside, up to 1 inside."""
        rise = np.clip(inside / max(self.softness, 1.5 / minor), 0, 1)
        mask = rise * rise * (3 - 2 * rise)
        if self.rim > 0:
            ring = np.exp(-((np.maximum(inside, 0) / max(_RING, 2 / minor)) ** 2))
            mask *= 1 - self.rim * (1 - ring)
        return np.asarray(mask, np.float32)
