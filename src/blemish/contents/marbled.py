"""Marbled: a texture made of noise, for want of a folder of textures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, to_channels
from ..changes import changed, freeze_changes
from ..noise import fbm
from ..random import choice, loguniform, seed, uniform
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from .texture import stretched, stretched_at

_LARGEST = 512


@dataclass(frozen=True)
class Marbled:
    """A procedural texture: warped noise with bands through it, in a few random colours.

    Attributes:
        cells: of the noise along the shorter side.
        stretch: how much longer than wide its grain is; 1 is even, 8 brushed.
        angle: of the grain, in radians.
        warp: how far a second noise displaces the first, in cells.
        bands: how often the colours run through from dark to bright noise.
        roughness: above 0 to 1, the weight of each finer octave against the one before.
        seed: of noise and colours.
        changes: a change, or several, of the finished texture.

    It is made at 512 px at most and stretched over the frame, so it costs the same on any frame.
    """

    cells: float = loguniform(2, 40)
    stretch: float = choice(1, loguniform(1, 10))
    angle: float = uniform(0, math.pi)
    warp: float = uniform(0, 1.5)
    bands: float = loguniform(0.5, 6)
    roughness: float = uniform(0.3, 0.75)
    seed: int = seed()
    changes: Any = ()

    def __post_init__(self) -> None:
        freeze_changes(self)
        check_range("Marbled.cells", self.cells, 0.1, 1000)
        check_range("Marbled.stretch", self.stretch, 1, 100)
        check_range("Marbled.warp", self.warp, 0, 100)
        check_range("Marbled.bands", self.bands, 0.01, 1000)
        check_range("Marbled.roughness", self.roughness, 0.01, 1)

    def __call__(self, scene: Scene, stencil: Stencil) -> Floats:
        """Return the layer (h, w, C)."""
        return stretched(_picture(self, scene), scene.shape, stencil)

    def at(self, scene: Scene, stencil: Stencil, pixels: NDArray[np.intp]) -> Floats:
        """Return the layer at some pixels of the stencil's box, by flat index: (1, n, C)."""
        return stretched_at(_picture(self, scene), scene.shape, stencil, pixels)

    def picture(self, shape: tuple[int, int], channels: int) -> Floats:
        """Return the texture (h, w, channels) before its changes."""
        rng = np.random.Generator(np.random.Philox(key=self.seed))
        seeds = [int(s) for s in rng.integers(2**62, size=2)]
        side = math.ceil(math.hypot(*shape))
        # Finer than two pixels a cell there is nothing to see, nor in octaves finer than that.
        cells = min(self.cells * side / min(shape), side / 2)
        octaves = min(5, int(math.log2(side / cells)))
        grain = fbm((side, side), (cells, cells / self.stretch), seeds[0], octaves, self.roughness)
        drift = fbm((side, side), (cells / 2, cells / 2), seeds[1], 2)
        # The grain is looked up turned and displaced, in one pass.
        y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
        y, x = y - (shape[0] - 1) / 2, x - (shape[1] - 1) / 2
        cos, sin = np.float32(math.cos(self.angle)), np.float32(math.sin(self.angle))
        away = drift[: shape[0], : shape[1]] * np.float32(self.warp * side / cells)
        middle = np.float32((side - 1) / 2)
        noise = cv2.remap(
            grain,
            cos * x + sin * y + middle + away,
            cos * y - sin * x + middle + away,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT_101,
        )
        return to_channels(_coloured(np.asarray(noise), self.bands, rng), channels)


@lru_cache(maxsize=1)
def _picture(marbled: Marbled, scene: Scene) -> Floats:
    """Return the finished texture; kept, because a large box is asked for in bands."""
    scale = min(1.0, _LARGEST / max(scene.shape))
    shape = (max(8, round(scene.shape[0] * scale)), max(8, round(scene.shape[1] * scale)))
    return changed(marbled.picture(shape, scene.channels), marbled.changes)


def _coloured(noise: np.ndarray, bands: float, rng: np.random.Generator) -> Floats:
    """Return `noise` in about [-1, 1] in colours that repeat `bands` times, (h, w, 3)."""
    colours = rng.uniform(0.03, 0.97, (int(rng.integers(2, 5)), 3))
    if rng.random() < 0.5:
        # Half of the textures keep to one hue, as most real surfaces do.
        colours = colours.mean(axis=1, keepdims=True) * (
            0.4 + 0.6 * colours[:1] / colours[:1].max()
        )
    ring = np.vstack([colours, colours[:1]])
    places = np.linspace(0, len(colours), 256, endpoint=False)
    table = np.stack([np.interp(places, range(len(ring)), ring[:, c]) for c in range(3)], axis=1)
    phase = (noise + np.float32(1)) * np.float32(128 * bands)
    index = phase.astype(np.int32) & 255
    return np.asarray(table.astype(np.float32)[index], np.float32)
