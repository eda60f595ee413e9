"""Oiled: the picture under a clear, shining liquid."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from ..arrays import Floats
from ..random import uniform
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._film import checked_colour, strength, tint

_WET = 0.5  # how much darker a wet surface is, as a power of its light
_STEEP = 1.1  # slope of the liquid at its steepest
_SHARP = 60.0  # of the highlight, as a power
_SHEEN = 0.012  # what a flat liquid mirrors of its surroundings
_ELEVATION = 0.9  # of the light, in radians above the surface


@dataclass(frozen=True)
class Oiled:
    """The picture under a clear liquid: darker and more saturated, tinted, with highlights.

    Attributes:
        colour: (red, green, blue), each 0 to 1, what a thick layer lets through; a grey picture
            takes the luma.
        gloss: 0 to 1, how bright its highlights are.
        light: where the light comes from, in radians counter-clockwise from the right.
        severity: 0, barely visible, to 1, how much of all that is seen.

    The mask is the liquid's height, and where it slopes towards the light it shines. For a blend
    that covers: where the mask is 0 the layer is the picture.
    """

    colour: tuple[float, float, float] = (0.9, 0.75, 0.4)
    gloss: float = uniform(0.4, 1)
    light: float = uniform(-math.pi, math.pi)
    severity: float = uniform(0.3, 1)

    def __post_init__(self) -> None:
        object.__setattr__(self, "colour", checked_colour("Oiled.colour", self.colour))
        check_range("Oiled.gloss", self.gloss, 0, 1)
        check_range("Oiled.severity", self.severity, 0, 1)

    def __call__(self, scene: Scene, stencil: Stencil) -> Floats:
        """Return the layer (h, w, C)."""
        base = scene.crop(stencil.top, stencil.left, *stencil.mask.shape)
        height = stencil.mask[:, :, None]
        through = np.maximum(tint(self.colour, scene.channels), 0.01)
        light = np.square(base)
        # Wet is darker, and most so what is dark: a channel's light to a power above 1.
        wet = np.power(light, 1 + _WET * height) * np.power(through, 2 * height)
        shine = self.gloss * self._highlight(stencil.mask)[:, :, None] + _SHEEN * height
        full = np.sqrt(np.clip(wet + shine, 0, 1))
        weight = np.minimum(4 * height, 1) * strength(self.severity)
        return np.asarray(base + weight * (full - base), np.float32)

    def _highlight(self, height: Floats) -> Floats:
        """Return (h, w), how much of the light the liquid mirrors to the camera."""
        sigma = max(0.8, 0.01 * math.sqrt(height.size))
        smooth = cv2.GaussianBlur(height, (0, 0), sigma)
        down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3)
        right = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3)
        steepest = float(np.sqrt((down * down + right * right).max())) or 1.0
        down, right = (slope * np.float32(_STEEP / steepest) for slope in (down, right))
        # Half way between the light and the camera, which looks straight down.
        tilt = (math.pi / 2 - _ELEVATION) / 2
        half_x, half_y = (
            math.sin(tilt) * math.cos(self.light),
            -math.sin(tilt) * math.sin(self.light),
        )
        facing = (math.cos(tilt) - half_x * right - half_y * down) / np.sqrt(
            1 + down * down + right * right
        )
        return np.asarray(np.power(np.clip(facing, 0, 1), _SHARP) * np.minimum(height * 4, 1))
