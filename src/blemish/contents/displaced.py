"""Displaced: the picture itself, a little beside its place."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from ..arrays import Floats
from ..random import loguniform, uniform
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._film import strength


@dataclass(frozen=True)
class Displaced:
    """The picture itself, printed a little beside its place.

    Attributes:
        distance: as a fraction of the shorter side of the image; at least a pixel.
        angle: where it is moved to, counter-clockwise from the right, in radians.
        severity: 0, barely visible, to 1, how strong the displaced picture is against the one in
            place; between them both are seen, as of a double print.

    Beyond the frame its edge is repeated.
    """

    distance: float = loguniform(0.015, 0.06)
    angle: float = uniform(-math.pi, math.pi)
    severity: float = uniform(0.3, 1)

    def __post_init__(self) -> None:
        check_range("Displaced.distance", self.distance, 0, 1)
        check_range("Displaced.severity", self.severity, 0, 1)

    def __call__(self, scene: Scene, stencil: Stencil) -> Floats:
        """Return the layer (h, w, C)."""
        away = max(1.0, self.distance * scene.side)
        down, right = round(-away * math.sin(self.angle)), round(away * math.cos(self.angle))
        h, w = stencil.mask.shape
        y = np.clip(np.arange(h) + stencil.top - down, 0, scene.shape[0] - 1)
        x = np.clip(np.arange(w) + stencil.left - right, 0, scene.shape[1] - 1)
        top, left = int(y[0]), int(x[0])
        crop = scene.crop(top, left, int(y[-1]) + 1 - top, int(x[-1]) + 1 - left)
        moved = crop[(y - top)[:, None], (x - left)[None, :]]
        base = scene.crop(stencil.top, stencil.left, h, w)
        shown = float(strength(self.severity))
        mixed = cv2.addWeighted(moved, shown, base, 1 - shown, 0)
        return np.asarray(mixed, np.float32).reshape(base.shape)
