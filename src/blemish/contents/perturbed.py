"""Perturbed: the picture itself, where it is, after changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..arrays import Floats
from ..changes import changed, freeze_changes
from ..scene import Scene
from ..stencil import Stencil


@dataclass(frozen=True)
class Perturbed:
    """The picture itself, at the same place, after changes.

    Attributes:
        changes: a change, or several, made on the stencil's box alone.
    """

    changes: Any = ()

    def __post_init__(self) -> None:
        freeze_changes(self)

    def __call__(self, scene: Scene, stencil: Stencil) -> Floats:
        """Return the layer (h, w, C)."""
        return changed(scene.crop(stencil.top, stencil.left, *stencil.mask.shape), self.changes)
