"""Where the part is in a picture, without any learnt weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, check_image, colour_of, to_float, white_of
from ._background import Background, background_of, to_lab
from ._candidates import Candidate, candidates, overlap
from ._edge import settled
from ._masks import Mask, opened
from ._score import score, smoothed

# The longer sides, in pixels: at the coarse one candidates are found, at the middle one their
# edges are set and compared, at the fine one the best is finished.
_COARSE, _MIDDLE, _FINE = 128, 256, 1024
_TRIED = 3
_BELIEVED = 0.22  # the score from which on a mask is believed
_HOPELESS = 0.07  # no setting of edges makes that one of them
_INSIDE = 0.6  # rather too little of the part than a margin of background


@dataclass(frozen=True, eq=False)
class Foreground:
    """Where the part is in a picture.

    Attributes:
        mask: bool (H, W); all True for a texture.
        confidence: 0 to 1; below 0.5 it is worth a look.
        texture: whether the picture shows nothing but the part, from edge to edge.
    """

    mask: NDArray[np.bool_]
    confidence: float
    texture: bool


def estimate(image: NDArray[Any], white: float | None = None) -> Foreground:
    """Return where the part is in `image`, of any form that `blemish.arrays` names.

    The background is what the frame's edge looks like: a colour that may change smoothly over the
    picture and lie in shadow. Every way to tell it from the rest gives a mask; of these the one is
    taken whose outline follows the clearest edges and that leaves out nothing that stands out as
    much. Where none does, the picture is a texture. In doubt the mask stays inside the part.

    Alpha is not looked at. `white` is the value of full range, where it is not the dtype's. Raises
    what `blemish.arrays.check_image` does.
    """
    fine = estimate_fine(image, white_of(check_image(image), white))
    return enlarged(fine, image.shape[:2])


def estimate_fine(image: NDArray[Any], full: float) -> Foreground:
    """Return what `estimate` does, its mask reduced to a longer side of 1024 pixels."""
    fine = _reduced(np.ascontiguousarray(colour_of(image)), _FINE)
    fine = np.clip(to_float(fine, full), 0, 1)
    middle = _reduced(fine, _MIDDLE)
    coarse = _lab(_reduced(middle, _COARSE))
    found = _compared(middle, coarse)
    value = found[0].score.value if found else 0.0
    if value < _BELIEVED:
        flat = float(np.ptp(coarse, axis=(0, 1)).max()) < 1
        confidence = 0.0 if flat else 1 - value / _BELIEVED
        return Foreground(np.ones(fine.shape[:2], np.bool_), confidence, True)
    reach = max(2, round(1.5 * fine.shape[0] / middle.shape[0]))
    rough = _resized(found[0].mask, fine.shape[:2])
    mask = settled(rough, fine, coarse, reach, _INSIDE)
    # A hair may be lost on the way; a part never is.
    mask = mask if mask.any() else rough
    return Foreground(mask.astype(np.bool_), _confidence(found), False)


def enlarged(found: Foreground, shape: tuple[int, int]) -> Foreground:
    """Return what was found with its mask enlarged to the picture's size (H, W)."""
    if found.mask.shape == shape:
        return found
    mask = _resized(found.mask.astype(np.uint8), shape).astype(np.bool_)
    return Foreground(mask, found.confidence, found.texture)


def _compared(middle: Floats, coarse: Floats) -> list[Candidate]:
    """Return the candidates with their edges set, the best first."""
    lab = _lab(middle)
    smooth, seen, found = smoothed(lab), dict[int, Background](), []
    tried = candidates(coarse, _TRIED)
    if not tried or tried[0].score.value < _HOPELESS:
        return tried
    for candidate in tried:
        known = candidate.background
        if id(known) not in seen:  # several candidates come from one background
            field = np.asarray(cv2.resize(known.field, lab.shape[1::-1]), np.float32)
            seen[id(known)] = background_of(lab, field, known.spread)
        mask = _resized(candidate.mask, lab.shape[:2])
        for _ in range(2):
            mask = settled(mask, middle, coarse, reach=3, halfway=0.5)
        mask = opened(mask)
        told = score(mask, lab, smooth, seen[id(known)])
        if told is not None:
            found.append(Candidate(mask, told, seen[id(known)]))
    return sorted(found, key=lambda c: -c.score.value)


def _confidence(found: list[Candidate]) -> float:
    """Return how sure the best is: by its score, less where another mask does nearly as well."""
    best, *others = found
    doubt = [
        max(0.0, 2 * other.score.value / best.score.value - 1)
        * (1 - overlap(best.mask, other.mask))
        for other in others
    ]
    sure = min(1.0, max(0.0, (best.score.value - 0.1) / 0.4))
    return sure * (1 - max(doubt, default=0.0))


def _reduced(pixels: NDArray[Any], longer: int) -> NDArray[Any]:
    """Return `pixels` (h, w, C) with a longer side of at most that, but no side below 8."""
    h, w = pixels.shape[:2]
    scale = max(longer / max(h, w), 8 / min(h, w))
    if scale >= 1:
        return pixels
    size = (round(w * scale), round(h * scale))
    smaller = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return np.asarray(smaller, pixels.dtype).reshape(size[1], size[0], -1)


def _lab(pixels: Floats) -> Floats:
    """Return `pixels` in Lab, a little smoothed."""
    return np.asarray(cv2.GaussianBlur(to_lab(pixels), (0, 0), 0.6), np.float32)


def _resized(mask: Mask, shape: tuple[int, int]) -> Mask:
    if mask.shape == shape:
        return mask
    levels = cv2.resize(mask * np.uint8(255), shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(levels > 127, np.uint8)
