"""Attractors of two affine maps. Importing this module imports numba: do it where it is used."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..compiling import compiled

_POINTS = 100_000
_BEFORE = 100
_LEAST_CHANCE = 0.02


def attractor(side: int, fullness: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the attractor of two random contractive maps: uint8 (side, side), 0 or 1.

    100 000 points of the chaos game, 3 x 3 px each, stretched to the square. `fullness` is the sum
    of s1 + 2 s2 over the singular values of both maps, 0 to 6.

    Source: Anderson and Farrell, "Improving fractal pre-training", WACV 2022, section 3.
    """
    maps = contractions(fullness, rng)
    areas = np.abs(np.linalg.det(maps[:, :, :2]))
    chance = areas[0] / max(float(areas.sum()), 1e-12)
    chance = min(max(chance, _LEAST_CHANCE), 1 - _LEAST_CHANCE)
    # A byte decides a step: a two hundred and fifty-sixth is fine enough for a chance.
    first = np.frombuffer(rng.bytes(_POINTS + _BEFORE), np.uint8) < round(256 * chance)
    points = np.empty((_POINTS + _BEFORE, 2), np.float32)
    play(maps, first, points)
    drawn = np.zeros((side, side), np.uint8)
    stamp(points[_BEFORE:], drawn)
    return np.asarray(cv2.dilate(drawn, np.ones((3, 3), np.uint8)), np.uint8)


def contractions(fullness: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return two affine maps (2, 2, 3), singular values below 1 and shifts in [-1, 1]."""
    # What the first map takes must leave the second at most 3 (s1 = s2 = 1), and at least 0.
    s1 = rng.uniform(max(0.0, fullness / 3 - 1), min(1.0, fullness))
    s2 = rng.uniform(max(0.0, (fullness - 3 - s1) / 2), min(s1, (fullness - s1) / 2))
    rest = fullness - s1 - 2 * s2
    last = rng.uniform(max(0.0, (rest - 1) / 2), rest / 3)
    maps = np.empty((2, 2, 3))
    for each, (large, small) in zip(maps, ((s1, s2), (rest - 2 * last, last)), strict=True):
        signs = rng.choice([-1.0, 1.0], 2)
        before, after = _turn(rng), _turn(rng)
        each[:, :2] = before @ np.diag([large, small]) @ after * signs
        each[:, 2] = rng.uniform(-1, 1, 2)
    return maps


def _turn(rng: np.random.Generator) -> NDArray[np.float64]:
    angle = rng.uniform(0, 2 * math.pi)
    return np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


@compiled
def play(maps: Any, first: Any, points: Any) -> None:
    """Write the chaos game's points (n, 2) from (0, 0): where `first`, the first map is taken."""
    y, x = 0.0, 0.0
    for i in range(first.size):
        m = maps[0] if first[i] else maps[1]
        y, x = m[0, 0] * y + m[0, 1] * x + m[0, 2], m[1, 0] * y + m[1, 1] * x + m[1, 2]
        points[i, 0], points[i, 1] = y, x


@compiled
def stamp(points: Any, drawn: Any) -> None:
    """Set `drawn` (h, w) to 1 at each point, the points stretched to fill it but for a rim of 1."""
    height, width = drawn.shape
    top, left, bottom, right = points[0, 0], points[0, 1], points[0, 0], points[0, 1]
    for i in range(points.shape[0]):
        y, x = points[i]
        top, bottom = min(top, y), max(bottom, y)
        left, right = min(left, x), max(right, x)
    down = (height - 3) / max(bottom - top, 1e-9)
    across = (width - 3) / max(right - left, 1e-9)
    for i in range(points.shape[0]):
        y = int((points[i, 0] - top) * down + 1.5)
        x = int((points[i, 1] - left) * across + 1.5)
        drawn[y, x] = 1
