"""Candidates: every way to cut the distance from a background, and the mask that speaks best."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from ..arrays import Floats
from ._background import Background, backgrounds, distances
from ._masks import Mask, cleaned
from ._score import Score, score, smoothed

_FIXED = (3.5, 6.0, 10.0)  # in units of the background's spread
_HOLE = 0.7  # of the cut: a real hole shows the background, and not just something like it
_ALIKE = 0.93


@dataclass(frozen=True, eq=False)
class Candidate:
    """A mask that may be the part, and what speaks for it."""

    mask: Mask
    score: Score
    background: Background


def candidates(lab: Floats, count: int) -> list[Candidate]:
    """Return the best masks that are not alike, at most `count`, the best first."""
    found: dict[bytes, Candidate] = {}
    smooth = smoothed(lab)
    for background in backgrounds(lab):
        for mask in _masks(lab, background):
            key = mask.tobytes()
            told = None if key in found else score(mask, lab, smooth, background)
            if told is not None:
                found[key] = Candidate(mask, told, background)
    best: list[Candidate] = []
    for candidate in sorted(found.values(), key=lambda c: -c.score.value):
        if all(overlap(candidate.mask, other.mask) < _ALIKE for other in best):
            best.append(candidate)
        if len(best) == count:
            break
    return best


def overlap(a: Mask, b: Mask) -> float:
    """Return the area that two masks share, relative to that of both together."""
    return int((a & b).sum()) / max(1, int((a | b).sum()))


def _masks(lab: Floats, background: Background) -> Iterator[Mask]:
    for distance in distances(lab, background):
        for cut in _cuts(distance):
            mask = np.asarray(distance > cut, np.uint8)
            yield cleaned(mask, distance, _HOLE * cut)


def _cuts(distance: Floats) -> list[float]:
    """Return where to cut: Otsu's threshold of the distance, of its logarithm, and others."""
    linear = _otsu(distance)
    logarithmic = float(np.expm1(_otsu(np.log1p(distance))))
    between = float(np.sqrt(linear * logarithmic))
    return sorted({round(cut, 3) for cut in (linear, logarithmic, between, *_FIXED)})


def _otsu(values: Floats) -> float:
    """Return the threshold that separates two classes best, to 1/256 of the range."""
    least, most = float(values.min()), float(np.percentile(values, 99.5))
    if most - least < 1e-6:
        return most
    levels = np.clip((values - least) * (255 / (most - least)), 0, 255).astype(np.uint8)
    level, _ = cv2.threshold(levels, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return least + (float(level) + 0.5) / 255 * (most - least)
