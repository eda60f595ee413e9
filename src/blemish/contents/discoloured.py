"""Discoloured: the picture in other colours and tones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Floats
from ..changes import Jitter
from ..random import choice, uniform
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._film import strength


@dataclass(frozen=True)
class Discoloured:
    """The picture itself in other colours, as heat, sun or a wrong batch leave it.

    Attributes:
        hue: in turns of the colour circle, -0.5 to 0.5.
        saturation: factor on the colours, 1 leaves them.
        warmth: -1 (bluish) to 1 (yellowish), a cast that greys take too; none in a grey picture.
        tone: -1 (black) to 1 (white), 0 leaves it.
        severity: 0, barely visible, to 1, how far it goes.

    The structure of the surface stays. For a blend by coverage.
    """

    hue: float = uniform(-0.12, 0.12)
    saturation: float = uniform(0.3, 1.5)
    warmth: float = uniform(-0.6, 1)
    tone: float = choice(uniform(-0.65, -0.35), uniform(0.3, 0.55))
    severity: float = uniform(0.3, 1)

    def __post_init__(self) -> None:
        check_range("Discoloured.hue", self.hue, -0.5, 0.5)
        check_range("Discoloured.saturation", self.saturation, 0, 100)
        check_range("Discoloured.warmth", self.warmth, -1, 1)
        check_range("Discoloured.tone", self.tone, -1, 1)
        check_range("Discoloured.severity", self.severity, 0, 1)

    def __call__(self, scene: Scene, stencil: Stencil) -> Floats:
        """Return the layer (h, w, C)."""
        base = scene.crop(stencil.top, stencil.left, *stencil.mask.shape)
        full = base
        if scene.channels == 3:
            full = Jitter(saturation=self.saturation, hue=self.hue)(base)
            cast = np.array([0.12, 0.02, -0.25], np.float32) * np.float32(self.warmth)
            # As a tint: a dark place takes less of it than a bright one.
            full = full * (1 + cast)
        target = np.float32(self.tone > 0)
        full = np.clip(full + np.float32(abs(self.tone)) * (target - full), 0, 1)
        return np.asarray(base + strength(self.severity) * (full - base), np.float32)
