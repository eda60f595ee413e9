"""What is labelled: (change, mask) -> float32 (h, w) in [0, 1].

`change` (h, w) says by how many levels each pixel of the finished picture differs from the clean
one, in the channel that differs most, as the files will hold them; it is 0 outside the stencil.
`mask` is the stencil's coverage (h, w). A label never leaves the stencil.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .arrays import Floats
from .values import check_range

__all__ = ["Changed", "Intensity", "Opacity", "Shape"]


@dataclass(frozen=True)
class Changed:
    """The pixels that visibly changed, with small enclosed holes filled.

    A pixel of the stencil is labelled if a channel of it changed by more than `tolerance_levels`.
    No changed pixel is deleted: the median filter of NSA (Schlueter et al., ECCV 2022), whose idea
    this is, would erase a hairline. A hole is filled, inside the stencil, if a square of the side
    `hole` (a fraction of the box's shorter side, at least 3 px) would cover its area; the smallest
    ones first, until they make up `filled` of the label: where grain hides half of a change, what
    is unchanged stays unlabelled.
    """

    tolerance_levels: float = 2.0
    hole: float = 0.02
    filled: float = 0.05

    def __post_init__(self) -> None:
        check_range("Changed.tolerance_levels", self.tolerance_levels, 0, 255)
        check_range("Changed.hole", self.hole, 0, 1)
        check_range("Changed.filled", self.filled, 0, 1)

    def __call__(self, change: Floats, mask: Floats) -> Floats:
        """Return 1 where the change is visible, else 0."""
        # A thousandth of a level above the tolerance: float32 must not tip the balance.
        tolerance = self.tolerance_levels + 1e-3
        _, label = cv2.threshold(change, tolerance, 1.0, cv2.THRESH_BINARY)
        if self.hole > 0:
            from .marking import fill_holes

            limit = int(max(3.0, self.hole * min(label.shape)) ** 2)
            fill_holes(label, mask, limit, self.filled)
        return np.asarray(label, np.float32)


@dataclass(frozen=True)
class Shape:
    """The whole stencil, changed or not, as most published code labels it."""

    def __call__(self, change: Floats, mask: Floats) -> Floats:
        """Return 1 where the stencil's coverage is above 0, else 0."""
        return (mask > 0).astype(np.float32)


@dataclass(frozen=True)
class Intensity:
    """How strongly the picture changed, as a soft label: 1 / (1 + exp(-k (d - x0))), d in levels.

    Attributes:
        k: how steeply it rises, per level.
        x0: the change that is labelled 0.5, in levels.
        tolerance_levels: what changed by no more is labelled 0.

    NSA's label (Schlueter et al., ECCV 2022, there of the mean over the channels, after a median).
    Its code has k = 1/12 and x0 = 24 where pictures differ strongly (bottles, cables, hazelnuts),
    1/6 and 15, 1/3 and 7 for most textures and smooth metal, 1 and 3 for screws. Below 1e-6 it does
    not fall: what changed is labelled.
    """

    k: float = 1 / 6
    x0: float = 20.0
    tolerance_levels: float = 2.0

    def __post_init__(self) -> None:
        check_range("Intensity.k", self.k, 0)
        check_range("Intensity.x0", self.x0, 0, 255)
        check_range("Intensity.tolerance_levels", self.tolerance_levels, 0, 255)

    def __call__(self, change: Floats, mask: Floats) -> Floats:
        """Return the label, above 0 where the change is visible."""
        strength = 1 / (1 + np.exp(np.minimum(-self.k * (change - np.float32(self.x0)), 13.8)))
        visible = change > self.tolerance_levels + 1e-3
        return np.where(visible & (mask > 0), strength, 0).astype(np.float32)


@dataclass(frozen=True)
class Opacity:
    """The stencil's coverage as a soft label, where the picture visibly changed; 0 elsewhere.

    A pixel has changed if a channel of it did by more than `tolerance_levels`. FPI labels with the
    interpolation factor, and 0 where nothing changed (Tan et al., MELBA 2022).
    """

    tolerance_levels: float = 2.0

    def __post_init__(self) -> None:
        check_range("Opacity.tolerance_levels", self.tolerance_levels, 0, 255)

    def __call__(self, change: Floats, mask: Floats) -> Floats:
        """Return the coverage where the change is visible, else 0."""
        return np.where(change > self.tolerance_levels + 1e-3, mask, np.float32(0))
