"""Stained: the picture under a film of coloured matter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Floats
from ..random import uniform
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._film import checked_colour, filmed, strength, tint

_THICKEST = 2.0


@dataclass(frozen=True)
class Stained:
    """The picture under a film of coloured matter, as thick as the stencil says.

    Attributes:
        colour: (red, green, blue), each 0 to 1, of the matter where it hides what is below; a grey
            picture takes the luma.
        severity: 0, barely visible, to 1, how much matter there is. A little lets the surface shine
            through.

    Film and surface are reckoned as Kubelka and Munk do, so dark matter darkens a bright surface
    and bright matter brightens a dark one. For a blend that covers: where the mask is 0 the
    layer is the picture.
    """

    colour: tuple[float, float, float] = (0.3, 0.2, 0.1)
    severity: float = uniform(0.3, 1)

    def __post_init__(self) -> None:
        object.__setattr__(self, "colour", checked_colour("Stained.colour", self.colour))
        check_range("Stained.severity", self.severity, 0, 1)

    def __call__(self, scene: Scene, stencil: Stencil) -> Floats:
        """Return the layer (h, w, C)."""
        base = scene.crop(stencil.top, stencil.left, *stencil.mask.shape)
        colour = tint(self.colour, scene.channels)
        return filmed(
            base, colour, stencil.mask * (np.float32(_THICKEST) * strength(self.severity))
        )
