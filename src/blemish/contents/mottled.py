"""Mottled: the picture under a crust of several colours."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..arrays import Floats, to_channels
from ..noise import fbm
from ..random import seed, uniform
from ..scene import Scene
from ..stencil import Stencil
from ..values import Value, check_range
from ._film import checked_colour, filmed, strength

_THICKEST = 6.0
_LEAST_PX = 2.0


@dataclass(frozen=True)
class Mottled:
    """The picture under matter whose colour changes with its thickness and from spot to spot.

    Attributes:
        colours: three numbers 0 to 1 (red, green, blue) a colour, from thin to thick; at least two
            colours. A grey picture takes the luma.
        patches: 0 to 1, how much the colour depends on the spot, not on the thickness.
        cell: size of such a spot, as a fraction of the shorter side of the image.
        grain: 0 to 1, how rough the matter is: brighter and darker grains.
        severity: 0, barely visible, to 1, how much matter there is.
        seed: of spots and grains.

    For a blend that covers: where the mask is 0 the layer is the picture.
    """

    colours: tuple[tuple[float, float, float], ...] = ((0.7, 0.4, 0.2), (0.2, 0.1, 0.07))
    patches: float = 0.5
    cell: float = 0.02
    grain: float = 0.4
    severity: float = uniform(0.3, 1)
    seed: int = seed()

    def __post_init__(self) -> None:
        if not isinstance(self.colours, Value):
            colours = tuple(checked_colour("Mottled.colours", colour) for colour in self.colours)
            object.__setattr__(self, "colours", colours)
            if len(colours) < 2:
                raise ValueError(f"Mottled.colours must be two or more: {self.colours}")
        for name in ("patches", "grain", "severity"):
            check_range(f"Mottled.{name}", getattr(self, name), 0, 1)
        check_range("Mottled.cell", self.cell, 1e-3, 1)

    def __call__(self, scene: Scene, stencil: Stencil) -> Floats:
        """Return the layer (h, w, C)."""
        base = scene.crop(stencil.top, stencil.left, *stencil.mask.shape)
        rng = np.random.Generator(np.random.Philox(key=self.seed))
        spots, grains = (int(number) for number in rng.integers(2**62, size=2))
        cell = max(2 * _LEAST_PX, self.cell * scene.side)
        spot = _noise(stencil.mask.shape, cell, spots)
        along = (1 - 0.5 * self.patches) * stencil.mask + 1.6 * self.patches * spot
        colour = self._ramp(np.clip(along, 0, 1), scene.channels)
        grainy = _noise(stencil.mask.shape, max(_LEAST_PX, 0.15 * cell), grains)
        colour = np.clip(colour * (1 + 2 * self.grain * grainy[:, :, None]), 0, 1)
        amount = stencil.mask * (1 + 1.5 * self.grain * grainy + 0.5 * self.patches * spot)
        thickest = np.float32(_THICKEST) * strength(self.severity)
        thick = thickest * np.clip(amount, 0.02 * stencil.mask, None)
        return filmed(base, np.asarray(colour, np.float32), np.asarray(thick, np.float32))

    def _ramp(self, along: Floats, channels: int) -> Floats:
        """Return the colour (h, w, channels) at each place of [0, 1] along the colours."""
        table = to_channels(np.array([self.colours], np.float32), channels)[0]
        place = along * np.float32(len(table) - 1)
        stops = np.arange(len(table))
        planes = [np.interp(place, stops, table[:, c]) for c in range(channels)]
        return np.asarray(cv2.merge(planes), np.float32).reshape(*along.shape, channels)


def _noise(shape: tuple[int, int], cell: float, key: int) -> Floats:
    """Return noise of that shape, about [-1, 1], whose coarsest grains are `cell` pixels wide."""
    octaves = max(1, min(4, int(np.log2(cell))))
    return fbm(shape, (shape[0] / cell, shape[1] / cell), key, octaves, 0.6)
