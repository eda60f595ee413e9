"""The named recipes: their published numbers, their needs, samples that stay what they are."""

import json
import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import blemish as bl
from blemish import recipes
from blemish.blends import Paste, Poisson
from blemish.catalog import describe, needs
from blemish.contents import Marbled, Texture
from blemish.distributions import LogUniform, Uniform
from blemish.recipes import cutpaste, cutpaste_scar, draem, real_defects
from blemish.stencil import bounds
from conftest import change_of, defects, drawn, picture, pools, stencil_of, textures

NAMES = recipes.__all__
PROCEDURAL = [
    *("bump", "burn", "crack", "dent", "discoloration", "fibre", "hair", "misprint"),
    *("missing_piece", "oil", "pinhole", "pit", "rust", "scratch", "spatter", "stain", "wrinkle"),
]


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
    assert (told["reference"] == "") == (name in PROCEDURAL)
    if told["reference"]:
        assert told["reference"].startswith("@") and told["reference"].count("{") > 5
    assert told["reference"].count("{") == told["reference"].count("}")
    assert getattr(bl.recipes, name) is bl.find(name)


def test_what_recipes_need():
    found = {name: needs(bl.find(name)) for name in NAMES}
    assert {name: pools for name, pools in found.items() if pools} == {
        "fpi": ["sources"],
        "nsa": ["sources"],
        "pii": ["sources"],
        "racp": ["defects"],
        "real_defects": ["defects"],
    }


@pytest.mark.parametrize("name", PROCEDURAL)
def test_a_physical_defect_has_a_severity_a_size_and_an_angle(name):
    recipe = bl.find(name)
    size = "length" if hasattr(recipe.region, "length") else "size"
    edits = {"content.severity": 0.8, f"region.{size}": 0.15, "region.angle": 0.3}
    for path, value in edits.items():
        recipe = bl.replaced(recipe, path, value)
    made = drawn(recipe)
    assert made.content.severity == 0.8 and made.region.angle == 0.3
    assert getattr(made.region, size) == 0.15 and made.kind == name


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
    assert within([r.region.warp for r in found], 0, 0.05)
    assert {r.blend for r in found} == {Poisson(reach=0.5)}


def test_real_defects_show_the_real_defect():
    for seed in range(6):
        sample = real_defects(picture(100, 100), rng=seed, defects=defects()[:1])
        seen = sample.image[sample.mask > 0].mean(axis=0)
        assert seen.max() < 60 < 120 < sample.clean.mean(), "the bar of the pool is dark"
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


# A hairline is a pixel wide on a small picture and on a large one: its length tells, not its area.
THIN = ("crack", "fibre", "hair", "pinhole", "pit", "scratch", "spatter")


def extent(sample):
    """The diagonal of a sample's mask, as a share of the picture's."""
    rows, columns = np.nonzero(sample.mask)
    return math.hypot(np.ptp(rows) + 1, np.ptp(columns) + 1) / math.hypot(*sample.mask.shape)


@pytest.mark.parametrize("name", NAMES)
def test_the_numbers_are_fractions_and_not_pixels(name):
    told = []
    for side in (192, 576):
        given = {**pools(), "sources": [picture(side, side, seed=seed) for seed in (8, 9)]}
        samples = [bl.find(name)(picture(side, side), rng=seed, **given) for seed in range(6)]
        shares = [extent(s) if name in THIN else (s.mask > 0).mean() for s in samples]
        told.append(np.mean(shares))
    # A pinhole is a few pixels at the least.
    assert told[0] == pytest.approx(told[1], rel=1.2 if name == "pinhole" else 0.35)


def test_defaults_of_fields_are_values_where_they_should_vary():
    assert isinstance(cutpaste.placement.y, Uniform)
    assert isinstance(Marbled().cells, LogUniform)


# What each recipe made of picture(64, 64) when this was written: by seed attempts, area, box, mean
# of the picture, mean under the mask. A change here changes datasets: say so in the CHANGELOG, and
# write it anew with `python test_recipes.py` in this folder.
GOLDENS = Path(__file__).parent / "data" / "goldens.json"


def measured(name, seed):
    given = {} if name.endswith("without textures") else pools()
    sample = bl.synthesize(bl.find(name.split()[0]), picture(64, 64), seed, **given)
    under = float(sample.image[sample.mask > 0].mean())
    box = [int(n) for n in bounds(sample.mask)]
    area = int(np.count_nonzero(sample.mask))
    return [sample.attempts, area, box, round(float(sample.image.mean()), 1), round(under, 1)]


@pytest.mark.parametrize("name", [*NAMES, "draem without textures"])
def test_samples_stay_what_they_are(name):
    for seed, wanted in enumerate(json.loads(GOLDENS.read_text())[name]):
        attempts, area, box, mean, under = measured(name, seed)
        assert attempts == wanted[0]
        assert area == pytest.approx(wanted[1], rel=0.02, abs=2)
        assert box == pytest.approx(wanted[2], abs=1)
        assert mean == pytest.approx(wanted[3], abs=1) and under == pytest.approx(wanted[4], abs=1)


if __name__ == "__main__":
    found = {n: [measured(n, s) for s in range(2)] for n in (*NAMES, "draem without textures")}
    lines = (f"  {json.dumps(name)}: {json.dumps(rows)}" for name, rows in found.items())
    GOLDENS.write_text("{\n" + ",\n".join(lines) + "\n}\n")
