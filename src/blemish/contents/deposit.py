"""Deposit: foreign matter lying on the surface."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..arrays import Floats
from ..random import uniform
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._film import checked_colour, strength, tint
from ._shading import lit, surface_of

_FAINTEST = 0.12
_OPAQUE = 0.3  # the height above which matter is opaque
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True)
class Deposit:
    """Foreign matter of one colour, rounded and lit, the stencil's mask being its height.

    Attributes:
        severity: 0, barely visible, to 1, gross: how far it hides the picture.
        colour: its (red, green, blue), each 0 to 1; a grey picture takes the luma.
        light: where the light comes from, counter-clockwise from the right, in radians.
        depth: -1 to 1, how far what is high is darker, below 0, or brighter than its edge.
        gloss: 0 to 1; matt as lint to wet.
        contrast: 0 to 0.5, how far its luma is at least from the mean of the picture under it;
            a colour that is nearer is made darker or brighter.

    Where the mask is 0 the picture is as it was, so that `Cover` is the blend for it.
    """

    severity: float = uniform(0.3, 1)
    colour: tuple[float, float, float] = (0.2, 0.18, 0.16)
    light: float = uniform(-math.pi, math.pi)
    depth: float = 0.0
    gloss: float = uniform(0, 0.3)
    contrast: float = 0.3

    def __post_init__(self) -> None:
        object.__setattr__(self, "colour", checked_colour("Deposit.colour", self.colour))
        check_range("Deposit.severity", self.severity, 0, 1)
        check_range("Deposit.depth", self.depth, -1, 1)
        check_range("Deposit.gloss", self.gloss, 0, 1)
        check_range("Deposit.contrast", self.contrast, 0, 0.5)

    def __call__(self, scene: Scene, stencil: Stencil) -> Floats:
        """Return the layer (h, w, C)."""
        layer = scene.crop(stencil.top, stencil.left, *stencil.mask.shape)
        surface = surface_of(stencil.mask)
        flat = layer.reshape(-1, layer.shape[2])
        ground = np.take(flat, surface.pixels, axis=0)
        if not ground.size:
            return layer
        matter = np.tile(self._colour(ground), (len(ground), 1))
        full = lit(matter, surface, self.light, self.depth, self.gloss)
        amount = strength(self.severity, _FAINTEST)
        # The pixels of the edge are covered in part, however thick the matter is.
        opacity = amount * np.minimum(1, surface.height / _OPAQUE) * np.minimum(1, surface.inset)
        flat[surface.pixels] = ground + opacity[:, None] * (full - ground)
        return layer

    def _colour(self, ground: Floats) -> Floats:
        """Return the colour (C,), moved away from the ground's where it is too like it."""
        colour: Floats = tint(self.colour, ground.shape[1])[0, 0]
        weights = _LUMA if colour.size == 3 else np.ones(1, np.float32)
        mean, luma = float(ground.mean(axis=0) @ weights), float(colour @ weights)
        if abs(luma - mean) >= self.contrast:
            return colour
        darker = luma < mean if self.contrast <= min(mean, 1 - mean) else mean > 0.5
        wanted = mean - self.contrast if darker else mean + self.contrast
        if wanted < luma:
            return np.asarray(colour * max(wanted, 0) / max(luma, 1e-6), np.float32)
        return np.asarray(1 - (1 - colour) * (1 - min(wanted, 1)) / max(1 - luma, 1e-6), np.float32)
