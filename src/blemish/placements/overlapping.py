"""Overlapping: on the object with a share of the shape at least."""

from __future__ import annotations

from dataclasses import dataclass

from ..random import uniform
from ..refused import Refused
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._positions import Positions, clipped, moved_anywhere, on_ground


@dataclass(frozen=True)
class Overlapping:
    """A position of the frame, of all where at least a share of the shape lies on the object.

    Attributes:
        share: how much of the shape must lie on the object, 0 to 1.
        y, x: 0 to 1 down and across all such positions.
        margin: the rest is cut off, and what is nearer than this to the object's edge, as a
            fraction of the frame's shorter side, which then is not counted as on it. Without one
            nothing is cut.

    NSA draws positions until one has a quarter of the patch on the object (Schlueter et al.,
    ECCV 2022); all that do are as likely here.
    """

    share: float = 0.25
    y: float = uniform(0, 1)
    x: float = uniform(0, 1)
    margin: float | None = None

    def __post_init__(self) -> None:
        for name in ("share", "y", "x"):
            check_range(f"Overlapping.{name}", getattr(self, name), 0, 1)
        if self.margin is not None:
            check_range("Overlapping.margin", self.margin, 0, 0.5)

    def __call__(self, stencil: Stencil, scene: Scene) -> Stencil:
        """Return the stencil moved there; raises Refused where there is no such position."""
        if scene.everywhere:
            return moved_anywhere(stencil, scene, self.y, self.x)
        margin = self.margin or 0.0
        moved = self._moved(Positions(stencil, scene, margin), scene, margin)
        return moved if self.margin is None else clipped(moved, scene, margin)

    def _moved(self, positions: Positions, scene: Scene, margin: float) -> Stencil:
        best = float(positions.share.max())
        # A cell at the object's edge counts in part: what is lost there is measured after.
        for least in (self.share, self.share + 0.5 * (best - self.share), best):
            legal = (positions.share >= least) & (positions.share > 0)
            moved = positions.chosen(legal, self.y, self.x)
            if on_ground(moved, scene, margin) >= self.share:
                return moved
        raise Refused(f"less than {self.share:.0%} of the shape on the object")
