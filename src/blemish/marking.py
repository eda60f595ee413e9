"""The compiled loops over labels. Importing this module imports numba: do it where it is used."""

from __future__ import annotations

from typing import Any

import numpy as np

from .compiling import compiled


@compiled
def unlabelled(mask: Any, label: Any) -> tuple[Any, int]:
    """Return the flat indices of the pixels with mask > 0 and no label, and how many have one.

    Both are contiguous; a label lies inside the mask.
    """
    covered, said = mask.reshape(-1), label.reshape(-1)
    found = np.empty(covered.size, np.intp)
    count, area = 0, 0
    # Eight at a time, two to a word: most of a mask is empty.
    words = covered[: covered.size // 8 * 8].view(np.uint64)
    for word in range(0, words.size, 4):
        if words[word] | words[word + 1] | words[word + 2] | words[word + 3]:
            for i in range(2 * word, 2 * word + 8):
                if said[i] > 0:
                    area += 1
                elif covered[i] > 0:
                    found[count] = i
                    count += 1
    for i in range(2 * words.size, covered.size):
        if said[i] > 0:
            area += 1
        elif covered[i] > 0:
            found[count] = i
            count += 1
    return found[:count], area


@compiled
def restore(after: Any, before: Any, mask: Any, label: Any) -> None:
    """Write `before` (h, w, C) to `after` where the mask is above 0 and the label is not."""
    channels = after.shape[2]
    new, old = after.reshape(mask.size, channels), before.reshape(mask.size, channels)
    pixels, _ = unlabelled(np.ascontiguousarray(mask), np.ascontiguousarray(label))
    for i in pixels:
        for c in range(channels):
            new[i, c] = old[i, c]


@compiled
def measure(change: Any, label: Any) -> tuple[int, float]:
    """Return how many pixels have a label above 0, and the sum of their change."""
    said = np.ascontiguousarray(label).reshape(-1)
    levels = np.ascontiguousarray(change).reshape(-1)
    area, total = 0, 0.0
    words = said[: said.size // 8 * 8].view(np.uint64)
    for word in range(0, words.size, 4):
        if words[word] | words[word + 1] | words[word + 2] | words[word + 3]:
            for i in range(2 * word, 2 * word + 8):
                if said[i] > 0:
                    area += 1
                    total += levels[i]
    for i in range(2 * words.size, said.size):
        if said[i] > 0:
            area += 1
            total += levels[i]
    return area, total


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
    total = 0
    of_size = np.zeros(limit + 1, np.int64)
    pixels, area = unlabelled(np.ascontiguousarray(inside), np.ascontiguousarray(marked))
    # The pixels of all holes one after another, each with the size of its hole.
    most = min(height * width, pixels.size * limit)
    holes = np.empty((most, 3), np.int32)
    for i in range(pixels.size):
        y = pixels[i] // width
        x = pixels[i] - y * width
        if not known[y, x]:
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
