"""Real defects done well: bent and feathered donors, and what adapts them to their place."""

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest

from blemish import Recipe, Scene, Stencil
from blemish.blends import Alpha, Poisson
from blemish.composition import defect_of
from blemish.contents import Harmonised
from blemish.distributions import Uniform
from blemish.file import File
from blemish.images import read_image
from blemish.layouts import find_pairs
from blemish.placements import At, Fitting
from blemish.recipes import real_defects
from blemish.refused import Refused
from blemish.regions import DefectBank
from blemish.stencil import SURROUNDINGS_PX
from conftest import change_of, defects, drawn, frozen, picture, stencil_of

HERE = Harmonised(seed=1)


def part(level, contrast=12, noise=2.0, softness=1.5, seed=0, shape=(96, 128), tint=(0, 0, 0)):
    """A picture of a rough surface: mean, structure, grain and sharpness as they are asked for."""
    rng = np.random.default_rng(seed)
    rough = cv2.GaussianBlur(rng.normal(0, 1, shape), (0, 0), softness)
    rough *= contrast / rough.std()
    grain = rng.normal(0, noise, shape)
    grey = np.stack([level + shift + rough + grain for shift in tint], axis=2)
    return frozen(np.clip(np.rint(grey), 0, 255).astype(np.uint8))


def donor(image, amount=-40, box=(30, 62, 40, 70), mask=None):
    """The picture as a file of the pool, with a flat darker patch that is the defect."""
    top, bottom, left, right = box
    marked = np.zeros(image.shape[:2], bool)
    marked[top:bottom, left:right] = True
    spoilt = image.astype(np.int16)
    spoilt[marked] = np.clip(spoilt[marked] + amount, 0, 255)
    origin = (frozen(spoilt.astype(np.uint8)), frozen(marked if mask is None else mask))
    return File("defects", "patch", "0", "dent", origin)


def harmonised(file, image, content=HERE, estimator=None, **fields):
    """(scene's box, the donor's layer there, the harmonised layer, mask) in levels."""
    scene = Scene(image, estimator=estimator)
    stencil = At(0.5, 0.5)(DefectBank(file, **fields)(scene), scene)
    box = stencil.fitted(content.margin(stencil), *scene.shape)
    box.layer.setflags(write=False)
    after = content(scene, box)
    assert after.dtype == np.float32 and after.shape == box.layer.shape
    assert np.array_equal(after, content(scene, box))
    place = scene.crop(box.top, box.left, *box.mask.shape)
    return place * 255, box.layer * 255, after * 255, box.mask


def near(mask, reach=6):
    """The pixels just outside a mask."""
    shape = (mask > 0).astype(np.uint8)
    wide = cv2.dilate(shape, np.ones((2 * reach + 1,) * 2, np.uint8))
    return (wide > 0) & (cv2.dilate(shape, np.ones((3, 3), np.uint8)) == 0)


def jump(layer, place, mask):
    """By how many levels the mean colour differs at the seam."""
    seam = near(mask)
    return float(np.abs(layer[seam].mean(axis=0) - place[seam].mean(axis=0)).mean())


# tone


@pytest.mark.parametrize(("own", "there"), [(90, 150), (170, 80), (120, 125), (200, 45)])
def test_the_jump_at_the_seam_goes(own, there):
    place, before, after, mask = harmonised(donor(part(own, seed=1)), part(there, seed=2))
    assert jump(after, place, mask) < 3 < max(4, 0.7 * abs(own - there))
    assert jump(before, place, mask) > 0.8 * abs(own - there)


@pytest.mark.parametrize(("own", "there"), [(90, 150), (170, 80), (120, 125)])
def test_a_defect_keeps_its_contrast_as_light_changes_it(own, there):
    _, before, after, mask = harmonised(donor(part(own, seed=1)), part(there, seed=2))
    contrasts = [x[mask > 0].mean() - x[near(mask)].mean() for x in (before, after)]
    assert contrasts[0] == pytest.approx(-40, abs=3)
    assert contrasts[1] / contrasts[0] == pytest.approx((there + 8) / (own + 8), rel=0.12)


def test_a_change_of_exposure_is_undone():
    light = part(140, seed=3).astype(float)
    file = donor(frozen((light * 0.45).astype(np.uint8)), -25)
    truth = light.copy()
    truth[30:62, 40:70] -= 25 / 0.45
    scene = Scene(frozen(light.astype(np.uint8)))
    box = DefectBank(file)(scene).fitted(HERE.margin(None), *scene.shape)
    where = np.s_[box.top : box.top + box.height, box.left : box.left + box.width]
    inside = box.mask > 0
    found = replace(HERE, noise=0.0)(scene, box) * 255
    off = np.abs(found - truth[where])[inside].mean()
    assert off < 6 < np.abs(box.layer * 255 - truth[where])[inside].mean() / 5


def test_how_far_it_is_adapted():
    file, image = donor(part(90, seed=1)), part(150, seed=2)
    content = Harmonised(noise=0, sharpness=0, seed=1)
    levels = [
        harmonised(file, image, replace(content, tone=tone))[2].mean() for tone in (0.0, 0.5, 1.0)
    ]
    assert levels[1] == pytest.approx((levels[0] + levels[2]) / 2, abs=0.2)
    _, before, after, _ = harmonised(file, image, Harmonised(0, 0, 0, 1))
    assert np.array_equal(before, after)


def test_a_tint_is_adapted_and_another_material_is_not():
    file = donor(part(120, seed=1))
    for tint, wanted in (((8, 0, -8), 8), ((60, 0, -60), 16)):
        _, before, after, mask = harmonised(file, part(120, seed=2, tint=tint))
        shift = (after - before)[near(mask)].mean(axis=0)
        assert shift[0] - shift.mean() == pytest.approx(wanted, abs=2)


def test_grey_and_sixteen_bit():
    eight, image = donor(part(90, seed=1)), part(150, seed=2)
    _, _, wanted, _ = harmonised(eight, image)
    deep = [frozen(a.astype(np.uint16) * 257) for a in (eight.origin[0], image)]
    sixteen = replace(eight, origin=(deep[0], eight.origin[1]))
    np.testing.assert_allclose(harmonised(sixteen, deep[1])[2], wanted, atol=0.01)
    place, _, after, mask = harmonised(eight, frozen(image[:, :, 0]))
    assert after.shape[2] == 1 and jump(after, place, mask) < 3


# what the surroundings are


def halves(level, behind, seed, column):
    """A surface that ends at a column; behind it lies a flat background."""
    image = np.array(part(level, seed=seed))
    image[:, column:] = behind
    return frozen(image)


def test_of_a_donor_that_lies_half_on_the_background_the_object_is_compared():
    file = donor(halves(100, 5, 1, 55), -40, (30, 62, 30, 55))
    _, before, after, mask = harmonised(file, part(130, seed=2))
    shift = (after - before)[mask > 0].mean()
    assert shift == pytest.approx(30 - 40 * 30 / 108, abs=6)


def test_of_the_place_only_the_object_is_compared():
    image = halves(130, 250, 2, 72)
    file = donor(part(100, seed=1))
    known = harmonised(file, image, estimator=lambda scene: scene.colour[:, :, 0] < 240)
    unknown = harmonised(file, image)
    for _, before, after, mask in (known, unknown):
        assert (after - before)[mask > 0].mean() == pytest.approx(30 - 40 * 30 / 108, abs=6)


def test_surroundings_that_cannot_be_compared_do_not_burn_the_defect_out():
    image = np.full((96, 128, 3), 10, np.uint8)
    image[30:62, 40:70] = part(150, seed=1)[30:62, 40:70]
    marked = np.zeros((96, 128), bool)
    marked[30:62, 40:70] = True
    file = File("defects", "piece", "0", "", (frozen(image), frozen(marked)))
    _, before, after, mask = harmonised(file, part(150, seed=2))
    assert np.mean(after[mask > 0] >= 254) < 0.1
    assert after[mask > 0].std() > 0.7 * before[mask > 0].std()


def test_without_surroundings_the_layer_stays_what_it_is():
    layer = frozen(np.random.default_rng(0).random((40, 50, 3), np.float32))
    whole = Stencil(np.ones((40, 50), np.float32), layer=layer)
    assert np.array_equal(HERE(Scene(picture(40, 50)), whole), layer)


def test_a_region_without_a_layer_is_told_what_is_needed():
    with pytest.raises(TypeError, match="its region must be a DefectBank"):
        HERE(Scene(picture(40, 50)), Stencil(np.ones((4, 5), np.float32), 9, 9))


# noise and sharpness


def quiet(layer, mask):
    """The deviation of the finest grain near a defect."""
    grey = layer.mean(axis=2)
    return float((grey - cv2.GaussianBlur(grey, (0, 0), 1))[near(mask)].std())


@pytest.mark.parametrize("seed", range(3))
def test_grain_is_added_where_the_place_has_more(seed):
    file = donor(part(120, noise=0.3, softness=4, seed=seed))
    image = part(120, noise=4, softness=4, seed=seed + 10)
    place, before, after, mask = harmonised(file, image, Harmonised(sharpness=0, seed=seed))
    wanted = quiet(place, mask)
    assert quiet(before, mask) < 0.4 * wanted
    assert quiet(after, mask) == pytest.approx(wanted, rel=0.25)
    other = harmonised(file, image, Harmonised(sharpness=0, seed=seed + 1))[2]
    assert not np.array_equal(other, after)
    smooth = part(120, noise=0.3, softness=4, seed=seed)
    with_it, without = (
        harmonised(donor(image), smooth, Harmonised(noise=noise, sharpness=0, seed=1))[2]
        for noise in (1, 0)
    )
    assert np.array_equal(with_it, without)


def sharpness(layer, mask):
    """How strong the gradient of the surroundings is against their deviation."""
    grey, seam = layer.mean(axis=2), near(mask)
    return np.hypot(*np.gradient(grey))[seam].mean() / grey[seam].std()


@pytest.mark.parametrize(("own", "there"), [(0.8, 2.0), (2.0, 0.8)])
def test_the_layer_becomes_about_as_sharp_as_the_place(own, there):
    file = donor(part(120, 14, 0, own, seed=1))
    content = Harmonised(noise=0, seed=1)
    place, before, after, mask = harmonised(file, part(120, 14, 0, there, seed=2), content)
    found = [sharpness(x, mask) for x in (before, after, place)]
    assert abs(math.log(found[1] / found[2])) < 0.9 * abs(math.log(found[0] / found[2]))
    assert min(found[0], found[2]) < found[1] < max(found[0], found[2])


def test_what_is_as_sharp_is_not_filtered():
    file, image = donor(part(120, 14, 0, 1.5, seed=1)), part(120, 14, 0, 1.5, seed=2)
    _, before, after, _ = harmonised(file, image, Harmonised(0, 0, 1, 1))
    assert np.array_equal(before, after)


# the donor


def bar(**fields):
    """The dark bar of `defects`: 24 x 8 px of 64 x 64."""
    return DefectBank(File("defects", "bar", "0", "scratch", defects()[0]), **fields)


def test_a_bent_defect_is_another_shape_with_the_same_things_in_it():
    scene = Scene(picture(256, 256))
    straight = bar()(scene)
    shapes = [bar(warp=0.05, seed=seed)(scene) for seed in range(12)]
    for stencil in shapes:
        assert stencil.mask.sum() == pytest.approx(straight.mask.sum(), rel=0.25)
        # Mask and layer go together: what the mask covers is the dark bar, its rim apart.
        inside = cv2.erode(stencil.mask, np.ones((7, 7), np.uint8)) > 0.99
        assert stencil.layer[inside].max() < 0.2
        assert min(SURROUNDINGS_PX - 2, *margins(stencil)) == SURROUNDINGS_PX - 2
    assert len({stencil.mask.tobytes() for stencil in shapes}) == 12
    heights = [stencil.support()[2] for stencil in shapes]
    assert np.std(heights) > 0.3 and abs(np.mean(heights) - 96) < 12


def margins(stencil):
    """How far the mask is from each edge of its box."""
    y, x, h, w = stencil.support()
    return y, x, stencil.height - y - h, stencil.width - x - w


@pytest.mark.parametrize("seed", range(20))
def test_the_strongest_bend_does_not_fold(seed):
    region = bar(warp=0.1, seed=seed)
    x, y = region._places((20, 28, 24, 8), 4.0, 0)
    across, down = np.gradient(x, axis=1) * 4, np.gradient(y, axis=0) * 4
    shear = np.gradient(x, axis=0) * np.gradient(y, axis=1) * 16
    assert (across * down - shear).min() > 0


def test_the_edge_fades_outside_the_mask():
    scene = Scene(picture(256, 256))
    hard, soft = bar()(scene), bar(feather=0.012)(scene)
    around = (soft.height - hard.height) // 2
    assert around == math.ceil(0.012 * 256)
    inner = soft.mask[around:-around, around:-around]
    assert (inner[hard.mask >= 0.5] == 1).all()
    row = soft.mask[soft.height // 2]
    rising = row[np.flatnonzero(row)[0] : np.flatnonzero(row == 1)[0]]
    np.testing.assert_allclose(rising, (np.arange(4) + 0.072) / 4.072, atol=0.03)
    np.testing.assert_allclose(soft.layer[around:-around, around:-around], hard.layer, atol=1e-4)
    small = bar(feather=0.001)(Scene(picture(64, 64)))
    assert 0 < small.mask[(small.mask > 0) & (small.mask < 1)].max() < 1, "a pixel at least"


def thin(length=40):
    """A defect one pixel thick."""
    marked = np.zeros((64, 64), bool)
    marked[31, 10 : 10 + length] = True
    image = np.array(picture(64, 64, seed=2))
    image[marked] = 0
    return File("defects", "hair", "0", "hair", (frozen(image), frozen(marked)))


@pytest.mark.parametrize("scale", [0.3, 0.05])
@pytest.mark.parametrize("angle", [0.0, 0.7])
@pytest.mark.parametrize("feather", [0.0, 0.01])
def test_a_hairline_that_shrinks_stays_a_line(scale, angle, feather):
    stencil = DefectBank(thin(), scale=scale, angle=angle, feather=feather)(Scene(picture(64, 64)))
    solid = stencil.mask >= 0.499
    assert solid.any() and np.isfinite(stencil.mask).all() and stencil.mask.max() <= 1
    assert solid.sum() >= max(1, 0.5 * 40 * scale)


def test_what_would_be_smaller_than_a_pixel_is_refused():
    region = DefectBank(thin(20), scale=0.04)
    with pytest.raises(Refused, match="smaller than a pixel"):
        region(Scene(picture(64, 64)))


def test_only_the_seen_part_of_a_large_picture_is_worked_on():
    small, marked = defects()[0]
    image, mask = np.zeros((900, 900, 3), np.uint8), np.zeros((900, 900), bool)
    image[300:364, 500:564], mask[300:364, 500:564] = small, marked
    for fields in ({}, {"angle": 0.6, "warp": 0.05, "seed": 3}, {"scale": 0.4}):
        file = File("defects", "bar", "0", "", (frozen(image), frozen(mask)))
        one = DefectBank(file, **fields)(Scene(picture(900, 900)))
        # The same defect in a picture of its own, in a frame that makes it as large.
        other = bar(**fields)(Scene(picture(64, 64)))
        np.testing.assert_allclose(one.mask, other.mask, atol=1e-3)
        inside = one.mask > 0
        np.testing.assert_allclose(one.layer[inside], other.layer[inside], atol=2e-2)


@pytest.mark.parametrize(
    "fields", [{"warp": 0.11}, {"warp": -0.1}, {"feather": 0.6}, {"feather": -1}]
)
def test_fields_out_of_range(fields):
    with pytest.raises(ValueError, match=r"DefectBank\.\w+ must be"):
        bar(**fields)


# the recipe


def test_the_recipe_bends_feathers_and_harmonises():
    found = [drawn(real_defects, seed) for seed in range(200)]
    assert isinstance(real_defects.region.warp, Uniform)
    assert 0.045 < max(r.region.warp for r in found) <= 0.05
    assert {r.region.feather for r in found} == {0.006}
    assert {r.blend for r in found} == {Poisson(reach=0.5)}
    assert {(type(r.content), type(r.placement)) for r in found} == {(Harmonised, Fitting)}


def test_three_examples_make_many_and_their_labels_are_true():
    examples = [donor(part(90, seed=n), -45, (20, 30 + 8 * n, 30, 60)).origin for n in range(3)]
    shapes = set()
    for seed in range(12):
        sample = real_defects(part(150, seed=50), rng=seed, defects=examples)
        change, where = change_of(sample), stencil_of(sample)
        assert not change[~where].any() and not (change > 2)[sample.mask == 0].any()
        shapes.add(((sample.mask > 0).sum(), sample.defects[0].box))
    assert len(shapes) == 12


def test_the_tone_of_real_exposures_is_adapted(data):
    """Tiles were photographed under up to six exposures: bright donors into dark tiles."""
    pairs = [p for p in find_pairs(data / "magnetic_tile") if p.kind == "blowhole"][::9]
    good = sorted((data / "magnetic_tile" / "train" / "good").iterdir())[::7]
    jumps = []
    for seed, pair in enumerate(pairs):
        file = File("defects", pair.image.name, "0", "", (pair.image, pair.mask))
        image = read_image(good[seed % len(good)])
        recipe = Recipe(DefectBank(file), HERE, Alpha(), Fitting(y=0.4, x=0.8))
        scene = Scene(image)
        stencil = recipe.placement(recipe.region(scene), scene)
        box = stencil.fitted(HERE.margin(stencil), *scene.shape)
        place = scene.crop(box.top, box.left, *box.mask.shape) * 255
        layers = (box.layer * 255, HERE(scene, box) * 255)
        jumps.append([jump(layer, place, box.mask) for layer in layers])
        assert defect_of(recipe, scene, (), False).area > 0
    before, after = np.median(jumps, axis=0)
    assert len(jumps) > 8 and before > 20 and after < 0.3 * before
