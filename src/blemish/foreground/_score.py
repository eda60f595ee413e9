"""How much a mask looks like a part before a background; nobody tells the truth here."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ._background import Background
from ._masks import Mask, outline_of

_CLEAR = 10.0  # Lab units: an edge of that contrast speaks half for a part
_MISSED = 0.3  # of the part's area, of what looks as little like background and was left out
_PIECES = 8
_BESIDE = (5, 5)


@dataclass(frozen=True)
class Score:
    """What speaks for a mask and against it.

    Attributes:
        contrast: along its outline, 0 to 1.
        support: the share of the outline where the contrast exceeds the background's unrest.
        unrest: how much the background varies, in Lab units.
        contact: the share of the frame's edge that the mask touches.
        missed: what was left out and looks as little like background, relative to the mask.
        runs: how often the frame's edge enters the mask: a strip has 2.
        ragged: the outline's length relative to that of as many circles.
        pieces: how many there are.
    """

    contrast: float
    support: float
    unrest: float
    contact: float
    missed: float
    runs: int
    ragged: float
    pieces: int

    @property
    def value(self) -> float:
        """All of it in one number, 0 to 1."""
        calm = 0.3 + 0.7 * float(np.exp(-self.unrest / 8))
        kept = 1 / (1 + (self.missed / _MISSED) ** 2)
        whole = 0.6 ** max(0, self.runs - 2) * min(1.0, _PIECES / self.pieces)
        smooth = min(1.0, (2.5 / self.ragged) ** 2)
        edge = self.contrast * self.support * (1 - self.contact**2)
        return edge * calm * kept * whole * smooth


def smoothed(lab: Floats) -> Floats:
    """Return the mean of the pixels within two of each, as `score` wants it."""
    return np.asarray(cv2.boxFilter(lab, -1, _BESIDE), np.float32)


def score(mask: Mask, lab: Floats, smooth: Floats, background: Background) -> Score | None:
    """Return what speaks for a mask (0 or 1), or None for one that nothing speaks for."""
    if not 0.004 < mask.mean() < 0.97:
        return None
    outside = cv2.erode(1 - mask, np.ones((5, 5), np.uint8)).astype(np.bool_)
    if not outside.any():
        return None
    outline = outline_of(mask)
    contrast = _contrast(mask, lab, smooth, outline)
    plain, shaded = background.plain[outside], background.shaded[outside]
    unrest = np.minimum(0.3 * plain + 0.7 * shaded, 40).mean()
    typical = np.median(background.plain[mask > 0])
    missed = int((shaded > max(6.0, 0.5 * float(typical))).sum())
    edge = np.concatenate([mask[0], mask[1:, -1], mask[-1, -2::-1], mask[-2:0:-1, 0]])
    pieces = cv2.connectedComponents(mask)[0] - 1
    area = int(mask.sum())
    # The edge of a shadow is faint beside that of a part; where all of it is faint, it may be one.
    clear = max(3.0, min(6.0, 0.5 * float(np.percentile(contrast, 90))), 1.5 * float(unrest))
    return Score(
        contrast=float((contrast / (contrast + _CLEAR)).mean()),
        support=float((contrast > clear).mean()),
        unrest=float(unrest),
        contact=float(edge.mean()),
        missed=missed / area,
        runs=int(np.count_nonzero(edge > np.roll(edge, 1))),
        ragged=float(outline.sum() / (2 * np.sqrt(np.pi * area * pieces))),
        pieces=pieces,
    )


def _contrast(mask: Mask, lab: Floats, smooth: Floats, outline: NDArray[np.bool_]) -> Floats:
    """Return how the colours within two pixels differ, inside from outside, along the outline."""
    inside = mask.astype(np.float32)
    part = cv2.boxFilter(lab * inside[:, :, None], -1, _BESIDE)[outline]
    share = cv2.boxFilter(inside, -1, _BESIDE)[outline][:, None]
    rest = smooth[outline] - part
    difference = part / np.maximum(share, 1e-3) - rest / np.maximum(1 - share, 1e-3)
    return np.asarray(np.linalg.norm(difference, axis=1), np.float32)
