"""Texture: a picture of something else, stretched over the frame."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ..changes import changed, changed_levels, freeze_changes
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

    def __post_init__(self) -> None:
        freeze_changes(self)

    def __call__(self, scene: Scene, stencil: Stencil) -> Floats:
        """Return the layer (h, w, C)."""
        return stretched(_picture(self, scene), scene.shape, stencil)

    def at(self, scene: Scene, stencil: Stencil, pixels: NDArray[np.intp]) -> Floats:
        """Return the layer at some pixels of the stencil's box, by flat index: (1, n, C)."""
        return stretched_at(_picture(self, scene), scene.shape, stencil, pixels)


@lru_cache(maxsize=1)
def _picture(texture: Texture, scene: Scene) -> Floats:
    """Return the changed picture; kept, because a large box is asked for in bands."""
    levels = scene.look(texture.file, scene.shape)
    if levels.dtype == np.uint8 and levels.shape[2] == scene.channels:
        return changed_levels(levels, texture.changes)
    return changed(scene.read(texture.file, scene.shape), texture.changes)


def stretched(picture: Floats, shape: tuple[int, int], stencil: Stencil) -> Floats:
    """Return what `picture`, stretched over a frame of `shape`, shows in the stencil's box.

    It is looked up where the blend will read it, and 0 elsewhere.
    """
    from ..kernels import stretch

    layer = np.zeros((*stencil.mask.shape, picture.shape[2]), np.float32)
    ratio = (picture.shape[0] / shape[0], picture.shape[1] / shape[1])
    stretch(picture, ratio, (stencil.top, stencil.left), stencil.wanted(), layer)
    return layer


def stretched_at(
    picture: Floats, shape: tuple[int, int], stencil: Stencil, pixels: NDArray[np.intp]
) -> Floats:
    """Return what `stretched` does, at some pixels of the stencil's box alone: (1, n, C)."""
    from ..kernels import stretch_at

    row = np.empty((1, pixels.size, picture.shape[2]), np.float32)
    ratio = (picture.shape[0] / shape[0], picture.shape[1] / shape[1])
    corner = (stencil.top, stencil.left)
    stretch_at(picture, ratio, corner, stencil.mask.shape[1], pixels, row)
    return row
