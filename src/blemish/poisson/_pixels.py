"""The compiled passes over pixels before and after solving. Importing this imports numba.

A picture is given as its rows, (H, W * C) and contiguous, and is read in its own dtype. The box
that is worked on is given by its `corners`: (y, x) of its first pixel in the source, and in the
target. It never leaves the target; it leaves the source by a pixel at most, whose edge is repeated.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..compiling import compiled
from ._masks import border, pointer, run, runs_of


@compiled
def in_range(rows: Any, box: Any) -> bool:
    """Return whether all floats of a box (top, left, bottom, right) lie in [0, 1]."""
    top, left, bottom, right = box
    wrong = 0
    for y in range(top, bottom):
        row = rows[y, left:right]
        for i in range(row.size):
            wrong |= not (row[i] >= 0) or row[i] > 1
    return wrong == 0


@compiled
def take(image: Any, pixels: Any) -> None:
    """Write an image (h, w, C) of any layout to `pixels`."""
    height, width, channels = pixels.shape
    for y in range(height):
        for x in range(width):
            for c in range(channels):
                pixels[y, x, c] = image[y, x, c]


@compiled
def put(pixels: Any, support: Any, image: Any) -> None:
    """Write `pixels` (h, w, C) to an image of any layout under the mask."""
    height, width, channels = pixels.shape
    for y in range(height):
        for x in range(width):
            if support[y, x]:
                for c in range(channels):
                    image[y, x, c] = pixels[y, x, c]


@compiled
def soften(base: Any, weight: Any, mixed: Any) -> None:
    """Set `mixed` (h, w, C) to base + weight * (mixed - base)."""
    height, width, channels = mixed.shape
    size = width * channels
    b, m, share = pointer(base), pointer(mixed), np.empty(size, np.float32)
    for y in range(height):
        row = weight[y]
        if channels == 3:
            for x in range(width):
                share[3 * x] = share[3 * x + 1] = share[3 * x + 2] = row[x]
        else:
            for i in range(size):
                share[i] = row[i // channels]
        for i in range(size):
            value = b[y * size + i]
            m[y * size + i] = value + share[i] * (m[y * size + i] - value)


@compiled
def membrane(source: Any, target: Any, corners: Any, support: Any, shift: Any, known: Any) -> None:
    """Write target - source - shift to `known` (h, w, C), and to `shift` (w * C) what that is.

    It is target - source at a pixel on the mask's border: a source that differs from the target by
    a constant leaves zeros, of which no solver makes anything else.
    """
    height, width, channels = known.shape
    size = width * channels
    top, left, y0, x0 = corners
    y, x = border(support)
    line = np.empty(size, source.dtype)
    _line(source, top + y, left, channels, line)
    for i in range(size):
        c = i % channels
        edge = np.float32(line[x * channels + c])
        shift[i] = np.float32(target[y0 + y, (x0 + x) * channels + c]) - edge
    s, t, d, constant = pointer(source), pointer(target), pointer(known), pointer(shift)
    first, last = max(0, -left) * channels, min(size, source.shape[1] - left * channels)
    for y in range(height):
        new = min(max(top + y, 0), source.shape[0] - 1) * source.shape[1] + left * channels
        old, out = (y0 + y) * target.shape[1] + x0 * channels, y * size
        for i in range(first, last):
            d[out + i] = np.float32(t[old + i]) - np.float32(s[new + i]) - constant[i]
        for i in range(first):
            edge = np.float32(s[new + i + channels])
            d[out + i] = np.float32(t[old + i]) - edge - constant[i]
        for i in range(last, size):
            edge = np.float32(s[new + i - channels])
            d[out + i] = np.float32(t[old + i]) - edge - constant[i]


@compiled
def _line(source: Any, y: int, left: int, channels: int, line: Any) -> None:
    """Write the source's row `y` from column `left` on to `line`, its edge repeated."""
    row = source[min(max(y, 0), source.shape[0] - 1)]
    first = max(0, -left * channels)
    last = min(line.size, row.size - left * channels)
    inside, part = row[left * channels + first :], line[first:last]
    for i in range(part.size):
        part[i] = inside[i]
    for i in range(first - 1, -1, -1):
        line[i] = line[i + channels]
    for i in range(last, line.size):
        line[i] = line[i - channels]


@compiled
def mixed(source: Any, target: Any, corners: Any, support: Any, unit: Any, rhs: Any) -> None:
    """Write to `rhs` (h, w, C) the divergence of the mixed field less that of the source's own.

    Equation 13 of Perez et al., one channel and one pair of neighbours at a time: what the
    target's difference has more than the source's where it is the stronger, else 0; the pairs with
    no pixel beyond the picture's edge. `unit` is of the dtype to calculate in.
    """
    height, width, channels = rhs.shape
    size = width * channels
    top, left, y0, x0 = corners
    lines = np.empty((2, size), source.dtype)
    # What the pairs of two rows with the rows below, and those along a row, have to give: below
    # the last row and beyond the first and last column, nothing.
    links = np.zeros(3 * size + channels, unit.dtype)
    s, t, d, total = pointer(lines), pointer(target), pointer(links), pointer(rhs)
    along = 2 * size + channels
    runs = runs_of(support)
    _line(source, top, left, channels, lines[0])
    for y in range(height):
        here, there = y % 2 * size, (y + 1) % 2 * size
        old, out = (y0 + y) * target.shape[1] + x0 * channels, y * size
        if y + 1 < height:
            _line(source, top + y + 1, left, channels, lines[(y + 1) % 2])
            _surplus(t, s, d, (old, old + target.shape[1], here, there, here), (size, unit))
        else:
            links[here : here + size] = 0
        places = old, old + channels, here, here + channels, along
        _surplus(t, s, d, places, (size - channels, unit))
        for i in range(size):
            sums = d[here + i] - d[there + i] + (d[along + i] - d[along + i - channels])
            total[out + i] = np.float32(unit.dtype.type(sums))
        _clear(runs, y * width, (y + 1) * width, channels, total)


@compiled
def _surplus(t: Any, s: Any, links: Any, places: Any, kind: Any) -> None:
    """Write what a difference of `t` has more than that of `s` where it is the stronger."""
    size, number = kind[0], kind[1].dtype.type
    old, old_next, new, new_next, out = places
    # Nor shall the rounding of k / 255 decide between differences of as many levels.
    tie = number(1e-6)
    for i in range(size):
        first = number(number(t[old + i]) - number(t[old_next + i]))
        second = number(number(s[new + i]) - number(s[new_next + i]))
        stronger = number(abs(first)) > number(number(abs(second)) + tie)
        links[out + i] = number(first - second) if stronger else number(0)


@compiled
def greyed(source: Any, corners: Any, field: Any) -> None:
    """Write to `field` (h, w, C) the mean of the source's channels less the source."""
    height, width, channels = field.shape
    rows, line = field.reshape(height, -1), np.empty(width * channels, source.dtype)
    for y in range(height):
        _line(source, corners[0] + y, corners[1], channels, line)
        row = rows[y]
        if channels == 3:
            for x in range(width):
                a, b, c = line[3 * x], line[3 * x + 1], line[3 * x + 2]
                grey = (np.float32(a) + np.float32(b) + np.float32(c)) / np.float32(3)
                row[3 * x] = grey - np.float32(a)
                row[3 * x + 1] = grey - np.float32(b)
                row[3 * x + 2] = grey - np.float32(c)
            continue
        for x in range(width):
            pixel = line[x * channels : (x + 1) * channels]
            total = np.float32(0)
            for value in pixel:
                total += np.float32(value)
            for c in range(channels):
                row[x * channels + c] = total / np.float32(channels) - np.float32(pixel[c])


@compiled
def laplacian(field: Any, support: Any, rhs: Any) -> None:
    """Write the sums of field_p - field_q over the neighbours there are; 0 outside the mask."""
    height, width, channels = field.shape
    rows, totals = field.reshape(height, -1), rhs.reshape(height, -1)
    runs = runs_of(support)
    for y in range(height):
        row, total = rows[y], totals[y]
        above, below = rows[max(y - 1, 0)], rows[min(y + 1, height - 1)]
        for i in range(row.size):
            total[i] = row[i] - above[i] + (row[i] - below[i])
        following, link = row[channels:], total[: row.size - channels]
        for i in range(link.size):
            link[i] += row[i] - following[i]
        link = total[channels:]
        for i in range(link.size):
            link[i] += following[i] - row[i]
        _clear(runs, y * width, (y + 1) * width, channels, pointer(rhs))


@compiled
def _clear(runs: Any, begin: int, end: int, channels: int, values: Any) -> None:
    """Set to 0 what of `values`, from pixel `begin` to `end`, is not in the runs of a mask."""
    while begin < end:
        start, stop = run(runs, begin)
        for i in range(begin * channels, min(start, end) * channels):
            values[i] = 0
        begin = stop


@compiled
def write_levels(
    source: Any, target: Any, corners: Any, support: Any, change: Any, shift: Any, limits: Any
) -> None:
    """Write source + change + shift to the target under the mask: rounded, inside `limits`."""
    width, channels = change.shape[1:]
    runs = runs_of(support)
    s, t, w, constant = pointer(source), pointer(target), pointer(change), pointer(shift)
    half, low, high = np.float32(0.5), np.float32(limits[0]), np.float32(limits[1])
    start, stop = run(runs, 0)
    while start < support.size:
        y = start // width
        end = min(stop, (y + 1) * width)
        own, first = start * channels, (start - y * width) * channels
        new = (corners[0] + y) * source.shape[1] + corners[1] * channels + first
        out = (corners[2] + y) * target.shape[1] + corners[3] * channels + first
        for i in range((end - start) * channels):
            value = np.float32(s[new + i]) + (w[own + i] + constant[first + i]) + half
            value = value if value > low else low
            value = value if value < high else high
            t[out + i] = np.int32(value)
        start = end
        if end == stop:
            start, stop = run(runs, stop)


@compiled
def write_floats(
    source: Any, target: Any, corners: Any, support: Any, change: Any, shift: Any, limits: Any
) -> None:
    """Do what `write_levels` does for floats: no rounding."""
    width, channels = change.shape[1:]
    runs = runs_of(support)
    s, t, w, constant = pointer(source), pointer(target), pointer(change), pointer(shift)
    kind = target.dtype.type
    low, high = kind(limits[0]), kind(limits[1])
    start, stop = run(runs, 0)
    while start < support.size:
        y = start // width
        end = min(stop, (y + 1) * width)
        own, first = start * channels, (start - y * width) * channels
        new = (corners[0] + y) * source.shape[1] + corners[1] * channels + first
        out = (corners[2] + y) * target.shape[1] + corners[3] * channels + first
        for i in range((end - start) * channels):
            value = s[new + i] + (w[own + i] + constant[first + i])
            value = value if value > low else low
            t[out + i] = value if value < high else high
        start = end
        if end == stop:
            start, stop = run(runs, stop)
