"""Fitting: on the object with its shape kept."""

from __future__ import annotations

from dataclasses import dataclass

from ..random import uniform
from ..refused import Refused
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._positions import Positions, clipped, moved_anywhere, on_ground


@dataclass(frozen=True)
class Fitting:
    """A position, of all there are, where the object holds the shape; elsewhere it is not put.

    Attributes:
        share: how much of the shape must lie on the object, 0 to 1; the rest is cut off.
        y, x: 0 to 1 down and across all such positions.

    All positions are looked at in one correlation, so that a real mask keeps its shape; moving it
    about at random and cutting off what hangs over keeps 20 to 80 % of it.
    """

    share: float = 0.95
    y: float = uniform(0, 1)
    x: float = uniform(0, 1)

    def __post_init__(self) -> None:
        for name in ("share", "y", "x"):
            check_range(f"Fitting.{name}", getattr(self, name), 0, 1)

    def __call__(self, stencil: Stencil, scene: Scene) -> Stencil:
        """Return the stencil moved there; raises Refused where it fits nowhere."""
        if scene.everywhere:
            return moved_anywhere(stencil, scene, self.y, self.x)
        positions = Positions(stencil, scene)
        # A cell at the object's edge counts in part: what is lost there is measured after.
        for least in (max(self.share, 0.999), self.share):
            legal = (positions.share >= least) & (positions.share > 0)
            if legal.any():
                break
        found = positions.chosen(legal, self.y, self.x)
        if on_ground(found, scene) < self.share:
            best = positions.share >= positions.share.max()
            found = positions.chosen(best, self.y, self.x)
            if on_ground(found, scene) < self.share:
                raise Refused("no place for the shape on the object or in the region of interest")
        return clipped(found, scene)
