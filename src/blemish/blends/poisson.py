"""Poisson: seamless, by the gradients of the layer."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import LEVEL, Floats, mix
from ..poisson.editing import seamless
from ..poisson.guidance import GRADIENTS
from ..stencil import Stencil
from ..values import Value, check_range

_LEAST_REACH_PX = 8.0
_OF_ONE_KIND = 32 * LEVEL  # a larger difference is one of material, not of light


@dataclass(frozen=True)
class Poisson:
    """The layer's differences between neighbouring pixels, with the base's values around them.

    Attributes:
        gradients: "import" those of the layer; "mixed", of layer and base the stronger; the
            "average" of both; or "monochrome", the layer's grey ones.
        reach: how far inwards this goes, as a share of the way from the edge to the middle of the
            shape, at least 8 px, and less far the more than 32 levels it changes the layer;
            further in, the layer is seen as it is. Without one it goes everywhere.

    No seam is left where the stencil ends: by how much base and layer differ there is spread over
    the inside (Perez, Gangnet and Blake, SIGGRAPH 2003, sections 2 and 3; without `reach`). So the
    layer keeps its contrast to its own surroundings and not its tone. A soft stencil is solved for
    wherever it is above 0, then mixed with the base by its coverage. Where it meets the frame's
    edge, there is no condition.

    What differs in kind there bleeds into the inside: a mask that cuts the edge of an object, or
    the defect itself, spreads its colour over all of it, and a dark hole becomes a pale spot. The
    remedies: let the mask end in clean surroundings (`DefectBank.feather`), bring these to the tone
    of the place (`Harmonised`), and give a `reach`; or take "mixed", which keeps the edges of the
    base, and loses what is fainter than its texture.
    """

    gradients: str = "import"
    reach: float | None = None

    def __post_init__(self) -> None:
        known = self.gradients.support() if isinstance(self.gradients, Value) else (self.gradients,)
        for gradients in known:
            if gradients not in GRADIENTS:
                raise ValueError(
                    f"Poisson.gradients must be one of {', '.join(GRADIENTS)}, not {gradients!r}"
                )
        if self.reach is not None:
            check_range("Poisson.reach", self.reach, 0, 1)

    def margin(self, stencil: Stencil) -> int:
        """Return 1: the values around the stencil are what is known."""
        return 1

    def __call__(self, base: Floats, layer: Floats, mask: Floats) -> Floats:
        """Return the pixels (h, w, C)."""
        support = mask > 0
        solved = seamless(layer, base, support, self.gradients)
        if self.reach is not None and not support.all():
            solved = mix(layer, solved, _near_the_edge(support, self.reach, layer, solved))
        np.clip(solved, 0, 1, out=solved)
        return mix(base, solved, mask)


def _near_the_edge(
    support: NDArray[np.bool_], reach: float, layer: Floats, solved: Floats
) -> Floats:
    """Return (h, w), falling smoothly from 1 at the edge of the support to 0 inside.

    The array's edge is none of the support's.
    """
    away = cv2.distanceTransform(support.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    far = np.float32(max(_LEAST_REACH_PX, reach * float(away.max())))
    # What is brightened or darkened a lot is soon itself again: a glow is worse than an edge.
    change = np.abs(solved - layer).max(axis=2)
    far = np.maximum(far * np.float32(_OF_ONE_KIND) / np.maximum(change, _OF_ONE_KIND), 1)
    left = np.clip(1 - (away - 1) / far, 0, 1)
    return np.asarray(left * left * (3 - 2 * left), np.float32)
