"""Filled: what is seen where a piece is missing."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ..random import seed, uniform
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._infill import continued, grain_of, structure_of

_REACH = 0.75  # how far around the box is looked, in its longer sides
_SOFT_EDGE = 0.01  # of the object, as a fraction of the shorter side of the image
_DARK = 0.45  # how much darker the floor of a hollow is at most
_DULL = 0.1  # what a broken surface sends back of the light, were it black
_CLEARLY = 0.15  # how far a pixel is from the background if it is not background
_WALL = 0.4  # depth down to which a broken face is seen at most, with background behind it


@dataclass(frozen=True)
class Filled:
    """What is seen where a piece is missing: the background behind it, or a dark hollow.

    Attributes:
        light: where the light comes from, in radians counter-clockwise from the right.
        severity: 0 to 1, how deep it looks: shadow on the broken faces towards the light, light on
            those that face it, and how dark a hollow is.
        seed: of the grain, where there is nothing to take it from.

    Where the stencil reaches the edge of the object, the background beyond continues into it, with
    its structure. Elsewhere, and where no object is known, the surface itself continues without its
    structure, at the depth that the stencil says. For a blend that covers.
    """

    light: float = uniform(-math.pi, math.pi)
    severity: float = uniform(0.3, 1)
    seed: int = seed()

    def __post_init__(self) -> None:
        check_range("Filled.severity", self.severity, 0, 1)

    def __call__(self, scene: Scene, stencil: Stencil) -> Floats:
        """Return the layer (h, w, C)."""
        window, hole, box = _around(scene, stencil)
        rows = slice(stencil.top - box[0], stencil.top - box[0] + stencil.height)
        columns = slice(stencil.left - box[1], stencil.left - box[1] + stencil.width)
        inner = (rows, columns)
        base, depth = window[inner], stencil.mask[:, :, None]
        slope, steep = self._slope(stencil.mask)
        shade = np.float32(self.severity) * slope
        known = _background(scene, hole, box)
        if known is None:
            known = _surface(scene, hole, box)
            floor = (continued(window, known) + grain_of(window, known, self.seed))[inner]
            deep = (1 - _DARK) * floor + _DULL * (1 - floor)
            layer = _lit(floor + np.float32(self.severity) * depth * (deep - floor), shade)
        else:
            smooth = continued(window, known)
            floor = (smooth + structure_of(window, smooth, hole, known, self.seed))[inner]
            # There is no wall where there was no object.
            solid = np.abs(base - smooth[inner]).max(axis=2, keepdims=True) / _CLEARLY
            lit = _lit(cv2.blur(base, (3, 3)).reshape(base.shape), shade * np.minimum(solid, 1))
            wall = np.clip((np.float32(_WALL * self.severity) - depth) / steep, 0, 1)
            layer = floor + wall * (lit - floor)
            # The background itself has lost nothing.
            layer = np.where(_beyond(scene, box)[inner][:, :, None], base, layer)
        # The outermost pixel is covered in part.
        cover = np.minimum(depth / steep, 1)
        return np.asarray(np.clip(base + cover * (layer - base), 0, 1), np.float32)

    def _slope(self, depth: Floats) -> tuple[Floats, Floats]:
        """Return (h, w, 1) twice: how far the hollow faces the light, -1 to 1, and its rise."""
        padded = np.pad(depth, 1, mode="edge")
        down = (padded[2:, 1:-1] - padded[:-2, 1:-1]) / 2
        right = (padded[1:-1, 2:] - padded[1:-1, :-2]) / 2
        steep = np.sqrt(down * down + right * right)
        # The ground falls where the depth rises: a face looks to where it becomes deeper.
        facing = right * np.float32(math.cos(self.light)) - down * np.float32(math.sin(self.light))
        usual = float(np.percentile(steep[depth > 0], 80)) if (depth > 0).any() else 0.0
        slope = np.asarray(np.clip(facing / max(usual, 1e-6), -1, 1), np.float32)
        return slope[:, :, None], np.asarray(np.maximum(steep, 1e-6), np.float32)[:, :, None]


def _lit(surface: Floats, shade: Floats) -> Floats:
    """Return a surface in more (shade > 0) or less light."""
    darker = surface * (1 + 0.75 * np.minimum(shade, 0))
    return np.asarray(darker + np.maximum(shade, 0) * (0.25 * surface + 0.16), np.float32)


def _around(scene: Scene, stencil: Stencil) -> tuple[Floats, NDArray[np.bool_], tuple[int, ...]]:
    """Return the picture in and around the box, where the hole is in it, and (y, x, h, w)."""
    reach = max(8, math.ceil(_REACH * max(stencil.mask.shape)))
    top, left = max(0, stencil.top - reach), max(0, stencil.left - reach)
    bottom = min(scene.shape[0], stencil.top + stencil.height + reach)
    right = min(scene.shape[1], stencil.left + stencil.width + reach)
    hole = np.zeros((bottom - top, right - left), np.bool_)
    y, x = stencil.top - top, stencil.left - left
    hole[y : y + stencil.height, x : x + stencil.width] = stencil.mask > 0
    box = (top, left, bottom - top, right - left)
    return scene.crop(*box), hole, box


def _background(
    scene: Scene, hole: NDArray[np.bool_], box: tuple[int, ...]
) -> NDArray[np.bool_] | None:
    """Return where background is seen, or None where the hole does not reach any."""
    y, x, h, w = box
    beyond = ~scene.foreground[y : y + h, x : x + w]
    reached = cv2.dilate(hole.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.bool_)
    if not (reached & beyond).any():
        return None
    # Beyond the soft edge of the object, if there is anything so far out.
    far = _beyond(scene, box) & ~hole
    seen = far if far.any() else beyond & ~hole
    return seen if seen.any() else None


def _beyond(scene: Scene, box: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return where the background is, further out than the object's soft edge: bool (h, w)."""
    y, x, h, w = box
    edge = 1 + math.ceil(_SOFT_EDGE * scene.side)
    square = np.ones((2 * edge + 1,) * 2, np.uint8)
    outside = (~scene.foreground[y : y + h, x : x + w]).astype(np.uint8)
    return np.asarray(cv2.erode(outside, square), np.bool_)


def _surface(scene: Scene, hole: NDArray[np.bool_], box: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return where the surface is seen around the hole; all around it if nothing is left."""
    y, x, h, w = box
    around = ~hole & scene.foreground[y : y + h, x : x + w]
    return around if around.any() else np.ones_like(hole)
