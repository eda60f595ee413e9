"""PerlinBlobs: the places where Perlin noise is high."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from ..noise import perlin
from ..random import choice, seed, uniform
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range

# Noise is smooth: with this many pixels a cell, interpolating it moves an edge by less than half
# a pixel, and turning it costs several times what making it does.
_PIXELS_A_CELL = 10


@dataclass(frozen=True)
class PerlinBlobs:
    """Blobs: where one octave of turned Perlin noise exceeds a threshold.

    Attributes:
        cells_y, cells_x: cells of the noise along each side.
        angle: by which the noise is turned about the middle, in radians; the corners that this
            empties hold no blob.
        threshold: of noise in about [-1, 1]; higher makes fewer and smaller blobs.
        seed: of the noise.

    The mask of DRAEM (Zavrtanik et al., ICCV 2021, section 3.3), for frames of any size.
    """

    cells_y: float = choice(1, 2, 4, 8, 16, 32)
    cells_x: float = choice(1, 2, 4, 8, 16, 32)
    angle: float = uniform(-math.pi / 2, math.pi / 2)
    threshold: float = 0.5
    seed: int = seed()

    def __post_init__(self) -> None:
        check_range("PerlinBlobs.cells_y", self.cells_y, 1e-3)
        check_range("PerlinBlobs.cells_x", self.cells_x, 1e-3)
        check_range("PerlinBlobs.threshold", self.threshold, -1, 1)

    def __call__(self, scene: Scene) -> Stencil:
        """Return the blobs, in the frame."""
        height, width = scene.shape
        cell = min(height / self.cells_y, width / self.cells_x)
        fewer = max(1, min(8, int(cell / _PIXELS_A_CELL)))
        h, w = math.ceil(height / fewer), math.ceil(width / fewer)
        noise = perlin((h, w), (self.cells_y, self.cells_x), self.seed)
        matrix = cv2.getRotationMatrix2D(((w - 1) / 2, (h - 1) / 2), math.degrees(self.angle), 1.0)
        # Outside the turned noise lies what no threshold reaches.
        turned = cv2.warpAffine(noise, matrix, (w, h), borderValue=-2.0)
        if fewer > 1:
            turned = cv2.resize(turned, (width, height), interpolation=cv2.INTER_LINEAR)
        _, mask = cv2.threshold(turned, self.threshold, 1.0, cv2.THRESH_BINARY, turned)
        return Stencil(np.asarray(mask, np.float32))
