"""Crack: a jagged, branching line."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..random import choice, seed, uniform
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._curves import LEVELS, Stroke, generator_of, jagged, rising, steps, traced, turned, wavy

_FORKS = 0.2  # how often a branch forks once more
_FINER = 0.55  # how much less a crack strays at each halving: nearly self-similar


@dataclass(frozen=True)
class Crack:
    """A line that strays at every scale, with branches, gaping in places and closed at its tips.

    Attributes:
        length: from tip to tip, as a fraction of the shorter side of the image.
        width: where it gapes most, likewise; never less than about 1.2 px are seen.
        angle: from tip to tip, counter-clockwise, in radians.
        jaggedness: how far it strays from the straight line, as a share of the length.
        branches: how many leave it; each may fork once more.
        seed: of the path, the branches and the widths.

    The mask is the depth, 1 in the middle where it gapes.
    """

    length: float = uniform(0.2, 0.7)
    width: float = uniform(0.006, 0.015)
    angle: float = uniform(-math.pi, math.pi)
    jaggedness: float = uniform(0.05, 0.12)
    branches: int = choice(0, 0, 0, 1, 1, 2)
    seed: int = seed()

    def __post_init__(self) -> None:
        check_range("Crack.length", self.length, 0, 1.5)
        check_range("Crack.width", self.width, 0, 1)
        check_range("Crack.jaggedness", self.jaggedness, 0, 1)
        check_range("Crack.branches", self.branches, 0, 100)

    def __call__(self, scene: Scene) -> Stencil:
        """Return the crack in the middle of the frame; a placement moves it."""
        rng = generator_of(self.seed)
        start = turned(-self.length / 2, 0.0, self.angle)
        main = self._path(rng, start, (self.angle, self.length), self.width, both=True)
        strokes = [main]
        for number in range(self.branches):
            # One in each part of the crack, so that they do not make a brush.
            at = 0.1 + 0.75 * (number + rng.random()) / self.branches
            branch = self._branch(rng, at, main, self.angle, self.length)
            strokes.append(branch[0])
            if rng.random() < _FORKS:
                strokes.append(self._branch(rng, rng.uniform(0.2, 0.7), *branch)[0])
        return traced(strokes, scene, 1)

    def _branch(
        self, rng: np.random.Generator, place: float, parent: Stroke, angle: float, length: float
    ) -> tuple[Stroke, float, float]:
        """Return a branch that leaves `parent` at a share of it, its angle and its length."""
        at = int(place * parent.y.size)
        angle += rng.choice([-1, 1]) * rng.uniform(0.35, 1.1)
        length *= rng.uniform(0.2, 0.55)
        width = float(parent.left[at] + parent.right[at]) * rng.uniform(0.5, 0.9)
        start = float(parent.y[at]), float(parent.x[at])
        return self._path(rng, start, (angle, length), width, both=False), angle, length

    def _path(
        self,
        rng: np.random.Generator,
        start: tuple[float, float],
        course: tuple[float, float],
        width: float,
        both: bool,
    ) -> Stroke:
        """Return a path of a course (angle, length), closed at its end, or at both."""
        angle, length = course
        places = steps()
        # Where it strays less than it gapes, its edges stray, each by itself.
        levels = int(np.clip(math.log2(max(2.5 * length, 1e-9) / max(width, 1e-9)), 3, LEVELS))
        coarse = jagged(rng, LEVELS, _FINER)[:: 2 ** (LEVELS - levels)] * self.jaggedness * length
        across = np.interp(places, np.linspace(0, 1, coarse.size), coarse)
        down, over = turned(places * length, across, angle)
        tips = rising((1 - places) / rng.uniform(0.3, 0.7))
        if both:
            tips = tips * rising(places / rng.uniform(0.1, 0.5))
        gape = 0.6 + 0.3 * wavy(rng, places, 12)
        edges = [np.clip(gape + 0.5 * jagged(rng, LEVELS, 0.68), 0.15, 1.2) for _ in range(2)]
        height = (0.3 + 0.7 * np.sqrt(tips)) * (places < 1) * (places > 0 if both else 1)
        left, right = (width / 2 * edge * tips for edge in edges)
        return Stroke(start[0] + down, start[1] + over, left, right, height)
