"""Sized: another region's shape at a given size."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from ..arrays import Floats
from ..refused import Refused
from ..scene import Scene
from ..stencil import SURROUNDINGS_PX, Stencil
from ..values import check_range

_LARGEST_PX = 2**14  # along a side of the box
_SEEN = 0.08  # of the largest coverage
# A line does not become thinner than a pixel: what it covers does not go with the square of its
# size, and is looked at again.
_STEPS = 3


@dataclass(frozen=True)
class Sized:
    """The shape of a region, enlarged or reduced to a share of the frame.

    Attributes:
        region: which shape; a donor brings its layer, which is scaled too.
        area: share of the frame that it shall cover, in (0, 1]; what a placement cuts off, or
            what turns out not to have changed, is missing from it.
    """

    region: Any
    area: float

    def __post_init__(self) -> None:
        if not callable(self.region) or isinstance(self.region, type):
            raise TypeError(f"Sized.region must be a region, not {self.region!r}")
        check_range("Sized.area", self.area, 0, 1)

    def __call__(self, scene: Scene) -> Stencil:
        """Return the scaled stencil about the same middle; raises Refused for an empty shape."""
        stencil: Stencil = self.region(scene)
        wanted = self.area * scene.shape[0] * scene.shape[1]
        if not stencil.mask.any():
            raise Refused("the shape is empty")
        mask, factor = stencil.mask, 1.0
        for _ in range(_STEPS):
            factor *= math.sqrt(wanted / _covered(mask))
            h, w = (max(1, round(n * factor)) for n in stencil.mask.shape)
            if max(h, w) > _LARGEST_PX:
                raise Refused("the shape would have to be enlarged beyond all measure")
            mask = np.clip(_resized(stencil.mask, h, w), 0, 1)
        h, w = mask.shape
        middle = (stencil.top + stencil.height / 2, stencil.left + stencil.width / 2)
        top, left = round(middle[0] - h / 2), round(middle[1] - w / 2)
        layer = None
        if stencil.layer is not None:
            layer = np.clip(_resized(stencil.layer, h, w), 0, 1).reshape(h, w, -1)
        scaled = replace(stencil, mask=mask, top=top, left=left, layer=layer)
        return scaled if layer is None else _with_surroundings(scaled)


def _covered(mask: Floats) -> float:
    """Return how many pixels are seen to be covered: a thin edge is, what is nearly empty not."""
    return max(1.0, float(np.count_nonzero(mask > _SEEN * np.max(mask))))


def _resized(plane: Floats, h: int, w: int) -> Floats:
    smaller = h < plane.shape[0] or w < plane.shape[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(plane, (w, h), interpolation=how), np.float32)


def _with_surroundings(stencil: Stencil) -> Stencil:
    """Return a donor with as much around it as donors bring: its edge repeated for what is cut."""
    y, x, h, w = stencil.support()
    if not h or stencil.layer is None:
        return stencil
    lacks = [
        max(0, SURROUNDINGS_PX - margin)
        for margin in (y, stencil.height - y - h, x, stencil.width - x - w)
    ]
    if not any(lacks):
        return stencil
    above, below, before, after = lacks
    mask = np.pad(stencil.mask, ((above, below), (before, after)))
    layer = np.pad(stencil.layer, ((above, below), (before, after), (0, 0)), mode="edge")
    top, left = stencil.top - above, stencil.left - before
    return replace(stencil, mask=mask, top=top, left=left, layer=layer)
