"""Rearranged: the picture itself, turned, cut into cells and shuffled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ..changes import changed, changed_levels, freeze_changes
from ..changes.permuted import rearranged, shuffled
from ..random import seed
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range


@dataclass(frozen=True)
class Rearranged:
    """The whole picture rearranged, seen through the stencil.

    Attributes:
        quarter_turns: counter-clockwise; after an odd number of them the picture is stretched to
            the frame again.
        rows, columns: of the grid that is then cut and shuffled; as many columns as rows if not
            given.
        seed: of the order of the cells.
        changes: a change, or several, of what is seen in the stencil's box.

    Only what the box shows is made. The structural anomalies of MemSeg (Yang et al., Eng. Appl.
    Artif. Intell. 2023) and the hard augmentation of AnoSeg (Song et al., 2021).
    """

    quarter_turns: int = 0
    rows: int = 4
    columns: int | None = None
    seed: int = seed()
    changes: Any = ()

    def __post_init__(self) -> None:
        freeze_changes(self)
        check_range("Rearranged.quarter_turns", self.quarter_turns, -3, 3)
        check_range("Rearranged.rows", self.rows, 1, 256)
        if self.columns is not None:
            check_range("Rearranged.columns", self.columns, 1, 256)

    def __call__(self, scene: Scene, stencil: Stencil) -> Floats:
        """Return the layer (h, w, C)."""
        order = shuffled(scene.shape, (self.rows, self.columns or self.rows), self.seed)
        box = (stencil.top, stencil.left, *stencil.mask.shape)
        stretched = self.quarter_turns % 2 and scene.shape[0] != scene.shape[1]
        if scene.image.dtype == np.uint8 and scene.full == 255 and not stretched:
            # Bytes are moved, and become floats in the look-up that changes them.
            levels = rearranged(_bytes_of(scene), scene.shape, box, order, self.quarter_turns)
            return changed_levels(levels, self.changes)
        layer = rearranged(scene.crop, scene.shape, box, order, self.quarter_turns)
        return changed(layer, self.changes)


def _bytes_of(scene: Scene) -> Any:
    """Return what `scene.crop` is, for the picture as it is stored."""

    def crop(top: int, left: int, height: int, width: int) -> NDArray[np.uint8]:
        return scene.colour[top : top + height, left : left + width]

    return crop
