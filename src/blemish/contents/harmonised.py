"""Harmonised: a donor's layer, adapted to the place."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import LEVEL, Floats, to_channels
from ..random import seed
from ..scene import Scene
from ..stencil import SURROUNDINGS_PX, Stencil
from ..values import check_range

_FEWEST_PX = 24
_NEAR, _LEAST_NEAR_PX = 0.03, 6
_TWO_GROUNDS = 0.85
_LEAST_GROUND = 0.1
_GAIN = (0.2, 4.0)
_TINT = 16 * LEVEL  # a larger difference of hue is another material, not another light
_NEARLY, _LOST = 4 * LEVEL, 0.03
_DARK = 8 * LEVEL  # below it, a ratio of brightness means little
_LARGEST_GRAIN = 5 * LEVEL
# How the layer may be softened or sharpened, mildly first: standard deviation in pixels, weight of
# the blurred. Structure differs from place to place: a factor below the tolerance means nothing.
_SOFTER, _SHARPER = ((0.5, 1.0), (0.7, 1.0), (1.0, 1.0)), ((1.0, -0.25), (1.0, -0.5))
_TOLERANCE = 1.4
# Of white noise: the share of its deviation that a slight blur takes away, and the share of that
# which a tenth of all windows of 5 x 5 px stay below.
_WHITE_RESIDUAL, _QUIET = 0.873, 0.8


@dataclass(frozen=True)
class Harmonised:
    """What a donor brought, as it would look at the place: in its tone, its noise, its sharpness.

    Attributes:
        tone: how far brightness and colour are adapted, 0 to 1.
        noise: how much of the grain that the place has more of is added, 0 to 1.
        sharpness: how far the layer is softened or sharpened, 0 to 1.
        seed: of the grain.

    The surroundings that the donor brought are compared with those of the place, up to 3 % of the
    frame's shorter side (6 to 16 pixels) from the shape, and there on the object where enough of it
    is near. What makes the ones like the others is done to the whole layer, so that the defect
    keeps its contrast to its surroundings. Brightness is adapted by a gain of 0.2 to 4, because a
    change of light is one, and the rest by a shift; of hue, by at most 16 levels; and no further
    than the defect stays within black and white.
    """

    tone: float = 1.0
    noise: float = 1.0
    sharpness: float = 1.0
    seed: int = seed()

    def __post_init__(self) -> None:
        for name in ("tone", "noise", "sharpness"):
            check_range(f"Harmonised.{name}", getattr(self, name), 0, 1)

    def margin(self, stencil: Stencil) -> int:
        """Return how many pixels of surroundings are compared."""
        return SURROUNDINGS_PX

    def __call__(self, scene: Scene, stencil: Stencil) -> Floats:
        """Return the layer (h, w, C); raises TypeError where the region brought none."""
        if stencil.layer is None:
            raise TypeError(
                "Harmonised adapts what a donor brings: its region must be a DefectBank"
            )
        layer: Floats = stencil.layer
        ring = _ring(stencil.mask, scene.side)
        if np.count_nonzero(ring) < _FEWEST_PX:
            return layer
        place = scene.crop(stencil.top, stencil.left, *stencil.mask.shape)
        there = ring & _allowed(scene, stencil)
        there = there if np.count_nonzero(there) >= _FEWEST_PX else ring
        there = max(_grounds(place, there), key=np.count_nonzero)
        # Of the donor's grounds the one whose brightness needs the smallest gain.
        ring = min(
            _grounds(layer, ring), key=lambda g: abs(math.log(_gain(layer[g], place[there])))
        )
        if self.sharpness:
            deviation, weight = _sharpening(_grey(layer), ring, _sharpness(_grey(place), there))
            layer = _blurred(layer, deviation, weight * self.sharpness)
        if self.tone:
            toned = _in_tone(layer, layer[ring], place[there])
            share = self.tone * _bearable(layer, toned, stencil.mask > 0)
            layer = layer + np.float32(share) * (toned - layer)
        if self.noise:
            missing = _noise(_grey(place), there) ** 2 - _noise(_grey(layer), ring) ** 2
            grain = self.noise * min(math.sqrt(max(0.0, missing)), _LARGEST_GRAIN)
            layer = layer + np.float32(grain) * self._grain(ring.shape)
        return np.clip(layer, 0, 1)

    def _grain(self, shape: tuple[int, ...]) -> Floats:
        rng = np.random.Generator(np.random.Philox(key=self.seed))
        return rng.standard_normal(shape, np.float32)[:, :, None]


def _ring(mask: Floats, side: int) -> NDArray[np.bool_]:
    """Return the pixels near the shape, without those next to it, which a mask often misses."""
    reach = min(max(round(_NEAR * side), _LEAST_NEAR_PX), SURROUNDINGS_PX)
    shape = (mask > 0).astype(np.uint8)
    near = cv2.dilate(shape, np.ones((2 * reach + 1,) * 2, np.uint8))
    touched = cv2.dilate(shape, np.ones((3, 3), np.uint8))
    return np.asarray((near > 0) & (touched == 0))


def _allowed(scene: Scene, stencil: Stencil) -> NDArray[np.bool_]:
    h, w = stencil.mask.shape
    if scene.everywhere:
        return np.ones((h, w), np.bool_)
    return scene.allowed[stencil.top : stencil.top + h, stencil.left : stencil.left + w]


def _grounds(picture: Floats, ring: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Return the ring, or its two parts where it lies on two grounds, an object and what is behind.

    Those are told from one by how much of the variance the best threshold explains (Otsu, 1979):
    64 % of one bell curve, 75 % of an even ramp.
    """
    grey = _grey(picture)
    values = np.sort(grey[ring].astype(np.float64))
    count = np.arange(1, values.size)
    below, total = np.cumsum(values)[:-1], values.sum()
    apart = total / values.size * count - below
    between = apart**2 * values.size / (count * (values.size - count))
    split = int(np.argmax(between))
    explained = between[split] / max(float(((values - values.mean()) ** 2).sum()), 1e-12)
    smaller = min(split + 1, values.size - split - 1)
    if explained < _TWO_GROUNDS or smaller < max(_FEWEST_PX, _LEAST_GROUND * values.size):
        return [ring]
    low = ring & (grey <= values[split])
    return [low, ring & ~low]


def _in_tone(layer: Floats, own: Floats, there: Floats) -> Floats:
    """Return the layer with the gain and the tint that make the pixels `own` like `there`."""
    before, after = own.mean(axis=0), there.mean(axis=0)
    shift = after - before
    grey = shift.mean()
    after = before + grey + np.clip(shift - grey, -_TINT, _TINT)
    gain = np.clip(_gain(own, there), *_GAIN)
    return np.asarray((layer - before) * np.float32(gain) + after, np.float32)


def _bearable(layer: Floats, toned: Floats, shape: NDArray[np.bool_]) -> float:
    """Return how far the layer can be toned without driving the defect into white or black.

    Surroundings that cannot be compared, a background with an object, would do so.
    """
    before, after = _grey(layer)[shape], _grey(toned)[shape]
    lost = np.mean((before < _NEARLY) | (before > 1 - _NEARLY)) + _LOST
    for share in (1.0, 0.75, 0.5, 0.25):
        mixed = before + share * (after - before)
        if np.mean((mixed < 0) | (mixed > 1)) <= lost:
            return share
    return 0.0


def _gain(own: Floats, there: Floats) -> float:
    """Return how much brighter the pixels `there` (n, C) are than `own`."""
    return (float(there.mean()) + _DARK) / (float(own.mean()) + _DARK)


def _grey(picture: Floats) -> Floats:
    return np.ascontiguousarray(to_channels(picture, 1)[:, :, 0])


def _blurred(picture: Floats, deviation: float, weight: float) -> Floats:
    """Return the picture with `weight` of it blurred; below 0 it is sharpened."""
    if not weight:
        return picture
    blurred = cv2.GaussianBlur(picture, (0, 0), deviation).reshape(picture.shape)
    return np.asarray(picture + np.float32(weight) * (blurred - picture), np.float32)


def _noise(grey: Floats, ring: NDArray[np.bool_]) -> float:
    """Return the standard deviation of the noise, where it is quietest: structure is none."""
    square = (grey - cv2.GaussianBlur(grey, (0, 0), 1)) ** 2
    local = np.sqrt(cv2.blur(square, (5, 5))[ring])
    return float(np.quantile(local, 0.1)) / (_WHITE_RESIDUAL * _QUIET)


def _sharpness(grey: Floats, ring: NDArray[np.bool_]) -> float | None:
    """Return how strong the finest structure is against the next coarser; None if all is noise."""
    slight, strong = (cv2.GaussianBlur(grey, (0, 0), deviation) for deviation in (1, 2))
    fine = float(np.quantile(np.abs(grey - slight)[ring], 0.9))
    coarse = float(np.quantile(np.abs(slight - strong)[ring], 0.9))
    # Of white noise, a fifth of its deviation is left in the coarser band.
    return fine / coarse if fine > 0 and coarse > max(LEVEL, 0.6 * _noise(grey, ring)) else None


def _sharpening(grey: Floats, ring: NDArray[np.bool_], wanted: float | None) -> tuple[float, float]:
    """Return the mildest blur and its weight that make the ring as sharp as `wanted`, or nearly."""
    own = _sharpness(grey, ring)
    if own is None or wanted is None or 1 / _TOLERANCE <= own / wanted <= _TOLERANCE:
        return 1.0, 0.0
    steps = _SOFTER if own > wanted else _SHARPER
    for deviation, weight in steps:
        found = _sharpness(_blurred(grey, deviation, weight), ring)
        if found is None or 1 / _TOLERANCE <= found / wanted <= _TOLERANCE:
            return deviation, weight
    return steps[-1]
