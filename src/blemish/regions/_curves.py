"""Curves and blobs: how strokes and outlines are made by chance, and drawn into a tight box.

A curve is made of a fixed number of points, whatever the size of the frame: the same seed gives the
same shape on any. Points are (y, x) as fractions of the frame's shorter side, from its middle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ..noise import fbm
from ..scene import Scene
from ..stencil import Stencil, bounds

Line = NDArray[np.float64]

LEVELS = 8  # of halving a curve
POINTS = 2**LEVELS + 1
DROP = -1.0  # for `flat`
_THINNEST_PX = 1.5  # a stroke's radius: less would leave gaps between the pixels of a slanted line
_WIDEST_PX = 8.0  # of smooth strokes: wider ones are drawn reduced, as what they hide is smooth
_STREAKED_PX = 6.0, 16.0  # radii: streaks are not seen in a stroke that is thinner, or all of them
_CLOSEST = 0.2  # points of a stroke, against its radius: farther apart, bends would be facets
_MOST = 0.6  # of its radius: an outline is moved no farther, so that a blob stays one


@dataclass(frozen=True)
class Stroke:
    """A curve with a radius and a height in [0, 1] at every point.

    Attributes:
        y, x: as fractions of the shorter side, from the middle of the frame.
        left, right: its radius to either side, the same.
        height: of the middle of the stroke; its profile falls to 0 at the radius.
        streaks: what is added to the height across the stroke, from left to right.
    """

    y: Line
    x: Line
    left: Line
    right: Line
    height: Line
    streaks: Line = field(default_factory=lambda: np.zeros(0))


@dataclass(frozen=True)
class Blob:
    """A dome with an outline.

    Attributes:
        y, x: as fractions of the shorter side, from the middle of the frame.
        along, across: its radii, the same.
        angle: of `along`, counter-clockwise, in radians.
        flat: in [0, 1), the share of the radius that is flat; or DROP, for a cap.
        height: in [0, 1].
    """

    y: float
    x: float
    along: float
    across: float
    angle: float
    flat: float = 0.0
    height: float = 1.0


@dataclass(frozen=True)
class Unevenness:
    """By how much outlines of blobs are moved.

    Attributes:
        roughness: 0 for none, 1 for ragged.
        grain: how many lumps there are to the radius of the largest blob.
        octaves: at how many scales there are.
        seed: of the noise.
    """

    roughness: float
    grain: float
    octaves: int
    seed: int

    @property
    def most(self) -> float:
        """The largest share of its radius by which an outline is moved."""
        return min(_MOST, self.roughness)

    def over(self, shape: tuple[int, int], radius: float) -> Floats:
        """Return shares of the radius (h, w), for a largest blob of so many pixels."""
        if self.roughness == 0:
            return np.zeros(shape, np.float32)
        cells = [max(1.0, self.grain * size / radius) for size in shape]
        noise = fbm(shape, (cells[0], cells[1]), self.seed, octaves=self.octaves)
        return np.asarray(np.clip(noise * np.float32(self.roughness), -self.most, self.most))


def generator_of(seed: int) -> np.random.Generator:
    """Return the generator of a part's seed."""
    return np.random.Generator(np.random.Philox(key=seed))


def turned(along: Any, across: Any, angle: float) -> tuple[Any, Any]:
    """Return (y, x) of coordinates along a direction, counter-clockwise, and to the left of it."""
    cos, sin = math.cos(angle), math.sin(angle)
    return -along * sin - across * cos, along * cos - across * sin


def steps(count: int = POINTS) -> Line:
    """Return places along a curve, 0 to 1."""
    return np.linspace(0, 1, count)


def wavy(rng: np.random.Generator, places: Line, cycles: float, waves: int = 6) -> Line:
    """Return a smooth random function of 0 to 1, of mean square 1, up to so many cycles."""
    cycle = cycles * (np.arange(waves) + rng.random(waves)) / waves
    phase = rng.uniform(0, 2 * math.pi, waves)
    waved = np.sin(2 * math.pi * np.multiply.outer(places, cycle) + phase).sum(axis=-1)
    return np.asarray(waved * math.sqrt(2 / waves))


def jagged(rng: np.random.Generator, levels: int, decay: float) -> Line:
    """Return 2**levels + 1 displacements, 0 at both ends, rough at every scale.

    Midpoints are displaced, by `decay` times less at each halving (Fournier et al., CACM 1982).
    """
    line = np.zeros(2**levels + 1)
    noise = rng.uniform(-1, 1, 2**levels)
    for level in range(levels):
        step = 2 ** (levels - level)
        middle = (line[:-1:step] + line[step::step]) / 2
        line[step // 2 :: step] = middle + noise[2**level : 2 ** (level + 1)] * decay**level
    return line


def rising(values: Any) -> Any:
    """Return 0 below 0, 1 above 1, and a smooth step between."""
    inside = np.clip(values, 0, 1)
    return inside * inside * (3 - 2 * inside)


def traced(strokes: list[Stroke], scene: Scene, steepness: int, smooth: bool = False) -> Stencil:
    """Return the strokes in the middle of the frame, the higher one where they cross.

    `smooth` ones have no detail finer than their radius.
    """
    from ._drawing import draw_stroke

    side = float(scene.side)
    radii = [np.maximum(np.stack([s.left, s.right]) * side, _THINNEST_PX) for s in strokes]
    ends = [
        (s.y.min() - r, s.x.min() - r, s.y.max() + r, s.x.max() + r)
        for s, r in zip(strokes, [float(pair.max()) / side for pair in radii], strict=True)
    ]
    mask, top, left = _sheet(np.array(ends), scene)
    widest = max(float(pair.max()) for pair in radii)
    fewer = 1 + 2 * int(widest / _WIDEST_PX / 2) if smooth else 1
    small = mask if fewer == 1 else np.zeros([-(-n // fewer) for n in mask.shape], np.float32)
    sheet = (small, np.empty_like(small), np.empty_like(small), np.zeros(small.shape, np.uint16))
    middle = _middle(scene) - (top, left)
    for number, (stroke, pair) in enumerate(zip(strokes, radii, strict=True), 1):
        # The centre of a reduced pixel lies in the middle of those that it stands for.
        line = (np.stack([stroke.y, stroke.x]) * side + middle[:, None] + 0.5) / fewer - 0.5
        kept = _needed(line, float(pair.max()) / fewer)
        streaks = stroke.streaks * np.clip(
            (float(pair.max()) - _STREAKED_PX[0]) / (_STREAKED_PX[1] - _STREAKED_PX[0]), 0, 1
        )
        heights = np.ascontiguousarray(stroke.height[kept], np.float64)
        pieces = (line[:, kept], pair[:, kept] / fewer, heights)
        draw_stroke(sheet, *pieces, streaks, steepness, number)
    return _trimmed(mask if fewer == 1 else _enlarged(small, fewer, mask.shape), top, left)


def _enlarged(small: Floats, times: int, shape: tuple[int, int]) -> Floats:
    """Return a mask an odd number of times larger, cut to the shape, and smooth to its slopes."""
    h, w = small.shape
    large = cv2.resize(small, (w * times, h * times), interpolation=cv2.INTER_LINEAR)
    # Linear interpolation averaged twice over a pixel is that by cubic B-splines.
    for _ in range(2):
        cv2.blur(large, (times, times), large)
    return np.ascontiguousarray(large[: shape[0], : shape[1]], np.float32)


def _needed(line: Line, radius: float) -> NDArray[np.intp]:
    """Return which points of a line (2, n) to draw: those too near to one another do not show."""
    last = line.shape[1] - 1
    span = float(np.hypot(*np.diff(line)).mean())
    step = max(1, min(last, int(_CLOSEST * radius / max(span, 1e-9))))
    return np.append(np.arange(0, last, step), last)


def domed(blobs: list[Blob], scene: Scene, smallest_px: float, unevenness: Unevenness) -> Stencil:
    """Return the blobs in the middle of the frame, the higher one where they meet."""
    from ._drawing import draw_dome

    side = scene.side
    radii = [
        (max(blob.along * side, smallest_px), max(blob.across * side, smallest_px))
        for blob in blobs
    ]
    reach = [max(pair) * (1 + unevenness.most) / side for pair in radii]
    ends = [(b.y - r, b.x - r, b.y + r, b.x + r) for b, r in zip(blobs, reach, strict=True)]
    mask, top, left = _sheet(np.array(ends), scene)
    moved = unevenness.over(mask.shape, max(max(pair) for pair in radii))
    middle = _middle(scene)
    for blob, pair in zip(blobs, radii, strict=True):
        centre = (blob.y * side + middle[0] - top, blob.x * side + middle[1] - left)
        direction = (math.cos(blob.angle), math.sin(blob.angle))
        shape = (float(blob.flat), float(blob.height))
        draw_dome(mask, centre, pair, direction, moved, *shape)
    return _trimmed(mask, top, left)


def _sheet(ends: NDArray[np.float64], scene: Scene) -> tuple[Floats, int, int]:
    """Return an empty mask that holds boxes (top, left, bottom, right), and where it lies."""
    middle = _middle(scene)
    top, left = np.floor(ends[:, :2].min(axis=0) * scene.side + middle).astype(int)
    bottom, right = np.ceil(ends[:, 2:].max(axis=0) * scene.side + middle).astype(int)
    return np.zeros((bottom - top + 1, right - left + 1), np.float32), int(top), int(left)


def _trimmed(mask: Floats, top: int, left: int) -> Stencil:
    """Return the stencil of a mask, its box no larger than what is above 0."""
    y, x, h, w = bounds(mask)
    return Stencil(np.ascontiguousarray(mask[y : y + h, x : x + w]), top + y, left + x)


def _middle(scene: Scene) -> NDArray[np.float64]:
    return (np.array(scene.shape) - 1) / 2
