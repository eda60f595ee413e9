"""The loops that draw strokes and domes; a module of its own, because importing it takes numba."""

from __future__ import annotations

import math
from typing import Any

from ..compiling import compiled


@compiled
def draw_stroke(
    sheet: Any, line: Any, radii: Any, height: Any, streaks: Any, steepness: int, number: int
) -> None:
    """Raise a mask to a polyline's profile: height * (1 - (distance / radius)**2)**steepness.

    Each pixel takes the height and the radius of the place of the line that is nearest to it, so
    that edges may be jagged: circles along the line would be beads.

    Args:
        sheet: the mask (h, w); and three more of its size, that keep for the stroke that last came
            to a pixel how near that is (squared), what was there before, and the stroke's number.
        line: (2, n), y and x.
        radii: (2, n), the radius to the left and to the right.
        height: (n,).
        streaks: (m,), what is added from left to right across the widest place, more where the
            height is low; may be empty.
        steepness: of the profile.
        number: of the stroke, from 1.
    """
    mask, nearest, below, owner = sheet
    rows, columns = mask.shape
    y, x = line
    widest = radii.max()
    for i in range(height.size - 1):
        top = max(0, math.ceil(min(y[i], y[i + 1]) - widest))
        bottom = min(rows - 1, math.floor(max(y[i], y[i + 1]) + widest))
        left = max(0, math.ceil(min(x[i], x[i + 1]) - widest))
        right = min(columns - 1, math.floor(max(x[i], x[i + 1]) + widest))
        down, over = y[i + 1] - y[i], x[i + 1] - x[i]
        per_square = 1 / max(down * down + over * over, 1e-12)
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                dy, dx = row - y[i], column - x[i]
                along = min(max((dy * down + dx * over) * per_square, 0.0), 1.0)
                dy, dx = dy - along * down, dx - along * over
                squared = dy * dy + dx * dx
                if squared >= widest * widest:
                    continue
                if owner[row, column] != number:
                    owner[row, column] = number
                    below[row, column] = mask[row, column]
                elif squared >= nearest[row, column]:
                    continue
                nearest[row, column] = squared
                mask[row, column] = below[row, column]
                side = 0 if dx * down > dy * over else 1
                r = radii[side, i] + along * (radii[side, i + 1] - radii[side, i])
                inside = 1 - squared / (r * r)
                value = height[i] + along * (height[i + 1] - height[i])
                if inside <= 0 or value <= 0:
                    continue
                if streaks.size > 0:
                    out = (2 * side - 1) * math.sqrt(squared) / widest
                    across = min(int((1 + out) / 2 * streaks.size), streaks.size - 1)
                    value = min(1.0, value + streaks[across] * (1.2 - value))
                for _ in range(steepness):
                    value *= inside
                if value > mask[row, column]:
                    mask[row, column] = value


@compiled
def draw_dome(
    mask: Any, centre: Any, radii: Any, direction: Any, unevenness: Any, flat: Any, height: Any
) -> None:
    """Raise `mask` to a dome: `height` on a flat share of its radius, falling smoothly to 0.

    Where `flat` is below 0 it is a drop: a cap that meets the ground at an angle.

    `centre` (y, x) and `radii` (along, across) in pixels, `direction` (cos, sin). `unevenness`
    (h, w) is by what share of the radius the outline is moved outwards at each pixel; the top
    stays.
    """
    rows, columns = mask.shape
    most = 1 + unevenness.max()
    reach = max(radii[0], radii[1]) * most
    top, bottom = max(0, math.ceil(centre[0] - reach)), math.floor(centre[0] + reach)
    left, right = max(0, math.ceil(centre[1] - reach)), math.floor(centre[1] + reach)
    cos, sin = direction
    for row in range(top, min(rows - 1, bottom) + 1):
        for column in range(left, min(columns - 1, right) + 1):
            dy, dx = row - centre[0], column - centre[1]
            along = (dx * cos - dy * sin) / radii[0]
            across = (dx * sin + dy * cos) / radii[1]
            out = math.sqrt(along * along + across * across)
            inside = 1 - out + min(1.0, out) * unevenness[row, column]
            if inside <= 0:
                continue
            if flat < 0:
                inside = min(1.0, inside)
                value = height * inside * (2 - inside)
            else:
                inside = min(1.0, inside / (1 - flat))
                # Neither slope nor curvature jumps at the rim or on the top: it would show.
                value = height * inside**3 * ((6 * inside - 15) * inside + 10)
            if value > mask[row, column]:
                mask[row, column] = value
