"""Flattened texture, changed light and changed colours: against the paper's equations, by pixel."""

import logging
import math

import numpy as np
import pytest

from blemish.poisson import _retouching, change_colour, change_illumination, flatten_texture
from blemish.poisson._areas import areas_of
from conftest import frozen
from poisson_masks import blob, disc
from poisson_reference import (
    LEVEL,
    NEIGHBOURS,
    Direct,
    as_floats,
    error_levels,
    exact_clone,
    picture,
)

SHAPE = (37, 45)
MASK = frozen(blob(SHAPE, np.random.default_rng(0)))
TOUCHING = frozen(np.pad(MASK, [(0, 0), (0, 4)])[:, 8:-4] | (np.indices((37, 37))[1] < 5))
DTYPES = (np.uint8, np.uint16, np.float32, np.float64)


def recoloured(image, mask, **more):
    """`change_colour` with gains for the channels there are."""
    coloured = np.ndim(image) == 3 and np.shape(image)[2] > 2
    return change_colour(image, mask, (1.3, 1.0, 0.6) if coloured else 1.3, **more)


EDITS = {
    "flatten_texture": flatten_texture,
    "change_illumination": change_illumination,
    "change_colour": recoloured,
}
HALF = {np.uint8: 0.5, np.uint16: 0.5 / 257, np.float32: 1e-3, np.float64: 1e-3}


def neighbours(p, shape):
    """The neighbours of a pixel that exist."""
    for step in NEIGHBOURS:
        q = p[0] + step[0], p[1] + step[1]
        if 0 <= q[0] < shape[0] and 0 <= q[1] < shape[1]:
            yield q


def across(light, p, q):
    """The mean of the differences at p and q that are across the line from p to q."""
    means = []
    for r in (p, q):
        step = abs(q[1] - p[1]), abs(q[0] - p[0])
        ends = (r[0] - step[0], r[1] - step[1]), (r[0] + step[0], r[1] + step[1])
        there = [e for e in ends if 0 <= e[0] < light.shape[0] and 0 <= e[1] < light.shape[1]]
        slopes = [(light[r] - light[e]) * (1 if e < r else -1) for e in there]
        means.append(sum(slopes) / len(slopes) if slopes else 0.0)
    return sum(means) / 2


def illuminated(image, mask, alpha, beta):
    """Equation 16, pair by pair, in float64: (H, W, C) of full range 1, not rounded, clipped."""
    values, direct = as_floats(image), Direct(mask)
    result = np.empty_like(values)
    for c in range(values.shape[2]):
        light = np.log(values[:, :, c] + LEVEL / 2)
        lengths = {}
        for p in map(tuple, np.argwhere(mask)):
            for q in neighbours(p, mask.shape):
                length = math.hypot(light[p] - light[q], across(light, p, q))
                lengths[min(p, q), max(p, q)] = length
        mean = alpha * sum(lengths.values()) / len(lengths)
        rhs = np.zeros(mask.shape)
        for (p, q), length in lengths.items():
            v = (mean / length) ** beta * (light[p] - light[q]) if length else 0.0
            rhs[p] += v
            rhs[q] -= v
        solved = direct.solve(light[:, :, None], rhs[:, :, None])[:, :, 0]
        result[:, :, c] = np.where(mask, np.exp(solved) - LEVEL / 2, values[:, :, c])
    return np.clip(result, 0, 1)


@pytest.mark.parametrize("name", EDITS)
class TestAll:
    @pytest.mark.parametrize("dtype", DTYPES)
    @pytest.mark.parametrize("channels", [None, 1, 2, 3, 4])
    def test_nothing_but_the_colours_under_the_mask(self, name, dtype, channels):
        image = frozen(picture(SHAPE, 1, channels, dtype))
        result = EDITS[name](image, MASK)
        assert result.dtype == image.dtype and result.shape == image.shape
        assert result[~MASK].tobytes() == image[~MASK].tobytes()
        if channels in (2, 4):
            assert np.array_equal(result[..., -1], image[..., -1])
        colours = as_floats(result)
        assert (colours != as_floats(image))[MASK].mean() > 0.3
        assert np.isfinite(colours).all() and colours.min() >= 0 and colours.max() <= 1

    @pytest.mark.parametrize("channels", [None, 3, 4])
    def test_layouts_and_out(self, name, channels):
        image = picture(SHAPE, 1, channels)
        plain = EDITS[name](image, MASK)
        fortran = frozen(np.asfortranarray(image))
        assert np.array_equal(EDITS[name](fortran, np.asfortranarray(MASK)), plain)
        beside, own = image.copy(), np.asfortranarray(image.copy())
        assert EDITS[name](image, MASK, out=beside) is beside
        assert EDITS[name](own, MASK, out=own) is own
        assert np.array_equal(beside, plain) and np.array_equal(own, plain)

    def test_soft_masks(self, name):
        image = picture(SHAPE, 1, 3, np.float64, contrast=0.3)
        soft = MASK * np.random.default_rng(0).uniform(0.01, 1, SHAPE)
        hard, result = EDITS[name](image, MASK), EDITS[name](image, soft)
        inside = ((hard > 0) & (hard < 1)).all(axis=2)
        expected = image + soft[:, :, None] * (hard - image)
        assert np.abs(result - expected)[inside].max() < 1e-6

    def test_parts_far_apart_are_as_one(self, name, monkeypatch):
        mask = np.zeros((150, 160), bool)
        for y, x in ((4, 5), (90, 100)):
            mask[y : y + SHAPE[0], x : x + SHAPE[1]] = MASK
        image = picture(mask.shape, 2)
        together = EDITS[name](image, mask)
        monkeypatch.setattr("blemish.poisson._areas._LARGE_PX", 0)
        monkeypatch.setattr("blemish.poisson._areas._BOX_PX", 0)
        assert len(areas_of(mask, (0, 0), mask.shape)) == 2
        apart = EDITS[name](image, mask)
        assert np.abs(apart.astype(int) - together).max() <= 1
        own = image.copy()
        assert np.array_equal(EDITS[name](own, mask, out=own), apart)

    def test_empty_mask(self, name, caplog):
        image = picture(SHAPE, 1)
        with caplog.at_level(logging.WARNING, "blemish"):
            result = EDITS[name](image, np.zeros(SHAPE, np.uint8))
        assert np.array_equal(result, image) and not np.shares_memory(result, image)
        assert "mask is empty" in caplog.text

    @pytest.mark.parametrize(
        ("change", "error", "message"),
        [
            ({"image": [1]}, TypeError, "NumPy array"),
            ({"image": np.full(SHAPE, np.nan)}, ValueError, r"\[0, 1\].*NaN"),
            ({"image": np.zeros(SHAPE, np.int64)}, TypeError, "int64"),
            ({"mask": MASK[:-1]}, ValueError, r"\(36, 45\).*image \(37, 45\)"),
            ({"mask": MASK * 2.0}, ValueError, r"\[0, 1\]"),
            ({"tolerance_levels": 0}, ValueError, "above 0"),
            ({"out": frozen(picture(SHAPE, 1))}, ValueError, r"read-only.*image.copy\(\)"),
            ({"out": np.full((*SHAPE, 3), 250, np.uint8)}, ValueError, "already hold the image"),
        ],
    )
    def test_errors(self, name, change, error, message):
        image = np.minimum(picture(SHAPE, 1), 249)
        with pytest.raises(error, match=message):
            EDITS[name](**({"image": image, "mask": MASK} | change))


class TestFlattenedTexture:
    @pytest.mark.parametrize("dtype", DTYPES)
    @pytest.mark.parametrize("kind", [bool, np.uint8, float])
    def test_all_are_edges(self, dtype, kind):
        image = picture(SHAPE, 1, 4, dtype)
        for mask in (MASK, MASK * 0.5, np.ones(SHAPE, bool)):
            result = flatten_texture(image, mask, np.full(SHAPE, 1, kind))
            assert result.tobytes() == image.tobytes()

    @pytest.mark.parametrize("dtype", DTYPES)
    def test_none_is_one(self, dtype):
        image = picture(SHAPE, 1, 3, dtype)
        result = flatten_texture(image, MASK, np.zeros(SHAPE))
        nothing = np.zeros_like(image)
        assert (
            error_levels(as_floats(result), exact_clone(nothing, image, MASK)) <= 0.25 + HALF[dtype]
        )

    def test_a_pair_with_one_edge_keeps_its_difference(self):
        image, edges = (
            picture(SHAPE, 1, 1, np.float32),
            np.random.default_rng(0).random(SHAPE) < 0.2,
        )
        rhs = np.zeros((*SHAPE, 1))
        values = as_floats(image)
        for p in np.ndindex(SHAPE):
            for q in neighbours(p, SHAPE):
                rhs[p] += (values[p] - values[q]) * (edges[p] or edges[q])
        truth = np.clip(Direct(MASK).solve(values, rhs), 0, 1)
        assert error_levels(flatten_texture(image, MASK, edges), truth) <= 0.25 + 1e-3

    def test_edges_stay_and_grain_goes(self):
        y, x = np.indices((90, 120))
        image = np.where(x < 60, 70.0, 160.0) + np.random.default_rng(0).normal(0, 4, y.shape)
        image = image.astype(np.uint8)
        mask = disc(y.shape)
        result = flatten_texture(image, mask).astype(float)
        inner = np.hypot(y - 45, x - 60) < 25
        for half in (inner & (x < 57), inner & (x > 62)):
            assert result[half].std() < 0.6 * image[half].std()
        step = result[inner & (x > 62)].mean() - result[inner & (x < 57)].mean()
        assert abs(step - 90) < 5

    def test_the_rim_of_the_mask_is_no_edge(self):
        # Were it one, a bright spot in a flat picture would stay.
        image = np.full((60, 60), 100, np.uint8)
        y, x = np.indices(image.shape)
        image[np.hypot(y - 30, x - 30) < 18] = 110
        assert np.array_equal(flatten_texture(image, disc((60, 60))), np.full((60, 60), 100))

    def test_the_detector_sees_no_more_than_is_near(self):
        # The same, whatever the size of the picture around.
        image = picture((160, 170), 3)
        mask = np.zeros((160, 170), bool)
        mask[60 : 60 + SHAPE[0], 70 : 70 + SHAPE[1]] = MASK
        near = np.s_[60 - 40 : 60 + SHAPE[0] + 40, 70 - 40 : 70 + SHAPE[1] + 40]
        result = flatten_texture(image, mask)[near]
        assert np.array_equal(result, flatten_texture(image[near].copy(), mask[near]))

    def test_floats_away_from_the_mask_may_be_anything(self):
        image = picture((90, 90), 3, 3, np.float32)
        mask = np.zeros((90, 90), bool)
        mask[5 : 5 + SHAPE[0], 5 : 5 + SHAPE[1]] = MASK
        expected = flatten_texture(image, mask)
        image[60:, 60:] = np.nan
        result = flatten_texture(image, mask)
        assert result[mask].tobytes() == expected[mask].tobytes()
        assert result[~mask].tobytes() == image[~mask].tobytes()

    def test_size_of_the_edges(self):
        with pytest.raises(ValueError, match=r"edges \(37, 44\).*image \(37, 45\)"):
            flatten_texture(picture(SHAPE, 1), MASK, MASK[:, 1:])
        with pytest.raises(ValueError, match=r"edges \(37, 45, 1\)"):
            flatten_texture(picture(SHAPE, 1), MASK, MASK[:, :, None])


class TestChangedIllumination:
    @pytest.mark.parametrize("dtype", DTYPES)
    @pytest.mark.parametrize("mask", [MASK, TOUCHING], ids=["inside", "at the edge"])
    @pytest.mark.parametrize(("alpha", "beta"), [(0.2, 0.2), (1.5, 0.7), (0.05, 1.0)])
    def test_equation_16(self, dtype, mask, alpha, beta):
        image = picture(mask.shape, 5, 3, dtype)
        result = change_illumination(image, mask, alpha, beta)
        truth = illuminated(image, mask, alpha, beta)
        assert error_levels(as_floats(result), truth) <= 0.25 + HALF[dtype]
        assert error_levels(as_floats(result), as_floats(image)) > 20

    @pytest.mark.parametrize("tolerance", [3.0, 0.02])
    def test_the_bound_is_in_levels(self, tolerance):
        # Not of the logarithm: in the light it would be 255 times what it is in the dark.
        image = picture(SHAPE, 6, 1, np.float32)
        image[:, 20:] *= 0.02
        result = change_illumination(image, MASK, 0.4, 0.4, tolerance)
        truth = illuminated(image, MASK, 0.4, 0.4)
        assert error_levels(result, truth) <= tolerance + 1e-3

    def test_how_the_bound_is_handed_on(self, monkeypatch):
        def solve(known, mask, rhs, tolerance):
            assert not known.any()
            seen.append(tolerance)
            return np.full_like(known, tolerance)

        seen = []
        monkeypatch.setattr(_retouching, "solve", solve)
        white = np.ones(SHAPE, np.float64)
        change_illumination(white * 0.999, MASK, tolerance_levels=0.25)
        # At full range an error of that much is just the bound.
        assert (1 + LEVEL / 2) * math.expm1(seen[0]) == pytest.approx(0.25 * LEVEL, rel=1e-6)
        result = change_illumination(np.full((*SHAPE, 3), 200, np.uint16), MASK)
        assert (
            seen[1] == pytest.approx(seen[0]) and (abs(result[MASK].astype(int) - 200) <= 64).all()
        )

    @pytest.mark.parametrize("slope", [(0.03, 0.0), (0.0, -0.02), (0.02, 0.015), (-0.01, 0.02)])
    def test_a_ramp_of_the_logarithm(self, slope):
        # The gradient is the same everywhere: v is alpha^beta of it, whatever its direction.
        y, x = np.indices(SHAPE)
        light = slope[0] * (y - 18) + slope[1] * (x - 22) - 1.5
        image = (np.exp(light) - LEVEL / 2)[:, :, None].astype(np.float32)
        field = 0.3**0.6
        rhs = np.zeros((*SHAPE, 1))
        for p in np.ndindex(SHAPE):
            for q in neighbours(p, SHAPE):
                rhs[p] += field * (light[p] - light[q])
        for mask in (MASK, np.ones(SHAPE, bool)):
            solved = Direct(mask).solve(light[:, :, None], rhs)
            result = change_illumination(image, mask, 0.3, 0.6)
            truth = np.clip(np.exp(solved) - LEVEL / 2, 0, 1)
            assert error_levels(result, truth) <= 0.25 + 1e-3

    @pytest.mark.parametrize("dtype", DTYPES)
    def test_beta_of_0_changes_nothing(self, dtype):
        image = picture(SHAPE, 1, 3, dtype)
        for mask in (MASK, MASK * 0.5, np.ones(SHAPE, bool)):
            assert change_illumination(image, mask, 0.7, 0).tobytes() == image.tobytes()

    @pytest.mark.parametrize("value", [0, 37, 255])
    @pytest.mark.parametrize("beta", [0.2, 1.0])
    def test_no_gradient(self, value, beta):
        flat = np.full((*SHAPE, 3), value, np.uint8)
        assert np.array_equal(change_illumination(flat, MASK, beta=beta), flat)
        flat[:, 30:, 1] = 90
        truth = illuminated(flat, MASK, 0.2, beta)
        result = change_illumination(flat, MASK, beta=beta)
        assert error_levels(as_floats(result), truth) <= 0.75
        assert np.array_equal(result[:, :, [0, 2]], flat[:, :, [0, 2]])

    def test_channels_are_by_themselves(self):
        image = picture(SHAPE, 1)
        result = change_illumination(image, MASK)
        for c in range(3):
            alone = change_illumination(image[:, :, c].copy(), MASK)
            assert np.abs(result[:, :, c].astype(int) - alone).max() <= 1

    def test_turned_and_mirrored(self):
        image = picture(SHAPE, 1, None, np.float32)
        plain = change_illumination(image, MASK)
        for change in (np.transpose, np.flipud, np.fliplr, np.rot90):
            turned = change_illumination(change(image), change(MASK))
            assert error_levels(turned, change(plain)) <= 0.5

    def test_shadows_are_lifted_and_glare_is_taken_down(self):
        y, x = np.indices((80, 80))
        away = np.hypot(y - 40, x - 40) / 20
        for sign in (1, -1):
            image = (120 + sign * 90 * np.exp(-(away**2))).astype(np.uint8)
            result = change_illumination(image, disc((80, 80)), 0.2, 0.3)
            assert sign * (int(image[40, 40]) - int(result[40, 40])) > 15

    @pytest.mark.parametrize("dtype", [np.uint8, np.float32])
    def test_one_row_and_one_pixel(self, dtype):
        line = picture((1, 30), 1, None, dtype)
        mask = np.zeros((1, 30), bool)
        mask[0, 4:20] = True
        truth = illuminated(line, mask, 0.3, 0.3)
        result = change_illumination(line, mask, 0.3, 0.3)
        assert error_levels(as_floats(result), truth) <= 0.25 + HALF[dtype]
        dot = np.full((1, 1), 0.5, dtype) if dtype is np.float32 else np.full((1, 1), 9, dtype)
        assert np.array_equal(change_illumination(dot, np.ones((1, 1), bool)), dot)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"alpha": 0}, "alpha must be above 0"),
            ({"alpha": -1}, "alpha"),
            ({"alpha": math.inf}, "alpha"),
            ({"alpha": math.nan}, "alpha"),
            ({"beta": -0.1}, r"beta.*\[0, 1\]"),
            ({"beta": 1.1}, r"beta.*\[0, 1\]"),
        ],
    )
    def test_options(self, options, message):
        with pytest.raises(ValueError, match=message):
            change_illumination(picture(SHAPE, 1), MASK, **options)


class TestChangedColour:
    @pytest.mark.parametrize("dtype", DTYPES)
    @pytest.mark.parametrize("mask", [MASK, TOUCHING], ids=["inside", "at the edge"])
    def test_the_recoloured_picture_is_cloned(self, dtype, mask):
        image, gains = picture(mask.shape, 1, 3, dtype), (1.7, 1.0, 0.0)
        values = as_floats(image)
        base = values * np.array(gains)
        rhs = np.zeros(values.shape)
        for p in np.ndindex(mask.shape):
            for q in neighbours(p, mask.shape):
                rhs[p] += base[p] - base[q]
        truth = np.clip(Direct(mask).solve(values, rhs), 0, 1)
        result = as_floats(change_colour(image, mask, gains))
        assert error_levels(result, truth) <= 0.25 + HALF[dtype]

    @pytest.mark.parametrize("dtype", DTYPES)
    def test_gains_of_1_change_nothing(self, dtype):
        for channels in (None, 2, 3, 4):
            image = picture(SHAPE, 1, channels, dtype)
            gains = np.ones(as_floats(image).shape[2])
            for mask in (MASK, MASK * 0.5, np.ones(SHAPE, bool)):
                assert change_colour(image, mask, gains).tobytes() == image.tobytes()

    def test_one_number_for_grey(self):
        image = picture(SHAPE, 1, None)
        plain = change_colour(image, MASK, (0.5,))
        assert np.array_equal(change_colour(image, MASK, 0.5), plain)
        assert np.array_equal(change_colour(image[:, :, None], MASK, [0.5])[:, :, 0], plain)

    @pytest.mark.parametrize(
        ("channels", "gains"),
        [
            (3, (1.0, 2.0)),
            (3, (1.0, 2.0, 3.0, 4.0)),
            (4, (1.0, 2.0, 3.0, 4.0)),
            (3, 0.5),
            (None, (1.0, 1.0, 1.0)),
            (3, (1.0, math.nan, 1.0)),
            (3, (1.0, math.inf, 1.0)),
            (3, (1.0, -0.1, 1.0)),
            (3, ((1.0, 2.0, 3.0),)),
        ],
    )
    def test_gains_that_do_not_fit(self, channels, gains):
        with pytest.raises(ValueError, match="gains must be"):
            change_colour(picture(SHAPE, 1, channels), MASK, gains)
