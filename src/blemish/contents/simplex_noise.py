"""SimplexNoise: soft noise of several octaves."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..arrays import Floats
from ..random import seed
from ..scene import Scene
from ..simplex import simplex
from ..stencil import Stencil
from ..values import check_range


@dataclass(frozen=True)
class SimplexNoise:
    """Simplex noise about mid-grey, its octaves' amplitudes adding up to black and white.

    Attributes:
        period: of the first octave, as a fraction of the frame's shorter side; the others have half
            of the one before. Octaves finer than a pixel are left out.
        octaves: how many, 1 to 16.
        persistence: ratio of amplitude from one octave to the next, in (0, 1].
        spread: how far the channels lie apart, in periods of the first octave: 0 is grey, and the
            finest octave is coloured first.
        seed: of the noise, and of where in it this piece lies.

    With the defaults the noise of RRD (Tien et al., CVPR 2023).
    """

    period: float = 1 / 8
    octaves: int = 6
    persistence: float = 0.6
    spread: float = 1 / 32
    seed: int = seed()

    def __post_init__(self) -> None:
        check_range("SimplexNoise.period", self.period, 1e-4, 1e4)
        check_range("SimplexNoise.octaves", self.octaves, 1, 16)
        check_range("SimplexNoise.persistence", self.persistence, 1e-3, 1)
        check_range("SimplexNoise.spread", self.spread, 0, 1e3)

    def __call__(self, scene: Scene, stencil: Stencil) -> Floats:
        """Return the layer (h, w, C)."""
        period = max(1.0, self.period * scene.side)
        octaves = min(self.octaves, 1 + int(math.log2(period)))
        noise = simplex(
            stencil.mask.shape,
            period,
            self.seed,
            octaves,
            self.persistence,
            scene.channels,
            self.spread,
        )
        noise *= np.float32(0.5)
        noise += np.float32(0.5)
        return noise
