"""NSA and PII: their numbers, what their parts show, their labels, and pairs made of them."""

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from blemish import Combined, Limits, NoDefect, Recipe, Scene, Then
from blemish.blends import Poisson
from blemish.changes import Blur, Invert, Rotate
from blemish.file import File
from blemish.images import cached
from blemish.labels import Changed, Intensity, Opacity
from blemish.layouts import find_images
from blemish.notation import replaced
from blemish.placements import At, OnObject, Overlapping
from blemish.recipes import nsa, pii, real_defects
from blemish.refused import Refused
from blemish.regions import Box, Ellipses, Excerpt
from blemish.stencil import SURROUNDINGS_PX, bounds
from conftest import change_of, drawn, frozen, picture, pools, stencil_of
from making import check_labels, defect_bank, goods, pixels, records, save, shell
from test_recipes import within


def many(recipe, count=300):
    return [drawn(recipe, seed) for seed in range(count)]


def patches():
    return [recipe for each in many(nsa) for recipe in each.recipes]


# published numbers


def test_nsa_has_one_patch_and_three_more_with_a_chance_of_a_half():
    counts = Counter(len(each.recipes) for each in many(nsa, 800))
    assert set(counts) == {1, 2, 3, 4}
    for count, ways in ((1, 1), (2, 3), (3, 3), (4, 1)):
        assert counts[count] / 800 == pytest.approx(ways / 8, abs=0.05)


def test_nsa_has_the_published_numbers():
    found = patches()
    sides = np.array([(r.region.region.height, r.region.region.width) for r in found])
    assert sides.min() >= 0.06 and sides.max() == 0.4 and abs(np.corrcoef(sides.T)[0, 1]) < 0.1
    # Gamma(2, 0.1): above its offset with a median of 0.168; 15 % of it above 0.34.
    assert np.median(sides) == pytest.approx(0.228, abs=0.02)
    assert np.mean(sides == 0.4) == pytest.approx(0.147, abs=0.03)
    scales = np.array([r.region.scale for r in found])
    assert (scales.min(), scales.max()) == (0.7, 1.3)
    for edge in (0.7, 1.3):
        assert np.mean(scales == edge) == pytest.approx(0.274, abs=0.04)
    for kinds in (
        Counter(type(r.region.region).__name__ for r in found),
        Counter(r.blend.gradients for r in found),
    ):
        assert len(kinds) == 2 and min(kinds.values()) > 0.43 * len(found)
    ellipses = [r.region.region for r in found if isinstance(r.region.region, Ellipses)]
    assert {(e.count, e.smallest) for e in ellipses} == {(5, 0.03)}
    assert {(r.region.placement.share, r.placement.share) for r in found} == {(0.5, 0.25)}
    assert {r.label for r in found} == {Changed()}


def test_nsa_can_be_set_for_a_texture_and_another_label():
    scale = {"normal": [1, 0.5, 0.5, 2]}
    texture = replaced(nsa, "recipes.item.region.scale", scale)
    scales = [r.region.scale for each in many(texture, 200) for r in each.recipes]
    assert (min(scales), max(scales)) == (0.5, 2)
    soft = replaced(nsa, "recipes.item.label", {"Intensity": {"k": 1 / 3, "x0": 7}})
    label = soft(picture(96, 96), rng=1, **pools()).defects[0].label
    assert len(np.unique(label)) > 10 and 0 < label.max() <= 1


def test_pii_has_the_published_numbers():
    found = many(pii)
    assert within([r.region.height for r in found], 0.1, 0.4)
    assert within([r.region.coverage for r in found], 0.05, 0.95)
    assert {r.region.width for r in found} == {None}
    assert {r.blend for r in found} == {Poisson("mixed")}
    assert {(r.placement.share, r.label) for r in found} == {(0.8, Opacity())}


# excerpts


def places(height, width):
    """A picture whose red and green say where each pixel is: x and y over the longer side."""
    y, x = np.mgrid[:height, :width] * (65535 / max(height, width))
    return frozen(np.rint(np.stack([x, y, 0 * x + 9999], axis=2)).astype(np.uint16))


def from_elsewhere(image, **fields):
    file = File("sources", "other", "0" * 64, "", image)
    fields = {"region": Box(0.25, 0.2), "placement": At(0.4, 0.7), **fields}
    return Excerpt(file=file, **fields)


@pytest.mark.parametrize("scale", [0.5, 0.8, 1.0, 1.7])
def test_an_excerpt_shows_the_other_picture_at_its_scale(scale):
    scene = Scene(picture(120, 160, dtype=np.uint16))
    stencil = from_elsewhere(places(120, 160), scale=scale)(scene)
    y, x, h, w = bounds(np.float32(stencil.mask >= 0.5))
    assert (h, w) == (pytest.approx(30 * scale, abs=1), pytest.approx(24 * scale, abs=1))
    # About the place where it was cut, with what was around it.
    assert stencil.top + y + h / 2 == pytest.approx(48, abs=1.5)
    assert stencil.left + x + w / 2 == pytest.approx(112, abs=1.5)
    assert min(y, x) >= SURROUNDINGS_PX - 1
    seen = stencil.layer[:, :, :2] * 160
    rows, columns = np.mgrid[: stencil.height, : stencil.width]
    wanted_x = (columns + 0.5 - (x + w / 2)) / scale + 112
    wanted_y = (rows + 0.5 - (y + h / 2)) / scale + 48
    inner = np.s_[4:-4, 4:-4]
    assert np.abs(seen[:, :, 0] + 0.5 - wanted_x)[inner].max() < 1.2
    assert np.abs(seen[:, :, 1] + 0.5 - wanted_y)[inner].max() < 1.2


def test_an_excerpt_of_a_picture_of_another_size_has_its_share_of_it():
    scene = Scene(picture(120, 160, dtype=np.uint16))
    same = from_elsewhere(places(120, 160))(scene)
    for size in ((240, 320), (60, 80)):
        other = from_elsewhere(places(*size))(scene)
        assert other.mask.shape == same.mask.shape and np.array_equal(other.mask, same.mask)
        assert np.abs(other.layer - same.layer).max() < 0.02


def test_an_excerpt_has_the_channels_of_the_scene_and_its_changes():
    grey = Scene(picture(90, 90, channels=None))
    stencil = from_elsewhere(picture(90, 90, seed=4))(grey)
    assert stencil.layer.shape[2] == 1
    inverted = from_elsewhere(picture(90, 90, seed=4), changes=Invert())(grey)
    np.testing.assert_allclose(inverted.layer, 1 - stencil.layer, atol=1e-6)


def test_a_half_transparent_excerpt_stays_so():
    stencil = from_elsewhere(picture(90, 90), region=Box(0.3, coverage=0.4), scale=1.3)(
        Scene(picture(90, 90))
    )
    assert stencil.mask.max() == pytest.approx(0.4, abs=1e-6)


def left_half(scene):
    """An estimator that looks: what is brighter than the right half, which is black."""
    return scene.colour[:, :, 0] > 0


def halves(bright, seed=0, shape=(120, 160)):
    """A part on the left (or on the right), a black ground on the other side."""
    image = np.maximum(picture(*shape, seed=seed), 1).astype(np.uint8)
    image[:, shape[1] // 2 :] = 0
    return frozen(np.ascontiguousarray(image if bright == "left" else image[:, ::-1]))


def test_an_excerpt_is_cut_on_the_object_of_its_own_picture():
    scene = Scene(halves("left"), estimator=left_half)
    for seed in range(30):
        region = drawn(Excerpt(Box(0.3), Overlapping(0.6)), seed)
        region = replace(region, file=File("sources", "o", "0" * 64, "", halves("right", 1)))
        stencil = region(scene)
        inside = stencil.mask > 0.5
        assert (stencil.layer[inside][:, 0] > 0).mean() >= 0.58
        assert stencil.left + stencil.width > 70, "where it was cut"


def test_an_excerpt_of_a_picture_without_an_object_is_refused():
    black = File("sources", "o", "0" * 64, "", frozen(np.zeros((120, 160, 3), np.uint8)))
    with pytest.raises(Refused, match="no place"):
        Excerpt(Box(0.3), OnObject(0.5, 0.5), black)(Scene(halves("left"), estimator=left_half))


def test_an_excerpt_needs_a_region():
    with pytest.raises(TypeError, match=r"Excerpt\.region must be a region"):
        Excerpt(0.3)
    with pytest.raises(ValueError, match=r"Excerpt\.scale must be in"):
        Excerpt(Box(0.3), scale=0)


# ellipses


def test_one_ellipse_is_one():
    """Its second moments are those of an ellipse with its area: no stripe, no rectangle."""
    scene, whole = Scene(picture(400, 400)), 0
    for seed in range(60):
        mask = Ellipses(0.9, count=1, smallest=0.05, seed=seed)(scene).mask
        y, x = np.nonzero(mask)
        if min(y.min(), x.min()) == 0 or max(y.max(), x.max()) == 359:
            continue  # it is cut off at the side of its box
        whole += 1
        moments = np.cov(np.stack([y, x]))
        area = math.pi * 4 * math.sqrt(np.linalg.det(moments))
        assert area == pytest.approx(mask.sum(), rel=0.02)
        axes = 2 * np.sqrt(np.linalg.eigvalsh(moments))
        assert 0.05 * 400 - 1 <= axes[0] <= axes[1] <= 0.9 * 400 / 4 + 1
    assert whole > 10


def test_ellipses_stay_in_their_box_and_have_many_forms():
    scene = Scene(picture(200, 300))
    masks = [Ellipses(0.4, 0.2, seed=seed)(scene).mask for seed in range(40)]
    assert {mask.shape for mask in masks} == {(80, 40)}
    assert {float(v) for mask in masks for v in np.unique(mask)} == {0, 1}
    shares = [mask.mean() for mask in masks]
    assert 0.1 < min(shares) < max(shares) < 0.98 and len({m.tobytes() for m in masks}) == 40


# the label


def test_intensity_is_the_logistic_function_of_the_change():
    change = np.arange(0, 256, 0.25, np.float32).reshape(1, -1)
    mask = np.ones_like(change)
    for k, x0 in ((1 / 6, 20), (1 / 12, 24), (1, 3)):
        found = Intensity(k, x0)(change, mask)
        wanted = 1 / (1 + np.exp(-k * (change.astype(float) - x0)))
        seen = change > 2
        np.testing.assert_allclose(found[seen], wanted[seen], rtol=1e-5)
        assert not found[~seen].any() and found[0, 4 * x0] == pytest.approx(0.5)
    assert not Intensity()(change, np.zeros_like(mask)).any()


def test_what_changed_is_labelled_however_faint():
    change = np.full((3, 3), 3, np.float32)
    found = Intensity(k=50, x0=255)(change, np.ones_like(change))
    assert found.dtype == np.float32 and 0 < found.max() < 1e-5
    with pytest.raises(ValueError, match=r"Intensity\.x0 must be in"):
        Intensity(x0=-1)


# samples


def check_truth(sample):
    """What changed is labelled; what is labelled changed, but for filled holes."""
    change, marked = change_of(sample), sample.mask > 0
    assert not (change > 2)[~marked].any(), "changed and not labelled"
    assert not change[~marked].any(), "what is not labelled is as it was"
    assert np.mean(change[marked] <= 2) < 0.06, "labelled and not changed"
    where = stencil_of(sample)
    assert not change[~where].any() and not marked[~where].any()


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("recipe", [nsa, pii], ids=["nsa", "pii"])
def test_labels_are_true(recipe, seed):
    check_truth(recipe(picture(110, 130, seed=seed), rng=seed, **pools()))


@pytest.mark.parametrize("name", ["bottle", "carpet", "magnetic_tile"])
@pytest.mark.parametrize("recipe", [nsa, pii, real_defects], ids=["nsa", "pii", "real_defects"])
def test_labels_of_real_pictures_are_true(data, name, recipe):
    paths = find_images(data / name / "train" / "good")[:12]
    given = {"defects": data / "defect_bank", "sources": paths[4:]}
    for index in range(3):
        check_truth(recipe(cached(paths[index]), rng=index, **given))


def test_each_patch_of_nsa_has_its_own_label_and_the_next_lies_over_it():
    for seed in range(6):
        sample = nsa(picture(150, 150), rng=seed, **pools())
        assert isinstance(sample.made_by, Combined)
        assert len(sample.defects) == len(sample.made_by.recipes)
        assert {defect.kind for defect in sample.defects} == {"nsa"}
        again = sample.made_by(sample.clean, **pools())
        assert np.array_equal(again.image, sample.image)


def test_nsa_lies_on_the_object_and_shows_some():
    scene = Scene(halves("left", shape=(150, 200)), estimator=left_half)
    given = {"sources": [halves("right", seed, (150, 200)) for seed in (1, 2)]}
    for seed in range(12):
        sample = nsa(scene, rng=seed, **given)
        assert not (sample.mask > 0)[:, 98:].any() and not change_of(sample)[:, 98:].any()


def test_pii_shows_the_same_place_and_its_opacity_is_the_label():
    image, other = picture(100, 100), picture(100, 100, seed=8)
    for seed in range(8):
        sample = pii(image, rng=seed, sources=[other])
        (defect,) = sample.defects
        opacity = defect.made_by.region.coverage
        assert set(np.unique(defect.label)) <= {0, np.float32(opacity)}
        # Alone, at full opacity, it is the mixed clone; at its own, so much of it.
        full = replace(defect.made_by, region=replace(defect.made_by.region, coverage=1.0))
        whole = full(image).image.astype(float)
        wanted = image + opacity * (whole - image)
        marked = sample.mask > 0
        assert np.abs(sample.image - wanted)[marked].max() <= 1.5


def test_pii_of_a_picture_like_it_makes_nothing():
    image = picture(100, 100)
    with pytest.raises(NoDefect, match="nothing visible changed"):
        pii(image, rng=0, sources=[image])


# the patch is where its label is: what the published code gets wrong


def test_the_patch_lies_where_its_label_says():
    """Left where it was cut, it has the other picture's gradients, pixel by pixel."""
    rng = np.random.default_rng(0)
    other = frozen(rng.integers(90, 160, (120, 120, 3), np.uint8))
    image = frozen(np.full((120, 120, 3), 120, np.uint8))
    file = File("sources", "rough", "0" * 64, "", other)
    for seed in range(10):
        region = Excerpt(Ellipses(0.5, seed=seed), At(0.5, 0.5), file)
        recipe = Recipe(region, None, Poisson(), None, limits=Limits(1, 1, 0))
        sample = recipe(image)
        inside = sample.mask > 0
        both = inside[:, 1:] & inside[:, :-1]
        steps = [np.diff(i.astype(float), axis=1)[both] for i in (sample.image, other)]
        # What is spread over it is a few levels a pixel; beside its place they would differ by 33.
        assert both.sum() > 100 and np.abs(steps[0] - steps[1]).mean() < 7
        assert inside.sum() > 0.9 * stencil_of(sample).sum()


@pytest.mark.parametrize("side", [0.02, 0.04])
def test_a_patch_of_a_few_pixels_is_pasted(side):
    """Below 50 px, and after an erosion of 3 px all around, the published code pastes nothing."""
    other = frozen(np.random.default_rng(0).integers(0, 256, (100, 100, 3), np.uint8))
    recipe = Recipe(
        from_elsewhere(other, region=Box(side)), None, Poisson(), limits=Limits(1, 1, 0)
    )
    sample = recipe(frozen(np.full((100, 100, 3), 128, np.uint8)))
    assert (sample.mask > 0).sum() >= 0.7 * (side * 100) ** 2


# pairs, from the command line and from a file

TURNED = """
Then:
  recipe: {name}
  operations:
    - Rotate: {{angle: {{choice: [0.0, 1.5707963267948966, 3.141592653589793]}}}}
    - {{choice: [Flip, null]}}
    - Brightness: {{factor: {{uniform: [0.9, 1.1]}}}}
    - {{Blur: {{sigma_px: {{uniform: [0.0, 1.0]}}}}}}
"""


@pytest.mark.parametrize("name", ["nsa", "pii", "real_defects"])
def test_pairs_from_a_file_on_the_command_line(name, tmp_path):
    """Picture and mask are turned, mirrored, brightened and blurred alike, and labels stay true."""
    source, bad = goods(tmp_path / "in"), defect_bank(tmp_path / "bad")
    (tmp_path / "turned.yaml").write_text(TURNED.format(name=name))
    made = shell(
        *("make", source, tmp_path / "out", "--recipe", tmp_path / "turned.yaml", "-n", 12),
        *("--defects", bad, "--foreground", "none", "--with-clean", "--workers", 1),
    )
    assert made.code == 0, made.err
    assert check_labels(tmp_path / "out") >= 10
    shapes = {pixels(tmp_path / "out" / r["image"]).shape for r in records(tmp_path / "out")}
    assert shapes == {(48, 64, 3), (64, 48, 3)}


def test_pairs_by_options_of_the_command_line(tmp_path):
    source, bad = goods(tmp_path / "in"), defect_bank(tmp_path / "bad")
    then = ("Rotate(choice(0, pi/2, pi, -pi/2))", "choice(Flip(), None)")
    then += ("Brightness(uniform(0.9, 1.1))", "Translate(0.1, 0)", "Blur(uniform(0, 1))")
    made = shell(
        *("make", source, tmp_path / "out", "--recipe", "real_defects", "-n", 12),
        *("--defects", bad, "--foreground", "none", "--with-clean", "--workers", 1),
        *(word for operation in then for word in ("--then", operation)),
    )
    assert made.code == 0, made.err
    assert check_labels(tmp_path / "out") >= 10
    assert {len(r["recipe"]["Then"]["operations"]) for r in records(tmp_path / "out")} == {5}


@pytest.mark.parametrize("recipe", [nsa, pii, real_defects], ids=["nsa", "pii", "real_defects"])
def test_a_quarter_turn_of_the_pair_is_one_of_picture_and_mask(recipe):
    image = picture(90, 120)
    for seed in range(3):
        plain = recipe(image, rng=seed, **pools())
        turned = Then(plain.made_by, Rotate(math.pi / 2))(image, **pools())
        assert np.array_equal(turned.image, np.rot90(plain.image))
        assert np.array_equal(turned.clean, np.rot90(plain.clean))
        assert np.mean((turned.mask > 0) != np.rot90(plain.mask > 0)) < 0.002


def test_intensities_are_looked_at_again_after_the_operations():
    soft = replace(pii, label=Intensity(0.3, 8), region=Box(0.3))
    sample = Then(soft, Blur(1.5))(picture(90, 90), rng=2, **pools())
    (defect,) = sample.defects
    h, w = defect.label.shape
    box = np.s_[defect.top : defect.top + h, defect.left : defect.left + w]
    change = change_of(sample)[box]
    seen = defect.label > 0
    wanted = 1 / (1 + np.exp(-0.3 * (change - 8)))
    np.testing.assert_allclose(defect.label[seen], wanted[seen], atol=1e-4)
    assert not (change > 2.01)[~seen].any()


def test_the_masks_of_the_other_pictures_are_used_for_them(tmp_path):
    """Every other picture has its part on the other side; patches are cut from parts alone."""
    for number in range(8):
        side = ("left", "right")[number % 2]
        image = halves(side, number, (48, 64))
        save(tmp_path / "in" / f"{number:03d}.png", np.array(image))
        save(tmp_path / "fg" / f"{number:03d}.png", (image[:, :, 0] > 0).astype(np.uint8) * 255)
    patch = """
Recipe:
  region:
    Excerpt: {region: {Box: {height: 0.3}}, placement: {Fitting: {share: 1.0}}}
  content: null
  placement: {Fitting: {share: 1.0}}
  blend: Paste
  limits: {Limits: {min_contrast_levels: 0}}
"""
    (tmp_path / "patch.yaml").write_text(patch)
    made = shell(
        *("make", tmp_path / "in", tmp_path / "out", "--recipe", tmp_path / "patch.yaml"),
        *("-n", 24, "--foreground", tmp_path / "fg", "--workers", 1),
    )
    assert made.code == 0, made.err
    dark = [
        (pixels(tmp_path / "out" / r["image"])[pixels(tmp_path / "out" / r["mask"])[..., 0] > 0])
        for r in records(tmp_path / "out")
        if r["status"] == "ok"
    ]
    assert len(dark) > 20 and min(seen.max(axis=1).min() for seen in dark) > 0
