"""Shapes and where they go: areas, angles and places against what the fields say."""

import math
from itertools import pairwise

import numpy as np
import pytest

from blemish import NoDefect, Recipe, Scene, Stencil
from blemish.blends import Paste
from blemish.changes import Invert
from blemish.file import File
from blemish.noise import perlin
from blemish.placements import Anywhere, At
from blemish.regions import DefectBank, PerlinBlobs, Rectangle, Scar
from blemish.stencil import SURROUNDINGS_PX
from conftest import defects, frozen, picture

MARGIN = SURROUNDINGS_PX


def axis_of(mask):
    """The angle of a mask's longer axis, counter-clockwise from rightwards, in [0, pi)."""
    y, x = np.nonzero(mask > 0.5)
    (xx, xy), (_, yy) = np.cov(x, -y)
    return 0.5 * math.atan2(2 * xy, xx - yy) % math.pi


# Rectangle


@pytest.mark.parametrize("shape", [(64, 64), (200, 300), (300, 200)])
@pytest.mark.parametrize("area", [0.02, 0.1, 0.15])
@pytest.mark.parametrize("aspect", [0.5, 1.0, 2.0])
def test_a_rectangle_has_its_area_and_aspect(shape, area, aspect):
    stencil = Rectangle(area, aspect)(Scene(picture(*shape)))
    assert stencil.mask.min() == 1 and stencil.layer is None
    assert stencil.mask.size == pytest.approx(area * shape[0] * shape[1], rel=0.12)
    assert abs(stencil.width - aspect * stencil.height) <= 0.5 + aspect * 0.5 + 1e-9


def test_a_rectangle_never_leaves_the_picture():
    scene = Scene(picture(40, 200))
    assert Rectangle(1.0, 1.0)(scene).mask.shape == (40, 89)
    assert Rectangle(0.15, 0.01)(scene).mask.shape[0] == 40
    assert Rectangle(0.15, 1000.0)(scene).mask.shape == (1, 200)
    assert Rectangle(0.0)(scene).mask.shape == (1, 1)


# PerlinBlobs


@pytest.mark.parametrize("shape", [(64, 64), (50, 90)])
def test_blobs_are_where_the_noise_is_high(shape):
    stencil = PerlinBlobs(16, 16, 0.0, 0.4, seed=5)(Scene(picture(*shape)))
    noise = perlin(shape, (16, 16), 5)
    assert np.array_equal(stencil.mask, (noise > 0.4).astype(np.float32))
    assert (stencil.top, stencil.left) == (0, 0)


def test_large_blobs_are_where_the_noise_is_high_to_a_pixel():
    stencil = PerlinBlobs(2, 3, 0.0, 0.3, seed=5)(Scene(picture(256, 256)))
    wanted = perlin((256, 256), (2, 3), 5) > 0.3
    assert wanted.mean() > 0.05
    assert ((stencil.mask > 0) != wanted).mean() < 0.03


def test_a_higher_threshold_makes_smaller_blobs():
    scene = Scene(picture(100, 120))
    masks = [PerlinBlobs(4, 8, 0.3, t, seed=1)(scene).mask > 0 for t in (-1, 0.1, 0.3, 0.5, 1)]
    assert masks[0].mean() > 0.7 and not masks[-1].any()
    for more, fewer in pairwise(masks):
        assert not (fewer & ~more).any() and fewer.sum() < more.sum()


def test_blobs_are_turned_counter_clockwise():
    scene = Scene(picture(96, 96))
    straight = PerlinBlobs(8, 8, 0.0, 0.3, seed=2)(scene).mask
    turned = PerlinBlobs(8, 8, math.pi / 2, 0.3, seed=2)(scene).mask
    assert (turned != np.rot90(straight)).mean() < 0.03


def test_corners_that_turning_empties_hold_no_blob():
    mask = PerlinBlobs(4, 4, math.pi / 4, -1.0, seed=2)(Scene(picture(100, 100))).mask
    assert not mask[0, 0] and not mask[-1, -1] and mask[50, 50]


def test_the_blobs_are_the_seeds():
    scene = Scene(picture(64, 64))
    masks = {PerlinBlobs(4, 4, 0.0, 0.3, seed=s)(scene).mask.tobytes() for s in range(8)}
    assert len(masks) == 8


# Scar


@pytest.mark.parametrize("angle", [0.0, 0.4, -0.7, math.pi / 4, math.pi / 2, 3.0])
@pytest.mark.parametrize(("length", "width"), [(0.3, 0.05), (0.1, 0.02), (0.6, 0.2)])
def test_a_scar_has_its_length_width_and_angle(length, width, angle):
    stencil = Scar(length, width, angle, 0.5, 0.5)(Scene(picture(200, 300)))
    # Any pixel that it touches by more than half is in, and few others.
    wanted = length * width * 200**2
    assert stencil.mask.sum() == pytest.approx(wanted, rel=0.2, abs=length * 200)
    apart = abs(axis_of(stencil.mask) - (math.pi / 2 + angle)) % math.pi
    assert min(apart, math.pi - apart) < 0.1


def test_an_upright_scar_is_a_box_of_the_picture_where_it_was_cut():
    scene = Scene(picture(64, 64))
    stencil = Scar(0.25, 0.125, 0.0, 0.5, 0.25)(scene)
    y, x, h, w = stencil.support()
    assert (h, w) == (16, 8)
    assert (stencil.top + y, stencil.left + x) == (24, 14)
    np.testing.assert_allclose(
        stencil.layer[y : y + h, x : x + w], scene.crop(24, 14, 16, 8), atol=1e-6
    )
    with pytest.raises(NoDefect, match="nothing visible changed"):
        Recipe(Scar(0.25, 0.125, 0.0, 0.5, 0.25), None, Paste())(scene)


def test_a_scar_turns_what_is_in_it_too():
    scene = Scene(picture(64, 64))
    straight = Scar(0.25, 0.125, 0.0, 0.5, 0.5)(scene)
    turned = Scar(0.25, 0.125, math.pi / 2, 0.5, 0.5)(scene)
    np.testing.assert_allclose(turned.layer, np.rot90(straight.layer), atol=2e-3)
    assert np.array_equal(turned.mask, np.rot90(straight.mask))


@pytest.mark.parametrize("place", [(0.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
def test_a_scar_is_cut_inside_the_picture(place):
    scene = Scene(picture(64, 80))
    stencil = Scar(0.3, 0.2, 0.0, *place)(scene)
    y, x, h, w = stencil.support()
    assert stencil.top + y >= 0 and stencil.top + y + h <= 64
    assert stencil.left + x >= 0 and stencil.left + x + w <= 80


def test_a_scar_is_changed_and_its_place_is_not():
    scene = Scene(picture(64, 64))
    plain, inverted = (Scar(0.3, 0.1, 0.3, 0.5, 0.5, c)(scene) for c in ((), Invert()))
    np.testing.assert_allclose(inverted.layer, 1 - plain.layer, atol=1e-6)
    assert np.array_equal(inverted.mask, plain.mask)


# DefectBank


def bar(**fields):
    """The region of the dark bar of `defects`: rows 20 to 43, columns 28 to 35 of 64 x 64."""
    return DefectBank(File("defects", "bar", "0", "scratch", defects()[0]), **fields)


def test_a_defect_lies_where_it_lay_and_looks_as_it_looked():
    scene = Scene(picture(64, 64))
    stencil = bar()(scene)
    y, x, h, w = stencil.support()
    assert (stencil.top + y, stencil.left + x, h, w) == (20, 28, 24, 8)
    assert stencil.mask[y : y + h, x : x + w].min() == 1 and stencil.kind == "scratch"
    own = defects()[0][0] / 255
    assert stencil.layer.shape == (24 + 2 * MARGIN, 8 + 2 * MARGIN, 3)
    np.testing.assert_allclose(stencil.layer, own[20 - MARGIN : 44 + MARGIN, 12:52], atol=1e-6)


@pytest.mark.parametrize("shape", [(128, 128), (64, 64), (32, 32), (200, 100)])
@pytest.mark.parametrize("scale", [0.5, 1.0, 1.7])
def test_a_defect_has_its_share_of_the_frame(shape, scale):
    mask = bar(scale=scale)(Scene(picture(*shape))).mask
    assert mask.sum() == pytest.approx(24 * 8 * (scale * min(shape) / 64) ** 2, rel=0.05)
    stencil = bar(scale=scale)(Scene(picture(*shape)))
    y, x, h, w = stencil.support()
    middle = (stencil.top + y + h / 2) / shape[0], (stencil.left + x + w / 2) / shape[1]
    assert middle == pytest.approx((32 / 64, 32 / 64), abs=1.6 / min(shape))


def test_a_defect_is_turned_counter_clockwise_with_what_is_in_it():
    scene = Scene(picture(64, 64))
    straight, turned = bar()(scene), bar(angle=math.pi / 2)(scene)
    np.testing.assert_allclose(turned.mask, np.rot90(straight.mask), atol=1e-3)
    inner = np.s_[MARGIN:-MARGIN, MARGIN:-MARGIN]
    np.testing.assert_allclose(turned.layer[inner], np.rot90(straight.layer)[inner], atol=2e-3)
    tilted = bar(angle=0.5)(scene)
    assert abs(axis_of(tilted.mask) - (math.pi / 2 + 0.5)) < 0.05
    assert tilted.mask.sum() == pytest.approx(192, rel=0.03)


def test_a_defect_is_mirrored():
    scene = Scene(picture(64, 64))
    straight, mirrored = bar()(scene), bar(flip=True)(scene)
    np.testing.assert_allclose(mirrored.mask, straight.mask[:, ::-1], atol=1e-6)
    np.testing.assert_allclose(mirrored.layer, straight.layer[:, ::-1], atol=1e-6)
    tilted = bar(flip=True, angle=0.5)(scene)
    assert abs(axis_of(tilted.mask) - (math.pi / 2 + 0.5)) < 0.05


def test_a_mask_that_does_not_fit_is_refused():
    image, mask = defects()[0]
    scene = Scene(picture(64, 64))
    for wrong, told in ((mask[:-1], "its mask"), (mask & False, "marks nothing")):
        region = DefectBank(File("defects", "bar", "0", "", (image, frozen(wrong))))
        with pytest.raises(ValueError, match=rf"bar.*{told}"):
            region(scene)


def test_a_defect_may_reach_beyond_the_edge_of_its_picture():
    image = np.array(picture(64, 64))
    mask = np.zeros((64, 64), bool)
    mask[:10, :10] = True
    stencil = DefectBank(File("defects", "corner", "0", "", (image, mask)))(Scene(image))
    assert (stencil.top, stencil.left) == (-MARGIN, -MARGIN)
    # Its edge is repeated beyond, so that no blend meets an invented one.
    np.testing.assert_allclose(stencil.layer[0, MARGIN:], image[0, : 10 + MARGIN] / 255, atol=1e-6)


# placements


STENCIL = Stencil(frozen(np.pad(np.ones((5, 8), np.float32), ((2, 4), (3, 1)))), 100, -50)


def box_of(stencil):
    y, x, h, w = stencil.support()
    return stencil.top + y, stencil.left + x, h, w


@pytest.mark.parametrize(
    ("y", "x", "corner"), [(0.0, 0.0, (0, 0)), (1.0, 1.0, (35, 52)), (0.0, 1.0, (0, 52))]
)
def test_anywhere_goes_from_corner_to_corner(y, x, corner):
    assert box_of(Anywhere(y, x)(STENCIL, Scene(picture(40, 60)))) == (*corner, 5, 8)


def test_anywhere_keeps_the_whole_shape_in_the_frame_and_finds_every_place():
    scene = Scene(picture(9, 12))
    grid = np.linspace(0, 1, 41)
    places = [box_of(Anywhere(y, x)(STENCIL, scene))[:2] for y in grid for x in grid]
    assert set(places) == {(y, x) for y in range(5) for x in range(5)}


def test_anywhere_slides_a_larger_shape_over_the_frame():
    large = Stencil(np.ones((100, 20), np.float32))
    scene = Scene(picture(40, 60))
    assert box_of(Anywhere(0.0, 0.0)(large, scene))[:2] == (0, 0)
    assert box_of(Anywhere(1.0, 1.0)(large, scene))[:2] == (-60, 40)


@pytest.mark.parametrize(("y", "x"), [(0.5, 0.5), (0.0, 0.0), (1.0, 1.0), (0.3, 0.8)])
def test_at_puts_the_middle_there(y, x):
    top, left, h, w = box_of(At(y, x)(STENCIL, Scene(picture(40, 60))))
    assert abs(top + h / 2 - y * 40) <= 0.5 and abs(left + w / 2 - x * 60) <= 0.5


def test_placements_keep_mask_layer_and_kind():
    stencil = bar()(Scene(picture(64, 64)))
    for placement in (Anywhere(0.2, 0.9), At(0.1, 0.2)):
        placed = placement(stencil, Scene(picture(64, 64)))
        assert placed.mask is stencil.mask and placed.layer is stencil.layer
        assert placed.kind == "scratch"


@pytest.mark.parametrize(
    "make",
    [
        lambda: Rectangle(1.5),
        lambda: Rectangle(0.1, 0),
        lambda: Scar(-0.1, 0.1),
        lambda: Scar(0.1, 2),
        lambda: PerlinBlobs(cells_y=0),
        lambda: PerlinBlobs(threshold=2),
        lambda: bar(scale=0),
        lambda: Anywhere(1.1, 0),
        lambda: At(0, -0.1),
    ],
)
def test_what_makes_no_sense_is_refused(make):
    with pytest.raises(ValueError, match=r"\w+\.\w+ must be"):
        make()
