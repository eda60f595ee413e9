"""What the background looks like: its colour as a smooth field, told by the border."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats

# Lab shifted so that black is 0: less light then makes all three smaller by the same factor.
_BLACK = np.array([16, 0, 0], np.float32)
# How dark a shadow may be, as that factor, which is the cube root of the light that is left.
_SHADOWS = (0.75, 0.5)
_PIECES = 8
_ALIKE = 12.0
_COMMON = 0.1
_LEAST_SPREAD = 1.5
_SAMPLES = 600
_STEPS = 6


@dataclass(frozen=True, eq=False)
class Background:
    """What the background looks like, and how far each pixel is from it.

    Attributes:
        field: its colour in Lab, shifted so that black is 0, float32 (h, w, 3).
        spread: how much it varies about that in each channel, float32 (3,).
        plain: how far each pixel's colour is from it, in Lab units, float32 (h, w).
        shaded: the same, but near 0 where the pixel may be background in a shadow.
    """

    field: Floats
    spread: Floats
    plain: Floats
    shaded: Floats


def to_lab(pixels: Floats) -> Floats:
    """Return (h, w, 3) Lab, shifted so that black is 0, of pixels (h, w, 1 or 3) in [0, 1]."""
    colour = np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels
    return np.asarray(cv2.cvtColor(colour, cv2.COLOR_RGB2LAB), np.float32) + _BLACK


def backgrounds(lab: Floats) -> list[Background]:
    """Return what the background may be: the border's two commonest colours, and the corners'."""
    colours, corners = _border_colours(lab)
    commonest = sorted(_groups(colours), key=len, reverse=True)[:2]
    groups = [group for group in commonest if len(group) >= _COMMON * len(colours)]
    agreeing = max(_groups(colours[corners]), key=len)
    if len(agreeing) > 1:
        groups.append([corners[k] for k in agreeing])
    found: list[Background] = []
    for group in groups:
        start = np.median(colours[group], axis=0).astype(np.float32)
        field, spread = _fitted(lab, start)
        if all(np.abs(field - other.field).mean() > 1 for other in found):
            found.append(background_of(lab, field, spread))
    return found


def background_of(lab: Floats, field: Floats, spread: Floats) -> Background:
    """Return the background of that colour and spread, and a picture's distances from it."""
    return Background(field, spread, _length(lab - field), _length(lab - _shade(lab, field, 0)))


def distances(lab: Floats, background: Background) -> list[Floats]:
    """Return distances in units of the spread: plain, and but for shadows, lighter and darker."""
    field, spread = background.field, background.spread
    fields = [field, *(_shade(lab, field, k) for k in range(len(_SHADOWS)))]
    return [_length((lab - expected) / spread) for expected in fields]


def _shade(lab: Floats, field: Floats, kind: int) -> Floats:
    """Return the field as each pixel would have it if in a shadow of that kind."""
    energy = np.einsum("hwc,hwc->hw", field, field) + 1
    light = np.einsum("hwc,hwc->hw", lab, field) / energy
    return np.asarray(field * np.clip(light, _SHADOWS[kind], 1)[:, :, None], np.float32)


def _length(difference: NDArray[Any]) -> Floats:
    return np.asarray(np.sqrt(np.einsum("hwc,hwc->hw", difference, difference)), np.float32)


def _border_colours(lab: Floats) -> tuple[Floats, list[int]]:
    """Return the median colour of each piece along the frame, and which pieces are corners."""
    width = max(2, round(0.03 * max(lab.shape)))
    turned = lab.transpose(1, 0, 2)
    colours = [
        np.median(piece.reshape(-1, 3), axis=0)
        for side in (lab[:width], lab[-width:], turned[:width], turned[-width:])
        for piece in np.array_split(side, _PIECES, axis=1)
    ]
    corners = [k for k in range(4 * _PIECES) if k % _PIECES in (0, _PIECES - 1)]
    return np.asarray(colours, np.float32), corners


def _groups(colours: Floats) -> list[list[int]]:
    """Return groups of like colours, linked one by one: a slope of light is one group."""
    alike = np.linalg.norm(colours[:, None] - colours[None], axis=2) < _ALIKE
    left, groups = set(range(len(colours))), []
    while left:
        group, todo = set[int](), [min(left)]
        while todo:
            k = todo.pop()
            if k not in group:
                group.add(k)
                todo += np.flatnonzero(alike[k]).tolist()
        groups.append(sorted(group))
        left -= group
    return groups


def _fitted(lab: Floats, start: Floats) -> tuple[Floats, Floats]:
    """Return the field of the background and its spread (3,), from the pixels along the frame.

    It is a polynomial of second degree, fitted to those that look like `start` and like one
    another; the others are left aside. Nothing is summed by BLAS, whose order of summation may
    change with the number of threads.
    """
    h, w = lab.shape[:2]
    y, x = _along_the_frame(h, w)
    seen = lab[y, x].astype(np.float64)
    terms = _terms(2 * y / (h - 1) - 1, 2 * x / (w - 1) - 1)
    believed: NDArray[np.float64] = np.broadcast_to(start.astype(np.float64), seen.shape)
    factors, limit = np.zeros((6, 3)), _ALIKE
    for _ in range(_STEPS):
        off = np.linalg.norm(seen - believed, axis=1)
        weight = np.maximum(0, 1 - (off / (2 * limit)) ** 2) ** 2
        # From the border alone the bend of the field is uncertain: it is held back.
        pull = 1e-3 * weight.sum() * np.array([0, 1, 1, 20, 20, 20]) + 1e-9
        weighted = terms * weight[:, None]
        normal = np.einsum("ni,nj->ij", weighted, terms) + np.diag(pull)
        factors = np.linalg.solve(normal, np.einsum("ni,nc->ic", weighted, seen))
        believed = np.einsum("ni,ic->nc", terms, factors)
        near = off < 2 * limit
        if near.any():
            limit = min(_ALIKE, max(3.0, 3 * float(np.median(off[near]))))
    rest = np.abs(seen - believed)
    near = np.linalg.norm(rest, axis=1) < 2 * limit
    spread = 1.48 * np.median(rest[near], axis=0) if near.any() else np.zeros(3)
    return _field(factors, h, w), np.maximum(spread, _LEAST_SPREAD).astype(np.float32)


def _along_the_frame(h: int, w: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return rows and columns of several hundred pixels along the frame."""
    width = max(1, round(0.02 * max(h, w)))
    frame = np.ones((h, w), np.bool_)
    frame[width:-width, width:-width] = False
    y, x = np.nonzero(frame)
    step = max(1, len(y) // _SAMPLES)
    return y[::step], x[::step]


def _terms(y: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([np.ones_like(y), y, x, y * y, x * x, y * x], axis=1)


def _field(factors: NDArray[np.float64], h: int, w: int) -> Floats:
    """Return the polynomial of these factors (6, 3) at every pixel, (h, w, 3)."""
    y, x = np.linspace(-1, 1, h)[:, None, None], np.linspace(-1, 1, w)[None, :, None]
    f = factors
    field = f[0] + f[1] * y + f[2] * x + f[3] * y * y + f[4] * x * x + f[5] * y * x
    return np.asarray(field, np.float32)
