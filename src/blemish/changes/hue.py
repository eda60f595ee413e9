"""HueSaturation: hue and saturation shifted."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..arrays import Floats
from ..values import check_range


@dataclass(frozen=True)
class HueSaturation:
    """Hue and saturation shifted in HSV; a grey layer stays as it is.

    Attributes:
        hue: in turns of the colour circle, -0.5 to 0.5.
        saturation: added to the saturation of [0, 1], clipped.
    """

    hue: float = 0.0
    saturation: float = 0.0

    def __post_init__(self) -> None:
        check_range("HueSaturation.hue", self.hue, -0.5, 0.5)
        check_range("HueSaturation.saturation", self.saturation, -1, 1)

    def __call__(self, layer: Floats) -> Floats:
        """Return the layer in other colours."""
        if layer.shape[2] == 1:
            return layer
        h, s, v = cv2.split(cv2.cvtColor(layer, cv2.COLOR_RGB2HSV))
        h += np.float32(360 * self.hue)
        h[h >= 360] -= np.float32(360)
        h[h < 0] += np.float32(360)
        s += np.float32(self.saturation)
        np.clip(s, 0, 1, out=s)
        shifted = cv2.cvtColor(cv2.merge([h, s, v]), cv2.COLOR_HSV2RGB)
        return np.clip(np.asarray(shifted, np.float32), 0, 1)
