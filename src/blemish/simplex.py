"""Simplex noise on any height x width: `simplex`, a sum of octaves.

A value is a sum over the points of a lattice in space, each with a random unit vector g:

    (2 - d^2)^4 (g . (x - p)),        d: distance from the point p, less than sqrt(2).

A picture is a plane through that lattice, so that further channels are planes close by. Each point
writes the disc that it covers in the plane, row by row: neighbouring pixels need no search for the
simplex that they lie in, and gather nothing.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["simplex"]

_TABLE = 256  # lattice steps after which the noise repeats
# The largest that the sum can become, with every vector pointing the same way as seen from there.
_LARGEST = 8.46


def simplex(
    shape: tuple[int, int],
    period: float,
    seed: int,
    octaves: int = 1,
    persistence: float = 0.5,
    channels: int = 1,
    spread: float = 0.0,
) -> NDArray[np.float32]:
    """Simplex noise, float32 of the given shape and channels, values in [-1, 1].

    Octave k has the period period / 2**k and the amplitude persistence**k; the amplitudes are
    divided by their sum. One octave has a standard deviation of 0.31 and no value beyond 1.

    Args:
        shape: (height, width) in pixels, both at least 1.
        period: pixels from one lattice step to the next, in the first octave; at least 1 in the
            last one, which is noise from pixel to pixel already.
        seed: integer in [0, 2**63): of the vectors, and of where in the lattice the picture lies.
        octaves: how many, 1 to 16.
        persistence: ratio of amplitude from one octave to the next, in (0, 1].
        channels: how many planes.
        spread: from one plane to the next, in periods of the first octave; 0 makes them equal, and
            at 2 periods or more they have nothing in common.

    Raises:
        ValueError: if an argument is out of range.

    Source: Perlin, "Noise hardware", SIGGRAPH 2001 course notes; lattice and kernel as in Spencer's
    OpenSimplex (2014), but all points in reach are summed, and the vectors point anywhere, where
    that one has 24 of them. The octaves of one seed are taken from different places.

    Example:
        >>> simplex((48, 64), period=16, seed=0, octaves=3).shape
        (48, 64, 1)
    """
    from .splat import splat

    _check(shape, period, octaves, persistence, channels)
    rng = np.random.Generator(np.random.Philox(key=seed))
    order = rng.permutation(_TABLE)
    vectors = rng.standard_normal((_TABLE, 3))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) * _LARGEST
    total = sum(persistence**k for k in range(octaves))
    noise = np.zeros((channels, *shape), np.float32)
    for k in range(octaves):
        corner = rng.uniform(0, _TABLE, 3)
        own = (vectors * (persistence**k / total)).astype(np.float32)
        for plane in range(channels):
            depth = (0, 0, plane * spread * 2**k)
            splat(noise[plane], 2**k / period, corner + depth, order, own)
    return np.ascontiguousarray(noise.transpose(1, 2, 0))


def _check(
    shape: tuple[int, int], period: float, octaves: int, persistence: float, channels: int
) -> None:
    """Raise ValueError where an argument is out of range."""
    if min(shape) < 1 or channels < 1:
        raise ValueError(f"shape and channels must be at least 1, got {shape} and {channels}")
    if not 1 <= octaves <= 16:
        raise ValueError(f"octaves must lie in 1 to 16, got {octaves}")
    if not 0 < persistence <= 1:
        raise ValueError(f"persistence must lie in (0, 1], got {persistence}; 0.5 is usual")
    if not 1 <= period / 2 ** (octaves - 1) < math.inf:
        raise ValueError(
            f"the last of {octaves} octaves of the period {period} px must have one of at least "
            "1 px; ask for fewer octaves or a longer period"
        )
