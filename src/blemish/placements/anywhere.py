"""Anywhere: a position of the frame, all equally likely."""

from __future__ import annotations

from dataclasses import dataclass

from ..random import uniform
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._positions import moved_anywhere


@dataclass(frozen=True)
class Anywhere:
    """A position where the whole shape lies in the frame.

    Attributes:
        y, x: 0 to 1 between the first and the last such position. A shape larger than the frame
            slides over it in the same way.
    """

    y: float = uniform(0, 1)
    x: float = uniform(0, 1)

    def __post_init__(self) -> None:
        check_range("Anywhere.y", self.y, 0, 1)
        check_range("Anywhere.x", self.x, 0, 1)

    def __call__(self, stencil: Stencil, scene: Scene) -> Stencil:
        """Return the stencil moved there."""
        return moved_anywhere(stencil, scene, self.y, self.x)
