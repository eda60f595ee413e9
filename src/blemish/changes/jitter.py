"""Jitter: brightness, contrast, saturation and hue, all in one linear step."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from ..arrays import Floats
from ..values import check_range

_LUMA = np.array([0.299, 0.587, 0.114])
_TO_YIQ = np.array([_LUMA, [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
_FROM_YIQ = np.linalg.inv(_TO_YIQ)


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
        mean = np.array(cv2.mean(layer)[: layer.shape[2]])
        gain = self.brightness * self.contrast
        grey = float(mean @ _LUMA) if layer.shape[2] == 3 else float(mean[0])
        offset = self.brightness * (1 - self.contrast) * grey
        if layer.shape[2] == 1:
            jittered = cv2.multiply(layer, gain)
            jittered = cv2.add(jittered, offset).reshape(layer.shape)
        else:
            jittered = cv2.transform(layer, np.hstack([gain * self._colours(), [[offset]] * 3]))
        clipped = np.asarray(jittered, np.float32)
        return np.clip(clipped, 0, 1, out=clipped)

    def _colours(self) -> np.ndarray:
        """Return the matrix (3, 3) of saturation and hue; greys stay grey."""
        cos, sin = math.cos(2 * math.pi * self.hue), math.sin(2 * math.pi * self.hue)
        turn = np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]])
        turn[1:] *= self.saturation
        return np.asarray(_FROM_YIQ @ turn @ _TO_YIQ)
