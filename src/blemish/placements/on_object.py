"""OnObject: on the part, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

from ..random import uniform
from ..refused import Refused
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._positions import Positions, clipped, moved_anywhere

# Positions that hold nearly as much of the shape as the best one are as good as it.
_AS_GOOD = 0.98


@dataclass(frozen=True)
class OnObject:
    """On the object: moved to where all of the shape lies on it, or else most; the rest is cut off.

    Attributes:
        y, x: 0 to 1 down and across all of the positions that are as good as the best.
        margin: how much is left free along the object's edge, as a fraction of the frame's shorter
            side: no estimate of an edge is exact. `NearEdge` is for defects of the edge.

    The object is the scene's foreground, and the region of interest where there is one. Where the
    whole frame is object (a texture, or nothing known) this is a position anywhere in it. A mask
    that has the frame's size stays where it is and is cut to the object, as MemSeg does (Yang et
    al., Eng. Appl. Artif. Intell. 2023): the frame has cut its blobs, and moved they would show it.
    """

    y: float = uniform(0, 1)
    x: float = uniform(0, 1)
    margin: float = 0.01

    def __post_init__(self) -> None:
        for name, most in (("y", 1), ("x", 1), ("margin", 0.5)):
            check_range(f"OnObject.{name}", getattr(self, name), 0, most)

    def __call__(self, stencil: Stencil, scene: Scene) -> Stencil:
        """Return the stencil moved there, without what does not lie on the object.

        Raises Refused where there is no object, or nothing of the mask lies on it.
        """
        if stencil.mask.shape == scene.shape and stencil.top == stencil.left == 0:
            return stencil if scene.everywhere else self._cut(stencil, scene)
        if scene.everywhere:
            return moved_anywhere(stencil, scene, self.y, self.x)
        positions = Positions(stencil, scene, self.margin)
        best = float(positions.share.max())
        legal = (positions.share >= _AS_GOOD * best) & (positions.share > 0)
        return clipped(positions.chosen(legal, self.y, self.x), scene, self.margin)

    def _cut(self, stencil: Stencil, scene: Scene) -> Stencil:
        cut = clipped(stencil, scene, self.margin)
        if not cut.mask.any():
            raise Refused("nothing of the shape lies on the object")
        return cut
