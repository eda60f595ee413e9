"""Alpha: the layer at an opacity."""

from __future__ import annotations

from dataclasses import dataclass

from ..arrays import Floats, mix
from ..stencil import Stencil
from ..values import check_range


@dataclass(frozen=True)
class Alpha:
    """base + opacity * mask * (layer - base): a soft stencil makes a soft edge.

    Attributes:
        opacity: 0 to 1. DRAEM's beta is 1 - opacity.
    """

    opacity: float = 1.0

    def __post_init__(self) -> None:
        check_range("Alpha.opacity", self.opacity, 0, 1)

    def margin(self, stencil: Stencil) -> int:
        """Return 0: no context is read."""
        return 0

    def __call__(self, base: Floats, layer: Floats, mask: Floats) -> Floats:
        """Return the pixels (h, w, C)."""
        return mix(base, layer, mask, self.opacity)
