"""Box: an upright rectangle by its sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range


@dataclass(frozen=True)
class Box:
    """An upright rectangle with sides of a given length.

    Attributes:
        height, width: fractions of the image's shorter side; without a width it is a square.
        coverage: of its pixels, in (0, 1]. Below 1 the layer is seen as if at that opacity, and the
            label `Opacity` is that number: what FPI learns (Tan et al., MELBA 2022).
    """

    height: float
    width: float | None = None
    coverage: float = 1.0

    def __post_init__(self) -> None:
        check_range("Box.height", self.height, 0, 1)
        if self.width is not None:
            check_range("Box.width", self.width, 0, 1)
        check_range("Box.coverage", self.coverage, 0, 1)

    def __call__(self, scene: Scene) -> Stencil:
        """Return the box in the frame's top left corner; a placement moves it."""
        width = self.height if self.width is None else self.width
        h, w = (max(1, round(side * scene.side)) for side in (self.height, width))
        return Stencil(np.full((h, w), self.coverage, np.float32))
