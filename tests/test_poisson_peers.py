"""What other Poisson editors stumble over: one test for each row of that table, all on 128 x 128.

OpenCV 5.0, fpie 0.3.4 and PPPW/poisson-image-editing change pixels outside the mask, overwrite
what they were given, raise errors from their depths, or return garbage of 16 bit.
"""

import logging
import tracemalloc

import numpy as np
import pytest

from blemish.poisson import clone
from poisson_masks import SIDES, blob, cut, disc
from poisson_reference import as_floats, error_levels, exact_clone, picture

GRADIENTS = ("import", "mixed", "average", "monochrome")
SHAPE = (128, 128)
Y, X = np.indices(SHAPE)
DISC = np.hypot(Y - 60, X - 70) < 31
HALF_UNIT = {"u1": 0.5, "u2": 0.5 / 257, "f4": 1e-3, "f8": 1e-3}

pytestmark = pytest.mark.parametrize("gradients", GRADIENTS)


def images(dtype=np.uint8, channels=3, shape=SHAPE):
    return picture(shape, 11, channels, dtype), picture(shape, 12, channels, dtype)


def right(source, target, mask, gradients, offset=(0, 0)):
    """The clone, which is held to all that is asked of one."""
    inputs = [np.array(array) for array in (source, target, mask)]
    for array in inputs:
        array.setflags(write=False)
    before = [array.tobytes() for array in inputs]
    cloned = clone(*inputs, offset, gradients)
    assert before == [array.tobytes() for array in inputs]
    assert cloned.shape == target.shape and cloned.dtype == target.dtype
    truth = exact_clone(source, target, mask, offset, gradients)
    error = np.abs(as_floats(cloned) - truth).max() * 255
    assert error <= 0.25 + HALF_UNIT[target.dtype.str[1:]]
    y, x = np.nonzero(mask)
    y, x = y + offset[0], x + offset[1]
    inside = (y >= 0) & (y < target.shape[0]) & (x >= 0) & (x < target.shape[1])
    outside = np.ones(target.shape[:2], bool)
    outside[y[inside], x[inside]] = False
    assert cloned[outside].tobytes() == target[outside].tobytes()
    return cloned


def test_interior_disc(gradients):
    right(*images(), DISC, gradients)


@pytest.mark.parametrize("side", SIDES)
def test_mask_at_the_border(gradients, side):
    mask = cut(lambda shape, rng: disc(shape), (60, 50), None, (side,))
    frame = np.zeros(SHAPE, bool)
    top = {"top": 0, "bottom": 68}.get(side, 30)
    left = {"left": 0, "right": 78}.get(side, 30)
    frame[top : top + 60, left : left + 50] = mask
    right(*images(), frame, gradients)


def test_mask_is_the_whole_picture(gradients):
    source, target = images(np.float32)
    cloned = right(source, target, np.ones(SHAPE, bool), gradients)
    assert cloned.dtype == np.float32 and np.isfinite(cloned).all()
    if cloned.min() > 0 and cloned.max() < 1:
        assert cloned.mean(dtype=float) == pytest.approx(target.mean(dtype=float), abs=1e-4)


def test_two_far_components(gradients):
    source, target = images()
    one, other = np.hypot(Y - 20, X - 20) < 12, np.hypot(Y - 105, X - 100) < 15
    both = right(source, target, one | other, gradients)
    # Neither knows of the other.
    for mask in (one, other):
        alone = right(source, target, mask, gradients)
        assert np.abs(both[mask].astype(int) - alone[mask]).max() <= 1


def test_ring_with_a_hole(gradients):
    source, target = images()
    hole = np.hypot(Y - 60, X - 70) < 12
    cloned = right(source, target, DISC & ~hole, gradients)
    assert np.array_equal(cloned[hole], target[hole])


@pytest.mark.parametrize("where", [np.s_[40:41, 50:51], np.s_[40:41, 20:90], np.s_[9:80, 50:51]])
def test_one_pixel_and_lines_of_one_pixel(gradients, where):
    mask = np.zeros(SHAPE, bool)
    mask[where] = True
    right(*images(), mask, gradients)


def test_a_scratch_of_five_pixels_is_pasted(gradients):
    mask = np.zeros(SHAPE, bool)
    mask[60:65, 20:100] = True
    stripes = np.where((Y + X) % 2, 220, 30).astype(np.uint8)
    cloned = right(stripes, np.full(SHAPE, 100, np.uint8), mask, gradients)
    assert (np.abs(cloned.astype(int) - 100)[mask] > 20).mean() > 0.99


def test_empty_mask(gradients, caplog):
    source, target = images()
    with caplog.at_level(logging.INFO, "blemish"):
        cloned = right(source, target, np.zeros(SHAPE, bool), gradients)
    assert np.array_equal(cloned, target) and not np.shares_memory(cloned, target)
    assert len(caplog.records) == 1 and caplog.records[0].name.startswith("blemish.")


@pytest.mark.parametrize("channels", [None, 1])
def test_grey(gradients, channels):
    source, target = images(channels=channels)
    cloned = right(source, target, DISC, gradients)
    if gradients == "monochrome":
        assert np.array_equal(cloned, clone(source, target, DISC))


def test_grey_source_in_a_coloured_target(gradients):
    right(images(channels=None)[0], images()[1], DISC, gradients)


@pytest.mark.parametrize("dtype", [np.uint16, np.float32, np.float64])
@pytest.mark.parametrize("channels", [None, 3])
def test_other_dtypes(gradients, dtype, channels):
    right(*images(dtype, channels), DISC, gradients)


@pytest.mark.parametrize("channels", [2, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_alpha_is_the_targets(gradients, channels, dtype):
    source, target = images(dtype, channels)
    cloned = right(source, target, DISC, gradients)
    assert np.array_equal(cloned[:, :, -1], target[:, :, -1])
    colour = np.s_[:, :, : channels - 1]
    plain = clone(source[colour], target[colour], DISC, gradients=gradients)
    assert np.array_equal(cloned[colour], plain)
    # A source without alpha serves as well.
    assert np.array_equal(clone(source[colour], target, DISC, gradients=gradients), cloned)


def test_mask_larger_than_the_target(gradients):
    source, target = picture((200, 180), 11), images()[1]
    mask = np.ones((200, 180), bool)
    # It covers the whole target, of which nothing is known then: the mean is kept.
    right(source, target, mask, gradients, (-30, -20))
    mask[150:] = False
    right(source, target, mask, gradients, (-30, -20))


@pytest.mark.parametrize("offset", [(-40, 5), (70, 80), (-31, -41), (96, 0)])
def test_out_of_range(gradients, offset):
    right(*images(), DISC, gradients, offset)


@pytest.mark.parametrize("offset", [(128, 0), (0, -128), (-92, 0), (10**6, 10**6)])
def test_fully_out_of_range(gradients, offset, caplog):
    source, target = images()
    assert np.array_equal(clone(source, target, DISC, offset, gradients), target)
    assert caplog.records


def test_source_larger_than_the_target(gradients):
    mask = np.zeros((190, 240), bool)
    mask[60:150, 100:190] = blob((90, 90), np.random.default_rng(0))
    right(picture((190, 240), 11), images()[1], mask, gradients, (-50, -80))


def test_sizes_that_do_not_match(gradients):
    source, target = images()
    with pytest.raises(ValueError, match=r"\(128, 127\).*\(128, 128\)"):
        clone(source, target, DISC[:, :-1], (0, 0), gradients)
    with pytest.raises(ValueError, match=r"\(128, 128, 3\)"):
        clone(source, target, np.dstack([DISC] * 3), (0, 0), gradients)
    with pytest.raises(ValueError, match=r"grey or have the target's channels"):
        clone(source, target[:, :, 0], DISC, (0, 0), gradients)
    with pytest.raises(ValueError, match="target"):
        clone(source, target, DISC, (0, 0), gradients, out=target[:-1].copy())


def test_dtypes_that_do_not_match(gradients):
    source, target = images()
    with pytest.raises(TypeError, match=r"uint8.*float32"):
        clone(source, target.astype(np.float32) / 255, DISC, (0, 0), gradients)
    with pytest.raises(TypeError, match="int32"):
        clone(source.astype(np.int32), target.astype(np.int32), DISC, (0, 0), gradients)
    with pytest.raises(ValueError, match="import, mixed"):
        clone(source, target, DISC, (0, 0), gradients.upper())


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32])
def test_mask_of_0_and_1(gradients, dtype):
    source, target = images()
    plain = right(source, target, DISC, gradients)
    assert np.array_equal(right(source, target, DISC.astype(dtype), gradients), plain)
    assert np.array_equal(right(source, target, np.uint8(255) * DISC, gradients), plain)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_feathered_mask(gradients, dtype):
    source, target = images()
    soft = np.clip((34 - np.hypot(Y - 60, X - 70)) / 9, 0, 1)
    mask = (np.rint(255 * soft) if dtype is np.uint8 else soft).astype(dtype)
    cloned = right(source, target, mask, gradients)
    hard = clone(source, target, mask > 0, gradients=gradients)
    # Solved for the whole of its support: not hard at one half, nor gradients taken by halves.
    full = mask == mask.max()
    assert np.array_equal(cloned[full], hard[full])


@pytest.mark.parametrize("value", [np.nan, -0.1, 1.5])
def test_mask_that_is_none(gradients, value):
    mask = DISC.astype(np.float32)
    mask[60, 70] = value
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        clone(*images(), mask, (0, 0), gradients)


def test_identity(gradients):
    target = images()[1]
    if gradients == "monochrome":
        target = target[:, :, 0]
    assert np.array_equal(right(target, target, DISC, gradients), target)


def test_source_is_brighter_by_40(gradients):
    # All channels alike: only then are the source's grey gradients those of each channel.
    low = np.repeat(picture(SHAPE, 12, 1, contrast=0.6), 3, axis=2)
    assert np.array_equal(right(low + np.uint8(40), low, DISC, gradients), low)


def test_inputs_stay_as_they_are(gradients):
    source, target = images()
    mask = DISC.astype(np.uint8) * 255
    before = [array.tobytes() for array in (source, target, mask)]
    first = clone(source, target, mask, gradients=gradients)
    second = clone(source, target, mask, gradients=gradients)
    assert before == [array.tobytes() for array in (source, target, mask)]
    assert first.tobytes() == second.tobytes() and not np.shares_memory(first, target)
    # With `out` the target's own pixels are overwritten, under the mask alone.
    own = target.copy()
    assert clone(source, own, mask, (0, 0), gradients, out=own) is own
    assert own.tobytes() == first.tobytes()
    locked = target.copy()
    locked.setflags(write=False)
    with pytest.raises(ValueError, match="read-only"):
        clone(source, target, mask, (0, 0), gradients, out=locked)


def test_a_patch_in_5000_x_5000(gradients):
    target = np.broadcast_to(picture((1, 5000), 3, None), (5000, 5000))
    source = picture((80, 90), 4, None)
    out = np.array(target)
    tracemalloc.start()
    clone(source, target, disc((80, 90)), (4930, 2000), gradients, out=out)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # Nowhere a copy of the 25 million pixels.
    assert peak < 3e6
    crop = np.s_[4900:, 1990:2110]
    truth = exact_clone(source, np.array(target[crop]), disc((80, 90)), (30, 10), gradients)
    assert error_levels(as_floats(out[crop]), truth) <= 0.75
    out[crop] = target[crop]
    assert (out == target).all()
