"""The compiled loops over labels. Importing this module imports numba: do it where it is used."""

from __future__ import annotations

from typing import Any

import numpy as np

from .compiling import compiled
from .kernels import under


@compiled
def restore(after: Any, before: Any, mask: Any, label: Any) -> None:
    """Write `before` (h, w, C) to `after` where the mask is above 0 and the label is not."""
    channels = after.shape[2]
    new, old = after.reshape(mask.size, channels), before.reshape(mask.size, channels)
    stencil, marked = np.ascontiguousarray(mask), np.ascontiguousarray(label)
    covered, said = stencil.reshape(-1), marked.reshape(-1)
    few = mask.size // 4
    pixels = under(stencil, few)
    if pixels.size <= few:
        for i in pixels:
            if not said[i] > 0:
                for c in range(channels):
                    new[i, c] = old[i, c]
        return
    for i in range(mask.size):
        if covered[i] > 0 and not said[i] > 0:
            for c in range(channels):
                new[i, c] = old[i, c]


@compiled
def measure(change: Any, label: Any) -> tuple[int, float]:
    """Return how many pixels have a label above 0, and the sum of their change."""
    marked = np.ascontiguousarray(label)
    pixels = under(marked, marked.size)
    levels = np.ascontiguousarray(change).reshape(-1)
    total = 0.0
    for i in range(pixels.size):
        total += levels[pixels[i]]
    return pixels.size, total


@compiled
def fill_holes(marked: Any, inside: Any, limit: int, share: float) -> None:
    """Set to 1 in `marked` its enclosed holes of up to `limit` pixels, the smallest first.

    A hole is a 4-connected part of the unmarked pixels that does not reach the border of the box.
    It is filled where `inside` is above 0, and holes of its size and smaller ones make up no more
    than `share` of what is marked, which is all inside. Each pixel is visited a bounded number of
    times: a flood that grows too large leaves its pixels known as open.
    """
    height, width = marked.shape
    known = np.zeros((height, width), np.uint8)
    stack = np.empty((limit + 1, 2), np.int32)
    total, area = 0, 0
    of_size = np.zeros(limit + 1, np.int64)
    stencil = np.ascontiguousarray(inside)
    pixels = under(stencil, stencil.size)
    # The pixels of all holes one after another, each with the size of its hole.
    most = min(height * width, pixels.size * limit)
    holes = np.empty((most, 3), np.int32)
    for i in range(pixels.size):
        y = pixels[i] // width
        x = pixels[i] - y * width
        if marked[y, x]:
            area += 1
        elif not known[y, x]:
            count = _flood(marked, known, stack, y, x)
            for p in range(count):
                holes[total + p, 0], holes[total + p, 1] = stack[p, 0], stack[p, 1]
                holes[total + p, 2] = count
            total += count
            of_size[count] += count
    filled, largest = 0, 0
    for size in range(1, limit + 1):
        filled += of_size[size]
        if filled > share * area:
            break
        largest = size
    for p in range(total):
        if holes[p, 2] <= largest and inside[holes[p, 0], holes[p, 1]] > 0:
            marked[holes[p, 0], holes[p, 1]] = 1


@compiled
def _flood(marked: Any, known: Any, stack: Any, y: int, x: int) -> int:
    """Write to `stack` the hole that (y, x) is in, and return how many pixels it has.

    0 for one that is open or larger than the stack but one. What was seen is then 2 in `known`, and
    1 of a hole.
    """
    height, width = marked.shape
    limit = len(stack) - 1
    count, taken, is_open = 1, 0, False
    stack[0, 0], stack[0, 1] = y, x
    known[y, x] = 1
    while taken < count and not is_open:
        i, j = stack[taken, 0], stack[taken, 1]
        taken += 1
        if i == 0 or j == 0 or i == height - 1 or j == width - 1:
            is_open = True
            break
        for step in range(4):
            k = i + (step == 0) - (step == 1)
            m = j + (step == 2) - (step == 3)
            if marked[k, m]:
                continue
            if known[k, m] == 2 or (known[k, m] == 0 and count > limit):
                is_open = True
            elif known[k, m] == 0:
                known[k, m] = 1
                stack[count, 0], stack[count, 1] = k, m
                count += 1
    if not is_open and count <= limit:
        return count
    for p in range(count):
        known[stack[p, 0], stack[p, 1]] = 2
    return 0
