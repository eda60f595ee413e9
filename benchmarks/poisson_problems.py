"""Problems for poisson.py: pictures with sharp marks, ragged masks with holes, the exact solutions.

The solutions are direct ones, in float64, of equation 7 of Perez et al. on the masked pixels. Those
of a million pixels take a minute each, and are kept in the folder for temporary files.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from scipy.sparse import csc_matrix
from scipy.sparse.linalg import splu

# All masks keep this far from the frame: the peers cannot do without.
MARGIN_PX = 2
NEIGHBOURS = ((-1, 0), (1, 0), (0, -1), (0, 1))


@dataclass(frozen=True)
class Problem:
    """A source, a target and a mask that lie upon one another."""

    source: np.ndarray
    target: np.ndarray
    mask: np.ndarray

    @property
    def box_px(self) -> int:
        return self.mask.size

    @property
    def mask_px(self) -> int:
        return int(np.count_nonzero(self.mask))

    @cached_property
    def painted(self) -> np.ndarray:
        """The mask in 0 and 255."""
        return self.mask.astype(np.uint8) * 255

    def exact(self, gradients: str) -> np.ndarray:
        """Return the solution, float64 (n, 3) in levels, for the n pixels of the mask."""
        digest = hashlib.sha256(gradients.encode())
        for array in (self.source, self.target, self.mask):
            digest.update(repr(array.shape).encode() + array.tobytes())
        path = Path(tempfile.gettempdir()) / "blemish_benchmarks" / f"{digest.hexdigest()[:20]}.npy"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            np.save(path, solved(*equations(self, gradients)))
        return np.load(path)


def equations(problem: Problem, gradients: str) -> tuple[csc_matrix, np.ndarray]:
    """Return the matrix, and the right-hand sides (n, 3), in levels; no mask at the frame."""
    source, target = problem.source.astype(np.float64), problem.target.astype(np.float64)
    ys, xs = np.nonzero(problem.mask)
    number = np.full(problem.mask.shape, -1)
    number[ys, xs] = np.arange(ys.size)
    right = np.zeros((ys.size, source.shape[2]))
    rows, columns = [np.arange(ys.size)], [np.arange(ys.size)]
    for dy, dx in NEIGHBOURS:
        there = ys + dy, xs + dx
        field = source[ys, xs] - source[there]
        if gradients == "mixed":
            other = target[ys, xs] - target[there]
            field = np.where(np.abs(other) > np.abs(field), other, field)
        inside = number[there] >= 0
        right += field
        right[~inside] += target[there][~inside]
        rows.append(np.flatnonzero(inside))
        columns.append(number[there][inside])
    values = np.full(sum(part.size for part in rows), -1.0)
    values[: ys.size] = 4
    place = np.concatenate(rows), np.concatenate(columns)
    return csc_matrix((values, place), shape=(ys.size, ys.size)), right


def solved(matrix: csc_matrix, right: np.ndarray) -> np.ndarray:
    """Return the direct solution, refined once."""
    symmetric = {"SymmetricMode": True}
    factors = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=symmetric)
    values = factors.solve(right)
    return values + factors.solve(right - matrix @ values)


def problem(mask: np.ndarray, seed: int) -> Problem:
    return Problem(picture(mask.shape, 2 * seed), picture(mask.shape, 2 * seed + 1), mask)


def blob(count: int, seed: int, quick: bool = False) -> np.ndarray:
    """Return a ragged mask of about `count` pixels with two holes, in its box and a margin.

    quick: in a box that suits OpenCV's transform. It takes 2 (n - 1) values along a side of n
    pixels, and long where they have large prime factors.
    """
    rng = np.random.default_rng(seed)
    outlines = [
        _outline(rng) * size + middle
        for size, middle in ((1, (0, 0)), (0.14, (-0.4, 0.1)), (0.09, (0.35, -0.3)))
    ]
    low, high = outlines[0].min(0), outlines[0].max(0)
    outlines = [(points - low) / (high - low) for points in outlines]
    area = count / 0.65
    for _ in range(4):
        sides = np.sqrt(area) * (high - low) / np.sqrt(np.prod(high - low))
        mask = _drawn(outlines, np.rint(sides))
        area *= count / np.count_nonzero(mask)
    if quick:
        mask = _drawn(outlines, np.array([_quick(round(side)) for side in sides]))
    return np.pad(mask, MARGIN_PX).astype(bool)


def square(side: int) -> np.ndarray:
    return np.pad(np.ones((side, side), bool), MARGIN_PX)


def picture(shape: tuple[int, int], seed: int) -> np.ndarray:
    """Return uint8 RGB: shades, texture and grain, with lines and discs that have sharp edges."""
    rng = np.random.default_rng(seed)
    h, w = shape
    values = np.full((h, w, 3), 128, np.float32)
    for cells, contrast in ((3, 26), (9, 12), (41, 8), (max(h, w) // 4, 6)):
        coarse = rng.normal(0, contrast, (cells, cells, 3)).astype(np.float32)
        values += cv2.resize(coarse, (w, h), interpolation=cv2.INTER_CUBIC)
    values += rng.normal(0, 3, (h, w, 3)).astype(np.float32)
    drawn = np.clip(values, 0, 255).astype(np.uint8)
    short = min(h, w)
    for _ in range(14):
        ends = rng.uniform(0, 1, (2, 2)) * (w, h)
        first, second = [tuple(int(value) for value in end) for end in ends]
        colour = [int(value) for value in rng.integers(60, 197, 3)]
        if rng.random() < 0.5:
            cv2.line(drawn, first, second, colour, max(1, short // 90))
        else:
            cv2.circle(drawn, first, max(1, int(short * rng.uniform(0.01, 0.06))), colour, -1)
    return drawn


def _outline(rng: np.random.Generator) -> np.ndarray:
    """Return points (n, 2) around the origin, at a distance of about 1: a ragged closed line."""
    angle = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    order = np.arange(2, 120)[:, None]
    height = rng.normal(0, 0.14, order.shape) / order
    waves = height * np.cos(order * angle + rng.uniform(0, 2 * np.pi, order.shape))
    return (1 + waves.sum(0))[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)


def _drawn(outlines: list[np.ndarray], sides: np.ndarray) -> np.ndarray:
    """Return the mask that fills the box of `sides` (x, y): the first outline less the others."""
    mask = np.zeros(sides[::-1].astype(int), np.uint8)
    for number, points in enumerate(outlines):
        corners = np.rint(points * (sides - 1)).astype(np.int32)
        cv2.fillPoly(mask, [corners], int(number == 0))
    return mask


def _quick(side: int) -> int:
    """Return the length next to `side` that suits OpenCV's transform."""
    near = sorted(range(side // 2, 2 * side), key=lambda length: abs(length - side))
    return next(n for n in near if cv2.getOptimalDFTSize(2 * (n - 1)) == 2 * (n - 1))
