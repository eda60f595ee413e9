"""Joining the shapes of two regions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..arrays import Floats
from ..refused import Refused
from ..stencil import Stencil


def joined(one: Stencil, other: Stencil, how: Callable[[Floats, Floats], Floats]) -> Stencil:
    """Return `how` of two masks in the box that holds both, trimmed; Refused where it is empty."""
    top, left = min(one.top, other.top), min(one.left, other.left)
    bottom = max(one.top + one.height, other.top + other.height)
    right = max(one.left + one.width, other.left + other.width)
    masks = []
    for stencil in (one, other):
        mask = stencil.mask
        if mask.shape != (bottom - top, right - left):
            y, x = stencil.top - top, stencil.left - left
            mask = np.zeros((bottom - top, right - left), np.float32)
            mask[y : y + stencil.height, x : x + stencil.width] = stencil.mask
        masks.append(mask)
    both = Stencil(how(*masks), top, left)
    y, x, h, w = both.support()
    if not h:
        raise Refused("the shape is empty")
    return Stencil(np.ascontiguousarray(both.mask[y : y + h, x : x + w]), top + y, left + x)


def check_regions(part: object, **regions: object) -> None:
    """Raise TypeError where a field that must be a region is none."""
    for name, region in regions.items():
        if not callable(region) or isinstance(region, type):
            raise TypeError(f"{type(part).__name__}.{name} must be a region, not {region!r:.80}")
