"""The named recipes: their published numbers, their needs, samples that stay what they are."""

import math
from collections import Counter

import numpy as np
import pytest

import blemish as bl
from blemish import recipes
from blemish.blends import Alpha, Paste
from blemish.catalog import describe, needs
from blemish.contents import Marbled, Texture
from blemish.distributions import LogUniform, Uniform
from blemish.recipes import cutpaste, cutpaste_scar, draem, real_defects
from conftest import change_of, defects, drawn, picture, pools, stencil_of, textures

NAMES = recipes.__all__


def records(recipe, count=300):
    return [drawn(recipe, seed) for seed in range(count)]


def within(found, low, high):
    """Whether the numbers lie in [low, high] and fill it."""
    found = np.array(found)
    edge = 0.03 * (high - low)
    return low <= found.min() < low + edge and high - edge < found.max() <= high


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_says_what_it_is(name):
    told = describe(name)
    assert told["name"] == name and told["summary"].endswith(".")
    assert told["reference"].startswith("@") and told["reference"].count("{") > 5
    assert told["reference"].count("{") == told["reference"].count("}")
    assert getattr(bl.recipes, name) is bl.find(name)


def test_what_recipes_need():
    assert {name: needs(bl.find(name)) for name in NAMES} == {
        "cutpaste": [],
        "cutpaste_scar": [],
        "draem": [],
        "real_defects": ["defects"],
    }


def test_cutpaste_has_the_published_numbers():
    found = records(cutpaste)
    assert within([r.region.area for r in found], 0.02, 0.15)
    aspects = np.array([r.region.aspect for r in found])
    assert within(aspects, 0.3, 3.3) and abs((aspects < 1).mean() - 0.5) < 0.1
    for name, low, high in (
        ("brightness", 0.9, 1.1),
        ("contrast", 0.9, 1.1),
        ("saturation", 0.9, 1.1),
        ("hue", -0.1, 0.1),
    ):
        assert within([getattr(r.content.changes, name) for r in found], low, high)
    assert {type(r.blend) for r in found} == {Paste}


def test_cutpaste_scar_has_the_published_numbers():
    found = records(cutpaste_scar)
    assert within([r.region.length * 256 for r in found], 10, 25)
    assert within([r.region.width * 256 for r in found], 2, 16)
    assert within([math.degrees(r.region.angle) for r in found], -45, 45)


def test_draem_has_the_published_numbers():
    found = records(draem, 600)
    for cells in ("cells_y", "cells_x"):
        counts = Counter(getattr(r.region, cells) for r in found)
        assert set(counts) == {1, 2, 4, 8, 16, 32} and min(counts.values()) > 60
    assert {r.region.threshold for r in found} == {0.5}
    assert within([math.degrees(r.region.angle) for r in found], -90, 90)
    assert within([r.blend.opacity for r in found], 0.2, 1)
    assert all(isinstance(r.content, Texture) and len(r.content.changes) == 3 for r in found)
    kinds = Counter(type(change).__name__ for r in found for change in r.content.changes)
    # Of ten, three each time; half of the solarizing ones do nothing, as published.
    assert kinds.pop("NoneType") + kinds.pop("Solarize") > 120 and len(kinds) == 9
    assert all(120 < count < 240 for count in kinds.values())


def test_draem_makes_its_textures_where_none_are_given():
    image = picture(64, 64)
    assert isinstance(draem(image, rng=1).made_by.content, Marbled)
    sample = draem(image, rng=1, textures=textures())
    assert isinstance(sample.made_by.content, Texture)
    assert sample.made_by.content.file.path in {"#0", "#1", "#2"}


def test_real_defects_are_turned_mirrored_and_scaled():
    found = records(real_defects)
    assert within([r.region.scale for r in found], 0.7, 1.3)
    assert within([r.region.angle for r in found], -math.pi, math.pi)
    assert abs(np.mean([r.region.flip for r in found]) - 0.5) < 0.1
    assert abs(np.mean([r.blend == Paste() for r in found]) - 0.5) < 0.1
    assert {type(r.blend) for r in found} == {Paste, Alpha}


def test_real_defects_show_the_real_defect():
    for seed in range(6):
        sample = real_defects(picture(100, 100), rng=seed, defects=defects()[:1])
        seen = sample.image[sample.mask > 0].mean(axis=0)
        assert np.abs(seen - (10, 0, 20)).max() < 40, "the bar of the pool is dark"
        share = (sample.mask > 0).mean() / (24 * 8 / 64**2)
        assert 0.4 < share < 2.2


def test_the_kind_of_real_defects_is_their_folders(data):
    folder = data / "defect_bank" / "bottle"
    kinds = {path.name for path in (folder / "ground_truth").iterdir() if path.is_dir()}
    image = picture(128, 128)
    found = {real_defects(image, rng=seed, defects=folder).kind for seed in range(12)}
    assert found <= kinds and len(found) > 1


@pytest.mark.parametrize("name", ["cutpaste", "draem", "real_defects"])
def test_few_draws_are_refused(name):
    samples = [bl.find(name)(picture(96, 96), rng=seed, **pools()) for seed in range(40)]
    assert np.mean([sample.attempts for sample in samples]) < 1.5


@pytest.mark.parametrize("name", NAMES)
def test_nothing_outside_and_everything_inside(name):
    for seed in range(3):
        sample = bl.find(name)(picture(75, 110, seed=seed), rng=seed, **pools())
        change, where = change_of(sample), stencil_of(sample)
        assert not change[~where].any() and not (change > 2)[sample.mask == 0].any()


@pytest.mark.parametrize("name", NAMES)
def test_the_numbers_are_fractions_and_not_pixels(name):
    shares = []
    for side in (128, 512):
        samples = [bl.find(name)(picture(side, side), rng=seed, **pools()) for seed in range(5)]
        shares.append(np.mean([(sample.mask > 0).mean() for sample in samples]))
    assert shares[0] == pytest.approx(shares[1], rel=0.35)


def test_defaults_of_fields_are_values_where_they_should_vary():
    assert isinstance(cutpaste.placement.y, Uniform)
    assert isinstance(Marbled().cells, LogUniform)


# (seed, attempts, area, box, mean of the picture, mean under the mask): what each recipe made of
# picture(64, 64) when this was written. A change here changes datasets: say so in the CHANGELOG.
GOLDENS = {
    "cutpaste": [
        (0, 1, 88, (11, 38, 8, 11), 134.0, 118.8),
        (1, 1, 234, (8, 12, 13, 18), 135.2, 122.3),
        (2, 1, 352, (53, 6, 11, 32), 133.3, 129.0),
    ],
    "cutpaste_scar": [
        (0, 2, 8, (10, 3, 4, 4), 134.1, 152.0),
        (1, 1, 13, (10, 15, 5, 5), 134.2, 141.6),
        (2, 2, 8, (13, 5, 3, 4), 134.1, 150.1),
    ],
    "draem": [
        (0, 2, 79, (0, 0, 63, 64), 134.0, 129.2),
        (1, 1, 102, (13, 24, 16, 10), 134.4, 111.0),
        (2, 1, 241, (21, 3, 40, 61), 134.1, 133.9),
    ],
    "draem without textures": [
        (0, 2, 118, (10, 10, 36, 53), 134.4, 115.8),
        (1, 1, 102, (13, 24, 16, 10), 134.4, 112.5),
        (2, 1, 241, (21, 3, 40, 61), 133.7, 127.7),
    ],
    "real_defects": [
        (0, 1, 136, (22, 15, 20, 17), 130.9, 21.2),
        (1, 1, 278, (37, 3, 23, 28), 126.2, 15.3),
        (2, 1, 154, (17, 33, 18, 20), 129.2, 21.3),
    ],
}


def measured(name, seed):
    given = {} if name.endswith("without textures") else pools()
    sample = bl.find(name.split()[0])(picture(64, 64), rng=seed, **given)
    under = sample.image[sample.mask > 0].mean()
    (defect,) = sample.defects
    mean = float(sample.image.mean())
    return seed, sample.attempts, defect.area, defect.box, round(mean, 1), round(float(under), 1)


@pytest.mark.parametrize("name", GOLDENS)
def test_samples_stay_what_they_are(name):
    for seed, attempts, area, box, mean, under in GOLDENS[name]:
        found = measured(name, seed)
        assert found[1] == attempts
        assert found[2] == pytest.approx(area, rel=0.02, abs=2)
        assert found[3] == pytest.approx(box, abs=1)
        assert found[4] == pytest.approx(mean, abs=1) and found[5] == pytest.approx(under, abs=1)
