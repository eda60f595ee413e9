"""SensorNoise: the grain of a camera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..arrays import LEVEL, Floats
from ..random import seed
from ..values import check_range


@dataclass(frozen=True)
class SensorNoise:
    """Noise as of a camera's sensor: its variance grows with the light, and never is 0.

    Attributes:
        shot_levels: standard deviation of the photon noise at full range; it goes with the root of
            the value.
        read_levels: that of the rest, the same at every value.
        seed: of the noise. The same one gives a picture and its clean twin the same grain.

    Poissonian-Gaussian, both parts as normal numbers (Foi et al., IEEE TIP 2008).
    """

    reach_px: ClassVar[int] = 0
    shot_levels: float = 4.0
    read_levels: float = 1.0
    seed: int = seed()

    def __post_init__(self) -> None:
        check_range("SensorNoise.shot_levels", self.shot_levels, 0, 255)
        check_range("SensorNoise.read_levels", self.read_levels, 0, 255)

    def __call__(self, layer: Floats) -> Floats:
        """Return the grainy layer, clipped."""
        rng = np.random.Generator(np.random.Philox(key=self.seed))
        noisy = np.maximum(layer, 0) * np.float32((self.shot_levels * LEVEL) ** 2)
        noisy += np.float32((self.read_levels * LEVEL) ** 2)
        np.sqrt(noisy, out=noisy)
        noisy *= rng.standard_normal(layer.shape, np.float32)
        noisy += layer
        return np.clip(noisy, 0, 1, out=noisy)
