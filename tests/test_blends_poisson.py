"""The Poisson blend: its equations by plain NumPy, and in recipes."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

import blemish as bl
from blemish import Limits, Recipe, Scene, Stencil, choice
from blemish.blends import Alpha, Paste, Poisson
from blemish.contents import OtherImage, Shifted
from blemish.file import File
from blemish.parts import Blend
from blemish.placements import At
from blemish.recipe import sampled
from blemish.regions import Box, DefectBank
from conftest import change_of, drawn, frozen, opened, picture, stencil_of

MODES = ("import", "mixed", "average", "monochrome")
LEVEL = 1 / 255


def noise(shape, seed):
    """Rough pixels far from black and white, so that nothing is clipped."""
    rng = np.random.default_rng(seed)
    return frozen((0.35 + 0.3 * rng.random((*shape, 3))).astype(np.float32))


def blob(shape=(40, 50), seed=0):
    """A ragged support with holes and several pieces, free of the array's edge."""
    rough = cv2.GaussianBlur(np.random.default_rng(seed).normal(size=shape), (0, 0), 2)
    mask = rough > 0.02
    mask[[0, -1]] = mask[:, [0, -1]] = False
    return frozen(mask.astype(np.float32))


def at_the_corner():
    mask = np.zeros((40, 50), np.float32)
    mask[:25, 30:] = 1
    return frozen(mask)


def links(picture):
    """The difference of each pixel and its neighbour, one way and the other, where there is one."""
    for here, there in (
        (np.s_[1:], np.s_[:-1]),
        (np.s_[:-1], np.s_[1:]),
        (np.s_[:, 1:], np.s_[:, :-1]),
        (np.s_[:, :-1], np.s_[:, 1:]),
    ):
        yield here, picture[here] - picture[there]


def laplacian(picture, other=None, mode="import"):
    """The sum of the guidance field over the neighbours there are, float64."""
    total = np.zeros(picture.shape)
    own = picture.astype(np.float64)
    if mode == "monochrome":
        own = np.repeat(own.mean(axis=2, keepdims=True), 3, axis=2)
    base = np.zeros_like(own) if other is None else other.astype(np.float64)
    for (here, v), (_, w) in zip(links(own), links(base), strict=True):
        if mode == "mixed":
            v = np.where(np.abs(w) > np.abs(v), w, v)
        elif mode == "average":
            v = (v + w) / 2
        total[here] += v
    return total


# what it computes


def test_it_is_a_blend():
    blend: Blend = Poisson()
    assert Poisson() == Poisson("import", None) and blend.margin(Stencil(blob())) == 1


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("mask", [blob(), blob(seed=1), at_the_corner()], ids="ab|")
def test_inside_its_differences_are_those_of_the_guidance_field(mode, mask):
    base, layer = noise(mask.shape, 1), noise(mask.shape, 2)
    pixels = Poisson(mode)(base, layer, mask)
    inside = mask > 0
    assert np.array_equal(pixels[~inside], base[~inside])
    # An error of a quarter of a level in each pixel is one of at most eight quarters in a sum.
    wanted = laplacian(layer, base, mode)
    assert np.abs(laplacian(pixels) - wanted)[inside].max() < 2 * LEVEL + 1e-5


@pytest.mark.parametrize("mode", MODES)
def test_a_layer_like_the_base_but_for_its_light_gives_the_base(mode):
    base, mask = noise((40, 50), 1), blob()
    if mode == "monochrome":
        base = frozen(np.repeat(base[:, :, :1], 3, axis=2))
    for shift in (0.0, 0.15, -0.2):
        layer = frozen(base + np.float32(shift))
        assert np.abs(Poisson(mode)(base, layer, mask) - base).max() <= 0.26 * LEVEL
    assert np.array_equal(Poisson(mode)(base, base, mask), base) or mode == "monochrome"


def test_a_soft_stencil_is_solved_hard_and_then_mixed():
    base, layer, hard = noise((40, 50), 1), noise((40, 50), 2), blob()
    soft = frozen(hard * np.random.default_rng(0).uniform(0.1, 1, hard.shape).astype(np.float32))
    whole = Poisson()(base, layer, hard)
    wanted = base + soft[:, :, None] * (whole - base)
    np.testing.assert_allclose(Poisson()(base, layer, soft), wanted, atol=1e-6)


def test_a_stencil_over_everything_keeps_the_mean_of_the_base():
    base, layer = noise((30, 30), 1), frozen(noise((30, 30), 2) - np.float32(0.2))
    pixels = Poisson()(base, layer, np.ones((30, 30), np.float32))
    assert np.abs(pixels.mean(axis=(0, 1)) - base.mean(axis=(0, 1))).max() < 0.3 * LEVEL
    np.testing.assert_allclose(np.diff(pixels, axis=0), np.diff(layer, axis=0), atol=LEVEL / 2)
    near = Poisson(reach=0.5)(base, layer, np.ones((30, 30), np.float32))
    assert np.array_equal(near, pixels), "it has no edge to be near to"


def test_mixed_keeps_an_edge_of_the_base_that_import_covers():
    base = np.full((40, 40, 1), 0.3, np.float32)
    base[:, 20:] = 0.7
    layer, mask = np.full_like(base, 0.5), np.zeros((40, 40), np.float32)
    mask[8:32, 8:32] = 1
    steps = [np.diff(Poisson(m)(base, layer, mask)[20, :, 0])[19] for m in ("mixed", "import")]
    assert steps[0] == pytest.approx(0.4, abs=0.01) and steps[1] < 0.1


def test_the_result_is_clipped():
    base = np.full((20, 20, 3), 0.9, np.float32)
    layer = np.zeros_like(base)
    layer[10:] = 1
    mask = np.zeros((20, 20), np.float32)
    mask[5:15, 5:15] = 1
    pixels = Poisson()(base, layer, mask)
    assert pixels.max() == 1 and pixels.min() >= 0


# how far it reaches


def hole_at_an_edge():
    """A dark hole in a bright part on a dark ground; its mask cuts the edge of the part."""
    layer = np.full((80, 80, 1), 0.1, np.float32)
    layer[:, :42] = 0.6
    y, x = np.mgrid[:80, :80]
    mask = (y - 40) ** 2 + (x - 42) ** 2 < 24**2
    layer[(y - 40) ** 2 + (x - 42) ** 2 < 20**2] = 0.12
    return frozen(layer), frozen(mask.astype(np.float32))


def test_a_dark_hole_whose_mask_cuts_an_edge_stays_dark_within_its_reach():
    layer, mask = hole_at_an_edge()
    base = frozen(np.full_like(layer, 0.6))
    middle = {
        reach: Poisson(reach=reach)(base, layer, mask)[40, 42, 0] for reach in (None, 0.5, 0.25)
    }
    assert middle[None] > 0.3, "what bleeds in without it"
    assert middle[0.5] == pytest.approx(0.12, abs=0.01) and middle[0.25] == middle[0.5]


def test_there_is_no_seam_with_a_reach_either():
    layer, mask = hole_at_an_edge()
    base = frozen(np.full_like(layer, 0.6))
    inside = mask > 0
    for blend, seam in ((Poisson(), 0.02), (Poisson(reach=0.5), 0.06), (Paste(), 0.3)):
        pixels = blend(base, layer, mask)
        rim = inside & (cv2.erode(mask, np.ones((3, 3), np.uint8)) == 0)
        # The dark ground, which the base has none of; where the layer is like it there is no seam.
        rim[:, :55] = False
        step = np.abs(pixels - base)[rim].mean()
        assert (step > seam) == (blend == Paste()), (blend, step)


def test_what_stood_on_another_ground_does_not_glow():
    """A bright disc from a dark ground, in a bright place: without a reach it would burn out."""
    away = np.hypot(*(np.indices((80, 80)) - 40))
    layer = frozen(np.where(away < 20, 0.6, 0.1).astype(np.float32)[:, :, None])
    base, mask = frozen(np.full_like(layer, 0.6)), frozen((away < 22).astype(np.float32))
    burnt, kept = (Poisson(reach=reach)(base, layer, mask)[:, :, 0] for reach in (None, 0.5))
    assert burnt[away < 16].min() > 0.95 and np.abs(kept - 0.6)[away < 16].max() < 0.01
    # A small difference is spread as far as the reach is.
    dim = frozen(layer * np.float32(0.2) + np.float32(0.47))
    assert np.abs(Poisson(reach=1.0)(base, dim, mask) - dim)[28:34, 40].min() > 0.03


def test_within_its_reach_it_goes_over_to_the_layer():
    base, layer = noise((90, 90), 1), frozen(noise((90, 90), 2) - np.float32(0.1))
    mask = np.zeros((90, 90), np.float32)
    mask[5:85, 5:85] = 1
    everywhere, near = Poisson()(base, layer, mask), Poisson(reach=0.5)(base, layer, mask)
    np.testing.assert_allclose(near[5, 5:85], everywhere[5, 5:85], atol=1e-6)
    assert np.abs(near - layer)[27:63, 27:63].max() < 1e-6 < np.abs(near - layer)[20, 45].max()
    # The shape is 40 px deep; a small one is at least 8 px within reach of its edge.
    small = np.zeros((90, 90), np.float32)
    small[40:50, 40:50] = 1
    wide = Poisson()(base, layer, small)
    changed = [
        np.abs(p - layer)[43:47, 43:47].mean() for p in (Poisson(reach=0)(base, layer, small), wide)
    ]
    assert 0.2 * changed[1] < changed[0] < changed[1]


# what it takes


@pytest.mark.parametrize("wrong", ["normal", "", 1, choice("import", "seamless")])
def test_unknown_gradients_are_told(wrong):
    with pytest.raises(ValueError, match="must be one of import, mixed, average, monochrome"):
        Poisson(wrong)


def test_gradients_may_be_drawn():
    found = {drawn(Poisson(choice("import", "mixed")), seed).gradients for seed in range(12)}
    assert found == {"import", "mixed"}


@pytest.mark.parametrize("reach", [-0.1, 1.1])
def test_a_reach_is_a_share(reach):
    with pytest.raises(ValueError, match=r"Poisson\.reach must be in"):
        Poisson(reach=reach)


# in recipes


PATCH = Recipe(Box(0.4, 0.3), Shifted(0.9, 0.2), Poisson(), At(0.5, 0.5), limits=Limits(1, 1, 0))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("place", [(0.5, 0.5), (0.0, 0.0), (1.0, 0.5), (0.5, 1.0)])
def test_a_recipe_knows_what_is_around_the_stencil(mode, place):
    image = picture(60, 80)
    recipe = replace(PATCH, blend=Poisson(mode), placement=At(*place))
    sample = recipe(image)
    change, where = change_of(sample), stencil_of(sample)
    assert not change[~where].any() and not (change > 2)[sample.mask == 0].any()
    # The layer is what the box shows, which is a pixel larger than the stencil inside the frame.
    scene = Scene(image)
    stencil = recipe.placement(recipe.region(scene), scene)
    box = stencil.fitted(1, *scene.shape)
    here = np.s_[box.top : box.top + box.height, box.left : box.left + box.width]
    base, layer = scene.crop(box.top, box.left, *box.mask.shape), Shifted(0.9, 0.2)(scene, box)
    wanted = np.rint(np.clip(Poisson(mode)(base, layer, box.mask), 0, 1) * 255)
    labelled = sample.mask[here] > 0
    assert labelled.sum() > 0.7 * where.sum()
    assert np.abs(sample.image[here] - wanted)[labelled].max() <= 1
    if place == (0.5, 0.5):
        assert (base.shape[0], base.shape[1]) == (24 + 2, 18 + 2)


@pytest.mark.parametrize(
    "settings",
    [
        {"channels": None},
        {"channels": 1, "dtype": np.uint16, "white": 4095},
        {"channels": 4},
        {"dtype": np.float64},
    ],
    ids=["grey", "12 bit", "RGBA", "float64"],
)
def test_pictures_of_any_kind(settings):
    image = picture(60, 80, **settings)
    sample = PATCH(Scene(image, white=settings.get("white")))
    assert sample.image.dtype == image.dtype and sample.image.shape == image.shape
    change = change_of(sample, settings.get("white"))
    assert (change > 2).sum() > 100 and not (change > 2.01)[sample.mask == 0].any()
    if settings.get("channels") == 4:
        assert np.array_equal(sample.image[..., 3], image[..., 3])


@pytest.mark.parametrize("name", ["nsa", "pii", "real_defects"])
def test_a_sample_without_a_defect_is_the_picture(name):
    image = picture(90, 120)
    for seed in range(4):
        sample = sampled(bl.find(name), Scene(image), seed, opened(), null=True)
        assert np.abs(sample.image.astype(int) - image).max() <= 1 and not sample.mask.any()


def test_a_mask_cut_tightly_spreads_the_defect_and_a_wider_one_does_not():
    """The trap, and the remedy: let the mask end in clean surroundings."""
    image = np.array(picture(96, 96, seed=3))
    spot = (np.indices((96, 96)) - 48).astype(float)
    away = np.hypot(*spot)
    dark = np.clip(1.5 - away / 12, 0, 1)[:, :, None]  # it fades out between 6 and 18 px
    image = frozen((image * (1 - 0.9 * dark)).astype(np.uint8))
    contrasts = []
    for radius in (9, 21):
        file = File("defects", "spot", "0", "", (image, frozen(away < radius)))
        recipe = Recipe(
            DefectBank(file, seed=1), None, Poisson(), At(0.5, 0.5), limits=Limits(1, 1, 0)
        )
        sample = recipe(picture(96, 96, seed=5))
        middle = np.s_[46:50, 46:50]
        contrasts.append(sample.clean[middle].mean() - sample.image[middle].mean())
    assert contrasts[1] > 80 and contrasts[0] < 0.6 * contrasts[1]


def test_where_it_blends_the_picture_it_is_as_seamless_as_alpha_is_not():
    """A picture and its twin under another light: no seam, though no mask is soft."""
    image = picture(96, 96)
    other = frozen((picture(96, 96, seed=2) * 0.6).astype(np.uint8))
    recipe = Recipe(Box(0.5), OtherImage(File("sources", "o", "0", "", other)), Alpha(), At())
    jumps = []
    for blend in (Alpha(), Poisson()):
        sample = replace(recipe, blend=blend, limits=Limits(1, 1, 0))(image)
        change = sample.image.astype(float) - sample.clean
        jumps.append(abs(change[24, 26:70].mean()))
    assert jumps[1] < 0.35 * jumps[0]
