"""Relief: the picture itself, bent in or out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..arrays import Floats
from ..random import uniform
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._film import strength
from ._shading import lit, surface_of

_FAINTEST = 0.15
_DEEPER = 0.35


@dataclass(frozen=True)
class Relief:
    """The picture itself under one light, the stencil's mask being the depth of a hollow or groove.

    Attributes:
        severity: 0, barely visible, to 1, gross: the change grows with it.
        light: where the light comes from, counter-clockwise from the right, in radians.
        raised: whether the mask is the height of a bump or ridge instead.
        depth: -1 to 1, how far what is deep (or high) is darker, below 0, or brighter.
        gloss: 0 to 1; what is matt brightens in its own colour, what is glossy in the light's.

    The slopes on one side are bright, those on the other dark. Where the mask is 0 the picture is
    as it was, so that `Cover` is the blend for it. On black the bright side is seen, on white the
    dark one.
    """

    severity: float = uniform(0.3, 1)
    light: float = uniform(-math.pi, math.pi)
    raised: bool = False
    depth: float = 0.0
    gloss: float = uniform(0.2, 0.6)

    def __post_init__(self) -> None:
        check_range("Relief.severity", self.severity, 0, 1)
        check_range("Relief.depth", self.depth, -1, 1)
        check_range("Relief.gloss", self.gloss, 0, 1)

    def __call__(self, scene: Scene, stencil: Stencil) -> Floats:
        """Return the layer (h, w, C)."""
        layer = scene.crop(stencil.top, stencil.left, *stencil.mask.shape)
        surface = surface_of(stencil.mask)
        flat = layer.reshape(-1, layer.shape[2])
        ground = np.take(flat, surface.pixels, axis=0)
        light = self.light if self.raised else self.light + math.pi
        full = lit(ground, surface, light, self.depth, self.gloss)
        amount = strength(self.severity, _FAINTEST)
        # A shallow crack is as dark in its depth as a deep one, but only there.
        reached = amount ** (1 - np.float32(_DEEPER * abs(self.depth)) * surface.height)
        # A thin groove is as steep at its edge as anywhere: there its pixels are covered in part.
        covered = reached * np.minimum(1, 2 * surface.inset)
        flat[surface.pixels] = ground + covered[:, None] * (full - ground)
        return layer
