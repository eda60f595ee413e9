"""NearEdge: at the rim of the part."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from ..random import uniform
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._positions import cells_of, clipped, spot


@dataclass(frozen=True)
class NearEdge:
    """The middle of the shape near the edge of the object; what hangs over far is cut off.

    Attributes:
        depth: how far inside the edge at most, as a fraction of the frame's shorter side.
        overhang: how far the shape may reach beyond the edge, as the same fraction. The edge of an
            object is soft, and no estimate of it exact: what takes a piece away takes it along.
        y, x: 0 to 1 down and across all such points.

    Where the whole frame is object, its edge is the frame's. A region of interest is never left.
    """

    depth: float = 0.02
    overhang: float = 0.0
    y: float = uniform(0, 1)
    x: float = uniform(0, 1)

    def __post_init__(self) -> None:
        for name in ("depth", "overhang", "y", "x"):
            check_range(f"NearEdge.{name}", getattr(self, name), 0, 1)

    def __call__(self, stencil: Stencil, scene: Scene) -> Stencil:
        """Return the stencil moved there; raises Refused where there is no object."""
        ground, step = cells_of(scene)
        inside = np.pad((ground >= 0.5).astype(np.uint8), 1)
        away = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
        near = (away > 0) & (away <= max(1.5, self.depth * scene.side / step))
        row, column = (int(cell * step) for cell in spot(near, self.y, self.x))
        y, x, h, w = stencil.support()
        moved = stencil.at(row - (y + h // 2), column - (x + w // 2))
        return self._cut(moved, scene)

    def _cut(self, stencil: Stencil, scene: Scene) -> Stencil:
        """Return the stencil without what lies further beyond the edge than `overhang`."""
        beyond = math.ceil(self.overhang * scene.side)
        box = stencil.fitted(beyond, *scene.shape) if beyond else None
        if box is None:
            return clipped(stencil, scene)
        window = np.s_[box.top : box.top + box.height, box.left : box.left + box.width]
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * beyond + 1,) * 2)
        ground = cv2.dilate(scene.foreground[window].astype(np.uint8), disc)
        if scene.roi is not None:
            ground &= scene.roi[window]
        return box.masked(box.mask * ground)
