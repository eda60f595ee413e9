"""The twenty expectations of a Poisson editor, 17 to 20: each test carries its number."""

import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from blemish.poisson import change_colour, change_illumination, clone, flatten_texture
from blemish.poisson.editing import seamless
from poisson_masks import blob, disc
from poisson_reference import (
    LEVEL,
    NEIGHBOURS,
    as_floats,
    error_levels,
    exact,
    exact_clone,
    exact_seamless,
    pairs,
    picture,
)

SHAPE = (75, 90)
MASK = blob(SHAPE, np.random.default_rng(0))


def two(dtype=np.uint8, channels=3, shape=SHAPE):
    return picture(shape, 1, channels, dtype), picture(shape, 2, channels, dtype)


def test_17_a_patch_in_a_large_target():
    target = np.tile(picture((500, 500), 1, None), (10, 10))
    source, mask = picture((90, 100), 2, None), blob((90, 100), np.random.default_rng(3))
    crop = target[3000:3110, 4000:4120].copy()
    expected = clone(source, crop, mask, (7, 9), "mixed")
    out = target.copy()
    tracemalloc.start()
    clone(source, target, mask, (3007, 4009), "mixed", out=out)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # Nothing of the target's size, which is 25 MB.
    assert peak < 3e6
    assert np.array_equal(out[3000:3110, 4000:4120], expected)
    out[3000:3110, 4000:4120] = crop
    assert np.array_equal(out, target)


def test_17_many_scattered_masks():
    target = np.tile(picture((500, 500), 1, None), (4, 4))
    out, truth, rng = target.copy(), target / 255.0, np.random.default_rng(0)
    for number in range(200):
        source = picture(rng.integers(12, 40, 2), number, None)
        mask = disc(source.shape)
        at = 140 * (number // 14) + 5, 140 * (number % 14) + 7
        assert clone(source, out, mask, at, out=out) is out
        box = np.s_[at[0] : at[0] + 40, at[1] : at[1] + 40]
        truth[box] = exact_clone(source, target[box], mask)[:, :, 0]
    assert error_levels(out / 255, truth) <= 0.75


# VmHWM, not ru_maxrss: a process is born with the latter of its parent.
PEAK = """
import sys
import numpy as np
from blemish.poisson import clone

def used(what):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(what)) * 1024

def problem(side):
    rng = np.random.default_rng(0)
    tiles = (np.tile(rng.integers(100, 140, (50, 50, 3), np.uint8), (side // 50, side // 50, 1))
             for _ in range(2))
    mask = np.ones((side, side), np.uint8)
    mask[:, 0] = mask[side // 2, side // 3] = 0
    return *tiles, mask

side, gradients = int(sys.argv[1]), sys.argv[2]
clone(*problem(100), gradients=gradients)
arrays = problem(side)
before = used("VmRSS")
clone(*arrays, gradients=gradients)
print((used("VmHWM") - before) / side**2)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells it so")
@pytest.mark.parametrize("gradients", ["import", "mixed"])
def test_17_peak_memory_of_a_whole_picture(gradients):
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", PEAK, "1500", gradients],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent,
    )
    assert run.returncode == 0, run.stderr
    assert 3 < float(run.stdout) < 100


@pytest.mark.parametrize("gradients", ["import", "mixed"])
def test_18_what_is_timed_is_exact(gradients):
    mask = np.zeros((124, 128), bool)
    mask[12:-12, 12:-12] = blob((100, 104), np.random.default_rng(18))
    source, target = two(shape=mask.shape)
    cloned = as_floats(clone(source, target, mask, gradients=gradients))
    assert error_levels(cloned, exact_clone(source, target, mask, gradients=gradients)) <= 0.75
    assert np.array_equal(cloned[~mask], as_floats(target)[~mask])


@pytest.mark.parametrize(("alpha", "beta"), [(0.2, 0.2), (0.5, 0.4), (0.2, 0.0)])
@pytest.mark.parametrize("step", [0.01, -0.02])
def test_19_illumination_of_a_ramp(alpha, beta, step):
    # From the picture's left edge, where nothing is known, to column 60: v is the same everywhere,
    # alpha^beta of the gradient, so that the logarithm stays a ramp, of another slope.
    x = np.arange(100)
    light = np.log(0.2) + step * (x - 60)
    mask = np.zeros((40, 100), bool)
    mask[:, :60] = True
    expected = np.where(x < 60, np.log(0.2) + alpha**beta * step * (x - 60), light)
    image, expected = (
        np.tile(np.exp(values) - LEVEL / 2, (40, 1)).astype(np.float32)
        for values in (light, expected)
    )
    result = change_illumination(image, mask, alpha, beta)
    assert error_levels(result, expected) <= 0.25 + 1e-3
    assert np.array_equal(result[~mask], image[~mask])


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_19_illumination_of_nothing(value):
    flat = np.full((*SHAPE, 3), value, np.float32)
    assert error_levels(change_illumination(flat, MASK), flat) < 0.01
    half = flat.copy()
    half[:, 45:] = 0.25
    assert np.isfinite(change_illumination(half, MASK)).all()


def test_19_flattened_texture():
    image = two()[1]
    everywhere = np.ones(SHAPE, bool)
    assert np.array_equal(flatten_texture(image, MASK, everywhere), image)
    values = as_floats(image)
    nowhere = flatten_texture(image, MASK, ~everywhere)
    assert error_levels(as_floats(nowhere), np.clip(exact(values, MASK), 0, 1)) <= 0.75
    edges = np.random.default_rng(0).random(SHAPE) < 0.3
    rhs = np.zeros(values.shape)
    for step in NEIGHBOURS:
        here, there = pairs(SHAPE, step)
        rhs[here] += (values[here] - values[there]) * (edges[here] | edges[there])[:, None]
    truth = np.clip(exact(values, MASK, rhs), 0, 1)
    assert error_levels(as_floats(flatten_texture(image, MASK, edges)), truth) <= 0.75


def test_19_changed_colour():
    image = two()[1]
    gains = (1.4, 1.0, 0.5)
    values = as_floats(image)
    truth = np.clip(exact_seamless(values * gains, values, MASK), 0, 1)
    assert error_levels(as_floats(change_colour(image, MASK, gains)), truth) <= 0.75


def test_20_monochrome_channels_differ_by_harmonic_functions():
    source, target = two(np.float32)
    solved = seamless(source, target, MASK, "monochrome")
    for a, b in ((0, 1), (1, 2), (2, 0)):
        difference = solved[:, :, a] - solved[:, :, b]
        known = target[:, :, a] - target[:, :, b]
        assert error_levels(difference, exact(known[:, :, None], MASK)[:, :, 0]) <= 0.5
    assert np.abs(np.ptp(solved - target, axis=2)).max() > 10 * LEVEL
