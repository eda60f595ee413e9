"""Published methods: their numbers, what their parts show, and the faults of their codes."""

import itertools
import math
import time
from collections import Counter

import numpy as np
import pytest

import blemish as bl
from blemish import Combined, NoDefect, Scene, Stencil
from blemish.blends import Add, Alpha, Paste
from blemish.catalog import needs
from blemish.changes import Flip, Jitter, Permuted, Rotate
from blemish.contents import (
    Marbled,
    OtherImage,
    Rearranged,
    SimplexNoise,
    Texture,
    Tone,
    WhiteNoise,
)
from blemish.labels import Opacity
from blemish.placements import InCore
from blemish.recipes import anoseg, destseg, dsr, fpi, glass, memseg, perturbation, simplex
from blemish.refused import Refused
from blemish.regions import Box, Intersection, PerlinBlobs, Union
from conftest import change_of, drawn, picture, pools, stencil_of
from test_recipes import records, within

NAMES = ("anoseg", "destseg", "dsr", "fpi", "glass", "memseg", "perturbation", "simplex")


def rings(seed=1, side=96, channels=3):
    return picture(side, side, channels, seed=seed)


def full(scene, mask=None):
    """A stencil over the whole frame."""
    return Stencil(np.ones(scene.shape, np.float32) if mask is None else mask)


# published numbers


def test_simplex_has_the_published_numbers():
    found = records(simplex)
    for side in ("height", "width"):
        assert within([256 * getattr(r.region, side) for r in found], 10, 32)
    content = found[0].content
    assert (content.period, content.octaves, content.persistence) == (1 / 8, 6, 0.6)
    assert found[0].blend.gain == pytest.approx(0.2 * (1 - 0.6**6) / 0.4)


def test_simplex_adds_noise_of_the_published_strength():
    """0.08 of full range, measured of RRD's code: 20 levels."""
    grey = np.full((256, 256, 3), 128, np.uint8)
    scene = Scene(grey)
    added = []
    for seed in range(60):
        recipe = drawn(simplex, seed)
        layer = recipe.content(scene, full(scene, np.ones((32, 32), np.float32)))
        base = np.full_like(layer, 0.5)
        added.append(recipe.blend(base, layer, np.ones((32, 32), np.float32)) - base)
    assert np.std(added) * 255 == pytest.approx(20, abs=2)
    assert 0.15 < np.abs(added).max() < 0.35


def test_each_sample_of_simplex_has_its_own_noise():
    """RRD makes one field for a whole run."""
    scene = Scene(rings())
    layers = [drawn(SimplexNoise(), seed)(scene, full(scene)).ravel() for seed in range(12)]
    alike = np.corrcoef(layers) - np.eye(12)
    assert np.abs(alike).max() < 0.6


def test_perturbation_has_the_published_numbers():
    found = records(perturbation)
    counts = Counter(len(r.recipes) for r in found)
    assert set(counts) == {1, 2, 3, 4} and min(counts.values()) > 40
    boxes = [recipe.region for r in found for recipe in r.recipes]
    assert within([box.height for box in boxes], 0.05, 0.2)
    assert within([box.width for box in boxes], 0.05, 0.2)
    assert {type(recipe.blend) for r in found for recipe in r.recipes} == {Paste}


def test_perturbation_masks_the_union_of_its_boxes():
    for seed in range(8):
        sample = perturbation(rings(), rng=seed)
        assert isinstance(sample.made_by, Combined)
        # Noise differs by no more than 2 levels at 2 % of the grey values, not in all channels.
        where, marked = stencil_of(sample), sample.mask > 0
        assert not (marked & ~where).any() and marked.sum() > 0.98 * where.sum()
        assert (marked.sum() / marked.size) < 4 * 0.2**2


def test_anoseg_has_the_published_numbers():
    found = records(anoseg)
    assert Counter(r.content.quarter_turns for r in found).keys() == {0, 1, 2, 3}
    assert Counter(r.content.rows for r in found).keys() == {2, 4}
    jitters = [r.content.changes for r in found]
    assert within([j.brightness for j in jitters], 0.5, 1.5)
    assert within([j.contrast for j in jitters], 0, 2)
    assert within([j.saturation for j in jitters], 0.9, 1.1)
    assert within([j.hue for j in jitters], -0.5, 0.5)


def blobs_are_published(regions):
    for cells in ("cells_y", "cells_x"):
        assert {getattr(r, cells) for r in regions} == {1, 2, 4, 8, 16, 32}
    assert within([math.degrees(r.angle) for r in regions], -90, 90)
    assert {r.threshold for r in regions} == {0.5}


def test_memseg_has_the_published_numbers():
    found = records(memseg, 400)
    blobs_are_published([r.region for r in found])
    assert within([r.blend.opacity for r in found], 0.15, 1)
    kinds = Counter(type(r.content) for r in found)
    assert kinds.keys() == {Texture, Rearranged} and abs(kinds[Texture] - 200) < 40
    shuffled = [r.content for r in found if isinstance(r.content, Rearranged)]
    assert {(c.rows, c.columns, c.quarter_turns) for c in shuffled} == {(4, 8, 0)}
    assert {len(c.changes) for c in shuffled} == {3}
    assert all(r.content.changes == () for r in found if isinstance(r.content, Texture))


def test_fpi_has_the_published_numbers():
    found = records(fpi)
    assert within([r.region.height for r in found], 0.1, 0.4)
    assert {r.region.width for r in found} == {None}
    assert within([r.region.coverage for r in found], 0.05, 0.95)
    assert {r.placement.share for r in found} == {0.8}
    assert isinstance(fpi.label, Opacity)


def test_glass_has_the_published_numbers():
    found = records(glass, 900)
    kinds = Counter(type(r.region) for r in found)
    assert kinds.keys() == {Union, Intersection, PerlinBlobs}
    assert all(abs(count - 300) < 60 for count in kinds.values())
    pairs = [r.region for r in found if isinstance(r.region, Union)]
    blobs_are_published([pair.first for pair in pairs])
    assert all(pair.first.seed != pair.second.seed for pair in pairs)
    opacity = np.array([r.blend.opacity for r in found])
    assert opacity.mean() == pytest.approx(0.5, abs=0.02)
    assert opacity.std() == pytest.approx(0.1, abs=0.015)
    assert opacity.min() >= 0.2 and opacity.max() <= 0.8
    assert {len(r.content.changes) for r in found} == {3}
    used = Counter(type(change) for r in found for change in r.content.changes)
    # Three of nine, of which four are a jitter and two a mirror.
    assert abs(used[Jitter] - 1200) < 90 and abs(used[Flip] - 600) < 90
    assert abs(used[Rotate] - 300) < 60


def test_destseg_and_dsr_have_the_published_numbers():
    for recipe in (destseg, dsr):
        found = records(recipe)
        blobs_are_published([r.region for r in found])
        assert within([r.blend.opacity for r in found], 0.2, 1)
    assert {r.content.changes for r in records(destseg)} == {()}
    colours = [r.content for r in records(dsr)]
    for channel in ("red", "green", "blue"):
        assert within([getattr(tone, channel) for tone in colours], 0, 1)


@pytest.mark.parametrize("recipe", [memseg, glass, destseg])
def test_textures_are_made_where_none_are_given(recipe):
    found = {type(recipe(rings(), rng=seed).made_by.content) for seed in range(12)}
    assert Marbled in found and Texture not in found


# every recipe on every picture


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("height", "width", "channels", "dtype"),
    [(64, 64, 3, np.uint8), (60, 151, None, np.uint16), (151, 60, 1, np.uint8)],
)
def test_any_size_grey_or_colour_8_or_16_bit(name, height, width, channels, dtype):
    image = picture(height, width, channels, dtype)
    others = [picture(height, width, channels, dtype, seed=4), picture(70, 50, seed=5)]
    for seed in range(4):
        given = {**pools(), "sources": others}
        sample = bl.find(name)(image, rng=seed, **given)
        assert sample.image.dtype == dtype and sample.image.shape == image.shape
        change, where = change_of(sample), stencil_of(sample)
        assert not change[~where].any() and (sample.mask > 0).any()


@pytest.mark.parametrize("name", NAMES)
def test_defects_keep_to_the_object(name):
    image = np.array(picture(96, 96))
    inside = np.zeros((96, 96), bool)
    inside[30:80, 20:70] = True
    scene = Scene(image, estimator=lambda _: inside)
    for seed in range(5):
        sample = bl.find(name)(scene, rng=seed, **pools())
        assert not change_of(sample)[~inside].any()


@pytest.mark.parametrize("name", NAMES)
def test_without_an_object_there_is_an_end(name):
    """GLASS's code draws masks for ever where the object is empty."""
    nowhere = np.zeros((64, 64), bool)
    scene = Scene(picture(64, 64), estimator=lambda _: nowhere)
    start = time.monotonic()
    with pytest.raises(NoDefect):
        bl.find(name)(scene, rng=0, **pools())
    assert time.monotonic() - start < 20


@pytest.mark.parametrize("name", [name for name in NAMES if name != "fpi"])
def test_no_defect_is_empty_or_invisible(name):
    for seed in range(15):
        sample = bl.find(name)(picture(64, 64, seed=seed), rng=seed, **pools())
        for defect in sample.defects:
            assert defect.area >= 8 and defect.contrast >= 6


# foreign patches


def test_fpi_needs_other_pictures():
    assert needs(fpi) == ["sources"]
    with pytest.raises(LookupError, match="sources"):
        fpi(rings(), rng=0)


def test_fpi_labels_with_the_opacity_where_the_picture_changed():
    image = rings()
    other = np.array(image)
    other[:, 48:] = rings(seed=2)[:, 48:]
    for seed in range(10):
        sample = fpi(image, rng=seed, sources=[other])
        (defect,) = sample.defects
        coverage = sample.made_by.region.coverage
        assert np.isin(defect.label, np.float32([0, coverage])).all()
        h, w = defect.label.shape
        rows, columns = slice(defect.top, defect.top + h), slice(defect.left, defect.left + w)
        changed = change_of(sample)[rows, columns] > 0
        assert np.array_equal(defect.label > 0, changed)
        assert not change_of(sample)[:, :48].any()
        mixed = image + coverage * (other.astype(float) - image)
        inside = sample.mask > 0
        assert np.abs(sample.image[inside] - mixed[inside]).max() <= 0.51


def test_other_image_shows_the_same_place():
    scene = Scene(rings())
    box = Stencil(np.ones((20, 30), np.float32), 40, 11)
    same = OtherImage(bl.draw(OtherImage(), 0, _sources(rings(seed=5))).file)
    assert np.allclose(same(scene, box), rings(seed=5)[40:60, 11:41] / 255, atol=1e-6)
    ramp = np.repeat(np.linspace(0, 255, 48).astype(np.uint8)[:, None], 200, axis=1)
    smaller = OtherImage(bl.draw(OtherImage(), 0, _sources(ramp)).file)
    layer = smaller(scene, box)
    assert layer.shape == (20, 30, 3)
    wanted = (np.arange(40, 60) + 0.5) / 96
    assert np.abs(layer[:, 3, 0] - wanted).max() < 0.02
    assert smaller.file.pool == "sources"


def test_other_image_has_the_range_of_the_camera():
    scene = Scene(picture(32, 32, 1, np.uint16, white=4095), white=4095)
    other = picture(32, 32, 1, np.uint16, seed=3, white=4095)
    shown = OtherImage(bl.draw(OtherImage(), 0, _sources(other)).file)(scene, full(scene))
    assert np.allclose(shown[:, :, 0], other[:, :, 0] / 4095, atol=1e-6)
    colour = OtherImage(bl.draw(OtherImage(), 0, _sources(picture(32, 32))).file)
    assert colour(scene, full(scene)).mean() == pytest.approx(0.5, abs=0.1)


def _sources(*images):
    from blemish.pools import open_pools

    return open_pools(sources=list(images))


# regions


def test_a_box_is_a_fraction_of_the_shorter_side():
    scene = Scene(picture(100, 300))
    assert Box(0.2, 0.4)(scene).mask.shape == (20, 40)
    assert Box(0.1)(scene).mask.shape == (10, 10)
    assert Box(0)(scene).mask.shape == (1, 1)
    assert set(np.unique(Box(0.1, coverage=0.3)(scene).mask)) == {np.float32(0.3)}


@pytest.mark.parametrize("seed", range(6))
def test_union_and_intersection(seed):
    scene = Scene(picture(90, 130))
    first, second = (drawn(PerlinBlobs(4, 9, threshold=0.2), n) for n in (seed, seed + 50))
    one, other = first(scene).mask, second(scene).mask
    for joined, wanted in (
        (Union(first, second)(scene), np.maximum(one, other)),
        (Intersection(first, second)(scene), np.minimum(one, other)),
    ):
        whole = np.zeros(scene.shape, np.float32)
        rows = np.s_[joined.top : joined.top + joined.height]
        whole[rows, joined.left : joined.left + joined.width] = joined.mask
        assert np.array_equal(whole, wanted)
        assert joined.support() == (0, 0, *joined.mask.shape), "the box is tight"


def test_boxes_that_reach_beyond_one_another_are_joined():
    class Placed(Box):
        def __call__(self, scene):
            return super().__call__(scene).at(round(100 * self.coverage) - 5, 60)

    scene = Scene(picture(100, 100))
    joined = Union(Box(0.1), Placed(0.2, coverage=0.25))(scene)
    assert (joined.top, joined.left, joined.mask.shape) == (0, 0, (40, 80))
    assert joined.mask[:10, :10].min() == 1 and joined.mask[20:, 60:].min() == 0.25
    assert joined.mask.sum() == pytest.approx(100 + 0.25 * 400)
    with pytest.raises(Refused, match="empty"):
        Intersection(Box(0.1), Placed(0.2, coverage=0.25))(scene)


@pytest.mark.parametrize("part", [Union, Intersection])
def test_only_regions_are_joined(part):
    with pytest.raises(TypeError, match=r"second must be a region"):
        part(Box(0.1), Box)
    with pytest.raises(TypeError, match=r"first must be a region"):
        part(3, Box(0.1))


# placement


def test_in_core_puts_the_middle_into_the_core():
    scene = Scene(picture(100, 200))
    middles = []
    for seed in range(400):
        stencil = drawn(InCore(0.8), seed)(Box(0.2)(scene), scene)
        middles.append((stencil.top + 10, stencil.left + 10))
    rows, columns = np.array(middles).T
    assert within(rows, 10, 90) and within(columns, 20, 180)


def test_in_core_puts_the_middle_on_the_object():
    inside = np.zeros((100, 100), bool)
    inside[0:30, 40:100] = True
    scene = Scene(picture(100, 100), estimator=lambda _: inside)
    for seed in range(50):
        stencil = drawn(InCore(0.8), seed)(Box(0.2)(scene), scene)
        row, column = stencil.top + 10, stencil.left + 10
        assert 10 <= row < 30 and 40 <= column < 90
        y, x, h, w = stencil.support()
        top, left = max(0, stencil.top + y), max(0, stencil.left + x)
        assert inside[top : stencil.top + y + h, left : stencil.left + x + w].all()
    inside[:] = False
    inside[0, 0] = True
    corner = InCore(0.8, 0.5, 0.5)(Box(0.2)(scene), Scene(scene.image, estimator=lambda _: inside))
    assert np.argwhere(corner.mask > 0).tolist() == [[10, 10]], "outside the core all of it will do"
    inside[0, 0] = False
    with pytest.raises(Refused, match="object"):
        InCore(0.8, 0.5, 0.5)(Box(0.2)(scene), Scene(scene.image, estimator=lambda _: inside))


# contents and changes


def slow_rearranged(image, content):
    """The whole picture turned, cut and shuffled, for sides that the grid divides."""
    turned = np.rot90(image, content.quarter_turns)
    rows, columns = content.rows, content.columns or content.rows
    h, w = image.shape[0] // rows, image.shape[1] // columns
    rng = np.random.Generator(np.random.Philox(key=content.seed))
    order = rng.permutation(rows * columns)
    shuffled = np.empty_like(turned)
    for place, (i, j) in enumerate(itertools.product(range(rows), range(columns))):
        y, x = divmod(int(order[place]), columns)
        cell = turned[y * h : (y + 1) * h, x * w : (x + 1) * w]
        shuffled[i * h : (i + 1) * h, j * w : (j + 1) * w] = cell
    return shuffled


@pytest.mark.parametrize("turns", [-1, 0, 1, 2, 3])
@pytest.mark.parametrize(("rows", "columns"), [(1, None), (2, None), (4, 8), (3, 3)])
def test_rearranged_is_the_picture_turned_cut_and_shuffled(turns, rows, columns):
    scene = Scene(rings(side=48))
    content = Rearranged(turns, rows, columns, seed=11)
    wanted = slow_rearranged(scene.image, content) / 255
    assert np.allclose(content(scene, full(scene)), wanted, atol=1e-6)
    box = Stencil(np.ones((17, 29), np.float32), 5, 12)
    assert np.allclose(content(scene, box), wanted[5:22, 12:41], atol=1e-6)


def test_rearranged_reads_no_more_than_it_shows(monkeypatch):
    read = []
    crop = Scene.crop

    def counted(self, *box):
        read.append(box[2] * box[3])
        return crop(self, *box)

    monkeypatch.setattr(Scene, "crop", counted)
    box = Stencil(np.ones((10, 20), np.float32), 93, 91)
    Rearranged(1, 2, seed=3)(Scene(picture(200, 200, dtype=np.uint16)), box)
    assert sum(read) == 200
    whole, bytes_of = picture(200, 200, dtype=np.uint16), picture(200, 200)
    floats, levels = (Rearranged(1, 2, seed=3)(Scene(image), box) for image in (whole, bytes_of))
    np.testing.assert_allclose(levels, floats, atol=1e-5)


@pytest.mark.parametrize("shape", [(60, 150), (151, 61), (8, 8), (9, 31)])
@pytest.mark.parametrize("turns", [0, 1])
def test_rearranged_on_any_frame(shape, turns):
    scene = Scene(picture(*shape))
    layer = Rearranged(turns, 4, 8, seed=5)(scene, full(scene))
    assert layer.shape == (*shape, 3)
    # What is repeated or averaged keeps the picture's tones.
    for level in (0.1, 0.5, 0.9):
        before = np.quantile(scene.image / 255, level)
        assert np.quantile(layer, level) == pytest.approx(before, abs=0.12)


def test_permuted_keeps_every_pixel_where_the_grid_divides():
    layer = np.random.default_rng(0).random((24, 36, 3), np.float32)
    before = layer.copy()
    for seed in range(5):
        after = Permuted(4, 6, seed=seed)(layer)
        assert not np.array_equal(after, layer)
        assert np.array_equal(np.sort(after, axis=None), np.sort(layer, axis=None))
    assert np.array_equal(layer, before)
    assert np.array_equal(Permuted(1, seed=3)(layer), layer)


def test_permuted_invents_no_value():
    """So that a label may go along: a pixel more or less in a cell is repeated or left out."""
    for shape in ((23, 37), (5, 3), (1, 9)):
        layer = np.random.default_rng(1).random((*shape, 1), np.float32)
        assert np.isin(Permuted(4, 7, seed=2)(layer), layer).all()


def test_all_orders_are_drawn():
    layer = np.arange(4, dtype=np.float32).reshape(2, 2, 1)
    orders = Counter(tuple(Permuted(2, seed=seed)(layer).ravel()) for seed in range(1200))
    assert len(orders) == 24 and min(orders.values()) > 20


def test_white_noise_is_independent():
    scene = Scene(rings())
    noise = WhiteNoise(seed=4)(scene, full(scene))
    assert within(noise.ravel(), 0, 1) and noise.mean() == pytest.approx(0.5, abs=0.01)
    assert abs(np.corrcoef(noise[1:].ravel(), noise[:-1].ravel())[0, 1]) < 0.03
    assert abs(np.corrcoef(noise[..., 0].ravel(), noise[..., 2].ravel())[0, 1]) < 0.03


@pytest.mark.parametrize("side", [8, 31, 200])
def test_simplex_noise_leaves_out_what_is_finer_than_a_pixel(side):
    scene = Scene(picture(side, side, 1))
    layer = SimplexNoise(period=1 / 8, octaves=16, seed=2)(scene, full(scene))
    assert layer.shape == (side, side, 1) and layer.std() > 0.02


# adding


def test_add_is_its_formula():
    rng = np.random.default_rng(0)
    base, layer = (rng.random((9, 7, 3), np.float32) for _ in range(2))
    mask = rng.random((9, 7), np.float32)
    wanted = np.clip(base + 0.4 * mask[:, :, None] * (2 * layer - 1), 0, 1)
    assert np.allclose(Add(0.4)(base, layer, mask), wanted, atol=1e-6)


def test_grey_adds_nothing_white_the_gain_and_black_takes_it():
    base = np.full((4, 4, 1), 0.5, np.float32)
    whole = np.ones((4, 4), np.float32)
    for tone, wanted in ((0.5, 0.5), (1, 0.6), (0, 0.4)):
        assert np.allclose(Add(0.1)(base, np.full_like(base, tone), whole), wanted)
    assert np.allclose(Add(2)(base, np.ones_like(base), whole), 1), "clipped"
    assert Add().margin(Stencil(whole)) == 0 == Alpha().margin(Stencil(whole))


def test_a_flat_tone_can_be_added():
    recipe = bl.Recipe(Box(0.5), Tone(0.75), Add(0.2))
    image = np.full((32, 32, 3), 100, np.uint8)
    sample = recipe(image)
    assert set(np.unique(sample.image[sample.mask > 0])) == {100 + round(0.1 * 255)}
