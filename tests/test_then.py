"""What is done to the finished pair: alike to the picture, the clean one and the labels."""

import json
import math

import numpy as np
import pytest

from blemish import Limits, Recipe, Scene, Then, choice, from_dict, several, to_dict, uniform
from blemish.blends import Alpha, Paste
from blemish.changes import (
    Blur,
    Brightness,
    Contrast,
    Equalize,
    Flip,
    Gamma,
    Jpeg,
    Rotate,
    Scale,
    SensorNoise,
    Sharpness,
    Translate,
    Transpose,
)
from blemish.contents import Tone
from blemish.labels import Changed, Intensity, Opacity, Shape
from blemish.placements import At
from blemish.recipe import NoDefect
from blemish.recipes import cutpaste, draem
from blemish.regions import Rectangle
from conftest import change_of, picture

BOX = Recipe(
    region=Rectangle(area=0.04, aspect=1.5),
    content=Tone(0.9, 0.1, 0.1),
    placement=At(0.3, 0.4),
    blend=Paste(),
    kind="box",
)
MOVING = {
    "quarter": Rotate(math.pi / 2),
    "three quarters": Rotate(-math.pi / 2),
    "half": Rotate(math.pi),
    "oblique": Rotate(0.4),
    "flip": Flip(),
    "upside down": Flip(horizontal=False, vertical=True),
    "transpose": Transpose(),
    "translate": Translate(0.11, -0.07),
    "larger": Scale(1.3),
    "smaller": Scale(0.7),
}
STILL = {
    "brightness": Brightness(1.1, 8),
    "contrast": Contrast(1.4),
    "gamma": Gamma(0.7, 0.8, 0.9),
    "blur": Blur(1.7),
    "noise": SensorNoise(seed=5),
    "jpeg": Jpeg(40),
    "sharpness": Sharpness(2.0),
}
PICTURES = {
    "RGB": {"height": 90, "width": 120},
    "grey 16 bit": {"height": 90, "width": 121, "channels": None, "dtype": np.uint16},
    "RGBA": {"height": 64, "width": 64, "channels": 4},
    "float": {"height": 70, "width": 50, "dtype": np.float32},
}


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize("name", [*MOVING, *STILL])
def test_what_differs_is_labelled_and_nothing_else_differs(name, kind):
    operation = {**MOVING, **STILL}[name]
    image = picture(**PICTURES[kind])
    for recipe in (BOX, cutpaste, draem):
        sample = Then(recipe, operation)(image, 3)
        assert sample.image.dtype == sample.clean.dtype == image.dtype
        assert sample.image.shape == sample.clean.shape
        assert sample.mask.shape == sample.clean.shape[:2]
        change = change_of(sample)
        assert not (change > 0)[sample.mask == 0].any()
        assert change[sample.mask > 0].mean() > 4
        again = sample.made_by(image)
        assert np.array_equal(again.image, sample.image)
        assert np.array_equal(again.mask, sample.mask)


@pytest.mark.parametrize("name", [n for n in MOVING if n not in ("oblique", "larger", "smaller")])
def test_moved_pixels_are_the_same_pixels(name):
    image = picture(90, 120)
    before, after = BOX(image, 0), Then(BOX, MOVING[name])(image, 0)
    if name != "translate":
        plane = {"flip": np.fliplr, "upside down": np.flipud}.get(name)
        turns = {"quarter": 1, "three quarters": 3, "half": 2}
        if name in turns:
            moved = [np.rot90(a, turns[name]) for a in (before.image, before.clean, before.mask)]
        elif name == "transpose":
            moved = [np.swapaxes(a, 0, 1) for a in (before.image, before.clean, before.mask)]
        else:
            moved = [plane(a) for a in (before.image, before.clean, before.mask)]
        wanted = zip(moved, (after.image, after.clean, after.mask), strict=True)
        assert all(np.array_equal(a, b) for a, b in wanted)
        return
    down, right = 10, -8
    assert np.array_equal(after.image[down:, :right], before.image[:-down, -right:])
    assert np.array_equal(after.mask[down:, :right], before.mask[:-down, -right:])


def test_what_an_operation_does_to_the_clean_picture_is_no_defect():
    image = picture(90, 120)
    sample = Then(BOX, Contrast(1.3), SensorNoise(seed=1), Jpeg(30))(image, 0)
    far = np.ones(image.shape[:2], bool)
    d = sample.defects[0]
    far[d.top : d.top + d.pixels.shape[0], d.left : d.left + d.pixels.shape[1]] = False
    assert far.mean() > 0.5
    assert np.array_equal(sample.image[far], sample.clean[far])
    assert np.abs(sample.clean[far].astype(int) - image[far]).mean() > 3


def test_a_border_is_filled_from_the_picture():
    image = np.full((80, 100, 3), 200, np.uint8)
    for operation in (Rotate(0.5), Scale(0.6), Translate(0.2, 0.3)):
        clean = Then(BOX, operation)(image, 0).clean
        assert clean.min() == clean.max() == 200


def test_a_blurred_defect_is_labelled_as_far_as_it_shows():
    sample = Then(BOX, Blur(3))(np.full((90, 120, 3), 60, np.uint8), 0)
    plain = BOX(np.full((90, 120, 3), 60, np.uint8), 0)
    assert (sample.mask > 0).sum() > (plain.mask > 0).sum() * 1.3
    assert np.array_equal(change_of(sample) > 2, sample.mask > 0)


@pytest.mark.parametrize("operation", [Contrast(4), Blur(3), Jpeg(20), Rotate(0.3)])
@pytest.mark.parametrize("label", [Opacity(), Intensity(), Shape(), Changed()])
def test_whatever_the_label_all_that_is_seen_is_labelled(label, operation):
    faint = Recipe(
        region=Rectangle(area=0.1),
        content=Tone(0.5),
        placement=At(),
        blend=Alpha(0.5),
        label=label,
        kind="faint",
        limits=Limits(min_contrast_levels=1),
    )
    x = np.mgrid[:90, :90][1]
    image = np.repeat((116 + (x > 45) * 60)[..., None], 3, 2).astype(np.uint8)
    sample = Then(faint, operation)(image, 0)
    assert not ((change_of(sample) > 0) & (sample.mask == 0)).any()
    assert (sample.mask > 0).sum() > 50


def test_soft_labels_move_along():
    soft = Recipe(
        region=Rectangle(area=0.1),
        content=Tone(0.0),
        placement=At(0.3, 0.3),
        blend=Alpha(0.5),
        label=Opacity(),
        kind="soft",
    )
    image = picture(80, 80)
    sample, plain = Then(soft, Flip())(image, 0), soft(image, 0)
    assert np.array_equal(sample.mask, np.fliplr(plain.mask))


def test_several_defects_keep_their_labels():
    image = picture(100, 140)
    there = Recipe(**{**BOX.__dict__, "placement": At(0.7, 0.8), "kind": "other"})
    from blemish import Combined

    sample = Then(Combined((BOX, there)), Rotate(0.2), Blur(1))(image, 0)
    assert [d.kind for d in sample.defects] == ["box", "other"]
    assert not ((change_of(sample) > 2.002) & (sample.mask == 0)).any()
    first, second = (d.box for d in sample.defects)
    assert first[0] < second[0] and first[1] < second[1]


def test_a_defect_that_leaves_the_picture_is_drawn_again():
    at_the_rim = Recipe(**{**BOX.__dict__, "placement": At(choice(0.03, 0.5), 0.5)})
    up = Translate(-0.4, 0)
    found = [Then(at_the_rim, up)(picture(90, 120), seed) for seed in range(6)]
    assert all((s.mask > 0).any() for s in found)
    gone = Recipe(**{**BOX.__dict__, "placement": At(0.0, 0.5)})
    with pytest.raises(NoDefect, match=r"left the picture|smaller"):
        Then(gone, Translate(-0.45, 0))(picture(300, 120), 0)


def test_operations_are_drawn_and_recorded():
    turned = Rotate(choice(0.1, math.pi / 2))
    recipe = Then(choice(BOX, draem), choice(Flip(), None), turned, Blur(uniform(0, 2)))
    assert from_dict(json.loads(json.dumps(to_dict(recipe)))) == recipe
    kinds = set()
    for seed in range(24):
        sample = recipe(picture(64, 80), seed)
        record = json.loads(json.dumps(to_dict(sample.made_by)))
        again = from_dict(record)(picture(64, 80))
        assert np.array_equal(again.image, sample.image)
        kinds.add((sample.image.shape, sample.kind))
    assert len(kinds) == 4


def test_a_null_sample_is_changed_and_shows_nothing():
    from blemish.recipe import sampled

    sample = sampled(Then(BOX, Flip(), Blur(1)), Scene(picture(60, 70)), 0, {}, null=True)
    assert sample.kind == "good" and not sample.mask.any()
    assert np.array_equal(sample.image, sample.clean)


def test_what_looks_at_the_whole_picture_is_refused():
    with pytest.raises(TypeError, match="Equalize looks at the whole picture"):
        Then(BOX, Equalize())
    with pytest.raises(TypeError, match="Equalize"):
        Then(BOX, choice(None, Equalize()))
    with pytest.raises(TypeError, match="is not a change"):
        Then(BOX, Flip)
    with pytest.raises(TypeError, match="recipe"):
        Then(Flip())


def test_then_goes_around_several():
    image = picture(100, 100)
    assert len(Then(several(cutpaste, 2), Flip())(image, 0).defects) == 2
    with pytest.raises(TypeError, match="around"):
        several(choice(draem, Then(cutpaste, Flip())), 2)
