"""Excerpt: a piece cut out of another good picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from ..arrays import Floats, to_channels
from ..changes import changed, freeze_changes
from ..file import File
from ..random import files
from ..refused import Refused
from ..scene import Scene
from ..stencil import SURROUNDINGS_PX, Stencil
from ..values import check_range
from ._joined import check_regions


@dataclass(frozen=True)
class Excerpt:
    """A donor: a shape cut out of another good picture, larger or smaller than it is there.

    Attributes:
        region: which shape, in that picture; of a donor only its mask is taken.
        placement: where in that picture, and on its object where one is known; without one it is
            cut where the region puts it.
        file: which picture, of the pool "sources"; stretched over the frame if its size differs.
        scale: its size against what it is there.
        changes: a change, or several, of what is seen of it.

    It lies about the middle where it was cut until a placement moves it. The patches of NSA
    (Schlueter et al., ECCV 2022).
    """

    region: Any
    placement: Any = None
    file: File = files("sources")
    scale: float = 1.0
    changes: Any = ()

    def __post_init__(self) -> None:
        freeze_changes(self)
        check_regions(self, region=self.region)
        check_range("Excerpt.scale", self.scale, 0.1, 10)

    def __call__(self, scene: Scene) -> Stencil:
        """Return the piece with its surroundings as layer; raises Refused for an empty shape."""
        other = _seen_alike(scene, self.file)
        stencil: Stencil = self.region(other)
        if self.placement is not None:
            stencil = self.placement(stencil, other)
        around = math.ceil(SURROUNDINGS_PX / self.scale)
        box = stencil.fitted(around, *other.shape)
        if box is None:
            raise Refused("the shape is empty or outside the picture")
        shape = (box.height, box.width)
        layer = to_channels(other.crop(box.top, box.left, *shape), scene.channels)
        h, w = (max(1, round(side * self.scale)) for side in shape)
        top, left = round(box.top + (shape[0] - h) / 2), round(box.left + (shape[1] - w) / 2)
        mask = np.clip(_resized(box.mask, h, w), 0, 1)
        layer = np.clip(_resized(layer, h, w), 0, 1).reshape(h, w, scene.channels)
        return Stencil(mask, top, left, changed(layer, self.changes))


def _seen_alike(scene: Scene, file: File) -> Scene:
    """Return another picture as a scene of this frame's size, its object found in the same way."""
    picture = scene.look(file, scene.shape)
    if picture.shape[:2] != scene.shape:
        height, width = scene.shape
        plain = np.ascontiguousarray(picture)
        stretched = cv2.resize(plain, (width, height), interpolation=cv2.INTER_LINEAR)
        picture = np.asarray(stretched, picture.dtype).reshape(height, width, -1)
    white = scene.white if picture.dtype == scene.image.dtype else None
    origin = file.origin if not isinstance(file.origin, np.ndarray) else None
    return Scene(picture, white, origin, None, scene.estimator, file.sha256)


def _resized(plane: Floats, h: int, w: int) -> Floats:
    if plane.shape[:2] == (h, w):
        return plane
    smaller = h < plane.shape[0] or w < plane.shape[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(plane, (w, h), interpolation=how), np.float32)
