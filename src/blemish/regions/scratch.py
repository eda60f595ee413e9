"""Scratch: a stroke of a hard point, or several side by side."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..random import choice, seed, uniform
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._curves import (
    LEVELS,
    POINTS,
    Stroke,
    generator_of,
    jagged,
    rising,
    steps,
    traced,
    turned,
    wavy,
)

_STREAKS = 64  # across a stroke: a point is never smooth


@dataclass(frozen=True)
class Scratch:
    """One or several nearly parallel strokes, slightly bent, of uneven depth, tapered at both ends.

    Attributes:
        length: of the longest stroke, as a fraction of the shorter side of the image.
        width: of a stroke where it is widest, likewise; never less than about 1.2 px are seen.
        angle: counter-clockwise, in radians.
        bend: how far its middle lies off the line between its ends, as a share of the length.
        strokes: how many.
        spread: over what width several strokes are scattered, as a fraction of the shorter side.
        gaps: 0 to 0.8, the share of the length where the point did not touch.
        seed: of the rest.

    The mask is the depth, 1 at the deepest.
    """

    length: float = uniform(0.1, 0.4)
    width: float = uniform(0.006, 0.016)
    angle: float = uniform(-math.pi, math.pi)
    bend: float = uniform(-0.06, 0.06)
    strokes: int = choice(1, 1, 1, 1, 2, 3, 5, 12)
    spread: float = uniform(0.01, 0.07)
    gaps: float = choice(0.0, 0.0, 0.1, 0.3)
    seed: int = seed()

    def __post_init__(self) -> None:
        check_range("Scratch.length", self.length, 0, 1.5)
        check_range("Scratch.width", self.width, 0, 1)
        check_range("Scratch.bend", self.bend, -1, 1)
        check_range("Scratch.strokes", self.strokes, 1, 100)
        check_range("Scratch.spread", self.spread, 0, 1)
        check_range("Scratch.gaps", self.gaps, 0, 0.8)

    def __call__(self, scene: Scene) -> Stencil:
        """Return the scratch in the middle of the frame; a placement moves it."""
        rng = generator_of(self.seed)
        strokes = [self._stroke(rng, first=number == 0) for number in range(self.strokes)]
        return traced(strokes, scene, 2)

    def _stroke(self, rng: np.random.Generator, first: bool) -> Stroke:
        """Return one stroke: the first one full, the others shorter, finer and beside it."""
        places = steps()
        length, scale, shift, aside, askew = self.length, 1.0, 0.0, 0.0, 0.0
        if not first:
            length *= rng.uniform(0.35, 1)
            scale = rng.uniform(0.35, 0.9)
            shift = rng.uniform(-0.5, 0.5) * (self.length - length)
            aside = rng.uniform(-0.5, 0.5) * self.spread
            askew = rng.normal(0, 0.02)
        along = (places - 0.5) * length + shift
        arc = 1 - (2 * along / max(self.length, 1e-9)) ** 2
        across = self.bend * self.length * arc + aside + 0.003 * length * wavy(rng, places, 3)
        depth = self._depth(rng, places)
        # A point that digs in goes deep at once and then fades out, or the other way round.
        entry, exit_ = rng.permutation([rng.uniform(0.03, 0.12), rng.uniform(0.2, 0.6)])
        taper = rising(places / entry) * rising((1 - places) / exit_)
        taper[[0, -1]] = 0
        radius = self.width / 2 * scale * (0.35 + 0.65 * np.sqrt(taper))
        left, right = (radius * (0.85 + 0.2 * jagged(rng, LEVELS, 0.65)) for _ in range(2))
        streaks = 0.5 * np.clip(wavy(rng, steps(_STREAKS), 6, 12), -1.5, 1.5)
        y, x = turned(along, across, self.angle + askew)
        height = scale * depth * (0.15 + 0.85 * taper) * (taper > 0)
        return Stroke(y, x, left, right, height, streaks)

    def _depth(self, rng: np.random.Generator, places: np.ndarray) -> np.ndarray:
        """Return the depth along a stroke, before it is tapered: smooth, and 0 in the gaps."""
        uneven = np.clip(0.8 + 0.12 * wavy(rng, places, 10) + 0.05 * wavy(rng, places, 25), 0.2, 1)
        contact = wavy(rng, places, 9)
        if self.gaps == 0:
            return uneven
        lowest = np.partition(contact, int(self.gaps * POINTS))[int(self.gaps * POINTS)]
        return np.asarray(uneven * rising((contact - lowest) / 0.4))
