"""WhiteNoise: every value by itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Floats
from ..random import seed
from ..scene import Scene
from ..stencil import Stencil


@dataclass(frozen=True)
class WhiteNoise:
    """Noise from pixel to pixel: each value of each channel uniform in [0, 1), by itself.

    Attributes:
        seed: of the noise.

    The content of CDO's random perturbation (Cao et al., IEEE TII 2023).
    """

    seed: int = seed()

    def __call__(self, scene: Scene, stencil: Stencil) -> Floats:
        """Return the layer (h, w, C)."""
        rng = np.random.Generator(np.random.Philox(key=self.seed))
        return rng.random((*stencil.mask.shape, scene.channels), np.float32)
