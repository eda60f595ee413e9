"""Noise against a slow reference in float64, its range, its independence of octaves, its errors."""

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blemish.noise import fbm, perlin


def slow_perlin(shape, cells, key):
    """Perlin noise as its definition reads, one pixel at a time, in float64."""
    lattice = (math.ceil(cells[0]) + 1, math.ceil(cells[1]) + 1)
    rng = np.random.Generator(np.random.Philox(key=key))
    angles = rng.integers(4096, size=lattice) * (2 * math.pi / 4096)
    noise = np.empty(shape)
    for row in range(shape[0]):
        for column in range(shape[1]):
            y, x = row * cells[0] / shape[0], column * cells[1] / shape[1]
            top, left = int(y), int(x)
            corners = {}
            for i in (0, 1):
                for j in (0, 1):
                    angle = angles[top + i, left + j]
                    dy, dx = y - top - i, x - left - j
                    corners[i, j] = math.cos(angle) * dy + math.sin(angle) * dx
            across, down = fade(x - left), fade(y - top)
            upper = corners[0, 0] + across * (corners[0, 1] - corners[0, 0])
            lower = corners[1, 0] + across * (corners[1, 1] - corners[1, 0])
            noise[row, column] = math.sqrt(2) * (upper + down * (lower - upper))
    return noise


def fade(t):
    return 6 * t**5 - 15 * t**4 + 10 * t**3


SIDES = st.integers(1, 40)
CELLS = st.floats(0.01, 50)
SEEDS = st.integers(0, 2**63 - 1)


@settings(max_examples=40, deadline=None)
@given(shape=st.tuples(SIDES, SIDES), cells=st.tuples(CELLS, CELLS), seed=SEEDS)
@example(shape=(64, 64), cells=(8, 8), seed=0)
@example(shape=(1, 1), cells=(1, 1), seed=2**63 - 1)
@example(shape=(37, 53), cells=(32, 0.3), seed=3)
@example(shape=(5, 7), cells=(50.0, 49.9), seed=4)
def test_perlin_is_the_slow_reference(shape, cells, seed):
    noise = perlin(shape, cells, seed)
    assert noise.dtype == np.float32 and noise.shape == shape
    assert np.abs(noise - slow_perlin(shape, cells, seed)).max() < 2e-6


@pytest.mark.parametrize("cells", [(1, 1), (8, 8), (32, 4), (5.3, 17.7)])
def test_perlin_of_a_large_image(cells):
    # A band of rows of the reference would do, but its sizes are those of the whole image: compare
    # with the same pattern sampled every eighth pixel, which is the same lattice and places.
    large, small = perlin((1024, 768), cells, 11), slow_perlin((128, 96), cells, 11)
    assert np.abs(large[::8, ::8] - small).max() < 2e-6


def test_values_are_about_minus_one_to_one():
    noise = perlin((512, 512), (32, 32), 0)
    assert -1.001 < noise.min() < -0.8
    assert 0.8 < noise.max() < 1.001
    assert abs(noise.mean()) < 0.02


def test_lattice_points_are_zero():
    assert not perlin((16, 24), (16, 24), 5).any()
    assert not perlin((64, 64), (8, 8), 5)[::8, ::8].any()


def test_the_seed_decides():
    first = perlin((40, 50), (4, 5), 1)
    assert np.array_equal(first, perlin((40, 50), (4, 5), np.int64(1)))
    assert not np.array_equal(first, perlin((40, 50), (4, 5), 2))


def test_global_random_state_is_left_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    fbm((16, 16), (2, 2), 0)
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_fbm_is_the_sum_of_its_octaves():
    shape, cells, seed = (30, 44), (2.5, 3.0), 9
    octaves = [slow_perlin(shape, (2.5 * 1.9**k, 3.0 * 1.9**k), seed + (k << 64)) for k in range(4)]
    for count in (1, 2, 4):
        amplitudes = np.array([0.6**k for k in range(count)])
        amplitudes /= amplitudes.sum()
        wanted = sum(a * octave for a, octave in zip(amplitudes, octaves, strict=False))
        noise = fbm(shape, cells, seed, octaves=count, persistence=0.6, lacunarity=1.9)
        assert noise.dtype == np.float32 and noise.shape == shape
        assert np.abs(noise - wanted).max() < 2e-6


def test_one_octave_is_perlin():
    assert np.array_equal(fbm((33, 20), (3, 4), 7, octaves=1), perlin((33, 20), (3, 4), 7))


def test_octaves_of_one_lattice_differ():
    # With lacunarity 1 all octaves share a lattice: equal gradients would give perlin again.
    one, both = perlin((32, 32), (4, 4), 0), fbm((32, 32), (4, 4), 0, octaves=2, lacunarity=1)
    assert abs(np.corrcoef(one.ravel(), (1.5 * both - one).ravel())[0, 1]) < 0.5


@pytest.mark.parametrize(
    ("kwargs", "error", "words"),
    [
        ({"shape": (0, 5)}, ValueError, "at least"),
        ({"shape": (5, 5, 3)}, TypeError, "pair"),
        ({"shape": 5}, TypeError, "pair"),
        ({"shape": (5.0, 5)}, TypeError, "integer"),
        ({"cells": (0, 2)}, ValueError, "positive"),
        ({"cells": (2, -1.5)}, ValueError, "positive"),
        ({"cells": (2, math.nan)}, ValueError, "finite"),
        ({"cells": (math.inf, 2)}, ValueError, "finite"),
        ({"cells": ("2", 2)}, TypeError, "numeric"),
        ({"cells": 4}, TypeError, "pair"),
        ({"cells": (5000, 2)}, ValueError, "at most 4096"),
        ({"seed": -1}, ValueError, "seed"),
        ({"seed": 2**63}, ValueError, "modulo"),
        ({"seed": 1.0}, TypeError, "seed"),
        ({"seed": True}, TypeError, "seed"),
        ({"seed": None}, TypeError, "seed"),
    ],
)
def test_errors_name_the_remedy(kwargs, error, words):
    arguments = {"shape": (8, 8), "cells": (2, 2), "seed": 0} | kwargs
    for noise in (perlin, fbm):
        with pytest.raises(error, match=words):
            noise(**arguments)


@pytest.mark.parametrize(
    ("kwargs", "error", "words"),
    [
        ({"octaves": 0}, ValueError, "octaves"),
        ({"octaves": 33}, ValueError, "octaves"),
        ({"octaves": 2.0}, TypeError, "octaves"),
        ({"octaves": 12}, ValueError, "fewer octaves"),
        ({"persistence": 0}, ValueError, "persistence"),
        ({"persistence": 1.1}, ValueError, "persistence"),
        ({"persistence": "a"}, TypeError, "persistence"),
        ({"lacunarity": 0.5}, ValueError, "lacunarity"),
        ({"lacunarity": math.inf}, ValueError, "finite"),
    ],
)
def test_errors_of_fbm(kwargs, error, words):
    with pytest.raises(error, match=words):
        fbm((8, 8), (4, 4), 0, **kwargs)


def test_import_loads_numpy_only():
    code = (
        "import sys, blemish.noise\n"
        "heavy = {'numba', 'cv2', 'scipy', 'skimage', 'PIL', 'torch'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    source = Path(__file__).parent.parent / "src"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=source)
