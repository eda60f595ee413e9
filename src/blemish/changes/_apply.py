"""Applying the `changes` field of a part."""

from __future__ import annotations

from typing import Any

from ..arrays import Floats


def changed(layer: Floats, changes: Any) -> Floats:
    """Return `layer` after one change, several in order, or none (None, or an empty tuple)."""
    if changes is None:
        return layer
    if isinstance(changes, (tuple, list)):
        for change in changes:
            layer = changed(layer, change)
        return layer
    result: Floats = changes(layer)
    return result
