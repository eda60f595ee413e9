"""Scar: a thin strip of the picture itself, turned."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..changes import changed, freeze_changes
from ..random import uniform
from ..scene import Scene
from ..stencil import SURROUNDINGS_PX, Stencil
from ..values import check_range
from ._cutting import turned_picture

_ROUNDING = 1e-6


@dataclass(frozen=True)
class Scar:
    """A donor: a thin rectangle cut from the picture itself and turned.

    Attributes:
        length, width: the sides of the rectangle before it is turned (height and width), as
            fractions of the shorter side of the image.
        angle: counter-clockwise, in radians.
        y, x: where it is cut, 0 to 1 between the positions that the frame allows.
        changes: a change, or several, of the strip before it is pasted.

    CutPaste-scar turns the patch with what is in it (Li et al., CVPR 2021, appendix A); a region
    with a content of its own could not know the angle.
    """

    length: float
    width: float
    angle: float = 0.0
    y: float = uniform(0, 1)
    x: float = uniform(0, 1)
    changes: Any = ()

    def __post_init__(self) -> None:
        freeze_changes(self)
        for name in ("length", "width", "y", "x"):
            check_range(f"Scar.{name}", getattr(self, name), 0, 1)

    def __call__(self, scene: Scene) -> Stencil:
        """Return the turned strip, its box where it was cut."""
        h, w = (max(2.0, side * scene.side) for side in (self.length, self.width))
        height, width = scene.shape
        centre = (h / 2 + self.y * (height - h), w / 2 + self.x * (width - w))
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        # Box coordinates relative to its centre -> coordinates along the strip.
        turn = np.array([[cos, -sin], [sin, cos]])
        box_h = math.ceil(abs(cos) * h + abs(sin) * w - _ROUNDING) + 2 * SURROUNDINGS_PX
        box_w = math.ceil(abs(sin) * h + abs(cos) * w - _ROUNDING) + 2 * SURROUNDINGS_PX
        middle = np.array([box_w - 1, box_h - 1]) / 2
        layer = turned_picture(
            scene, turn, middle, (centre[1] - 0.5, centre[0] - 0.5), (box_h, box_w)
        )
        # By pixel centres: OpenCV's polygons hold their border, half a thin strip's area more.
        x, y = np.arange(box_w) - middle[0], np.arange(box_h)[:, None] - middle[1]
        across, along = np.abs(cos * x - sin * y), np.abs(sin * x + cos * y)
        mask = ((across <= w / 2) & (along <= h / 2)).astype(np.float32)
        top, left = round(centre[0] - box_h / 2), round(centre[1] - box_w / 2)
        return Stencil(mask, top, left, changed(layer, self.changes))
