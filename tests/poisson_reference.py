"""Poisson editing as equation 7 of Perez et al. reads, solved directly in float64: the truth.

Slow, and nothing of it is shared with `blemish.poisson`. Plain NumPy and SciPy, for the tests and
for the benchmark.
"""

from __future__ import annotations

import numpy as np
from scipy.fft import dstn, idstn
from scipy.sparse import csc_matrix
from scipy.sparse.linalg import splu

LEVEL = 1 / 255
WHITE = {"u1": 255.0, "u2": 65535.0, "f4": 1.0, "f8": 1.0}
NEIGHBOURS = ((-1, 0), (1, 0), (0, -1), (0, 1))
# Two gradients nearer than this are equally strong, whatever rounding makes of k / 255. It is far
# below the step of 16 bit.
TIE = 1e-6


def pairs(shape, step):
    """Index of the pixels that have a neighbour at `step`, and index of those neighbours."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    exists = (y + step[0] >= 0) & (y + step[0] < shape[0])
    exists &= (x + step[1] >= 0) & (x + step[1] < shape[1])
    here = y[exists], x[exists]
    return here, (here[0] + step[0], here[1] + step[1])


class Direct:
    """The equations of a mask, factorised once, to be solved for any values.

    For each p in the mask, with the neighbours q that lie in the frame:
    |N_p| f_p - sum of f_q (q in the mask) = sum of known_q (q outside it) + rhs_p.
    Where the mask is everywhere they leave a constant open: the mean of `known` is kept.
    """

    def __init__(self, mask):
        self.mask = mask
        self.number = np.full(mask.shape, -1)
        self.number[mask] = np.arange(mask.sum())
        # Everywhere: the first pixel is held at 0 until the mean is known.
        self.free = np.arange(1 if mask.all() else 0, mask.sum())
        self.factor = (
            splu(
                self._matrix()[self.free][:, self.free].tocsc(),
                permc_spec="MMD_AT_PLUS_A",
                options={"SymmetricMode": True},
            )
            if self.free.size
            else None
        )

    def _matrix(self):
        rows, columns, entries = [], [], []
        for step in NEIGHBOURS:
            here, there = pairs(self.mask.shape, step)
            p, q = self.number[here], self.number[there]
            inside = p >= 0
            rows.append(p[inside])
            columns.append(p[inside])
            entries.append(np.ones(inside.sum()))
            both = inside & (q >= 0)
            rows.append(p[both])
            columns.append(q[both])
            entries.append(-np.ones(both.sum()))
        n = int(self.mask.sum())
        # Entries of one place are summed: each neighbour that exists adds 1 to the diagonal.
        return csc_matrix(
            (np.concatenate(entries), (np.concatenate(rows), np.concatenate(columns))), (n, n)
        )

    def solve(self, known, rhs=None):
        """Float64 (h, w, C): `known` outside the mask, the solution inside it."""
        known = np.asarray(known, np.float64)
        total = np.zeros(known.shape) if rhs is None else np.array(rhs, np.float64)
        for step in NEIGHBOURS:
            here, there = pairs(self.mask.shape, step)
            edge = self.mask[here] & ~self.mask[there]
            here, there = (here[0][edge], here[1][edge]), (there[0][edge], there[1][edge])
            total[here] += known[there]
        values = np.zeros((int(self.mask.sum()), known.shape[2]))
        if self.factor is not None:
            values[self.free] = self.factor.solve(total[self.mask][self.free])
        if self.mask.all():
            values += known.mean(axis=(0, 1)) - values.mean(axis=0)
        solved = known.copy()
        solved[self.mask] = values
        return solved


def exact(known, mask, rhs=None):
    """What `blemish.poisson.solve` shall return: float64 (h, w, C)."""
    return Direct(mask).solve(known, rhs)


def sines(known, rhs):
    """The solution where the mask is all but the rim, by sums of sines: float64 (h, w, C)."""
    h, w = known.shape[0] - 2, known.shape[1] - 2
    total = rhs[1:-1, 1:-1].copy()
    total[0] += known[0, 1:-1]
    total[-1] += known[-1, 1:-1]
    total[:, 0] += known[1:-1, 0]
    total[:, -1] += known[1:-1, -1]
    across = 2 - 2 * np.cos(np.pi * np.arange(1, w + 1) / (w + 1))
    down = 2 - 2 * np.cos(np.pi * np.arange(1, h + 1) / (h + 1))
    spectrum = dstn(total, type=1, axes=(0, 1)) / (down[:, None] + across)[:, :, None]
    solved = known.astype(np.float64)
    solved[1:-1, 1:-1] = idstn(spectrum, type=1, axes=(0, 1))
    return solved


def guidance(source, target, gradients):
    """The sum of v_pq over the neighbours q that p has in the frame: float64 (h, w, C)."""
    source, target = np.asarray(source, np.float64), np.asarray(target, np.float64)
    if gradients == "monochrome":
        source = np.repeat(source.mean(axis=2, keepdims=True), source.shape[2], axis=2)
    total = np.zeros(source.shape)
    for step in NEIGHBOURS:
        here, there = pairs(source.shape, step)
        new, old = source[here] - source[there], target[here] - target[there]
        if gradients == "mixed":
            new = np.where(np.abs(old) > np.abs(new) + TIE, old, new)
        elif gradients == "average":
            new = (new + old) / 2
        total[here] += new
    return total


def exact_seamless(source, target, support, gradients="import", direct=None):
    """What `blemish.poisson.editing.seamless` shall return: float64 (h, w, C)."""
    direct = direct or Direct(support)
    return direct.solve(target, guidance(source, target, gradients))


def as_floats(image):
    """The image's colours without its alpha: float64 (H, W, C), 1 is full range."""
    image = image if image.ndim == 3 else image[:, :, None]
    colours = image[:, :, : 1 if image.shape[2] < 3 else 3]
    return colours.astype(np.float64) / WHITE[image.dtype.str[1:]]


def laid(source, shape, offset, fill=None):
    """`source` (h, w, ...) in a frame of `shape`, its edge repeated around it, or `fill`."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    y, x = y - offset[0], x - offset[1]
    frame = source[np.clip(y, 0, source.shape[0] - 1), np.clip(x, 0, source.shape[1] - 1)]
    if fill is not None:
        frame[(y < 0) | (y >= source.shape[0]) | (x < 0) | (x >= source.shape[1])] = fill
    return frame


def weights(mask):
    """A mask of any dtype as float64 in [0, 1]."""
    largest = 255.0 if mask.dtype.kind in "ui" and mask.max() > 1 else 1.0
    return mask.astype(np.float64) / largest


def exact_clone(source, target, mask, offset=(0, 0), gradients="import", direct=None):
    """What `blemish.poisson.clone` shall return, before it rounds: float64 (H, W, C), clipped.

    1 is full range; without alpha. `direct`: the equations of the mask in the target's frame,
    where they are at hand.
    """
    below = as_floats(target)
    above = np.repeat(
        laid(as_floats(source), below.shape, offset), below.shape[2] // _channels(source), axis=2
    )
    weight = laid(weights(mask), below.shape, offset, fill=0)
    if not weight.any():
        return below
    solved = exact_seamless(above, below, weight > 0, gradients, direct)
    return np.clip(below + weight[:, :, None] * (solved - below), 0, 1)


def _channels(image):
    return as_floats(image).shape[2]


def error_levels(result, truth):
    """The largest difference of two arrays of full range 1, in levels; NaN if any is."""
    return float(np.abs(np.asarray(result, np.float64) - truth).max() / LEVEL)


def picture(shape, seed, channels=3, dtype=np.uint8, contrast=1.0):
    """A picture of waves, grain and sharp marks, some of them black and white: (H, W[, C]).

    `channels` None for (H, W). Floats are multiples of 1/1024: their differences are exact.
    """
    rng = np.random.default_rng([seed, 5])
    y, x = np.mgrid[: shape[0], : shape[1]]
    count = channels or 1
    layers = []
    for _ in range(count):
        a, b, c, d = rng.uniform(0.02, 0.4, 4)
        layers.append(np.sin(a * x + b * y + 6 * c) + np.cos(c * x - d * y))
    values = 0.5 + rng.uniform(-0.2, 0.2, count) + 0.12 * np.stack(layers, axis=2)
    values += rng.normal(0, rng.choice([0.0, 0.02, 0.1]), values.shape)
    for _ in range(6):
        top, left = rng.integers(0, shape[0]), rng.integers(0, shape[1])
        height, width = rng.integers(1, 2 + shape[0] // 3), rng.integers(1, 2 + shape[1] // 3)
        values[top : top + height, left : left + width] = rng.choice([0, 0.25, 0.6, 1], count)
    values = 0.5 + contrast * (np.clip(values, 0, 1) - 0.5)
    kind = np.dtype(dtype).str[1:]
    steps = WHITE[kind] if kind[0] == "u" else 1024
    image = np.rint(values * steps) / (1 if kind[0] == "u" else steps)
    image = image.astype(dtype)
    return image if channels else image[:, :, 0]
