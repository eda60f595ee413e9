"""Superpixels by SLIC. Importing this module imports numba: do it where it is used."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ..compiling import compiled

_ITERATIONS = 5
# What is smaller than this share of a segment joins its neighbour. SLIC says a quarter to a half,
# by which the stripes of a striped texture all join to one.
_FRAGMENT = 1 / 16


def slic(picture: Floats, count: int, compactness: float) -> NDArray[np.int32]:
    """Return the segments of a picture (h, w, C) in [0, 1]: int32 (h, w), numbered from 0.

    `count` is how many are begun with, of equal size, at most one for 16 pixels. `compactness`
    weighs a distance of a segment's side against a colour difference in CIELAB; of a grey picture
    the lightness is 100 times the value. First the picture is stretched to full range and smoothed
    by 1 px, as scikit-image does it. The segments are connected.

    Source: Achanta et al., "SLIC superpixels compared to state-of-the-art superpixel methods",
    IEEE TPAMI 2012.
    """
    h, w, channels = picture.shape
    low, high = float(picture.min()), float(picture.max())
    stretched = (picture - np.float32(low)) * np.float32(1 / max(high - low, 1e-3))
    smooth = np.asarray(cv2.GaussianBlur(stretched, (0, 0), 1), np.float32)
    if channels == 3:
        colours = np.asarray(cv2.cvtColor(smooth, cv2.COLOR_RGB2LAB), np.float32)
    else:
        colours = smooth.reshape(h, w, 1) * np.float32(100)
    side = math.sqrt(h * w / max(1, min(count, h * w // 16)))
    rows, columns = max(1, round(h / side)), max(1, round(w / side))
    y = (np.arange(rows) + 0.5) * h / rows - 0.5
    x = (np.arange(columns) + 0.5) * w / columns - 0.5
    centres = np.stack(np.meshgrid(y, x, indexing="ij"), axis=-1).reshape(-1, 2)
    centres = np.ascontiguousarray(centres, np.float32)
    labels = _clusters(colours, centres, np.float32(side), np.float32(compactness), _ITERATIONS)
    return np.asarray(_connected(labels, max(1, int(_FRAGMENT * side * side))), np.int32)


@compiled
def _clusters(colours: Any, centres: Any, side: Any, compactness: Any, iterations: int) -> Any:
    """Return for each pixel which of the `centres` (n, 2), moved to their means, is nearest."""
    height, width, channels = colours.shape
    count = centres.shape[0]
    tones = np.empty((count, channels), np.float32)
    for k in range(count):
        tones[k] = colours[int(centres[k, 0] + 0.5), int(centres[k, 1] + 0.5)]
    weight = (compactness / side) ** 2
    labels = np.zeros((height, width), np.int32)
    for _ in range(iterations):
        nearest = np.full((height, width), np.float32(np.inf))
        for k in range(count):
            cy, cx = centres[k]
            for y in range(max(0, int(cy - side)), min(height, int(cy + side) + 2)):
                across = weight * (y - cy) ** 2
                for x in range(max(0, int(cx - side)), min(width, int(cx + side) + 2)):
                    far = across + weight * (x - cx) ** 2
                    for c in range(channels):
                        far += (colours[y, x, c] - tones[k, c]) ** 2
                    if far < nearest[y, x]:
                        nearest[y, x] = far
                        labels[y, x] = k
        _move(colours, labels, centres, tones)
    return labels


@compiled
def _move(colours: Any, labels: Any, centres: Any, tones: Any) -> None:
    """Change the centres and their colours to the means of their pixels."""
    height, width, channels = colours.shape
    sums = np.zeros((centres.shape[0], 3 + channels))
    for y in range(height):
        for x in range(width):
            one = sums[labels[y, x]]
            one[0] += 1
            one[1] += y
            one[2] += x
            for c in range(channels):
                one[3 + c] += colours[y, x, c]
    for k in range(centres.shape[0]):
        if sums[k, 0] > 0:
            centres[k] = sums[k, 1:3] / sums[k, 0]
            tones[k] = sums[k, 3:] / sums[k, 0]


@compiled
def _connected(labels: Any, smallest: int) -> Any:
    """Return the connected pieces of the labels, numbered; small ones join the one beside them."""
    height, width = labels.shape
    pieces = np.full((height, width), -1, np.int32)
    stack = np.empty((height * width, 2), np.int32)
    number = 0
    for first in range(height * width):
        i, j = first // width, first % width
        if pieces[i, j] >= 0:
            continue
        beside = pieces[i, j - 1] if j > 0 else pieces[i - 1, j] if i > 0 else -1
        count, taken = 1, 0
        stack[0, 0], stack[0, 1] = i, j
        pieces[i, j] = number
        while taken < count:
            y, x = stack[taken, 0], stack[taken, 1]
            taken += 1
            for step in range(4):
                k, m = y + (step == 0) - (step == 1), x + (step == 2) - (step == 3)
                inside = 0 <= k < height and 0 <= m < width
                if inside and pieces[k, m] < 0 and labels[k, m] == labels[i, j]:
                    pieces[k, m] = number
                    stack[count, 0], stack[count, 1] = k, m
                    count += 1
        if count >= smallest or beside < 0:
            number += 1
            continue
        for p in range(count):
            pieces[stack[p, 0], stack[p, 1]] = beside
    return pieces
