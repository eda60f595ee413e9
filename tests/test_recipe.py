"""The recipe: samples of every kind of picture, redraws, several defects, and what is refused."""

import json
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import pytest

import blemish as bl
from blemish import (
    Combined,
    Limits,
    NoDefect,
    Recipe,
    Sample,
    Scene,
    Stencil,
    choice,
    from_dict,
    rng_of,
    several,
    synthesize,
    to_dict,
    uniform,
)
from blemish.arrays import white_of
from blemish.blends import Alpha, Paste
from blemish.contents import Shifted
from blemish.placements import Anywhere, At
from blemish.recipe import ATTEMPTS, sampled
from blemish.recipes import cutpaste, cutpaste_scar, draem, real_defects
from blemish.regions import Rectangle, Scar
from blemish.values import Value, leaves
from conftest import change_of, defects, frozen, picture, pools, stencil_of, textures

pytestmark = pytest.mark.usefixtures("global_random_state_untouched")

RECIPES = {name: getattr(bl.recipes, name) for name in bl.recipes.__all__}
RECIPES["several"] = several(choice(cutpaste, draem), bl.integers(1, 3))
PICTURES = {
    "8x8": {"height": 8, "width": 8},
    "9x13": {"height": 9, "width": 13},
    "64x64": {"height": 64, "width": 64},
    "200x300 grey uint16": {"height": 200, "width": 300, "channels": None, "dtype": np.uint16},
    "70x50x1": {"height": 70, "width": 50, "channels": 1},
    "70x50 grey alpha": {"height": 70, "width": 50, "channels": 2},
    "64x80 RGBA": {"height": 64, "width": 80, "channels": 4},
    "RGBA uint16": {"height": 64, "width": 80, "channels": 4, "dtype": np.uint16},
    "float32": {"height": 60, "width": 70, "dtype": np.float32},
    "float64 grey": {"height": 60, "width": 70, "channels": None, "dtype": np.float64},
    "257x129": {"height": 257, "width": 129},
    "12 bit": {"height": 64, "width": 90, "channels": None, "dtype": np.uint16, "white": 4095},
}


def pick(recipe, image, seeds=range(20), **given):
    """The first sample that the seeds give, and its seed."""
    for seed in seeds:
        try:
            return recipe(image, rng=seed, **(given or pools())), seed
        except NoDefect as refused:
            assert refused.attempts == ATTEMPTS
    return None, None


def check_sample(sample, image, white=None):
    """What holds of every sample, by plain NumPy."""
    assert sample.clean is image
    assert sample.image.dtype == image.dtype and sample.image.shape == image.shape
    assert sample.image is not image
    if image.ndim == 3 and image.shape[2] in (2, 4):
        assert np.array_equal(sample.image[:, :, -1], image[:, :, -1]), "alpha has changed"
    where = stencil_of(sample, white)
    assert np.array_equal(sample.image[~where], image[~where]), "changed outside the stencil"
    assert sample.mask.dtype == np.uint8 and sample.mask.shape == image.shape[:2]
    labelled = sample.mask > 0
    assert not labelled[~where].any()
    assert not (change_of(sample, white) > 2.002)[~labelled].any(), "changed but not labelled"
    assert 8 <= labelled.sum() <= 0.6 * labelled.size * len(sample.defects)
    full = white_of(image, white)
    touched = sample.image != image
    assert sample.image[touched].max() <= full
    if image.dtype.kind == "f":
        assert sample.image.min() >= 0 and sample.image.max() <= 1


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize("name", RECIPES)
def test_a_sample_of_every_kind_of_picture(name, kind):
    white = PICTURES[kind].get("white")
    image = picture(**PICTURES[kind])
    before = image.copy()
    others = [picture(**PICTURES[kind], seed=seed) for seed in (8, 9)]
    given = {**pools(), "sources": others}
    contents = [array.copy() for array in given["textures"]]
    sample, seed = pick(RECIPES[name], Scene(image, white=white), **given)
    if sample is None:
        assert min(image.shape[:2]) < 16, "no defect in a picture of ordinary size"
        return
    check_sample(sample, image, white)
    again = RECIPES[name](Scene(image, white=white), rng=seed, **given)
    assert np.array_equal(again.image, sample.image) and np.array_equal(again.mask, sample.mask)
    assert again.made_by == sample.made_by and again.attempts == sample.attempts
    assert np.array_equal(image, before)
    assert all(map(np.array_equal, given["textures"], contents))


@pytest.mark.parametrize("name", RECIPES)
def test_a_drawn_recipe_makes_the_sample_again(name):
    image = picture(100, 80)
    for seed in range(4):
        sample = RECIPES[name](image, rng=seed, **pools())
        assert not [leaf for _, leaf in leaves(sample.made_by) if isinstance(leaf, Value)]
        record = json.loads(json.dumps(to_dict(sample.made_by)))
        assert from_dict(record) == sample.made_by
        for drawn in (sample.made_by, from_dict(record)):
            again = drawn(image, **pools())
            assert np.array_equal(again.image, sample.image)
            assert np.array_equal(again.mask, sample.mask)
            assert again.made_by == sample.made_by and again.attempts == len(sample.defects)


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_is_written_and_read_back(name):
    assert from_dict(json.loads(json.dumps(to_dict(RECIPES[name])))) == RECIPES[name]


@pytest.mark.parametrize("name", RECIPES)
def test_8_and_16_bit_pictures_get_the_same_mask(name):
    small = picture(120, 150)
    large = frozen(small.astype(np.uint16) * np.uint16(257))
    compared = 0
    for seed in range(4):
        one = RECIPES[name](small, rng=seed, **pools())
        two = RECIPES[name](large, rng=seed, **pools())
        if one.attempts != two.attempts:
            continue  # one as faint as the limit was refused in one of them
        compared += 1
        assert two.image.dtype == np.uint16 and one.made_by == two.made_by
        both, either = (one.mask & two.mask) > 0, (one.mask | two.mask) > 0
        # Where the change is of the tolerance itself, half a level tips it, and so the holes.
        assert either.sum() - both.sum() <= max(0.09 * either.sum(), 6)
        # Half a level of rounding a defect, where both labels say the same.
        agreed = (one.mask > 0) == (two.mask > 0)
        away = np.abs(two.image / 257.0 - one.image)[agreed]
        assert away.max() < 0.51 * (1 + len(one.defects))
    assert compared >= 3


def test_what_is_above_the_white_of_a_camera_is_left_alone_outside():
    image = np.array(picture(64, 64, None, np.uint16, white=4095))
    image[::7, ::5] = 60000
    scene = Scene(frozen(image), white=4095)
    for seed in range(5):
        sample = draem(scene, rng=seed)
        where = stencil_of(sample, 4095)
        assert sample.image[where].max() <= 4095
        assert np.array_equal(sample.image[~where], image[~where])


@pytest.mark.parametrize(
    "turned",
    [
        lambda image: image[::2, ::-1],
        lambda image: image.transpose(1, 0, 2),
        lambda image: np.asfortranarray(image),
        lambda image: image[:, :, ::-1],
        lambda image: np.broadcast_to(image[:, :1], image.shape),
    ],
)
def test_the_memory_layout_of_a_picture_does_not_matter(turned):
    image = turned(picture(128, 80))
    for recipe in (cutpaste, draem):
        one = recipe(image, rng=1)
        two = recipe(np.ascontiguousarray(image), rng=1)
        assert np.array_equal(one.image, two.image) and np.array_equal(one.mask, two.mask)


def test_a_picture_of_the_other_byte_order_is_refused_or_done_right():
    image = picture(64, 64, 3, np.uint16)
    wanted = cutpaste(image, rng=1)
    try:
        sample = cutpaste(image.astype(">u2"), rng=1)
    except TypeError as error:
        assert "an image must have the machine's byte order" in str(error)
    else:
        assert np.array_equal(sample.image, wanted.image)


def test_the_result_does_not_depend_on_what_was_made_before():
    image = picture(64, 64)
    alone = draem(image, rng=rng_of(3, 7), textures=textures())
    for index in (9, 2, 7):
        last = draem(image, rng=rng_of(3, index), textures=textures())
    assert np.array_equal(alone.image, last.image)


def test_a_generator_is_as_good_as_a_seed():
    image = picture(64, 64)
    assert np.array_equal(cutpaste(image, rng=5).image, cutpaste(image, rng=rng_of(5, 0)).image)
    assert synthesize(cutpaste, image, 5).made_by == cutpaste(image, rng=5).made_by


# parts for the tests below


@dataclass(frozen=True)
class Box:
    """A region of `side` px at (top, left), of a coverage; or a donor of one tone."""

    side: Any = 10
    top: Any = 5
    left: Any = 6
    coverage: float = 1.0
    tone: float | None = None
    kind: str = ""

    def __call__(self, scene):
        mask = np.full((self.side, self.side), self.coverage, np.float32)
        layer = None
        if self.tone is not None:
            layer = np.full((*mask.shape, scene.channels), self.tone, np.float32)
        return Stencil(mask, self.top, self.left, layer, self.kind)


@dataclass(frozen=True)
class Tone:
    tone: Any = 1.0

    def __call__(self, scene, stencil):
        return np.full((*stencil.mask.shape, scene.channels), self.tone, np.float32)


@dataclass(frozen=True)
class Wants:
    """A blend that wants a margin."""

    margin_px: int = 3

    def margin(self, stencil):
        return self.margin_px

    def __call__(self, base, layer, mask):
        assert base.shape == layer.shape and base.shape[:2] == mask.shape
        return np.where(mask[:, :, None] > 0, layer, np.float32(0.123))


@dataclass(frozen=True)
class Returns:
    """A part of any kind that returns what it is told."""

    what: Any

    def margin(self, stencil):
        return 0

    def __call__(self, *_):
        return self.what(*_) if callable(self.what) else self.what


GREY = frozen(np.full((40, 50, 3), 100, np.uint8))
SPOT = Recipe(Box(), Tone(), Paste(), kind="spot")


def test_the_picture_in_the_stencil_is_the_layer():
    sample = SPOT(GREY)
    wanted = GREY.copy()
    wanted[5:15, 6:16] = 255
    assert np.array_equal(sample.image, wanted)
    assert np.array_equal(sample.mask > 0, wanted[:, :, 0] == 255)
    (defect,) = sample.defects
    assert (defect.kind, defect.box, defect.area, defect.contrast) == (
        "spot",
        (5, 6, 10, 10),
        100,
        155.0,
    )
    assert defect.made_by == SPOT == sample.made_by
    assert (sample.kind, sample.attempts, sample.bad) == ("spot", 1, {})


def test_the_default_kind_and_that_of_a_donor():
    assert replace(SPOT, kind=None)(GREY).kind == "defect"
    donor = Recipe(Box(tone=0.0, kind="hole"), None, Paste())
    assert donor(GREY).kind == "hole"
    assert replace(donor, kind="pit")(GREY).kind == "pit"


def test_a_content_hides_the_layer_of_a_donor():
    assert Recipe(Box(tone=0.0), Tone(1.0), Paste())(GREY).image.max() == 255


@pytest.mark.parametrize("place", [(0, 0), (5, 6), (30, 40), (-5, -5), (35, 45), (-4, 44)])
def test_a_blend_gets_its_margin_and_changes_nothing_in_it(place):
    sample = Recipe(Box(10, *place), Tone(), Wants(3))(GREY)
    where = np.zeros((40, 50), bool)
    where[max(0, place[0]) : place[0] + 10, max(0, place[1]) : place[1] + 10] = True
    assert np.array_equal(sample.mask > 0, where)
    assert np.array_equal(sample.image[~where], GREY[~where])
    top, left = sample.defects[0].top, sample.defects[0].left
    assert (top, left) == (max(0, place[0] - 3), max(0, place[1] - 3))


def test_what_a_placement_returns_is_where_it_is():
    sample = replace(SPOT, placement=At(1.0, 0.0))(GREY)
    assert sample.defects[0].box == (35, 0, 5, 5)


@pytest.mark.parametrize("name", RECIPES)
def test_bands_are_seen_in_no_pixel(name, monkeypatch):
    image = picture(120, 150)
    samples = []
    for band_px in (1, 700, 10**9):
        monkeypatch.setattr("blemish.composition._BAND_PX", band_px)
        samples.append([RECIPES[name](image, rng=seed, **pools()) for seed in range(4)])
    for one, two, whole in zip(*samples, strict=True):
        assert np.array_equal(one.mask, whole.mask) and np.array_equal(two.mask, whole.mask)
        assert np.array_equal(one.image, whole.image) and np.array_equal(two.image, whole.image)


def test_the_work_is_done_in_the_box_alone():
    seen = []

    def looked(base, layer, mask):
        seen.append((base.shape, layer.shape, mask.shape))
        return layer

    Recipe(Box(7), Tone(), Returns(looked))(GREY)
    assert seen == [((7, 7, 3), (7, 7, 3), (7, 7))]


# what is refused


@pytest.mark.parametrize(
    ("recipe", "reason"),
    [
        (replace(SPOT, region=Box(side=0)), "the shape is empty or outside the image"),
        (replace(SPOT, region=Box(coverage=0)), "the shape is empty or outside the image"),
        (replace(SPOT, region=Box(top=40)), "the shape is empty or outside the image"),
        (replace(SPOT, region=Box(left=-10)), "the shape is empty or outside the image"),
        (replace(SPOT, region=Box(top=-(10**6))), "the shape is empty or outside the image"),
        (replace(SPOT, content=Tone(100 / 255)), "nothing visible changed"),
        (replace(SPOT, region=Box(side=2)), "smaller than 8 px"),
        (replace(SPOT, region=Box(side=99, top=0, left=0)), "larger than 60% of the image"),
        (replace(SPOT, content=Tone(105 / 255)), "fainter than 6 levels"),
    ],
)
def test_a_defect_that_is_not_acceptable(recipe, reason):
    reason = reason.replace("8 px", r"8 px \(limits\.min_area_px\)")
    with pytest.raises(NoDefect, match=rf"^no acceptable defect in 1 draws: {reason} \(1x\)$"):
        recipe(GREY)
    with pytest.raises(NoDefect, match=rf"in 20 draws: {reason} \(20x\)$") as refused:
        recipe(GREY, rng=0)
    assert refused.value.attempts == ATTEMPTS == 20 and refused.value.bad == {}


def test_reasons_are_counted():
    bad = Recipe(Box(top=choice(5, 99)), Tone(102 / 255), Paste())
    with pytest.raises(NoDefect) as refused:
        bad(GREY, rng=1)
    told = str(refused.value)
    counts = [int(part.split("(")[1].split("x")[0]) for part in told.split(";")]
    assert sum(counts) == 20 and len(counts) == 2
    assert "empty or outside" in told and "nothing visible changed" in told


def test_the_limits_are_the_recipes_own():
    sample = replace(SPOT, region=Box(side=1), limits=Limits(min_area_px=1))(GREY)
    assert (sample.mask > 0).sum() == 1
    with pytest.raises(NoDefect, match="smaller than 101 px"):
        replace(SPOT, limits=Limits(min_area_px=101))(GREY)
    replace(SPOT, limits=Limits(max_area=100 / 2000))(GREY)
    with pytest.raises(NoDefect, match="larger than 5% of the image"):
        replace(SPOT, limits=Limits(max_area=99 / 2000))(GREY)
    replace(SPOT, limits=Limits(min_contrast_levels=155))(GREY)
    with pytest.raises(NoDefect, match=r"fainter than 155\.5 levels"):
        replace(SPOT, limits=Limits(min_contrast_levels=155.5))(GREY)


@pytest.mark.parametrize(
    "wrong", [{"min_area_px": 0}, {"max_area": 1.5}, {"min_contrast_levels": 300}]
)
def test_limits_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match=f"Limits.{next(iter(wrong))} must be"):
        Limits(**wrong)


def test_a_refused_defect_is_drawn_again():
    recipe = Recipe(Box(top=choice(5, 99)), Tone(), Paste())
    samples = [recipe(GREY, rng=seed) for seed in range(60)]
    attempts = np.array([sample.attempts for sample in samples])
    assert set(attempts) >= {1, 2, 3} and 1.5 < attempts.mean() < 2.7
    assert all(sample.made_by.region.top == 5 for sample in samples)


def test_the_weights_of_a_choice_hold_under_refusals():
    often_refused = Recipe(Box(top=choice(5, 99, p=(1, 4))), Tone(), Paste(), kind="seldom")
    recipe = choice(often_refused, SPOT)
    kinds = [synthesize(recipe, GREY, seed).kind for seed in range(300)]
    assert abs(kinds.count("seldom") / 300 - 0.5) < 0.09


def test_a_recipe_that_is_always_refused_is_not_exchanged_for_another():
    never = Recipe(Box(top=99), Tone(), Paste(), kind="never")
    recipe = choice(never, choice(SPOT, never), p=(0.5, 0.5))
    made = 0
    for seed in range(200):
        try:
            made += synthesize(recipe, GREY, seed).kind == "spot"
        except NoDefect as refused:
            assert refused.attempts == 20
    assert abs(made / 200 - 0.25) < 0.1


# parts that do what they must not


def nan_of(base, layer, mask):
    return np.full_like(base, np.nan)


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        ({"content": None}, TypeError, "brings no layer: the recipe needs a content"),
        ({"content": Returns(np.zeros((10, 10, 1), "f"))}, TypeError, r"expected float32 \(10, 10"),
        ({"content": Returns(np.zeros((9, 10, 3), "f"))}, TypeError, r"returned float32 \(9, 10"),
        ({"content": Returns(np.zeros((10, 10, 3)))}, TypeError, "returned float64"),
        ({"content": Tone(np.nan)}, ValueError, r"Tone\(tone=nan\): .*not all finite"),
        ({"content": Tone(np.inf)}, ValueError, "not all finite"),
        ({"blend": Returns(np.zeros((10, 10), "f"))}, TypeError, r"(?s)Returns.* returned float32"),
        ({"blend": Returns(np.zeros((10, 10, 3)))}, TypeError, "returned float64"),
        ({"blend": Returns(nan_of)}, ValueError, "not all finite"),
        ({"region": Returns(lambda scene: Stencil(np.ones((9, 9))))}, TypeError, "must be float32"),
    ],
)
def test_a_part_that_returns_what_it_must_not_is_named(change, error, told):
    for rng in (None, 0):
        with pytest.raises(error, match=told) as raised:
            replace(SPOT, **change)(GREY, rng=rng)
        assert not isinstance(raised.value, NoDefect)


@pytest.mark.parametrize("name", ["region", "blend", "label", "content", "placement"])
def test_what_is_no_part_is_refused(name):
    with pytest.raises(TypeError, match=rf"Recipe\.{name} must be a part"):
        replace(SPOT, **{name: "Rectangle"})


@pytest.mark.parametrize("name", ["region", "blend", "label"])
def test_a_part_that_must_be_there_is_missed(name):
    with pytest.raises(TypeError, match=rf"Recipe\.{name} must be a part"):
        replace(SPOT, **{name: None})


@pytest.mark.parametrize("kind", ["", "good", "combined", "a/b", "../up", ".hidden", "a b", 7])
def test_a_kind_that_cannot_name_a_folder_is_refused(kind):
    with pytest.raises(ValueError, match="names a folder"):
        replace(SPOT, kind=kind)


def test_a_kind_may_be_drawn():
    recipe = replace(SPOT, kind=choice("spot", "dot"))
    assert {recipe(GREY, rng=seed).kind for seed in range(20)} == {"spot", "dot"}
    with pytest.raises(ValueError, match="names a folder"):
        replace(SPOT, kind=choice("good"))(GREY, rng=0)


@pytest.mark.parametrize("rng", [None, 0])
@pytest.mark.parametrize("wrong", ["draem", 5, None, Paste()])
def test_what_is_no_recipe_is_refused(wrong, rng):
    with pytest.raises(TypeError, match="a recipe was expected"):
        synthesize(wrong, GREY, rng)


@pytest.mark.parametrize("image", [None, "good.png", np.zeros((8, 8), np.int64)])
def test_what_is_no_picture_is_refused(image):
    with pytest.raises(TypeError, match="an image must be"):
        cutpaste(image, rng=0)


def test_an_undrawn_recipe_needs_a_seed():
    with pytest.raises(TypeError, match=r"^region\.area is Uniform.*pass rng.*rng=0"):
        cutpaste(GREY)
    with pytest.raises(TypeError, match=r"^the recipe is Choice"):
        synthesize(choice(SPOT, SPOT), GREY)
    with pytest.raises(TypeError, match=r"^recipes is Repeated"):
        several(SPOT, 2)(GREY)
    with pytest.raises(TypeError, match="rng must be a seed"):
        cutpaste(GREY, rng="0")


def test_a_missing_pool_is_named():
    with pytest.raises(LookupError, match="pass defects=FOLDER"):
        real_defects(GREY, rng=0)
    sample = real_defects(picture(64, 64), rng=0, defects=defects())
    with pytest.raises(LookupError, match="pass defects=FOLDER"):
        from_dict(to_dict(sample.made_by))(picture(64, 64))


# files of a pool that cannot be read


def pair(folder, name, size=(64, 64), mask_size=(64, 64)):
    (folder / "masks").mkdir(parents=True, exist_ok=True)
    image = np.zeros((*size, 3), np.uint8)
    mask = np.zeros(mask_size, np.uint8)
    mask[20:40, 20:40] = 255
    cv2.imwrite(str(folder / f"{name}.png"), image)
    cv2.imwrite(str(folder / "masks" / f"{name}.png"), mask)
    return folder / f"{name}.png"


def check_survival(recipe, folder, name, **given):
    samples = [recipe(picture(64, 64, seed=2), rng=seed, **given) for seed in range(12)]
    told = [text for sample in samples for text in sample.bad.values()]
    assert told, "the bad file was never drawn"
    assert all(name in text for text in told)
    assert all(sample.attempts > len(sample.bad) for sample in samples)


def test_a_truncated_texture_is_told_and_another_is_drawn(tmp_path):
    good = cv2.imencode(".png", textures()[1])[1].tobytes()
    (tmp_path / "good.png").write_bytes(good)
    (tmp_path / "bad.png").write_bytes(good[:2000])
    check_survival(draem, tmp_path, "bad.png", textures=tmp_path)


def test_a_defect_with_an_empty_mask_is_told_and_another_is_drawn(tmp_path):
    pair(tmp_path, "good")
    pair(tmp_path, "bad")
    cv2.imwrite(str(tmp_path / "masks" / "bad.png"), np.zeros((64, 64), np.uint8))
    check_survival(real_defects, tmp_path, "bad.png", defects=tmp_path)


def test_a_defect_with_a_mask_of_another_size_is_told_and_another_is_drawn(tmp_path):
    pair(tmp_path, "good")
    pair(tmp_path, "bad", mask_size=(64, 65))
    check_survival(real_defects, tmp_path, "bad.png", defects=tmp_path)


def test_a_pool_of_bad_files_alone_gives_no_defect(tmp_path):
    (tmp_path / "bad.png").write_bytes(b"no picture")
    with pytest.raises(NoDefect, match=r"bad\.png") as refused:
        draem(picture(64, 64), rng=0, textures=tmp_path)
    assert list(refused.value.bad) == [str(tmp_path / "bad.png")]


# several


def test_several_defects_each_with_its_own_label():
    recipe = Combined(
        (
            SPOT,
            replace(SPOT, region=Box(top=20, left=30), content=Tone(0.0), kind="hole"),
        )
    )
    sample = recipe(GREY)
    wanted = GREY.copy()
    wanted[5:15, 6:16], wanted[20:30, 30:40] = 255, 0
    assert np.array_equal(sample.image, wanted)
    assert np.array_equal(sample.mask > 0, wanted[:, :, 0] != 100)
    assert [d.kind for d in sample.defects] == ["spot", "hole"]
    assert [d.area for d in sample.defects] == [100, 100]
    assert sample.kind == "combined" and sample.attempts == 2
    assert replace(recipe, recipes=(SPOT, SPOT))(GREY).kind == "spot"


def test_a_content_reads_the_clean_picture_and_a_blend_the_picture_so_far():
    ramp = np.repeat(np.arange(50, dtype=np.uint8)[None], 40, axis=0)
    image = frozen(np.stack([ramp] * 3, axis=2))
    first = Recipe(Box(10, 5, 5), Tone(1.0), Paste(), kind="a")
    # The second box overlaps the first by half and lets half of what is there shine through.
    second = Recipe(Box(10, 5, 10), Tone(0.0), Alpha(0.5), kind="b")
    sample = Combined((first, second))(image)
    assert set(sample.image[5:15, 10:15].ravel()) <= {127, 128}
    assert sample.image[5:15, 5:10].min() == 255
    third = Recipe(Box(10, 20, 5), Shifted(y=0.0, x=0.0), Paste(), kind="c", limits=Limits(1, 1, 0))
    over = Recipe(Box(10, 0, 0), Tone(1.0), Paste(), kind="d")
    sample = Combined((over, third))(image)
    assert np.array_equal(sample.image[20:30, 5:15], image[0:10, 0:10])


def test_a_defect_over_another_is_labelled_by_what_differs_from_the_clean_picture():
    back = Recipe(Box(), Tone(100 / 255), Paste(), kind="back")
    with pytest.raises(NoDefect, match="nothing visible changed"):
        Combined((SPOT, back))(GREY)
    faint = replace(SPOT, content=Tone(101 / 255), region=Box(top=9))
    with pytest.raises(NoDefect):
        Combined((SPOT, faint))(GREY)


def test_several_draws_how_many_and_each_independently():
    recipe = several(cutpaste, bl.integers(1, 3))
    samples = [recipe(picture(64, 64), rng=seed) for seed in range(40)]
    assert {len(sample.defects) for sample in samples} == {1, 2, 3}
    for sample in samples:
        areas = [defect.made_by.region.area for defect in sample.defects]
        assert len(set(areas)) == len(areas)
        assert sample.made_by.recipes == tuple(d.made_by for d in sample.defects)


def test_several_of_a_choice_choose_each_time():
    recipe = several(choice(cutpaste, cutpaste_scar), 4)
    kinds = {d.kind for seed in range(5) for d in recipe(picture(64, 64), rng=seed).defects}
    assert kinds == {"cutpaste", "cutpaste_scar"}


def test_several_may_hold_several():
    sample = several(several(SPOT, 2), 2)(GREY, rng=0)
    assert len(sample.defects) == 4
    assert np.array_equal(sample.made_by(GREY).image, sample.image)


@pytest.mark.parametrize("wrong", [(), [], 5, None, SPOT])
def test_a_combination_of_nothing_is_refused(wrong):
    with pytest.raises(TypeError, match="must be one or more recipes"):
        Combined(wrong)


# null samples


@pytest.mark.parametrize("name", [*RECIPES])
def test_a_null_sample_shows_nothing(name):
    from blemish.pools import open_pools

    image = picture(64, 64)
    sample = sampled(RECIPES[name], Scene(image), 1, open_pools(**pools()), null=True)
    assert isinstance(sample, Sample) and sample.kind == "good"
    assert not sample.mask.any()
    assert np.array_equal(sample.image, image)
    assert all(defect.area == 0 and defect.kind == "good" for defect in sample.defects)
    again = sampled(sample.made_by, Scene(image), None, open_pools(**pools()), null=True)
    assert np.array_equal(again.image, sample.image)


def test_a_null_sample_goes_through_the_blend():
    @dataclass(frozen=True)
    class Darkens:
        def margin(self, stencil):
            return 0

        def __call__(self, base, layer, mask):
            return base - np.float32(1 / 255)

    sample = sampled(replace(SPOT, blend=Darkens()), Scene(GREY), None, {}, null=True)
    assert sample.image[5:15, 6:16].max() == 99 and sample.image[0, 0, 0] == 100


# editing a record


def test_one_number_of_a_record_changes_that_and_nothing_else():
    image = picture(300, 300)
    sample = cutpaste_scar(image, rng=3)
    drawn = sample.made_by
    wider = replace(drawn, region=replace(drawn.region, width=drawn.region.width * 2))(image)
    assert wider.defects[0].area > sample.defects[0].area
    y, x, h, w = sample.defects[0].box
    top, left, height, width = wider.defects[0].box
    assert abs((y + h / 2) - (top + height / 2)) < 6 and abs((x + w / 2) - (left + width / 2)) < 6


def test_a_scene_carries_what_is_known_of_the_picture():
    image = picture(64, 64, None, np.uint16, white=4095)
    recipe = Recipe(Rectangle(0.1), Tone(1.0), Paste(), Anywhere(0.5, 0.5))
    assert recipe(Scene(image, white=4095)).image.max() == 4095
    assert recipe(image).image.max() == 65535


def test_recipes_compare_by_what_they_hold():
    assert replace(SPOT) == SPOT and hash(replace(SPOT)) == hash(SPOT)
    assert replace(SPOT, kind="dot") != SPOT
    one = Recipe(Scar(uniform(0, 1), 0.1), None, Paste())
    assert one == Recipe(Scar(uniform(0, 1), 0.1), None, Paste())
