"""The compiled loops over pixels. Importing this module imports numba: do it where it is used.

NumPy and OpenCV make a pass over memory, and a fresh array, for every step of these; at 1024 px the
page faults of the arrays alone cost more than the arithmetic.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .compiling import compiled


@compiled
def mix(base: Any, layer: Any, weight: Any, opacity: Any, mixed: Any) -> None:
    """Change `mixed`, a copy of `base`, to base + opacity * weight * (layer - base)."""
    height, width, channels = base.shape
    for y in range(height):
        for x in range(width):
            w = weight[y, x] * opacity
            if w == 0:
                continue
            for c in range(channels):
                mixed[y, x, c] = base[y, x, c] + w * (layer[y, x, c] - base[y, x, c])


@compiled
def extent(mask: Any) -> tuple[int, int, int, int]:
    """Return (top, left, bottom, right) of the smallest rectangle with mask > 0, or four zeros."""
    height, width = mask.shape
    top, bottom = 0, height
    while top < height and not _any(mask[top]):
        top += 1
    if top == height:
        return 0, 0, 0, 0
    while not _any(mask[bottom - 1]):
        bottom -= 1
    # A row is looked through only as far as the rectangle does not reach yet.
    left, right = width, 0
    for y in range(top, bottom):
        for x in range(left):
            if mask[y, x] > 0:
                left = x
                break
        for x in range(width - 1, right - 1, -1):
            if mask[y, x] > 0:
                right = x + 1
                break
    return top, left, bottom, right


@compiled
def _any(row: Any) -> bool:
    for x in range(row.size):  # noqa: SIM110 - numba compiles no generator
        if row[x] > 0:
            return True
    return False


@compiled
def under(mask: Any, most: int) -> Any:
    """Return the flat indices of the pixels with mask > 0, up to one more than `most` of them."""
    flat = mask.reshape(-1)
    found = np.empty(most + 1, np.intp)
    count = 0
    # Eight at a time, two to a word: most of a mask is empty.
    words = flat[: flat.size // 8 * 8].view(np.uint64)
    for word in range(0, words.size, 4):
        if words[word] | words[word + 1] | words[word + 2] | words[word + 3]:
            for i in range(2 * word, 2 * word + 8):
                if flat[i] > 0:
                    found[count] = i
                    count += 1
                    if count > most:
                        return found
    for i in range(2 * words.size, flat.size):
        if flat[i] > 0:
            found[count] = i
            count += 1
            if count > most:
                return found
    return found[:count]


@compiled
def scatter(row: Any, values: Any, pixels: Any, band: Any, levels: Any) -> None:
    """Write `row` (1, n, C) and `values` (1, n) to the given pixels of `band` and of `levels`."""
    height, width, channels = band.shape
    flat, plane = band.reshape(height * width, channels), levels.reshape(-1)
    for i in range(pixels.size):
        plane[pixels[i]] = values[0, i]
        for c in range(channels):
            flat[pixels[i], c] = row[0, i, c]


@compiled
def stretch(picture: Any, ratio: Any, corner: Any, wanted: Any, layer: Any) -> None:
    """Write to `layer` (h, w, C) where `wanted` (h, w) is above 0 what `picture` shows there.

    Pixel (y, x) of the layer is looked up at (y + corner[0] + 0.5) * ratio[0] - 0.5 along y, and so
    along x: bilinear, pixel centres on pixel centres, the edge repeated.
    """
    height, width, channels = layer.shape
    bottom, right = picture.shape[0] - 1, picture.shape[1] - 1
    lefts, overs = np.empty(width, np.intp), np.empty(width, np.float32)
    for x in range(width):
        across = min(max((x + corner[1] + 0.5) * ratio[1] - 0.5, 0.0), float(right))
        lefts[x] = int(across)
        overs[x] = across - lefts[x]
    for y in range(height):
        place = min(max((y + corner[0] + 0.5) * ratio[0] - 0.5, 0.0), float(bottom))
        above = int(place)
        below = min(above + 1, bottom)
        down = np.float32(place - above)
        for x in range(width):
            if not wanted[y, x] > 0:
                continue
            left, over = lefts[x], overs[x]
            next_ = min(left + 1, right)
            for c in range(channels):
                first = picture[above, left, c]
                first += over * (picture[above, next_, c] - first)
                second = picture[below, left, c]
                second += over * (picture[below, next_, c] - second)
                layer[y, x, c] = first + down * (second - first)


@compiled
def stretch_at(picture: Any, ratio: Any, corner: Any, width: int, pixels: Any, row: Any) -> None:
    """Write to `row` (1, n, C) what `stretch` would at the given pixels of a layer of `width`."""
    bottom, right = picture.shape[0] - 1, picture.shape[1] - 1
    channels = picture.shape[2]
    y, ends = -1, 0
    above, below, down = 0, 0, np.float32(0)
    for i in range(pixels.size):
        if pixels[i] >= ends:
            y = pixels[i] // width
            ends = (y + 1) * width
            place = min(max((y + corner[0] + 0.5) * ratio[0] - 0.5, 0.0), float(bottom))
            above = int(place)
            below = min(above + 1, bottom)
            down = np.float32(place - above)
        x = pixels[i] - y * width
        across = min(max((x + corner[1] + 0.5) * ratio[1] - 0.5, 0.0), float(right))
        left = int(across)
        over = np.float32(across - left)
        next_ = min(left + 1, right)
        for c in range(channels):
            first = picture[above, left, c]
            first += over * (picture[above, next_, c] - first)
            second = picture[below, left, c]
            second += over * (picture[below, next_, c] - second)
            row[0, i, c] = first + down * (second - first)


@compiled
def settle(pixels: Any, mask: Any, clean: Any, white: Any, after: Any, change: Any) -> bool:
    """Round `pixels` to the levels of an image where the mask is above 0, and measure the change.

    `after` (h, w, C), the picture so far, gets the rounded pixels; `change` (h, w), zeros, gets by
    how many levels of 1/255 the pixel then differs from `clean`, in the channel that differs most.
    Returns whether all of these pixels are finite. All arrays must be contiguous.
    """
    height, width, channels = pixels.shape
    level, half, zero = np.float32(255.0) / white, np.float32(0.5), np.float32(0)
    new, old = pixels.reshape(height, -1), clean.reshape(height, -1)
    kept = after.reshape(height, -1)
    differs = np.empty_like(kept[0])
    unsound = 0
    for y in range(height):
        inside = 0
        for x in range(width):
            inside += mask[y, x] > 0
        if inside == width:
            unsound |= _settle_row(new[y], old[y], white, kept[y], differs)
            _largest(differs, channels, level, change[y])
        elif inside > 0:
            for x in range(width):
                if not mask[y, x] > 0:
                    continue
                most = np.int32(0)
                for i in range(x * channels, (x + 1) * channels):
                    value = new[y, i] * white + half
                    unsound |= not abs(value) < np.float32(1e30)
                    stored = np.int32(min(max(value, zero), white))
                    kept[y, i] = stored
                    most = max(most, abs(stored - np.int32(old[y, i])))
                change[y, x] = most * level
    return unsound == 0


@compiled
def _settle_row(new: Any, old: Any, white: Any, kept: Any, differs: Any) -> int:
    """Do `settle` for a row that is all under the mask: loops that the compiler vectorises."""
    half, zero = np.float32(0.5), np.float32(0)
    unsound = 0
    for i in range(new.size):
        unsound |= not abs(new[i]) < np.float32(1e30)
    for i in range(new.size):
        value = new[i] * white + half
        value = value if value > zero else zero
        value = value if value < white else white
        kept[i] = np.int32(value)
    for i in range(new.size):
        differs[i] = max(kept[i], old[i]) - min(kept[i], old[i])
    return unsound


@compiled
def _largest(differs: Any, channels: int, level: Any, change: Any) -> None:
    """Write the largest of each pixel's `channels` values, times `level`, to `change`."""
    if channels == 1:
        for x in range(change.size):
            change[x] = differs[x] * level
        return
    for x in range(change.size):
        red, green, blue = differs[3 * x], differs[3 * x + 1], differs[3 * x + 2]
        most = red if red > green else green
        most = most if most > blue else blue
        change[x] = most * level


@compiled
def settle_float(pixels: Any, mask: Any, clean: Any, after: Any, change: Any) -> bool:
    """Do what `settle` does for an image of floats in [0, 1]: clip, and do not round."""
    height, width, channels = pixels.shape
    finite = True
    for y in range(height):
        for x in range(width):
            if mask[y, x] > 0:
                most = np.float32(0)
                for c in range(channels):
                    value = pixels[y, x, c]
                    finite = finite and abs(value) < np.float32(1e30)
                    after[y, x, c] = min(max(value, np.float32(0)), np.float32(1))
                    most = max(most, np.float32(abs(after[y, x, c] - clean[y, x, c])))
                change[y, x] = most * np.float32(255)
    return finite
