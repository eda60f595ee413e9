"""Stain, oil, rust, burn, discoloration, missing piece and misprint: what is painted, and where."""

import math
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest

import blemish as bl
from blemish import Scene, draw, rng_of
from blemish.contents import Discoloured, Filled, Mottled, Oiled, Stained
from blemish.contents._film import filmed
from blemish.contents._infill import continued
from blemish.notation import replaced
from blemish.placements import At, NearEdge
from blemish.recipe import NoDefect
from blemish.regions import Blot, Chip
from blemish.stencil import Stencil
from conftest import change_of, frozen, picture, stencil_of

NAMES = ["burn", "discoloration", "misprint", "missing_piece", "oil", "rust", "stain"]
REGIONS = [
    Blot(size=0.3, aspect=2.0, angle=0.0, seed=3),
    Blot(size=0.3, aspect=2.0, angle=0.0, roughness=0.2, rim=0.5, drops=3, seed=4),
    Chip(size=0.3, aspect=2.0, angle=0.0, corners=6, roughness=0.3, seed=3),
]


def drawn_with(name, seed=0, **settings):
    """The recipe with some fields set, drawn, in the middle of the frame."""
    recipe = replace(bl.find(name), placement=At(0.5, 0.5))
    for path, value in settings.items():
        recipe = replaced(recipe, path.replace("__", "."), value)
    return draw(recipe, rng_of(seed, 0))


def flat(level, side=96):
    return frozen(np.full((side, side, 3), level, np.uint8))


def shape_of(region, side):
    """The share of a square of the frame that the region covers, and (angle, elongation)."""
    mask = region(Scene(flat(0, side))).mask > 0
    y, x = np.nonzero(mask)
    spread = np.cov(np.stack([x, -y]))
    values, vectors = np.linalg.eigh(spread)
    angle = math.atan2(vectors[1, 1], vectors[0, 1])
    return mask.sum() / side**2, angle, math.sqrt(values[1] / values[0])


# the recipes


@pytest.mark.parametrize("name", NAMES)
def test_more_severity_changes_more(name):
    image = picture(160, 160)
    for seed in range(3):
        changes = []
        for severity in (0.3, 0.5, 0.7, 1.0):
            recipe = drawn_with(name, seed, content__severity=severity, region__size=0.3)
            changes.append(change_of(recipe(image)).sum())
        assert all(less < more for less, more in pairwise(changes))


@pytest.mark.parametrize("name", NAMES)
def test_a_larger_size_is_larger(name):
    image = picture(400, 400)
    areas = []
    for size in (0.1, 0.2, 0.4):
        recipe = drawn_with(name, 2, region__size=size, content__severity=1.0)
        areas.append(np.count_nonzero(stencil_of(recipe(image))))
    assert areas[1] == pytest.approx(4 * areas[0], rel=0.25)
    assert areas[2] == pytest.approx(4 * areas[1], rel=0.25)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("image", ["black", "white", "grey", "waves", "grey waves of 16 bit"])
def test_nothing_is_painted_outside_the_mask(name, image):
    image = {
        "black": flat(0),
        "white": flat(255),
        "grey": flat(120),
        "waves": picture(96, 96),
        "grey waves of 16 bit": picture(90, 120, None, np.uint16),
    }[image]
    if name == "misprint" and image.min() == image.max():
        with pytest.raises(NoDefect):
            bl.find(name)(image, rng=0)
        return
    for seed in range(4):
        sample = bl.find(name)(image, rng=seed)
        change = change_of(sample)
        assert not change[~stencil_of(sample)].any()
        assert not (change > 2)[sample.mask == 0].any()


@pytest.mark.parametrize("name", NAMES)
def test_there_is_always_something(name):
    image = picture(64, 64)
    samples = [bl.find(name)(image, rng=seed) for seed in range(50)]
    assert min(np.count_nonzero(sample.mask) for sample in samples) >= 8
    assert np.mean([sample.attempts for sample in samples]) < 1.7


@pytest.mark.parametrize("name", NAMES)
def test_it_is_the_same_twice(name):
    image = picture(120, 90)
    one, other = bl.find(name)(image, rng=7), bl.find(name)(image, rng=7)
    assert np.array_equal(one.image, other.image) and np.array_equal(one.mask, other.mask)
    assert np.array_equal(one.made_by(image).image, one.image)


# the shapes


@pytest.mark.parametrize("region", REGIONS)
def test_a_shape_is_as_large_at_any_resolution(region):
    for seed in range(5):
        region = replace(region, seed=seed)
        coarse, fine = shape_of(region, 128), shape_of(region, 512)
        assert coarse[0] == pytest.approx(fine[0], rel=0.12)
        assert coarse[2] == pytest.approx(fine[2], rel=0.12)


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("angle", [0.5, math.pi / 2, -2.0])
def test_the_angle_turns_a_shape_counter_clockwise(region, angle):
    area, upright, _ = shape_of(region, 300)
    turned_area, turned, _ = shape_of(replace(region, angle=angle), 300)
    assert turned_area == pytest.approx(area, rel=0.06)
    away = (turned - upright - angle + math.pi / 2) % math.pi - math.pi / 2
    assert abs(away) < 0.06


@pytest.mark.parametrize("region", REGIONS)
def test_a_mask_is_tight_and_falls_to_nothing(region):
    mask = region(Scene(flat(0, 400))).mask
    for edge in (mask[0], mask[-1], mask[:, 0], mask[:, -1]):
        assert 0 < edge.max() < 0.5
    assert mask.max() > 0.5


def test_the_smooth_blot_is_the_ellipse():
    region = Blot(size=0.5, aspect=2, angle=0.3, roughness=0, softness=0.5, seed=1)
    area, angle, elongation = shape_of(region, 400)
    assert area == pytest.approx(math.pi / 4 * 0.5 * 0.25, rel=0.03)
    assert angle % math.pi == pytest.approx(0.3, abs=0.02)
    assert elongation == pytest.approx(2, rel=0.03)


def test_a_dried_blot_is_thicker_at_its_rim():
    mask = Blot(0.5, 1, 0, roughness=0, softness=0.1, rim=0.7, seed=1)(Scene(flat(0, 200))).mask
    middle = mask[mask.shape[0] // 2]
    assert middle[len(middle) // 2] == pytest.approx(0.3, abs=0.05)
    assert middle.max() > 0.6


def test_drops_lie_outside_the_blot():
    alone = Blot(0.3, 1, 0, roughness=0, seed=5)
    counts = []
    for drops in (0, 6):
        mask = replace(alone, drops=drops)(Scene(flat(0, 400))).mask
        counts.append(cv2.connectedComponents((mask > 0).astype(np.uint8))[0] - 1)
    assert counts[0] == 1 and counts[1] >= 4


# the matter


def test_a_film_goes_from_the_surface_to_its_colour_and_never_back():
    base = picture(20, 30).astype(np.float32) / 255
    colour = np.array([[[0.7, 0.2, 0.4]]], np.float32)
    amounts = [np.full((20, 30), amount, np.float32) for amount in (0, 0.2, 0.7, 2, 8, 60)]
    seen = [filmed(base, colour, amount) for amount in amounts]
    np.testing.assert_allclose(seen[0], base, atol=1e-3)
    np.testing.assert_allclose(seen[-1], np.broadcast_to(colour, base.shape), atol=1e-3)
    away = [np.abs(layer - colour) for layer in seen]
    assert all((far >= near - 1e-5).all() for far, near in pairwise(away))
    same_side = np.sign(seen[2] - colour) * np.sign(base - colour)
    assert (same_side >= 0).all()


@pytest.mark.parametrize(
    "content",
    [Stained((0.4, 0.2, 0.1)), Oiled(), Mottled(), Discoloured(), Filled()],
)
def test_a_grey_picture_is_painted_grey(content):
    grey = picture(40, 50, 1)
    stencil = Stencil(np.full((12, 15), 0.5, np.float32), 9, 11)
    layer = draw(content, rng_of(0, 0))(Scene(grey), stencil)
    assert layer.shape == (12, 15, 1)


@pytest.mark.parametrize("content", [Stained((0.4, 0.2, 0.1)), Oiled(), Mottled(), Filled()])
def test_where_there_is_no_matter_the_picture_is_seen(content):
    image = picture(40, 50)
    mask = np.zeros((20, 20), np.float32)
    mask[5:15, 5:15] = 1
    layer = draw(content, rng_of(0, 0))(Scene(image), Stencil(mask, 4, 6))
    base = image[4:24, 6:26] / 255
    assert np.abs(layer - base)[mask == 0].max() < 0.5 / 255
    assert np.abs(layer - base)[mask > 0].mean() > 5 / 255


@pytest.mark.parametrize("name", ["burn", "missing_piece", "oil", "rust", "stain"])
@pytest.mark.parametrize("level", [0, 255])
def test_matter_is_seen_on_black_and_on_white(name, level):
    samples = [bl.find(name)(flat(level, 64), rng=seed) for seed in range(15)]
    assert np.mean([sample.attempts for sample in samples]) < 2.2


# what is missing


def disc(scene):
    y, x = np.indices(scene.shape)
    return (y - 100) ** 2 + (x - 100) ** 2 < 60**2


def part_on_ground():
    """A bright disc of 60 px on a dark, noisy ground, with the disc known."""
    rng = np.random.default_rng(0)
    ground = rng.normal(50, 6, (200, 200, 3))
    image = Scene(np.zeros((200, 200), np.uint8))
    ground[disc(image)] = 200 + rng.normal(0, 2, (int(disc(image).sum()), 3))
    return Scene(frozen(np.clip(ground, 0, 255).astype(np.uint8)), estimator=disc)


def test_a_piece_missing_at_the_edge_shows_the_background():
    scene = part_on_ground()
    mask = np.zeros((40, 30), np.float32)
    mask[2:38, 2:28] = 1
    stencil = Stencil(mask, 80, 145)  # the disc ends at 160
    layer = Filled(light=0.3, severity=1.0, seed=1)(scene, stencil) * 255
    inside = layer[10:30, 8:24]
    assert abs(inside.mean() - 50) < 4
    assert 3 < (inside - cv2.GaussianBlur(inside, (0, 0), 3)).std() < 8, "as noisy as the ground"


def test_a_piece_that_hides_all_background_is_a_hollow():
    def all_but_a_corner(scene):
        known = np.ones(scene.shape, bool)
        known[:5, :5] = False
        return known

    scene = Scene(flat(200), estimator=all_but_a_corner)
    layer = Filled(light=0.0, severity=0.0, seed=1)(scene, Stencil(np.ones((9, 9), np.float32)))
    assert np.abs(layer - 200 / 255).max() < 0.02


def test_a_piece_missing_within_is_a_hollow():
    scene = part_on_ground()
    stencil = Chip(0.2, 1, 0, 6, 0.3, 2)(scene).at(90, 90)
    base = scene.crop(90, 90, *stencil.mask.shape)
    slight, deep = (Filled(1.0, severity, 1)(scene, stencil) for severity in (0.3, 1.0))
    assert deep.mean() < slight.mean() < base.mean()
    floor = stencil.mask > 0.95
    assert deep[floor].mean() == pytest.approx(200 / 255 * 0.55, abs=0.06)


def test_light_falls_on_the_face_that_looks_to_it():
    scene = Scene(flat(120))
    y, x = np.indices((41, 41)) - 20.0
    mask = np.clip(1 - np.hypot(y, x) / 20, 0, 1).astype(np.float32)
    layer = Filled(light=0.0, severity=1.0, seed=1)(scene, Stencil(mask, 20, 20))[:, :, 0]
    # From the right: in a hollow the left face looks to it, the right one away.
    assert layer[20, 8] > layer[20, 32] + 0.1
    above = Filled(light=math.pi / 2, severity=1.0, seed=1)(scene, Stencil(mask, 20, 20))[:, :, 0]
    assert above[32, 20] > above[8, 20] + 0.1


def test_what_continues_is_smooth_and_keeps_what_is_known():
    y, x = np.indices((90, 120), np.float32)
    slope = (0.2 + 0.004 * x + 0.002 * y)[:, :, None].astype(np.float32)
    known = np.ones((90, 120), bool)
    known[30:60, 40:80] = False
    holed = np.where(known[:, :, None], slope, 0).astype(np.float32)
    assert np.abs(continued(holed, known) - slope).max() < 0.09
    assert np.abs(continued(np.full_like(slope, 0.3), known) - 0.3).max() < 1e-5


def test_across_the_edge_reaches_beyond_it_by_the_overhang():
    scene = part_on_ground()
    stencil = Stencil(np.ones((60, 60), np.float32))
    for where in (0.1, 0.5, 0.9):
        placed = NearEdge(0.02, 0.03, where, where)(stencil, scene)
        y, x = np.nonzero(placed.mask)
        reach = np.hypot(y + placed.top - 100, x + placed.left - 100)
        assert 60 + 3 < reach.max() <= 60 + 8 and reach.min() < 45


def test_across_the_edge_keeps_to_the_region_of_interest():
    roi = np.zeros((200, 200), bool)
    roi[:, :90] = True
    scene = replace(part_on_ground(), roi=roi)
    placed = NearEdge(overhang=0.03, y=0.4, x=0.4)(Stencil(np.ones((60, 60), np.float32)), scene)
    assert placed.left + np.nonzero(placed.mask)[1].max() < 90


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Stained((0.1, 0.2)),
        lambda: Stained((0.1, 0.2, 1.2)),
        lambda: Oiled(bl.choice((0.1, 0.2, 0.3), (0.1, 0.2, bl.uniform(0, 2)))),
        lambda: Mottled(((0.1, 0.2, 0.3),)),
        lambda: Mottled((0.1, 0.2, 0.3)),
    ],
)
def test_a_wrong_colour_is_told(wrong):
    with pytest.raises(ValueError, match="colour"):
        wrong()
