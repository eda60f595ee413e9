"""HueSaturation: hue and saturation shifted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

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

    reach_px: ClassVar[int] = 0
    hue: float = 0.0
    saturation: float = 0.0

    def __post_init__(self) -> None:
        check_range("HueSaturation.hue", self.hue, -0.5, 0.5)
        check_range("HueSaturation.saturation", self.saturation, -1, 1)

    def __call__(self, layer: Floats) -> Floats:
        """Return the layer in other colours."""
        if layer.shape[2] == 1:
            return layer
        shifted = np.asarray(cv2.cvtColor(layer, cv2.COLOR_RGB2HSV), np.float32)
        h, s = shifted[:, :, 0], shifted[:, :, 1]
        # OpenCV takes hues above 360 degrees as they come round again, but none below 0.
        h += np.float32(360 * (1 + self.hue))
        s += np.float32(self.saturation)
        np.clip(s, 0, 1, out=s)
        coloured = np.asarray(cv2.cvtColor(shifted, cv2.COLOR_HSV2RGB), np.float32)
        return np.clip(coloured, 0, 1, out=coloured)
