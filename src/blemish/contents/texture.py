"""Texture: a picture of something else, stretched over the frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from ..arrays import Floats
from ..changes import changed
from ..file import File
from ..random import files
from ..scene import Scene
from ..stencil import Stencil


@dataclass(frozen=True)
class Texture:
    """A picture of the pool "textures", stretched over the frame, seen through the stencil.

    Attributes:
        file: which one.
        changes: a change, or several. They are made at the texture's own size or the frame's,
            whichever is smaller, so that they cost the same on any frame.
    """

    file: File = files("textures")
    changes: Any = ()

    def __call__(self, scene: Scene, stencil: Stencil) -> Floats:
        """Return the layer (h, w, C)."""
        picture = shrunk(scene.read(self.file), scene.shape)
        return stretched(changed(picture, self.changes), scene.shape, stencil)


def shrunk(picture: Floats, shape: tuple[int, int]) -> Floats:
    """Return `picture` with neither side longer than the frame's, averaged without aliasing."""
    h, w = min(picture.shape[0], shape[0]), min(picture.shape[1], shape[1])
    if (h, w) == picture.shape[:2]:
        return picture
    resized = cv2.resize(picture, (w, h), interpolation=cv2.INTER_AREA)
    return np.asarray(resized, np.float32).reshape(h, w, picture.shape[2])


def stretched(picture: Floats, shape: tuple[int, int], stencil: Stencil) -> Floats:
    """Return the part under the stencil's box of `picture` stretched over a frame of `shape`."""
    h, w = stencil.mask.shape
    if h * w * 4 > shape[0] * shape[1]:
        # Most of the frame: stretching all of it is quicker than a general warp of the box.
        if picture.shape[:2] != shape:
            picture = cv2.resize(picture, shape[::-1], interpolation=cv2.INTER_LINEAR)
            picture = picture.reshape(*shape, -1)
        rows, columns = slice(stencil.top, stencil.top + h), slice(stencil.left, stencil.left + w)
        view: Floats = picture[rows, columns]
        return view
    scale_y, scale_x = picture.shape[0] / shape[0], picture.shape[1] / shape[1]
    # Pixel centres to pixel centres, as cv2.resize maps them, but for the box alone.
    matrix = np.array(
        [
            [scale_x, 0, (stencil.left + 0.5) * scale_x - 0.5],
            [0, scale_y, (stencil.top + 0.5) * scale_y - 0.5],
        ]
    )
    layer = cv2.warpAffine(
        picture,
        matrix,
        (w, h),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(layer, np.float32).reshape(h, w, picture.shape[2])
