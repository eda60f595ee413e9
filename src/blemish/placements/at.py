"""At: a given point of the frame."""

from __future__ import annotations

from dataclasses import dataclass

from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range


@dataclass(frozen=True)
class At:
    """The shape's middle at a point of the frame.

    Attributes:
        y, x: fractions of the frame's height and width. What leaves the frame is cut off.
    """

    y: float = 0.5
    x: float = 0.5

    def __post_init__(self) -> None:
        check_range("At.y", self.y, 0, 1)
        check_range("At.x", self.x, 0, 1)

    def __call__(self, stencil: Stencil, scene: Scene) -> Stencil:
        """Return the stencil moved there."""
        y, x, h, w = stencil.support()
        height, width = scene.shape
        return stencil.at(round(self.y * height - h / 2) - y, round(self.x * width - w / 2) - x)
