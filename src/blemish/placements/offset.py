"""Offset: moved by so much."""

from __future__ import annotations

from dataclasses import dataclass

from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range


@dataclass(frozen=True)
class Offset:
    """The shape moved from where its region put it.

    Attributes:
        y, x: by how much, as fractions of the frame's height and width; down and right are
            positive. What leaves the frame is cut off.
    """

    y: float = 0.0
    x: float = 0.0

    def __post_init__(self) -> None:
        check_range("Offset.y", self.y, -2, 2)
        check_range("Offset.x", self.x, -2, 2)

    def __call__(self, stencil: Stencil, scene: Scene) -> Stencil:
        """Return the stencil moved there."""
        height, width = scene.shape
        down, right = round(self.y * height), round(self.x * width)
        return stencil.at(stencil.top + down, stencil.left + right)
