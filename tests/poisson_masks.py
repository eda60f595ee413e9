"""Masks that are hard on a solver: plain NumPy functions, each bool (h, w).

For the tests and for the benchmark. All but the `whole` ones leave the outermost pixel of their
frame free; `cut` makes them touch it.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter

SIDES = ("top", "bottom", "left", "right")


def blob(shape, rng, holes=2):
    """A ragged blob in the middle, with round holes; about two thirds of its frame."""
    y, x = _from_middle(shape)
    angle, radius = np.arctan2(y, x), np.hypot(y, x)
    rim = np.full(shape, 0.84)
    for k in range(2, 7):
        rim += rng.uniform(-0.06, 0.06) * np.cos(k * angle + rng.uniform(0, 2 * np.pi))
    rim += 0.03 * rng.standard_normal(shape)
    mask = radius < rim
    for _ in range(holes):
        turn, away = rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 0.5)
        mask &= np.hypot(y - away * np.sin(turn), x - away * np.cos(turn)) > rng.uniform(0.08, 0.16)
    return _framed(mask)


def clouds(shape, rng, sigma):
    """Half of the frame: where noise, blurred by `sigma` pixels, is high. Many components."""
    noise = gaussian_filter(rng.standard_normal(shape), sigma, mode="wrap")
    return _framed(noise > np.median(noise))


def salted(shape, rng, share):
    """A disc with a `share` of its pixels missing, one by one."""
    return disc(shape) & (rng.random(shape) >= share)


def singles(shape, rng, share=0.02):
    """Single pixels, a `share` of all."""
    mask = np.zeros(shape, bool)
    inner = mask[1:-1, 1:-1]
    inner[:] = rng.random(inner.shape) < share
    inner[inner.shape[0] // 2, inner.shape[1] // 2] = True
    return mask


def one_pixel(shape):
    """The pixel in the middle."""
    mask = np.zeros(shape, bool)
    mask[shape[0] // 2, shape[1] // 2] = True
    return mask


def disc(shape):
    """The largest ellipse that leaves the rim free."""
    return _framed(np.hypot(*_from_middle(shape)) < 1)


def checkerboard(shape):
    """Every second pixel."""
    return _framed(np.indices(shape).sum(axis=0) % 2 == 0)


def scratch(shape, rng, width=1):
    """A line `width` pixels wide, at any angle, through the middle."""
    y, x = _from_middle(shape, unit=False)
    turn = rng.uniform(0, np.pi)
    return _framed(np.abs(y * np.cos(turn) - x * np.sin(turn)) <= width / 2)


def straight(shape, upright=False):
    """A line one pixel wide, along a row or a column."""
    mask = np.zeros(shape, bool)
    mask[(slice(None), shape[1] // 2) if upright else shape[0] // 2] = True
    return _framed(mask)


def comb(shape, tooth, gap=1):
    """Teeth `tooth` wide and `gap` apart, that hang on a back as wide."""
    _, x = np.indices(shape)
    mask = (x - 1) % (tooth + gap) < tooth
    mask[: 1 + tooth] = True
    return _framed(mask)


def spiral(shape, corridor, wall=1):
    """One corridor that winds into the middle."""
    rows, columns = _lattice(shape, corridor, wall)
    cells, seen = [(0, 0)], {(0, 0)}
    step = (0, 1)
    while True:
        for turned in (step, (step[1], -step[0])):
            y, x = cells[-1][0] + turned[0], cells[-1][1] + turned[1]
            if 0 <= y < rows and 0 <= x < columns and (y, x) not in seen:
                break
        else:
            return _carved(shape, corridor, wall, pairwise(cells))
        step = turned
        cells.append((y, x))
        seen.add((y, x))


def serpent(shape, corridor, wall=1):
    """One corridor that runs to and fro."""
    rows, columns = _lattice(shape, corridor, wall)
    cells = [(y, x if y % 2 == 0 else columns - 1 - x) for y in range(rows) for x in range(columns)]
    return _carved(shape, corridor, wall, pairwise(cells))


def maze(shape, rng, corridor, wall=1):
    """Corridors that branch, with one way between any two places."""
    rows, columns = _lattice(shape, corridor, wall)
    way, seen, links = [(0, 0)], {(0, 0)}, []
    while way:
        y, x = way[-1]
        around = [(y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)]
        free = [c for c in around if 0 <= c[0] < rows and 0 <= c[1] < columns and c not in seen]
        if not free:
            way.pop()
            continue
        chosen = free[rng.integers(len(free))]
        links.append(((y, x), chosen))
        seen.add(chosen)
        way.append(chosen)
    return _carved(shape, corridor, wall, links)


def rooms(shape, rng, room=9):
    """Rooms with walls of one pixel, and doors of one pixel in some of them."""
    y, x = np.indices(shape)
    wall = (y % (room + 1) == 0) | (x % (room + 1) == 0)
    return _framed(~wall | (rng.random(shape) < 0.05))


def rings(shape, width, gap):
    """Square rings in one another."""
    y, x = np.indices(shape)
    depth = np.minimum.reduce([y, x, shape[0] - 1 - y, shape[1] - 1 - x]) - 1
    return _framed(depth % (width + gap) < width)


def touching(shape):
    """Two squares and two diamonds of which each touches the next at a corner alone."""
    y, x = np.indices(shape)
    mask = np.zeros(shape, bool)
    half = max(1, (min(shape) - 4) // 8)
    top = left = 1
    for _ in range(2):
        mask[top : top + 2 * half, left : left + 2 * half] = True
        top, left = top + 2 * half, left + 2 * half
        mask |= np.abs(y - top - half) + np.abs(x - left) <= half
        top, left = top + 2 * half + 1, left + 1
    return _framed(mask)


def rectangle(shape):
    """All but the rim."""
    return _framed(np.ones(shape, bool))


def whole_but(shape, rng, pixels):
    """The whole frame without so many pixels."""
    mask = np.ones(shape, bool)
    mask.flat[rng.choice(mask.size, pixels, replace=False)] = False
    return mask


def stripes(shape, period=4):
    """Slanting corridors: the walls between them are one pixel wide and touch at corners alone."""
    return _framed(np.indices(shape).sum(axis=0) % period > 0)


def cut(make, shape, rng, sides):
    """A mask of `make(shape, rng)` that is cut off at these `sides`, so that it touches them."""
    extra = {
        side: max(2, shape[side in ("left", "right")] // 4) * (side in sides) for side in SIDES
    }
    top, left = extra["top"], extra["left"]
    larger = make((top + shape[0] + extra["bottom"], left + shape[1] + extra["right"]), rng)
    return larger[top : top + shape[0], left : left + shape[1]].copy()


def whole_but_part(shape, part):
    """All but a part: known pixels hold it weakly, or from both sides of a wall."""
    mask = np.ones(shape, bool)
    mask[part] = False
    return mask


MASKS = {
    "blob": blob,
    "blob of one piece": lambda shape, rng: blob(shape, rng, 0),
    "disc": lambda shape, rng: disc(shape),
    "clouds 3": lambda shape, rng: clouds(shape, rng, 3),
    "clouds 10": lambda shape, rng: clouds(shape, rng, 10),
    "clouds 30": lambda shape, rng: clouds(shape, rng, 30),
    "salt 0.1 %": lambda shape, rng: salted(shape, rng, 0.001),
    "salt 1 %": lambda shape, rng: salted(shape, rng, 0.01),
    "salt 10 %": lambda shape, rng: salted(shape, rng, 0.1),
    "singles": singles,
    "one pixel": lambda shape, rng: one_pixel(shape),
    "checkerboard": lambda shape, rng: checkerboard(shape),
    "scratch 1": scratch,
    "scratch 5": lambda shape, rng: scratch(shape, rng, 5),
    "row": lambda shape, rng: straight(shape),
    "column": lambda shape, rng: straight(shape, upright=True),
    **{f"comb {n}": lambda shape, rng, n=n: comb(shape, n) for n in (1, 2, 5)},
    "comb 3, far": lambda shape, rng: comb(shape, 3, 4),
    **{f"spiral {n}": lambda shape, rng, n=n: spiral(shape, n) for n in range(1, 7)},
    "spiral 2, far": lambda shape, rng: spiral(shape, 2, 3),
    **{f"serpent {n}": lambda shape, rng, n=n: serpent(shape, n) for n in (1, 3)},
    **{f"maze {n}": lambda shape, rng, n=n: maze(shape, rng, n) for n in (1, 2, 4)},
    "rooms": rooms,
    "stripes": lambda shape, rng: stripes(shape),
    "rings 1": lambda shape, rng: rings(shape, 1, 1),
    "rings 4": lambda shape, rng: rings(shape, 4, 2),
    "touching": lambda shape, rng: touching(shape),
    "rectangle": lambda shape, rng: rectangle(shape),
    "whole": lambda shape, rng: np.ones(shape, bool),
    "whole but one": lambda shape, rng: whole_but(shape, rng, 1),
    "whole but few": lambda shape, rng: whole_but(shape, rng, 5),
    "whole but a corner": lambda shape, rng: whole_but_part(shape, np.s_[:1, :1]),
    "whole but an edge": lambda shape, rng: whole_but_part(shape, np.s_[:, :1]),
    "whole but a wall": lambda shape, rng: whole_but_part(shape, np.s_[shape[0] // 2]),
    "disc with a wall": lambda shape, rng: (
        disc(shape) & whole_but_part(shape, np.s_[shape[0] // 2])
    ),
}


def _from_middle(shape, unit=True):
    """Rows and columns of each pixel from the middle; 1 is the last but one."""
    y, x = np.indices(shape) - (np.array(shape).reshape(2, 1, 1) - 1) / 2
    return (y / max(1, shape[0] / 2 - 1), x / max(1, shape[1] / 2 - 1)) if unit else (y, x)


def _framed(mask):
    """The mask without the outermost pixels of its frame."""
    framed = np.zeros(mask.shape, bool)
    framed[1:-1, 1:-1] = mask[1:-1, 1:-1]
    return framed


def _lattice(shape, corridor, wall):
    """How many cells there are, one wall from the rim: at least one each way."""
    return tuple(max(1, (side - 1 - wall) // (corridor + wall)) for side in shape)


def _carved(shape, corridor, wall, links):
    """The cells of `links` and the ways between them, `corridor` wide."""
    mask = np.zeros(shape, bool)
    pitch = corridor + wall
    mask[1 : 1 + corridor, 1 : 1 + corridor] = True
    for a, b in links:
        (y, bottom), (x, right) = sorted((a[0], b[0])), sorted((a[1], b[1]))
        mask[
            1 + y * pitch : 1 + bottom * pitch + corridor,
            1 + x * pitch : 1 + right * pitch + corridor,
        ] = True
    return _framed(mask)
