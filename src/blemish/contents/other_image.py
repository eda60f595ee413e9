"""OtherImage: what another good picture shows at the same place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..arrays import Floats, to_channels, to_float, white_of
from ..changes import changed, freeze_changes
from ..file import File
from ..random import files
from ..scene import Scene
from ..stencil import Stencil
from .texture import stretched


@dataclass(frozen=True)
class OtherImage:
    """Another good picture, at the same place; stretched over the frame if its size differs.

    Attributes:
        file: which one, of the pool "sources".
        changes: a change, or several, of what is seen in the stencil's box.
    """

    file: File = files("sources")
    changes: Any = ()

    def __post_init__(self) -> None:
        freeze_changes(self)

    def __call__(self, scene: Scene, stencil: Stencil) -> Floats:
        """Return the layer (h, w, C)."""
        levels = scene.look(self.file, scene.shape)
        if levels.shape[:2] != scene.shape:
            picture = scene.read(self.file, scene.shape)
            return changed(stretched(picture, scene.shape, stencil), self.changes)
        # The box alone becomes floats; what has the dtype of this picture has its range too.
        h, w = stencil.mask.shape
        box = levels[stencil.top : stencil.top + h, stencil.left : stencil.left + w]
        white = scene.full if levels.dtype == scene.image.dtype else white_of(levels)
        return changed(to_channels(to_float(box, white), scene.channels), self.changes)
