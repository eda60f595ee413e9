"""Overlapping: on the object with a share of the shape at least."""

from __future__ import annotations

from dataclasses import dataclass

from ..random import uniform
from ..refused import Refused
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._positions import moved_anywhere, on_ground


@dataclass(frozen=True)
class Overlapping:
    """Anywhere in the frame, if at least a share of the shape lies on the object; nothing is cut.

    Attributes:
        share: how much of the shape must lie on the object, 0 to 1.
        y, x: 0 to 1 between the first and the last position in the frame.

    A position with less is refused, and the defect drawn again: the rejection of NSA (Schlueter et
    al., ECCV 2022), which asks for a quarter of the patch.
    """

    share: float = 0.25
    y: float = uniform(0, 1)
    x: float = uniform(0, 1)

    def __post_init__(self) -> None:
        for name in ("share", "y", "x"):
            check_range(f"Overlapping.{name}", getattr(self, name), 0, 1)

    def __call__(self, stencil: Stencil, scene: Scene) -> Stencil:
        """Return the stencil moved there; raises Refused where too little lies on the object."""
        moved = moved_anywhere(stencil, scene, self.y, self.x)
        if not scene.everywhere and on_ground(moved, scene) < self.share:
            raise Refused(f"less than {self.share:.0%} of the shape on the object")
        return moved
