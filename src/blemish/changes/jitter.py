"""Jitter: brightness, contrast, saturation and hue, all in one linear step."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from ..arrays import Floats
from ..values import check_range

_LUMA = (0.299, 0.587, 0.114)
_TO_YIQ = np.array([_LUMA, [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
_FROM_YIQ = np.linalg.inv(_TO_YIQ)
# What a colour is made of: its grey, the rest of it, and the rest turned by a quarter.
_GREY = _FROM_YIQ[:, :1] @ _TO_YIQ[:1]
_COLOUR = _FROM_YIQ[:, 1:] @ _TO_YIQ[1:]
_TURNED = _FROM_YIQ[:, 1:] @ [[0, 1], [-1, 0]] @ _TO_YIQ[1:]


@dataclass(frozen=True)
class Jitter:
    """Colours shifted as by a colour jitter: brightness, then contrast, saturation, hue.

    Attributes:
        brightness: factor on every value.
        contrast: factor on the difference to the layer's mean luma.
        saturation: factor on the difference to the pixel's own luma.
        hue: in turns, -0.5 to 0.5.

    All four are linear in the colour, so they are one matrix: hue is turned about the grey axis
    at constant luma (YIQ), where torchvision's ColorJitter turns it in HSV, and the order is fixed
    where that one shuffles it.
    """

    brightness: float = 1.0
    contrast: float = 1.0
    saturation: float = 1.0
    hue: float = 0.0

    def __post_init__(self) -> None:
        for name in ("brightness", "contrast", "saturation"):
            check_range(f"Jitter.{name}", getattr(self, name), 0, 100)
        check_range("Jitter.hue", self.hue, -0.5, 0.5)

    def __call__(self, layer: Floats) -> Floats:
        """Return the layer in other colours, clipped."""
        channels = layer.shape[2]
        mean = cv2.mean(layer)
        grey = sum(w * m for w, m in zip(_LUMA, mean, strict=False)) if channels == 3 else mean[0]
        gain = self.brightness * self.contrast
        matrix = np.full((channels, channels + 1), self.brightness * (1 - self.contrast) * grey)
        matrix[:, :channels] = gain * self._colours() if channels == 3 else gain
        jittered = np.asarray(cv2.transform(layer, matrix), np.float32).reshape(layer.shape)
        return np.clip(jittered, 0, 1, out=jittered)

    def _colours(self) -> np.ndarray:
        """Return the matrix (3, 3) of saturation and hue; greys stay grey."""
        cos = self.saturation * math.cos(2 * math.pi * self.hue)
        sin = self.saturation * math.sin(2 * math.pi * self.hue)
        return np.asarray(_GREY + cos * _COLOUR + sin * _TURNED)
