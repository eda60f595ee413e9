"""What alters a layer: each change against its definition, or Pillow's."""

import colorsys
import math

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from blemish import changes
from blemish.changes import (
    Autocontrast,
    Brightness,
    Equalize,
    Gamma,
    HueSaturation,
    Invert,
    Jitter,
    Posterize,
    Rotate,
    Sharpness,
    Solarize,
    changed,
)
from conftest import frozen, picture

RANDOM = frozen(np.random.default_rng(0).random((13, 9, 3), np.float32))
GREY = frozen(RANDOM[:, :, :1].copy())
LUMA = np.array([0.299, 0.587, 0.114])
LEVELS = frozen((np.arange(256, dtype=np.float32) * np.float32(1 / 255)).reshape(16, 16, 1))
BY_PIXEL = {
    "Brightness": Brightness(0.7, 20),
    "Gamma": Gamma(0.6, 1.4, 2.0),
    "HueSaturation": HueSaturation(0.2, -0.3),
    "Invert": Invert(),
    "Posterize": Posterize(3),
    "Solarize": Solarize(100),
    "Jitter": Jitter(1.1, 0.8, 1.2, 0.05),
    "Autocontrast": Autocontrast(0.1),
    "Equalize": Equalize(),
}
IDENTITIES = [
    Brightness(),
    Gamma(),
    HueSaturation(),
    Jitter(),
    Rotate(),
    Rotate(2 * math.pi),
    Sharpness(),
    Solarize(256),
]


@pytest.mark.parametrize("layer", [RANDOM, GREY], ids=["RGB", "grey"])
@pytest.mark.parametrize("change", IDENTITIES, ids=repr)
def test_what_changes_nothing(change, layer):
    np.testing.assert_allclose(change(layer), layer, atol=1e-5)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", BY_PIXEL)
def test_the_shape_of_a_layer_is_nothing_to_a_change_of_tones(name, channels):
    # OpenCV takes some shapes of four or fewer numbers for a scalar.
    for height, width in ((1, 1), (1, 4), (4, 1), (3, 1), (1, 3), (2, 1), (2, 2)):
        layer = np.random.default_rng(height).random((height, width, channels), np.float32)
        turned = BY_PIXEL[name](frozen(layer.transpose(1, 0, 2).copy()))
        straight = BY_PIXEL[name](frozen(layer))
        np.testing.assert_allclose(straight, turned.transpose(1, 0, 2), atol=1e-6)


@pytest.mark.parametrize("name", sorted(set(BY_PIXEL) - {"Gamma", "HueSaturation"}))
def test_a_grey_layer_is_treated_as_a_colour_of_three_equal_channels(name):
    colour = BY_PIXEL[name](frozen(np.repeat(GREY, 3, axis=2)))
    np.testing.assert_allclose(BY_PIXEL[name](GREY), colour[:, :, :1], atol=2e-3)


def test_brightness():
    bright = Brightness(2, -51)(RANDOM)
    np.testing.assert_allclose(bright, np.clip(RANDOM * 2 - 0.2, 0, 1), atol=1e-6)
    assert Brightness(0, 255)(RANDOM).min() == 1


def test_gamma():
    after = Gamma(0.5, 1, 2)(RANDOM)
    np.testing.assert_allclose(after, RANDOM ** np.array([0.5, 1, 2]), atol=1e-5)
    np.testing.assert_allclose(Gamma(0.5, 1, 2)(GREY), GREY**0.5, atol=1e-5)


def test_invert():
    np.testing.assert_allclose(Invert()(RANDOM), 1 - RANDOM, atol=1e-7)


def eight_bit(layer):
    return Image.fromarray(np.rint(np.asarray(layer)[:, :, 0] * 255).astype(np.uint8))


@pytest.mark.parametrize("bits", range(1, 9))
def test_posterize_as_pillow_does(bits):
    wanted = np.array(ImageOps.posterize(eight_bit(LEVELS), bits))
    assert np.array_equal(np.rint(Posterize(bits)(LEVELS)[:, :, 0] * 255), wanted)


@pytest.mark.parametrize("threshold", [0, 1, 31, 64, 100, 127, 128, 129, 255, 256])
def test_solarize_as_pillow_does(threshold):
    wanted = np.array(ImageOps.solarize(eight_bit(LEVELS), threshold))
    assert np.array_equal(np.rint(Solarize(threshold)(LEVELS)[:, :, 0] * 255), wanted)


def test_autocontrast():
    narrow = frozen(RANDOM * np.float32([0.2, 0.5, 0]) + np.float32(0.3))
    after = Autocontrast()(narrow)
    np.testing.assert_allclose(after.min(axis=(0, 1)), [0, 0, 0.3], atol=1e-5)
    np.testing.assert_allclose(after.max(axis=(0, 1)), [1, 1, 0.3], atol=1e-5)
    ramp = frozen(np.linspace(0.2, 0.8, 1000, dtype=np.float32).reshape(20, 50, 1))
    clipped = Autocontrast(0.2)(ramp)
    assert abs((clipped == 0).mean() - 0.2) < 0.01 and abs((clipped == 1).mean() - 0.2) < 0.01
    assert np.array_equal(Autocontrast()(ramp * 0 + 0.5), ramp * 0 + 0.5)


def test_equalize_spreads_the_tones_in_order_as_pillow_does():
    dark = frozen(0.1 + 0.5 * np.random.default_rng(0).beta(2, 4, (64, 64, 1)).astype(np.float32))
    after = Equalize()(dark)
    assert after.min() == 0 and after.max() == 1
    order = np.argsort(dark.ravel(), kind="stable")
    assert (np.diff(np.rint(after.ravel()[order] * 255)) >= 0).all()
    wanted = np.array(ImageOps.equalize(eight_bit(dark))) / 255
    assert np.abs(after[:, :, 0] - wanted).max() < 0.03


@pytest.mark.parametrize(("hue", "saturation"), [(1 / 3, 0), (-0.5, 0), (0.13, 0.2), (-0.2, -0.9)])
def test_hue_and_saturation_as_colorsys_does(hue, saturation):
    after = HueSaturation(hue, saturation)(RANDOM)
    for pixel, found in zip(RANDOM.reshape(-1, 3), after.reshape(-1, 3), strict=True):
        h, s, v = colorsys.rgb_to_hsv(*map(float, pixel))
        wanted = colorsys.hsv_to_rgb((h + hue) % 1, min(max(s + saturation, 0), 1), v)
        np.testing.assert_allclose(found, wanted, atol=2e-3)
    assert HueSaturation(hue, saturation)(GREY) is GREY


def test_jitter_is_brightness_then_contrast():
    after = Jitter(brightness=0.8, contrast=0.5)(RANDOM)
    bright = RANDOM * 0.8
    grey = (bright @ LUMA).mean()
    np.testing.assert_allclose(after, grey + 0.5 * (bright - grey), atol=1e-5)
    flat = Jitter(contrast=0)(GREY)
    np.testing.assert_allclose(flat, GREY.mean(), atol=1e-5)


def test_jitter_of_saturation_and_hue_keeps_the_luma():
    muted = frozen(RANDOM * np.float32(0.2) + np.float32(0.4))  # far from clipping
    for jitter in (Jitter(saturation=0), Jitter(saturation=1.5), Jitter(hue=0.2)):
        np.testing.assert_allclose(jitter(muted) @ LUMA, muted @ LUMA, atol=2e-3)
    assert np.ptp(Jitter(saturation=0)(muted), axis=2).max() < 1e-5
    back = Jitter(hue=-0.2)(Jitter(hue=0.2)(muted))
    np.testing.assert_allclose(back, muted, atol=1e-5)
    np.testing.assert_allclose(Jitter(hue=0.5)(muted), Jitter(hue=-0.5)(muted), atol=1e-5)


def test_jitter_turns_the_hue_the_way_hsv_does():
    red = np.float32([[[0.6, 0.4, 0.4]]])
    turned = Jitter(hue=1 / 3)(frozen(red))[0, 0]
    assert turned.argmax() == 1, "red turned by a third is green"


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_rotate_turns_counter_clockwise(turns):
    layer = frozen(np.random.default_rng(0).random((12, 12, 3), np.float32))
    after = Rotate(turns * math.pi / 2)(layer)
    np.testing.assert_allclose(after, np.rot90(layer, turns), atol=1e-3)


def test_rotate_leaves_no_dark_corners():
    bright = frozen(np.full((40, 60, 3), 0.8, np.float32))
    np.testing.assert_allclose(Rotate(0.6)(bright), 0.8, atol=1e-5)


@pytest.mark.parametrize("factor", [0, 0.5, 1.95])
def test_sharpness_as_pillow_does(factor):
    layer = picture(40, 50, None).astype(np.float32)[:, :, None] / 255
    wanted = np.array(ImageEnhance.Sharpness(eight_bit(layer)).enhance(factor)) / 255
    after = Sharpness(factor)(frozen(layer))[:, :, 0]
    # Pillow leaves the border as it is, and rounds.
    assert np.abs(after - wanted)[1:-1, 1:-1].max() < 2.5 / 255


def test_changed_applies_none_one_or_several_in_order():
    assert changed(RANDOM, None) is RANDOM and changed(RANDOM, ()) is RANDOM
    assert np.array_equal(changed(RANDOM, Invert()), Invert()(RANDOM))
    after = changed(RANDOM, (Brightness(0.5), None, [Invert(), ()]))
    np.testing.assert_allclose(after, 1 - RANDOM * 0.5, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("Autocontrast", {"cutoff": 0.5}),
        ("Brightness", {"factor": -1}),
        ("Brightness", {"offset_levels": 256}),
        ("Gamma", {"blue": 0}),
        ("HueSaturation", {"hue": 0.6}),
        ("HueSaturation", {"saturation": 2}),
        ("Jitter", {"contrast": -0.1}),
        ("Jitter", {"hue": 1}),
        ("Posterize", {"bits": 0}),
        ("Posterize", {"bits": 9}),
        ("Sharpness", {"factor": -1}),
        ("Solarize", {"threshold_levels": 257}),
        ("Gamma", {"red": math.nan}),
    ],
)
def test_what_makes_no_sense_is_refused(name, fields):
    with pytest.raises(ValueError, match=rf"{name}\.{next(iter(fields))} must be in \["):
        getattr(changes, name)(**fields)
