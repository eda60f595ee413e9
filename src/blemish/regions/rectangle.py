"""Rectangle: an upright rectangle by area and aspect."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range


@dataclass(frozen=True)
class Rectangle:
    """An upright rectangle, of a share of the image's area.

    Attributes:
        area: share of the image, in (0, 1].
        aspect: width over height in pixels; what would leave the image is cut to its side.

    CutPaste draws its patch so (Li et al., CVPR 2021, section 2.2).
    """

    area: float
    aspect: float = 1.0

    def __post_init__(self) -> None:
        check_range("Rectangle.area", self.area, 0, 1)
        check_range("Rectangle.aspect", self.aspect, 1e-3, 1e3)

    def __call__(self, scene: Scene) -> Stencil:
        """Return the rectangle in the frame's top left corner; a placement moves it."""
        height, width = scene.shape
        pixels = self.area * height * width
        h = min(height, max(1, round(math.sqrt(pixels / self.aspect))))
        w = min(width, max(1, round(math.sqrt(pixels * self.aspect))))
        return Stencil(np.ones((h, w), np.float32))
