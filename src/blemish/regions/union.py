"""Union: what either of two shapes covers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..scene import Scene
from ..stencil import Stencil
from ._joined import check_regions, joined


@dataclass(frozen=True)
class Union:
    """What either of two regions covers.

    Attributes:
        first, second: the regions; of a donor only its mask is taken.

    A third of GLASS's masks are the union of two (Chen et al., ECCV 2024, section 3.3).
    """

    first: Any
    second: Any

    def __post_init__(self) -> None:
        check_regions(self, first=self.first, second=self.second)

    def __call__(self, scene: Scene) -> Stencil:
        """Return both shapes in one box; raises Refused where they are empty."""
        return joined(self.first(scene), self.second(scene), np.maximum)
