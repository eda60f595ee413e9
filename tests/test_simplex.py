"""Simplex noise against its definition in float64, its range, its statistics, its errors."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blemish.simplex import _LARGEST, _TABLE, simplex

RRD = {"octaves": 6, "persistence": 0.6, "channels": 3, "spread": 1 / 32}


def lattice(around):
    """Every lattice point (i, j, k) that may be in reach of a place, and where it lies."""
    n = round(float(np.sum(around)) / 2)
    nearest = [round(c - n / 3) for c in around]
    steps = itertools.product(range(-3, 4), repeat=3)
    index = np.array(nearest) + np.array(list(steps))
    return index, index + index.sum(axis=1, keepdims=True) / 3


def slow_simplex(shape, period, seed, octaves=1, persistence=0.5, channels=1, spread=0.0):
    """Simplex noise as its definition reads, one pixel and one point at a time, in float64."""
    rng = np.random.Generator(np.random.Philox(key=seed))
    order = rng.permutation(_TABLE)
    vectors = rng.standard_normal((_TABLE, 3))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    noise = np.zeros((*shape, channels))
    for octave in range(octaves):
        corner = rng.uniform(0, _TABLE, 3)
        for row, column, plane in np.ndindex(noise.shape):
            step = 2**octave
            away = np.array([column / period, row / period, plane * spread])
            at = corner + away * step
            index, points = lattice(at)
            apart = at - points
            square = (apart**2).sum(axis=1)
            value = 0.0
            for p in np.flatnonzero(square < 2):
                i, j, k = (int(n) % _TABLE for n in index[p])
                spot = order[(order[(order[i] + j) % _TABLE] + k) % _TABLE]
                value += (2 - square[p]) ** 4 * float(vectors[spot] @ apart[p])
            noise[row, column, plane] += persistence**octave * value / _LARGEST
    return noise / sum(persistence**k for k in range(octaves))


@settings(max_examples=8, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 7), st.integers(1, 7)),
    period=st.floats(1, 30),
    seed=st.integers(0, 2**63 - 1),
    channels=st.integers(1, 2),
)
@example(shape=(1, 1), period=1.0, seed=2**63 - 1, channels=1)
@example(shape=(1, 40), period=3.0, seed=2, channels=1)
@example(shape=(40, 1), period=1.7, seed=3, channels=2)
def test_it_is_its_definition(shape, period, seed, channels):
    noise = simplex(shape, period, seed, channels=channels, spread=0.7)
    assert noise.dtype == np.float32 and noise.shape == (*shape, channels)
    slow = slow_simplex(shape, period, seed, channels=channels, spread=0.7)
    assert np.abs(noise - slow).max() < 3e-6


def test_octaves_are_its_definition():
    settings = {"octaves": 3, "persistence": 0.6, "channels": 2, "spread": 0.3}
    slow = slow_simplex((6, 9), 11, 5, **settings)
    assert np.abs(simplex((6, 9), 11, 5, **settings) - slow).max() < 3e-6


def test_no_value_can_leave_its_range():
    """With all vectors along the way there, the sum comes near _LARGEST and never above it."""
    rng = np.random.default_rng(0)
    _, points = lattice(np.zeros(3))
    points = points[np.linalg.norm(points, axis=1) < 4]
    largest = 0.0
    for _ in range(10):
        cell = rng.random((2000, 3))
        places = cell + cell.sum(axis=1, keepdims=True) / 3 - 1
        square = ((places[:, None] - points) ** 2).sum(axis=2)
        sums = (np.maximum(2 - square, 0) ** 4 * np.sqrt(square)).sum(axis=1)
        largest = max(largest, sums.max())
    assert 0.995 * _LARGEST < largest < _LARGEST
    noise = simplex((600, 600), 5, 1)
    assert np.abs(noise).max() < 1 and noise.max() > 0.75 and noise.min() < -0.75


@pytest.mark.parametrize("period", [1, 4, 32])
def test_one_octave_has_the_deviation_of_opensimplex(period):
    fields = [simplex((32 * period, 32 * period), period, seed) for seed in range(3)]
    assert np.std(fields) == pytest.approx(0.31, abs=0.02)
    assert abs(np.mean(fields)) < 0.02


def test_the_noise_of_rrd():
    """A deviation of 0.08 of full range, one grey, and soft: as measured of its own code."""
    windows = [simplex((32, 32), 32, seed, **RRD) for seed in range(150)]
    added = 0.2 * sum(0.6**k for k in range(6)) * np.stack(windows)
    assert added.std() == pytest.approx(0.078, abs=0.006)
    flat = added.reshape(-1, 3)
    assert np.corrcoef(flat[:, 0], flat[:, 1])[0, 1] == pytest.approx(0.981, abs=0.01)
    neighbours = np.corrcoef(added[:, :, 1:].ravel(), added[:, :, :-1].ravel())[0, 1]
    assert neighbours > 0.94


def test_every_seed_has_its_own_field():
    fields = np.stack([simplex((120, 120), 8, seed).ravel() for seed in range(30)])
    alike = np.corrcoef(fields) - np.eye(30)
    assert np.abs(alike).max() < 0.3 and np.abs(alike.mean()) < 0.01
    assert np.array_equal(simplex((40, 40), 8, 7), simplex((40, 40), 8, 7))


def test_octaves_are_not_copies_of_one_another():
    together = simplex((256, 256), 32, 3, octaves=2, persistence=1.0)[..., 0]
    first = simplex((256, 256), 32, 3)[..., 0]
    second = 2 * together - first
    # Were the octaves one field at two scales, the finer one would show the coarser one halved.
    assert abs(np.corrcoef(first[::2, ::2].ravel(), second[:128, :128].ravel())[0, 1]) < 0.3
    assert second.std() == pytest.approx(0.31, abs=0.03)


def test_planes_part_with_their_distance():
    def alike(spread):
        planes = simplex((200, 200), 4, 1, channels=2, spread=spread).reshape(-1, 2)
        return np.corrcoef(planes[:, 0], planes[:, 1])[0, 1]

    assert alike(0) == pytest.approx(1)
    assert 0.9 < alike(0.15) < 0.99 and 0.3 < alike(0.5) < 0.7 and abs(alike(3)) < 0.06


def test_wide_and_high_pictures():
    for shape in ((3, 3000), (3000, 3)):
        noise = simplex(shape, 2, 0)
        assert noise.std() == pytest.approx(0.31, abs=0.03)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"shape": (0, 4)}, "at least 1"),
        ({"channels": 0}, "at least 1"),
        ({"octaves": 0}, "octaves must lie in 1 to 16"),
        ({"octaves": 4}, "fewer octaves or a longer period"),
        ({"period": 0.5}, "longer period"),
        ({"period": math.inf}, "period"),
        ({"persistence": 0.0}, "persistence"),
        ({"persistence": 1.1}, "persistence"),
    ],
)
def test_what_is_out_of_range_is_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        simplex(**{"shape": (8, 8), "period": 4, "seed": 0, **settings})
