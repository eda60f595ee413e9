"""InCore: about a point of the middle of the frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..random import uniform
from ..refused import Refused
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._positions import clipped


@dataclass(frozen=True)
class InCore:
    """The shape's middle at a point of the frame's core, and of the object where one is known.

    Attributes:
        share: of the frame's height and width that is core, in the middle; in (0, 1].
        where: 0 to 1 along all such points.

    What leaves the frame, or the object, is cut off. FPI puts its patches so (Tan et al., MELBA
    2022), without an object.
    """

    share: float = 0.8
    where: float = uniform(0, 1)

    def __post_init__(self) -> None:
        check_range("InCore.share", self.share, 0, 1)
        check_range("InCore.where", self.where, 0, 1)

    def __call__(self, stencil: Stencil, scene: Scene) -> Stencil:
        """Return the stencil moved there; raises Refused where the core holds no object."""
        rows, columns = (max(1, round(self.share * side)) for side in scene.shape)
        top, left = (scene.shape[0] - rows) // 2, (scene.shape[1] - columns) // 2
        if scene.everywhere:
            found = min(int(self.where * rows * columns), rows * columns - 1)
        else:
            points = np.flatnonzero(scene.allowed[top : top + rows, left : left + columns])
            if points.size == 0:
                raise Refused("no object, or region of interest, in the middle of the frame")
            found = int(points[min(int(self.where * points.size), points.size - 1)])
        row, column = divmod(found, columns)
        y, x, h, w = stencil.support()
        moved = stencil.at(top + row - (y + h // 2), left + column - (x + w // 2))
        return moved if scene.everywhere else clipped(moved, scene)
