"""InCore: about a point of the middle of the frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..random import uniform
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._positions import clipped, spot


@dataclass(frozen=True)
class InCore:
    """The shape's middle at a point of the frame's core, and of the object where one is known.

    Attributes:
        share: of the frame's height and width that is core, in the middle; in (0, 1].
        y, x: 0 to 1 down and across all such points.

    Where no object reaches the core, all of it will do. What leaves the frame, or the object, is
    cut off. FPI puts its patches so (Tan et al., MELBA 2022), without an object.
    """

    share: float = 0.8
    y: float = uniform(0, 1)
    x: float = uniform(0, 1)

    def __post_init__(self) -> None:
        for name in ("share", "y", "x"):
            check_range(f"InCore.{name}", getattr(self, name), 0, 1)

    def __call__(self, stencil: Stencil, scene: Scene) -> Stencil:
        """Return the stencil moved there; raises Refused where there is no object."""
        rows, columns = (max(1, round(self.share * side)) for side in scene.shape)
        top, left = (scene.shape[0] - rows) // 2, (scene.shape[1] - columns) // 2
        core = np.zeros(scene.shape, np.bool_)
        core[top : top + rows, left : left + columns] = True
        legal = core & scene.allowed
        row, column = spot(legal if legal.any() else scene.allowed, self.y, self.x)
        y, x, h, w = stencil.support()
        moved = stencil.at(int(row) - (y + h // 2), int(column) - (x + w // 2))
        return moved if scene.everywhere else clipped(moved, scene)
