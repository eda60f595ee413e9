"""The front of the Poisson editor: what goes into the equation, and what comes back from it."""

import logging
import math
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blemish.poisson import centred, clone, editing
from blemish.poisson._areas import areas_of
from blemish.poisson._masks import look
from blemish.poisson._sheets import borrowed, sheet_of, write
from blemish.poisson.guidance import GRADIENTS, divergence, links, surplus
from conftest import frozen
from poisson_masks import blob, cut
from poisson_reference import as_floats, error_levels, exact_clone, exact_seamless, picture

SHAPE = (41, 52)
MASK = frozen(blob(SHAPE, np.random.default_rng(0)))
DTYPES = (np.uint8, np.uint16, np.float32, np.float64)
HALF = {np.uint8: 0.5, np.uint16: 0.5 / 257, np.float32: 1e-3, np.float64: 1e-3}

grids = st.builds(
    lambda shape, share, seed: np.random.default_rng(seed).random(shape) < share,
    st.tuples(st.integers(1, 20), st.integers(1, 40)),
    st.sampled_from([0.0, 0.05, 0.5, 0.95, 1.0]),
    st.integers(0, 999),
)


def two(dtype=np.uint8, channels=3, shape=SHAPE):
    return (frozen(picture(shape, seed, channels, dtype)) for seed in (1, 2))


def scattered(shape=(800, 840), seed=0):
    """Discs, and a dot inside a ring, far from one another."""
    y, x = np.indices(shape)
    mask = np.zeros(shape, bool)
    rng = np.random.default_rng(seed)
    for top, left in ((20, 25), (30, 790), (780, 30), (400, 60), (600, 799)):
        mask |= np.hypot(y - top, x - left) < rng.uniform(1, 20)
    away = np.hypot(y - 400, x - 430)
    return mask | (away < 3) | ((away > 75) & (away < 79))


class TestAreas:
    @given(grids, st.integers(-25, 25), st.integers(-45, 45), st.integers(8, 30))
    @settings(derandomize=True, deadline=None, max_examples=200)
    def test_they_hold_the_mask_and_what_is_around_it(self, mask, y, x, side):
        frame = np.zeros((side, side + 5), bool)
        for p in np.argwhere(mask) + np.array((y, x)):
            if 0 <= p[0] < side and 0 <= p[1] < side + 5:
                frame[tuple(p)] = True
        areas = areas_of(mask, (y, x), (*frame.shape, 3))
        assert len(areas) == bool(frame.any())
        for area in areas:
            found = np.zeros_like(frame)
            found[area.place] = area.support
            assert np.array_equal(found, frame) and area.weight is None
            rows, columns = (np.flatnonzero(frame.any(axis=axis)) for axis in (1, 0))
            for place, inside, size in zip(area.place, (rows, columns), frame.shape, strict=True):
                assert place.start == max(inside[0] - 1, 0)
                assert place.stop == min(inside[-1] + 2, size)

    @given(grids, st.data())
    @settings(derandomize=True, deadline=None, max_examples=200)
    def test_a_mask_is_looked_through(self, mask, data):
        values = mask * np.random.default_rng(1).choice([1, 2, 127, 255], mask.shape)
        values = values.astype(np.uint8)
        top, left = data.draw(st.integers(0, mask.shape[0])), data.draw(st.integers(0, 40))
        left = min(left, mask.shape[1])
        bottom = data.draw(st.integers(top, mask.shape[0]))
        right = data.draw(st.integers(left, mask.shape[1]))
        bits, soft, *box = look(values, (top, left, bottom, right))
        part = values[top:bottom, left:right]
        assert bits == (np.bitwise_or.reduce(part, axis=None) if part.size else 0)
        assert bool(soft) == bool(((part > 0) & (part < 255)).any())
        y, x = np.nonzero(part)
        if y.size:
            assert box == [top + y.min(), left + x.min(), top + y.max() + 1, left + x.max() + 1]
        else:
            assert box == [0, 0, 0, 0]

    def test_parts_far_from_one_another_are_apart(self):
        mask = scattered()
        areas = areas_of(mask, (0, 0), mask.shape)
        assert len(areas) == 7
        found = np.zeros(mask.shape, int)
        for area in areas:
            found[area.place] += area.support
            near = mask[area.place] & ~area.support
            # What belongs to another is no neighbour.
            grown = np.pad(area.support, 1)
            beside = grown[:-2, 1:-1] | grown[2:, 1:-1] | grown[1:-1, :-2] | grown[1:-1, 2:]
            assert not (near & beside).any()
        assert np.array_equal(found, mask)
        # The dot lies in the ring's box.
        assert sum(area.support.size for area in areas) < mask.size // 2
        assert len(areas_of(np.pad(mask, 200), (-200, -200), mask.shape)) == 7

    def test_a_large_mask_stays_one(self):
        mask = blob((400, 420), np.random.default_rng(0))
        assert len(areas_of(mask, (0, 0), mask.shape)) == 1
        # Nor are there boxes for each of very many pixels.
        mask = np.random.default_rng(0).random((400, 420)) < 0.002
        assert len(areas_of(mask, (0, 0), mask.shape)) == 1

    @pytest.mark.parametrize("gradients", GRADIENTS)
    def test_a_scattered_mask_gives_what_its_parts_give(self, gradients):
        mask = scattered()
        source, target = two(np.uint8, None, mask.shape)
        result = clone(source, target, mask, gradients=gradients)
        truth = exact_clone(source, target, mask, gradients=gradients)
        assert error_levels(as_floats(result), truth) <= 0.75
        assert np.array_equal(result[~mask], target[~mask])
        soft = np.where(mask, 0.5, 0).astype(np.float32)
        truth = exact_clone(source, target, soft, gradients=gradients)
        mixed = as_floats(clone(source, target, soft, gradients=gradients))
        assert error_levels(mixed, truth) <= 0.75


class TestGuidance:
    """What the compiled loops make of pictures, against NumPy on whole arrays."""

    @given(
        st.tuples(st.integers(1, 9), st.integers(1, 23)),
        st.sampled_from(GRADIENTS[1:]),
        st.sampled_from(DTYPES),
        st.sampled_from([1, 3]),
        st.integers(0, 999),
    )
    @settings(derandomize=True, deadline=None, max_examples=200)
    def test_right_hand_side(self, shape, gradients, dtype, channels, seed):
        rng = np.random.default_rng(seed)
        # The source is smaller by as much as a pixel on each side.
        cuts = [int(rng.integers(0, 2)) * (size > 2) for size in (*shape, *shape)]
        source = picture(shape, seed, channels, dtype)[
            cuts[0] : shape[0] - cuts[2], cuts[1] : shape[1] - cuts[3]
        ]
        target = picture((shape[0] + 3, shape[1] + 2), seed + 1, channels, dtype)
        support = rng.random(shape) < rng.choice([0.1, 0.7, 1])
        near = np.pad(source, [(cuts[0], cuts[2]), (cuts[1], cuts[3]), (0, 0)], "edge")
        new, old = (a.astype(np.float32) for a in (near, target[2 : 2 + shape[0], 1:-1]))
        sheets = [np.ascontiguousarray(a).reshape(len(a), -1) for a in (source, target)]
        corners = -cuts[0], -cuts[1], 2, 1
        known, *spare = borrowed(3, (*shape, channels))
        known[:] = old - new
        rhs = surplus(gradients, (*sheets, corners), support, known, spare)
        if gradients == "monochrome":
            field = links(np.broadcast_to(new.mean(axis=2, keepdims=True), new.shape))
        elif gradients == "average":
            field = tuple((a + b) / 2 for a, b in zip(links(new), links(old), strict=True))
        else:
            field = tuple(
                np.where(np.abs(b) > np.abs(a) + 1e-6, b, a)
                for a, b in zip(links(new), links(old), strict=True)
            )
        expected = (divergence(field) - divergence(links(new))) * support[:, :, None]
        unit = 1 if np.dtype(dtype).kind == "f" else float(np.iinfo(dtype).max)
        if rhs is None:
            assert gradients == "monochrome" and channels == 1
            rhs = 0
        assert np.abs(rhs - expected).max() <= 2e-6 * unit
        if dtype is np.uint8 and gradients != "monochrome":
            assert np.array_equal(rhs, expected)

    def test_import_needs_none(self):
        assert surplus("import", (None, None, (0, 0, 0, 0)), MASK, None, []) is None

    def test_grey_is_monochrome(self):
        source, target = two(np.float32, None)
        known = np.zeros((*SHAPE, 1), np.float32)
        assert surplus("monochrome", (source, target, (0, 0, 0, 0)), MASK, known, []) is None

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_rounding_does_not_choose_the_stronger(self, dtype):
        # k / 255 and (k + 1) / 255 differ by more or less, as the floats fall.
        steps = np.arange(256) / 255
        target = np.tile(steps.astype(dtype), (9, 1))
        source = np.tile((steps[::-1]).astype(dtype), (9, 1))
        mask = np.zeros(target.shape, bool)
        mask[2:-2, 2:-2] = True
        _, *spare = borrowed(3, (*target.shape, 1))
        rhs = surplus("mixed", (source, target, (0, 0, 0, 0)), mask, None, spare)
        assert not rhs.any()


class TestWriting:
    @given(
        grids,
        st.sampled_from(DTYPES),
        st.sampled_from([None, 1, 2, 3, 4]),
        st.sampled_from(["C", "F", "strided"]),
    )
    @settings(derandomize=True, deadline=None, max_examples=200)
    def test_the_masked_pixels_and_no_others(self, mask, dtype, channels, order):
        shape = mask.shape[0] + 4, mask.shape[1] + 3
        result = picture(shape, 3, channels, dtype)
        if order == "strided":
            result = np.repeat(result, 2, axis=1)[:, ::2]
        result = np.array(result, order="F") if order == "F" else result
        before, colours = result.copy(), as_floats(result).shape[2]
        source = picture(mask.shape, 4, colours, dtype)
        change = np.random.default_rng(5).normal(0, 0.5, source.shape).astype(np.float32)
        shift = np.tile(np.array([0.1, -0.2, 0.3], np.float32)[:colours], mask.shape[1])
        if np.dtype(dtype).kind == "u":
            change, shift = change * np.iinfo(dtype).max, shift * np.iinfo(dtype).max
        (area,) = areas_of(mask, (3, 2), shape) or [None]
        if area is None:
            return
        # All that lies in the box, edges repeated.
        top, left = area.y - 3, area.x - 2
        rows = np.clip(np.arange(top, top + area.support.shape[0]), 0, mask.shape[0] - 1)
        columns = np.clip(np.arange(left, left + area.support.shape[1]), 0, mask.shape[1] - 1)
        change = np.ascontiguousarray(change[rows][:, columns])
        shift = np.resize(shift, change.shape[1] * colours)
        write(result, sheet_of(source, colours, (3, 2), [area]), area, change, shift)
        white = 1 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max
        sums = source[rows][:, columns] + change.astype(np.float64) + shift.reshape(-1, colours)
        sums = np.clip(sums, 0, white)
        near = result.reshape(*shape, -1)[area.place][..., :colours][area.support]
        allowed = 1e-6 if white == 1 else 0.5 + 4e-7 * white
        assert np.abs(near.astype(np.float64) - sums[area.support]).max() <= allowed
        result.reshape(*shape, -1)[area.place][..., :colours][area.support] = 0
        before.reshape(*shape, -1)[area.place][..., :colours][area.support] = 0
        assert result.tobytes() == before.tobytes()

    @pytest.mark.parametrize("dtype", DTYPES)
    def test_nearest_and_clipped(self, dtype):
        white = 1 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max
        unit = 1 / 1024 if white == 1 else 1
        source = np.full((3, 7), white // 2 or 0.5, dtype)
        offsets = [0, 0.49, 0.51, -0.49, -0.51, 1e6, -1e6]
        change = np.tile(np.array(offsets, np.float32) * unit, (3, 1))[:, :, None]
        result = source.copy()
        (area,) = areas_of(np.ones((3, 7), bool), (0, 0), (3, 7))
        write(result, sheet_of(source, 1, (0, 0), [area]), area, change)
        exactly = source[0] + np.array(offsets) * unit
        expected = np.clip(exactly if white == 1 else np.rint(exactly), 0, white)
        assert np.abs(result - expected).max() <= (1e-7 if white == 1 else 0)


class TestExactness:
    """What must hold by construction, whatever the solver's tolerance is."""

    @pytest.fixture(autouse=True)
    def _zeros_are_what_is_solved(self, monkeypatch):
        def solve(known, mask, rhs, tolerance):
            assert known.dtype == np.float32 and known.flags.c_contiguous
            assert mask.dtype == bool and mask.shape == known.shape[:2] and tolerance > 0
            assert not known.any() and (rhs is None or not rhs.any())

        monkeypatch.setattr(editing, "solve_in_place", solve)

    @pytest.mark.parametrize("dtype", DTYPES)
    @pytest.mark.parametrize("channels", [None, 3, 4])
    @pytest.mark.parametrize("gradients", GRADIENTS)
    def test_identity(self, dtype, channels, gradients):
        target = frozen(picture(SHAPE, 1, channels, dtype))
        if gradients == "monochrome" and channels:
            target = np.repeat(picture(SHAPE, 1, 1, dtype), channels, axis=2)
        for sides in ((), ("left",), ("top", "right"), ("top", "bottom", "left", "right")):
            mask = cut(blob, SHAPE, np.random.default_rng(1), sides) if sides else MASK
            soft = mask * np.linspace(0, 1, SHAPE[1], dtype=np.float32)
            for given_ in (mask, soft, np.ones(SHAPE, bool)):
                cloned = clone(target, target, given_, gradients=gradients)
                assert cloned.tobytes() == target.tobytes()

    @pytest.mark.parametrize("dtype", DTYPES)
    @pytest.mark.parametrize("gradients", GRADIENTS[:3])
    def test_source_that_differs_by_a_constant(self, dtype, gradients):
        low = picture(SHAPE, 3, 3, dtype, contrast=0.4)
        # One for each channel; of floats these are exact, as the picture's steps are.
        constants = np.array([40, -7, 19]) * (1 if np.dtype(dtype).kind == "u" else 1 / 256)
        source = (low + constants).astype(dtype)
        for mask in (MASK, MASK * 0.3, np.ones(SHAPE, bool)):
            if gradients == "import" and mask.all():
                continue
            assert np.array_equal(clone(source, low, mask, gradients=gradients), low)

    def test_scattered_parts(self):
        mask = scattered()
        target = picture(mask.shape, 1)
        assert np.array_equal(clone(target, target, mask, gradients="mixed"), target)


class TestSoftMasks:
    @pytest.mark.parametrize("gradients", GRADIENTS)
    def test_hard_solution_mixed_with_the_target(self, gradients):
        source, target = two(np.float64)
        soft = MASK * np.random.default_rng(0).uniform(0.01, 1, SHAPE)
        hard = clone(source, target, MASK, gradients=gradients)
        result = clone(source, target, soft, gradients=gradients)
        # Clipped after mixing, not before.
        inside = ((hard > 0) & (hard < 1)).all(axis=2) & MASK
        expected = target + soft[:, :, None] * (hard - target)
        assert inside.sum() > 300
        assert np.abs(result - expected)[inside].max() < 1e-6
        assert np.array_equal(result[~MASK], target[~MASK])

    @pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint64])
    def test_integers_to_255(self, dtype):
        source, target = two(np.float32)
        values = (MASK * np.random.default_rng(0).integers(1, 256, SHAPE)).astype(dtype)
        expected = clone(source, target, values / 255)
        assert np.abs(clone(source, target, values) - expected).max() < 1e-6

    @pytest.mark.parametrize(
        "dtype", [bool, np.int8, np.uint8, np.int64, np.float16, np.float32, np.float64]
    )
    def test_zeros_and_ones_of_any_dtype(self, dtype):
        source, target = two()
        assert np.array_equal(
            clone(source, target, MASK.astype(dtype)), clone(source, target, MASK)
        )

    def test_a_single_value_below_255_is_soft(self):
        source, target = two()
        mask = MASK.astype(np.uint8) * 128
        truth = exact_clone(source, target, mask)
        assert error_levels(as_floats(clone(source, target, mask)), truth) <= 0.75


class TestImages:
    @pytest.mark.parametrize("dtype", DTYPES)
    @pytest.mark.parametrize("channels", [None, 1, 2, 3, 4])
    @pytest.mark.parametrize("offset", [(0, 0), (-9, 13), (25, -20)])
    def test_against_the_truth(self, dtype, channels, offset):
        source, target = two(dtype, channels)
        result = clone(source, target, MASK, offset, "mixed")
        assert result.dtype == target.dtype and result.shape == target.shape
        assert result.flags.writeable and not np.shares_memory(result, target)
        truth = exact_clone(source, target, MASK, offset, "mixed")
        assert error_levels(as_floats(result), truth) <= 0.25 + HALF[dtype]
        outside = np.ones(SHAPE, bool)
        y, x = np.nonzero(MASK)
        y, x = y + offset[0], x + offset[1]
        kept = (y >= 0) & (y < SHAPE[0]) & (x >= 0) & (x < SHAPE[1])
        outside[y[kept], x[kept]] = False
        assert result[outside].tobytes() == target[outside].tobytes()
        if channels in (2, 4):
            assert np.array_equal(result[..., -1], target[..., -1])

    @pytest.mark.parametrize("source_channels", [None, 1, 2])
    @pytest.mark.parametrize("channels", [3, 4])
    def test_grey_source(self, source_channels, channels):
        source, target = picture(SHAPE, 1, source_channels), picture(SHAPE, 2, channels)
        result = clone(source, target, MASK)
        assert error_levels(as_floats(result), exact_clone(source, target, MASK)) <= 0.75

    def test_pictures_smaller_than_others_are(self):
        target = np.array([[10, 200], [30, 90], [77, 10]], np.uint8)
        source = np.full((1, 1), 50, np.uint8)
        result = clone(source, target, np.ones((1, 1), bool), (1, 1))
        assert result[1, 1] == round((200 + 30 + 10) / 3)
        assert np.array_equal(clone(target, target, np.ones((3, 2), bool)), target)

    def test_floats_are_looked_at_only_near_the_mask(self):
        target = np.full((60, 60), 0.5)
        target[50:] = np.nan
        target[:, 50:] = 7
        mask = np.zeros((60, 60), bool)
        mask[5:20, 5:20] = True
        source = np.where(mask, 0.2, np.nan)
        source[4:21, 4:21] = 0.25
        result = clone(source, target, mask)
        assert result[~mask].tobytes() == target[~mask].tobytes()
        assert np.abs(result[mask] - 0.5).max() < 1e-6
        for bad in (np.nan, -0.01, 1.01, np.inf):
            target[4, 9] = bad
            with pytest.raises(ValueError, match=r"\[0, 1\]"):
                clone(source, target, mask)

    def test_floats_keep_all_their_bits(self):
        target = np.random.default_rng(0).random((*SHAPE, 3))
        source = target.copy()
        source[MASK] = np.random.default_rng(1).random((int(MASK.sum()), 3))
        result = clone(source, target, MASK)
        assert result[~MASK].tobytes() == target[~MASK].tobytes()
        assert result.min() >= 0 and result.max() <= 1
        # Detail of the source finer than float32 is not lost under the mask.
        fine = target * 0.5 + 0.2
        other = np.clip(fine + 1e-12 * MASK[:, :, None], 0, 1)
        assert ((clone(other, target, MASK) - clone(fine, target, MASK))[MASK] > 0).mean() > 0.9

    @pytest.mark.parametrize("dtype", DTYPES)
    def test_what_goes_beyond_full_range_is_clipped(self, dtype):
        white = 1 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max
        target = np.full(SHAPE, white, dtype)
        target[:, 26:] = 0
        source = np.where((np.indices(SHAPE).sum(axis=0) % 2).astype(bool), white, 0).astype(dtype)
        result = clone(source, target, MASK)
        truth = exact_clone(source, target, MASK)
        assert error_levels(as_floats(result), truth) <= 0.25 + HALF[dtype]
        assert result[MASK].min() == 0 and result[MASK].max() == white


class TestOut:
    @pytest.mark.parametrize("gradients", GRADIENTS)
    @pytest.mark.parametrize("channels", [None, 3, 4])
    def test_in_place_and_beside(self, gradients, channels):
        source, target = two(np.uint8, channels)
        expected = clone(source, target, MASK, (3, -4), gradients)
        for order in ("C", "F"):
            own = np.array(target, order=order)
            assert clone(source, own, MASK, (3, -4), gradients, out=own) is own
            beside = np.array(target, order=order)
            assert clone(source, target, MASK, (3, -4), gradients, out=beside) is beside
            assert np.array_equal(own, expected) and np.array_equal(beside, expected)

    def test_nothing_is_written_elsewhere(self):
        source, target = two()
        out = target.copy()
        hole = ~MASK
        hole[:3] = False
        out[hole] = 123
        clone(source, target, MASK, out=out)
        assert (out[hole] == 123).all()
        assert np.array_equal(out[MASK], clone(source, target, MASK)[MASK])

    @pytest.mark.parametrize("gradients", GRADIENTS)
    @pytest.mark.parametrize("offset", [(0, 0), (5, 3), (-4, 0), (0, 30)])
    def test_a_picture_cloned_into_itself(self, gradients, offset):
        image = picture((60, 80), 1)
        mask = np.zeros((60, 80), bool)
        mask[: SHAPE[0], : SHAPE[1]] = MASK
        expected = clone(image.copy(), image.copy(), mask, offset, gradients)
        own = image.copy()
        clone(own, own, mask, offset, gradients, out=own)
        assert np.array_equal(own, expected)
        part = image.copy()
        clone(part[: SHAPE[0], : SHAPE[1]], part, MASK, offset, gradients, out=part)
        assert np.array_equal(part[~mask], expected[~mask])

    def test_scattered_parts_in_place(self):
        mask = scattered()
        image = picture(mask.shape, 1, None)
        expected = clone(image.copy(), image, mask, (40, 0), "mixed")
        assert np.array_equal(clone(image, image, mask, (40, 0), "mixed", out=image), expected)

    @pytest.mark.parametrize("fill", [0, 255])
    def test_an_array_that_was_never_filled(self, fill):
        source, target = two()
        target = np.clip(target, 1, 254)
        with pytest.raises(ValueError, match=r"already hold the target.*copy"):
            clone(source, target, MASK, out=np.full_like(target, fill))
        # Where it was only edited elsewhere, it is taken.
        out = target.copy()
        out[:, 30:] = fill
        clone(source, target, MASK, out=out)

    def test_mapped_files(self, tmp_path):
        source, target = two()
        np.save(tmp_path / "target.npy", target)
        out = np.load(tmp_path / "target.npy", mmap_mode="r+")
        assert clone(source, out, MASK, out=out) is out
        assert np.array_equal(out, clone(source, target, MASK))
        only_read = np.load(tmp_path / "target.npy", mmap_mode="r")
        assert type(clone(source, only_read, MASK)) is np.ndarray


class TestSeamless:
    @pytest.mark.parametrize("gradients", GRADIENTS)
    @pytest.mark.parametrize(("low", "high"), [(0, 1), (-3, 700)])
    def test_any_range(self, gradients, low, high):
        new, old = (low + (high - low) * image for image in two(np.float32))
        tolerance = (high - low) / 1020
        solved = editing.seamless(new, old, MASK, gradients, tolerance)
        truth = exact_seamless(new, old, MASK, gradients)
        assert solved.dtype == np.float32
        assert np.abs(solved - truth).max() <= tolerance + 1e-6 * (high - low)
        assert np.array_equal(solved[~MASK], old[~MASK])

    @pytest.mark.parametrize("channels", [1, 2, 4])
    def test_any_number_of_channels_and_layout(self, channels):
        new, old = (picture(SHAPE, seed, channels, np.float32) for seed in (1, 2))
        for gradients in GRADIENTS:
            plain = editing.seamless(new, old, MASK, gradients)
            others = [np.asfortranarray(new), old[::-1][::-1], np.asfortranarray(MASK)]
            assert np.array_equal(editing.seamless(*others, gradients), plain)

    def test_empty_and_full(self):
        new, old = two(np.float32)
        nothing = editing.seamless(new, old, np.zeros(SHAPE, bool), "mixed")
        assert np.array_equal(nothing, old) and not np.shares_memory(nothing, old)
        everything = editing.seamless(new, old, np.ones(SHAPE, bool))
        expected = new + (old.mean(axis=(0, 1)) - new.mean(axis=(0, 1)))
        assert np.abs(everything - expected).max() < 1e-5

    def test_gradients_that_are_none(self):
        new, old = two(np.float32)
        with pytest.raises(ValueError, match="import, mixed, average, monochrome, not 'seamless'"):
            editing.seamless(new, old, MASK, "seamless")

    def test_what_it_returned_stays(self):
        new, old = two(np.float32)
        first = editing.seamless(new, old, MASK, "mixed")
        kept = first.copy()
        editing.seamless(old, new, MASK, "average")
        assert np.array_equal(first, kept)


def test_two_threads_do_not_meet():
    """The memory that is used again is each thread's own."""
    tasks = []
    for seed in range(6):
        shape = 30 + 17 * seed, 130 - 15 * seed
        mask = blob(shape, np.random.default_rng(seed))
        pictures = (picture(shape, 2 * seed + k, (None, 3)[seed % 2]) for k in (0, 1))
        tasks.append((*pictures, mask, (0, 0), GRADIENTS[seed % 4]))
    alone = [clone(*task).tobytes() for task in tasks]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda task: clone(*task).tobytes(), tasks * 3))
    assert together == alone * 3


class TestCentred:
    @given(grids.filter(np.any), st.integers(-9, 99), st.integers(-9, 99))
    @settings(derandomize=True, deadline=None, max_examples=50)
    def test_the_middle_comes_to_the_centre(self, mask, y, x):
        top, left = centred(mask, (y, x))
        rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
        assert -0.5 <= y - (top + (rows[0] + rows[-1]) / 2) <= 0
        assert -0.5 <= x - (left + (columns[0] + columns[-1]) / 2) <= 0
        assert centred(mask * np.uint8(9), np.array([y, x])) == (top, left)

    def test_what_is_wrong(self):
        with pytest.raises(ValueError, match="empty"):
            centred(np.zeros((9, 9), bool), (3, 3))
        with pytest.raises(TypeError, match="whole numbers"):
            centred(np.ones((9, 9), bool), (3.5, 3))
        with pytest.raises(ValueError, match=r"\(9, 9, 3\)"):
            centred(np.ones((9, 9, 3), bool), (3, 3))


class TestErrors:
    @pytest.mark.parametrize("mask", [np.zeros(SHAPE, bool), np.zeros((0, 0), np.uint8)])
    def test_an_empty_mask(self, mask, caplog):
        source, target = two()
        source = source[: mask.shape[0], : mask.shape[1]]
        with caplog.at_level(logging.WARNING, "blemish"):
            result = clone(source, target, mask)
            out = target.copy()
            assert clone(source, target, mask, out=out) is out
        assert np.array_equal(result, target) and not np.shares_memory(result, target)
        assert len(caplog.records) == 2 and "mask" in caplog.text

    @pytest.mark.parametrize(
        ("change", "error", "message"),
        [
            ({"source": [[1]]}, TypeError, "NumPy array, not list"),
            ({"source": np.zeros(SHAPE, np.int32)}, TypeError, "int32.*convert"),
            ({"source": np.zeros(SHAPE, ">u2")}, TypeError, "byte order"),
            ({"source": np.zeros((*SHAPE, 5), np.uint8)}, ValueError, r"\(41, 52, 5\)"),
            ({"source": np.zeros(SHAPE, np.float32)}, TypeError, "float32 and uint8.*convert"),
            ({"target": np.zeros(SHAPE, np.uint8)}, ValueError, r"\(41, 52, 3\).*\(41, 52\)"),
            ({"mask": MASK[1:]}, ValueError, r"\(40, 52\).*source \(41, 52\)"),
            ({"mask": np.dstack([MASK] * 3)}, ValueError, r"\(41, 52, 3\).*mask\[:, :, 0\]"),
            ({"mask": MASK.tolist()}, TypeError, "list"),
            ({"mask": MASK.astype(complex)}, TypeError, "complex"),
            ({"mask": MASK * 256}, ValueError, r"\[0, 255\].*\[0, 256\].*mask > 0"),
            ({"mask": MASK * -1}, ValueError, r"\[0, 255\].*\[-1, 0\]"),
            ({"mask": MASK * 255.0}, ValueError, r"\[0, 1\].*divide"),
            ({"mask": np.where(MASK, np.nan, 0)}, ValueError, "NaN"),
            ({"mask": MASK * np.float32(-1e-9)}, ValueError, r"\[0, 1\]"),
            ({"offset": (1.0, 2)}, TypeError, r"whole numbers.*\(1.0, 2\).*round"),
            ({"offset": (1, 2, 3)}, TypeError, "offset"),
            ({"offset": 5}, TypeError, "offset"),
            ({"gradients": "both"}, ValueError, "import, mixed, average, monochrome, not 'both'"),
            ({"tolerance_levels": 0}, ValueError, "above 0"),
            ({"tolerance_levels": -1}, ValueError, r"\[0, 255\]"),
            ({"tolerance_levels": math.nan}, ValueError, "tolerance_levels"),
            ({"tolerance_levels": "low"}, TypeError, "tolerance_levels"),
            ({"out": np.zeros(SHAPE, np.uint8)}, ValueError, r"\(41, 52\).*\(41, 52, 3\).*copy"),
            ({"out": np.zeros((*SHAPE, 3), np.uint16)}, ValueError, "uint16.*uint8"),
            ({"out": [1]}, TypeError, "list"),
            ({"out": frozen(picture(SHAPE, 2))}, ValueError, r"read-only.*target.copy\(\)"),
        ],
    )
    def test_they_say_what_came_and_what_to_do(self, change, error, message):
        source, target = two()
        arguments = {"source": source, "target": target, "mask": MASK} | change
        with pytest.raises(error, match=message):
            clone(**arguments)

    def test_positions_of_other_integers(self):
        source, target = two()
        expected = clone(source, target, MASK, (3, 4))
        for offset in (np.array([3, 4]), (np.int64(3), np.uint8(4)), [3, 4]):
            assert np.array_equal(clone(source, target, MASK, offset), expected)


def test_importing_it_loads_nothing_heavy():
    code = "import sys, blemish.poisson; print({'numba', 'scipy', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_the_error_bound_is_in_levels():
    for dtype in (np.uint16, np.float32):
        source, target = two(dtype)
        truth = exact_clone(source, target, MASK)
        for tolerance in (2.0, 0.05):
            result = clone(source, target, MASK, tolerance_levels=tolerance)
            assert error_levels(as_floats(result), truth) <= tolerance + HALF[dtype]
