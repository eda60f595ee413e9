"""Shifted: the picture itself, from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..arrays import Floats
from ..changes import changed, freeze_changes
from ..random import uniform
from ..scene import Scene
from ..stencil import Stencil, place
from ..values import check_range


@dataclass(frozen=True)
class Shifted:
    """Another place of the same picture, seen through the stencil.

    Attributes:
        y, x: where it is taken, 0 to 1 between the positions of the box that the frame allows.
        changes: a change, or several, of what was taken.
    """

    y: float = uniform(0, 1)
    x: float = uniform(0, 1)
    changes: Any = ()

    def __post_init__(self) -> None:
        freeze_changes(self)
        check_range("Shifted.y", self.y, 0, 1)
        check_range("Shifted.x", self.x, 0, 1)

    def __call__(self, scene: Scene, stencil: Stencil) -> Floats:
        """Return the layer (h, w, C)."""
        h, w = stencil.mask.shape
        top, left = place(self.y, scene.shape[0] - h), place(self.x, scene.shape[1] - w)
        return changed(scene.crop(top, left, h, w), self.changes)
