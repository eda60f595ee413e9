"""How a surface of a given height looks under one light, in the pixels of a stencil alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats


@dataclass(frozen=True)
class Surface:
    """The pixels under a mask, as a surface.

    Attributes:
        pixels: (n,), where they are in the flattened mask.
        height: (n,), in (0, 1].
        slope: (2, n), down and to the right; its mean square is 1.
        inset: (n,), how many pixels it is to the edge, roughly.
    """

    pixels: NDArray[np.intp]
    height: Floats
    slope: Floats
    inset: Floats


def surface_of(mask: Floats) -> Surface:
    """Return the surface whose height is the mask (h, w).

    Slopes are those of the mask alone, so that there is no cliff where it is cut off at the
    object's edge. They are scaled to a mean square of 1, because a scratch is as steep as a dent:
    what is narrower is shallower, and what is photographed smaller is as steep as before.
    """
    from ._lighting import slopes

    pixels = np.flatnonzero(mask > 0)
    height = np.take(mask, pixels)
    slope = slopes(mask, pixels)
    squared = (slope * slope).sum(axis=0)
    scale = math.sqrt(float(squared.mean())) if pixels.size else 0.0
    inset = height / np.sqrt(np.maximum(squared, np.float32(1e-12)))
    return Surface(pixels, height, slope / np.float32(scale or 1), inset)


def lit(ground: Floats, surface: Surface, light: float, depth: float, gloss: float) -> Floats:
    """Return pixels (n, C) of a raised surface under a light.

    Args:
        ground: (n, C), its colour on flat ground.
        surface: what it is like.
        light: where the light comes from, counter-clockwise from the right, in radians; a hollow is
            a raised surface lit from the other side.
        depth: -1 to 1, how far height darkens (below 0) or brightens.
        gloss: 0 to 1: matt ground brightens in its own colour, and so black stays nearly black;
            glossy ground in the light's, with a highlight.
    """
    from ._lighting import light_up

    toward = (-math.sin(light), math.cos(light))
    pixels = light_up(ground, surface.height, surface.slope, toward, float(depth), float(gloss))
    return np.asarray(pixels, np.float32)
