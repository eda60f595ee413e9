"""DefectBank: real defects, cut out by their masks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from ..arrays import Floats
from ..changes import changed, freeze_changes
from ..file import File
from ..images import BadFile
from ..pools import mask_of
from ..random import files, seed
from ..refused import Refused
from ..scene import Scene
from ..stencil import SURROUNDINGS_PX, Stencil, bounds
from ..values import check_range

_ROUNDING = 1e-6
# How far the nodes of the bending are apart at least, of the defect's longer side, and how far one
# moves at most: between two that move towards each other, the defect is not yet folded.
_APART, _MOST_WARP = 0.5, 0.1
_THIN = 0.75


@dataclass(frozen=True)
class DefectBank:
    """A donor: a real defect, cut out of its picture by its mask.

    Attributes:
        defect: one of the pool "defects".
        scale: its size against the frame, 1 for the share that it had of its own picture.
        angle: counter-clockwise, in radians.
        flip: whether it is mirrored left to right.
        warp: how far it is smoothly bent out of shape, 0 to 0.1 of its own longer side; a few
            hundredths look natural.
        feather: how far its edge fades out into its surroundings, beyond its mask, as a fraction
            of the frame's shorter side; at least a pixel, or 0 for the mask as it is.
        seed: of the bending.
        changes: a change, or several, of what is seen of it.

    The defect lies where it lay in its own picture (as a fraction of the frame) until a placement
    moves it. Its kind is the folder it came from, or its COCO category. Pasting real defects is the
    idea of PRNet and of BGAD (Zhang et al., CVPR 2023; Yao et al., CVPR 2023).
    """

    defect: File = files("defects")
    scale: float = 1.0
    angle: float = 0.0
    flip: bool = False
    warp: float = 0.0
    feather: float = 0.0
    seed: int = seed()
    changes: Any = ()

    def __post_init__(self) -> None:
        freeze_changes(self)
        check_range("DefectBank.scale", self.scale, 1e-2, 1e2)
        check_range("DefectBank.warp", self.warp, 0, _MOST_WARP)
        check_range("DefectBank.feather", self.feather, 0, 0.5)

    def __call__(self, scene: Scene) -> Stencil:
        """Return the defect with its surroundings as layer.

        Raises BadFile if the mask marks nothing or has not the size of its picture, Refused if the
        defect would be smaller than a pixel.
        """
        picture, mask = scene.look(self.defect), mask_of(self.defect)
        if mask.shape != picture.shape[:2]:
            raise BadFile(self.defect.path, f"{picture.shape[:2]} px, but its mask {mask.shape}")
        y, x, h, w = bounds(mask.view(np.uint8))
        if not h:
            raise BadFile(self.defect.path, "its mask marks nothing")
        own = mask.shape
        centre = ((y + h / 2) / own[0] * scene.shape[0], (x + w / 2) / own[1] * scene.shape[1])
        size = self.scale * scene.side / min(own)
        if max(h, w) * size < 1:
            raise Refused("the defect is smaller than a pixel at this scale")
        faded = max(1.0, self.feather * scene.side) if self.feather else 0.0
        places = self._places((y, x, h, w), size, math.ceil(faded))
        # Only the part of the picture that is seen becomes floats.
        window, seen = _window(places, mask.shape, 1 / size)
        part = scene.brought(np.ascontiguousarray(picture[window]), self.defect)
        layer = _looked_up(part, seen, 1 / size).reshape(*seen[0].shape, scene.channels)
        marked = mask[window].astype(np.float32)
        coverage = _looked_up(marked, seen, 1 / size, cv2.BORDER_CONSTANT)
        peak = float(coverage.max())
        if peak < _THIN:
            # It covers no pixel alone, and would fade twice: its layer is a mixture.
            coverage /= peak
        top, left = (round(c - n / 2) for c, n in zip(centre, coverage.shape, strict=True))
        layer = changed(layer, self.changes)
        return Stencil(_feathered(coverage, faded), top, left, layer, self.defect.kind)

    def _places(
        self, box: tuple[int, int, int, int], size: float, further: int
    ) -> tuple[Floats, Floats]:
        """Return where each pixel of the stencil's box is in the picture: x and y, (height, width).

        The defect is in `box` of the picture, and `size` pixels of the frame for one of its own.
        """
        y, x, h, w = box
        bend = self.warp * max(h, w) * size
        around = 2 * (SURROUNDINGS_PX + further + math.ceil(bend))
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        height = math.ceil((abs(cos) * h + abs(sin) * w) * size - _ROUNDING) + around
        width = math.ceil((abs(sin) * h + abs(cos) * w) * size - _ROUNDING) + around
        rows = np.arange(height, dtype=np.float32) - np.float32((height - 1) / 2)
        columns = np.arange(width, dtype=np.float32) - np.float32((width - 1) / 2)
        down, across = np.meshgrid(rows, columns, indexing="ij")
        if bend:
            rng = np.random.Generator(np.random.Philox(key=self.seed))
            apart = _APART * max(h, w) * size
            nodes = (max(2, int(height / apart)), max(2, int(width / apart)), 2)
            grid = rng.uniform(-bend, bend, nodes).astype(np.float32)
            bent = cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
            down, across = down + bent[:, :, 0], across + bent[:, :, 1]
        right = (cos * across - sin * down) / size * (-1 if self.flip else 1)
        below = (sin * across + cos * down) / size
        middle = np.float32(x + (w - 1) / 2), np.float32(y + (h - 1) / 2)
        return np.asarray(right + middle[0], np.float32), np.asarray(below + middle[1], np.float32)


def _window(
    places: tuple[Floats, Floats], shape: tuple[int, ...], shrink: float
) -> tuple[Any, tuple[Floats, Floats]]:
    """Return which part of a picture of `shape` a look-up at `places` reads, and these in it."""
    reach = 2 + (2 * math.ceil(shrink) if shrink > 1 else 0)
    left, right = _span(places[0], shape[1], reach)
    top, bottom = _span(places[1], shape[0], reach)
    seen = places[0] - np.float32(left), places[1] - np.float32(top)
    return np.s_[top:bottom, left:right], seen


def _looked_up(
    part: Floats,
    places: tuple[Floats, Floats],
    shrink: float,
    border: int = cv2.BORDER_REPLICATE,
) -> Floats:
    """Return what `part` shows at `places`, averaged over `shrink` of its pixels if above 1."""
    if shrink > 1:
        # Averaged to the new pixel size first: a linear look-up alone would alias.
        part = cv2.GaussianBlur(part, (0, 0), shrink / 2)
    return np.asarray(cv2.remap(part, *places, cv2.INTER_LINEAR, borderMode=border), np.float32)


def _span(places: Floats, size: int, reach: int) -> tuple[int, int]:
    """Return first and last pixel, of `size`, that a look-up at `places` reads."""
    first, last = math.floor(places.min()) - reach, math.ceil(places.max()) + reach + 1
    return min(max(first, 0), size - 1), min(max(last, 1), size)


def _feathered(coverage: Floats, faded: float) -> Floats:
    """Return the coverage with an edge that falls to 0 over `faded` pixels outside it."""
    if not faded:
        return coverage
    outside = (coverage < 0.5).astype(np.uint8)
    away = cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(np.clip(1 - away / np.float32(faded + 1), 0, 1), np.float32)
