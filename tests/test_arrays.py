"""The dtype contract: what is an image, to floats and back, and what settles in the picture."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blemish import arrays
from conftest import frozen, picture


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(8, 8), (8, 9, 1), (9, 8, 2), (8, 8, 3), (8, 8, 4)])
def test_an_image_is_returned_as_it_is(dtype, shape):
    image = np.zeros(shape, dtype)
    assert arrays.check_image(image) is image


@pytest.mark.parametrize("extreme", [0.0, 1.0])
def test_floats_may_reach_both_ends(extreme):
    arrays.check_image(np.full((8, 8), extreme, np.float32))


@pytest.mark.parametrize(
    ("image", "error", "told"),
    [
        ([[0, 1], [2, 3]], TypeError, "must be a NumPy array, not list"),
        (None, TypeError, "not NoneType"),
        ("good.png", TypeError, "not str"),
        (np.zeros((8, 8), bool), TypeError, "not bool"),
        (np.zeros((8, 8), np.int32), TypeError, "not int32: convert it"),
        (np.zeros((8, 8), np.float16), TypeError, "not float16"),
        (np.zeros((8, 8), object), TypeError, "not object"),
        (np.zeros(64, np.uint8), ValueError, r"not \(64,\)"),
        (np.zeros((1, 8, 8, 3), np.uint8), ValueError, r"not \(1, 8, 8, 3\)"),
        (np.zeros((8, 8, 5), np.uint8), ValueError, "channels come last"),
        (np.zeros((8, 8, 0), np.uint8), ValueError, r"\(H, W, 1 to 4\)"),
        (np.zeros((3, 64, 64), np.uint8), ValueError, "channels come last"),
        (np.zeros((7, 64), np.uint8), ValueError, r"at least 8 px a side, not \(7, 64\)"),
        (np.zeros((64, 7, 3), np.uint8), ValueError, "at least 8 px"),
        (np.zeros((0, 0, 3), np.uint8), ValueError, "at least 8 px"),
        (np.full((8, 8), 1.01, np.float32), ValueError, r"must lie in \[0, 1\]"),
        (np.full((8, 8), -0.01), ValueError, r"must lie in \[0, 1\]"),
        (np.full((8, 8), 255.0), ValueError, "divide it by its full range"),
        (np.full((8, 8), np.inf), ValueError, r"must lie in \[0, 1\]"),
        (np.full((8, 8), -np.inf), ValueError, r"must lie in \[0, 1\]"),
    ],
)
def test_what_is_no_image_is_refused(image, error, told):
    with pytest.raises(error, match=told):
        arrays.check_image(image)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("share", [0.01, 1.0])
def test_nan_is_refused(dtype, share):
    image = np.full((10, 10), 0.5, dtype)
    image.flat[: int(100 * share)] = np.nan
    with pytest.raises(ValueError, match="hold no NaN"):
        arrays.check_image(image)


@pytest.mark.parametrize(
    ("shape", "seen"),
    [
        ((8, 9), (8, 9, 1)),
        ((8, 9, 1), (8, 9, 1)),
        ((8, 9, 2), (8, 9, 1)),
        ((8, 9, 3), (8, 9, 3)),
        ((8, 9, 4), (8, 9, 3)),
    ],
)
def test_colour_is_a_view_without_alpha(shape, seen):
    image = np.zeros(shape, np.uint8)
    colour = arrays.colour_of(image)
    assert colour.shape == seen
    colour[...] = 7
    assert (image[..., : seen[2]] if image.ndim == 3 else image).min() == 7
    assert shape[2:] not in ((2,), (4,)) or image[..., -1].max() == 0


@pytest.mark.parametrize(
    ("dtype", "white", "full"),
    [
        (np.uint8, None, 255),
        (np.uint16, None, 65535),
        (np.float32, None, 1),
        (np.float64, None, 1),
        (np.uint16, 4095, 4095),
        (np.uint8, 100, 100),
    ],
)
def test_white(dtype, white, full):
    assert arrays.white_of(np.zeros((8, 8), dtype), white) == full


@pytest.mark.parametrize(
    ("dtype", "white"), [(np.uint8, 256), (np.uint8, 0), (np.uint16, -1), (np.float32, 1)]
)
def test_a_white_that_does_not_fit_is_refused(dtype, white):
    with pytest.raises(ValueError, match="does not fit"):
        arrays.white_of(np.zeros((8, 8), dtype), white)


@pytest.mark.parametrize(("dtype", "white"), [(np.uint8, 255), (np.uint16, 65535)])
def test_every_value_comes_back(dtype, white):
    values = frozen(np.arange(white + 1, dtype=dtype).reshape(1, -1, 1))
    pixels = arrays.to_float(values, white)
    assert pixels.dtype == np.float32 and pixels.min() == 0 and pixels.max() == 1
    assert np.array_equal(arrays.from_float(pixels, dtype, white), values)


def test_every_value_of_a_12_bit_camera_comes_back():
    values = np.arange(4096, dtype=np.uint16).reshape(64, 64, 1)
    assert np.array_equal(arrays.from_float(arrays.to_float(values, 4095), np.uint16, 4095), values)


def test_from_float_rounds_and_clips():
    pixels = np.array([-0.5, 0.4 / 255, 0.6 / 255, 254.6 / 255, 1.5], np.float32)
    assert arrays.from_float(pixels, np.uint8, 255).tolist() == [0, 0, 1, 255, 255]
    assert arrays.from_float(pixels, np.uint16, 4095).tolist() == [0, 6, 10, 4089, 4095]
    assert arrays.from_float(pixels, np.float64, 1).max() == 1
    assert arrays.from_float(pixels, np.float64, 1).dtype == np.float64


def settled(pixels, mask, clean, now, white):
    after, change = now.copy(), np.zeros(mask.shape, np.float32)
    arrays.settle(frozen(pixels), frozen(mask), clean, float(white), after, change)
    return after, change


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("dtype", "white"),
    [(np.uint8, 255), (np.uint16, 65535), (np.uint16, 4095), (np.float32, 1), (np.float64, 1)],
)
def test_settle_against_plain_numpy(dtype, white, channels):
    rng = np.random.default_rng(1)
    given_white = white if white == 4095 else None
    clean = picture(20, 30, channels, dtype, seed=1, white=given_white)
    now = picture(20, 30, channels, dtype, seed=2, white=given_white)
    pixels = rng.uniform(-0.2, 1.2, clean.shape).astype(np.float32)
    mask = np.where(rng.random((20, 30)) < 0.5, rng.random((20, 30)), 0).astype(np.float32)
    after, change = settled(pixels, mask, clean, now, white)
    inside = mask > 0
    assert np.array_equal(after[~inside], now[~inside])
    # Half a step of the dtype, and what a float32 cannot tell at a tie.
    step = 0.5 if after.dtype.kind == "u" else 0
    exact = np.clip(pixels.astype(np.float64), 0, 1) * white
    assert np.abs(after - exact)[inside].max() <= step + 1e-6 * white
    levels = np.abs(after.astype(np.float64) - clean).max(axis=2) * 255 / white
    np.testing.assert_allclose(change, np.where(inside, levels, 0), atol=2e-3)
    assert after.max() <= white


@pytest.mark.parametrize(
    ("dtype", "white"), [(np.uint8, 255), (np.uint16, 65535), (np.uint16, 4095)]
)
def test_settling_what_was_there_changes_no_value(dtype, white):
    clean = frozen(np.arange(white + 1, dtype=dtype).reshape(16, -1, 1))
    pixels = arrays.to_float(clean, white)
    after, change = settled(pixels, np.ones(clean.shape[:2], "f"), clean, clean, white)
    assert np.array_equal(after, clean) and change.max() == 0


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_settle_refuses_what_is_not_finite(dtype, bad):
    clean = picture(8, 8, 3, dtype)
    pixels = np.zeros((8, 8, 3), np.float32)
    pixels[3, 4, 1] = bad
    with pytest.raises(ValueError, match="not all finite"):
        settled(pixels, np.ones((8, 8), "f"), clean, clean, arrays.white_of(clean))


@pytest.mark.parametrize("channels", [1, 3])
@given(opacity=st.floats(0, 1), seed=st.integers(0, 99))
@settings(derandomize=True, deadline=None, max_examples=20)
def test_mix_against_plain_numpy(channels, opacity, seed):
    rng = np.random.default_rng(seed)
    base, layer = (frozen(rng.random((5, 6, channels), np.float32)) for _ in range(2))
    weight = frozen(np.where(rng.random((5, 6)) < 0.7, rng.random((5, 6)), 0).astype(np.float32))
    mixed = arrays.mix(base, layer, weight, opacity)
    wanted = base + opacity * weight[:, :, None].astype(np.float64) * (layer - base)
    np.testing.assert_allclose(mixed, wanted, atol=1e-6)
    assert np.array_equal(mixed[weight == 0], base[weight == 0])


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("shape", [(1, 1), (4, 1), (1, 4), (5, 6)])
def test_spread(channels, shape):
    mask = frozen(np.random.default_rng(0).random(shape, np.float32))
    spread = arrays.spread(mask, channels)
    assert spread.shape == (*shape, channels) and spread.dtype == np.float32
    assert all(np.array_equal(spread[:, :, c], mask) for c in range(channels))


@pytest.mark.parametrize("shape", [(1, 1), (4, 1), (1, 4), (5, 6)])
def test_to_channels(shape):
    colour = frozen(np.random.default_rng(0).random((*shape, 3), np.float32))
    grey = arrays.to_channels(colour, 1)
    assert grey.shape == (*shape, 1) and grey.dtype == np.float32
    np.testing.assert_allclose(grey[:, :, 0], colour @ [0.299, 0.587, 0.114], atol=1e-6)
    assert arrays.to_channels(colour, 3) is colour
    assert np.array_equal(arrays.to_channels(grey, 3), np.repeat(grey, 3, axis=2))
