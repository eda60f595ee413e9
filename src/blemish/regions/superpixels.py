"""Superpixels: some segments of a texture, cut along what is seen in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from ..arrays import Floats
from ..random import choice, seed
from ..scene import Scene
from ..stencil import SURROUNDINGS_PX, Stencil
from ..values import check_range

_LARGEST = 256


@dataclass(frozen=True)
class Superpixels:
    """A donor: some superpixels (SLIC) of another content, which shows in them.

    Attributes:
        source: what is cut up and seen, a content: Texture(...), or Marbled(...).
        segments: into how many pieces it is cut, about.
        share: of the frame that the chosen pieces cover, about, in (0, 1].
        compactness: how much nearness counts against likeness in colour; low follows the texture
            closely, high makes squares.
        seed: of the choice.

    The superpixels of TASAD (Shah et al., Image and Vision Computing 2023). The segments are found
    at 256 px at most, and their edges smoothed where that is enlarged. There a tenth of all the
    segments is drawn, with replacement; here as many as cover the share.
    """

    source: Any
    segments: int = choice(30, 150, 250)
    share: float = 0.1
    compactness: float = 8.0
    seed: int = seed()

    def __post_init__(self) -> None:
        check_range("Superpixels.segments", self.segments, 1, 4096)
        check_range("Superpixels.share", self.share, 1e-3, 1)
        check_range("Superpixels.compactness", self.compactness, 1e-3, 1e3)

    def __call__(self, scene: Scene) -> Stencil:
        """Return the chosen segments and what is seen in them, in the frame."""
        small = _reduced(scene)
        seen = self.source(small, Stencil(np.ones(small.shape, np.float32)))
        mask = _enlarged(self._chosen(seen), scene.shape)
        # A donor brings its surroundings along, but need not be looked up in all of the frame.
        layer = self.source(scene, Stencil(mask, margin=SURROUNDINGS_PX))
        return Stencil(mask, layer=layer)

    def _chosen(self, picture: Floats) -> Floats:
        """Return 1 in the chosen segments of a picture, else 0."""
        from ._slic import slic

        labels = slic(picture, self.segments, self.compactness)
        rng = np.random.Generator(np.random.Philox(key=self.seed))
        areas = np.bincount(labels.ravel())
        order = rng.permutation(areas.size)
        covered = np.cumsum(areas[order]) / labels.size
        # As many as come nearest to the share, but one at least.
        count = 1 + int(np.argmin(np.abs(covered - self.share)))
        chosen = np.zeros(areas.size, np.uint8)
        chosen[order[:count]] = 1
        # Without the threads and combs of one or two pixels that a striped texture has.
        return np.asarray(cv2.medianBlur(chosen[labels], 5), np.float32)


def _reduced(scene: Scene) -> Scene:
    """Return the scene at 256 px along its longer side at most, for a content to draw on."""
    height, width = scene.shape
    scale = _LARGEST / max(height, width)
    if scale >= 1:
        return scene
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = cv2.resize(np.ascontiguousarray(scene.colour), size, interpolation=cv2.INTER_AREA)
    return Scene(np.asarray(small).reshape(size[1], size[0], -1), scene.white, scene.path)


def _enlarged(mask: Floats, shape: tuple[int, int]) -> Floats:
    """Return a mask of 0 and 1 at another size, its steps smoothed."""
    if mask.shape == shape:
        return mask
    smooth = cv2.GaussianBlur(mask, (0, 0), 0.8)
    large = cv2.resize(smooth, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    _, hard = cv2.threshold(large, 0.5, 1.0, cv2.THRESH_BINARY, large)
    return np.asarray(hard, np.float32)
