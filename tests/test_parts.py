"""Contracts over every export: a part is tested because it is exported."""

import dataclasses
import doctest
import importlib
import json
import pkgutil

import numpy as np
import pytest

import blemish
from blemish import Scene, Stencil, blends, changes, contents, labels, placements, regions
from blemish.arrays import to_float
from blemish.notation import from_dict, to_dict
from blemish.values import Value, leaves
from conftest import drawn, frozen, picture

pytestmark = pytest.mark.usefixtures("global_random_state_untouched")

# The fields of a part that have no default; a part with such fields is added here.
REQUIRED = {
    "Box": {"height": 0.2},
    "Ellipses": {"height": 0.3},
    "Excerpt": {"region": regions.Box(0.3), "placement": placements.OnObject()},
    "Intersection": {"first": regions.Box(0.4), "second": regions.Box(0.2)},
    "Rectangle": {"area": 0.1},
    "Scar": {"length": 0.3, "width": 0.1, "angle": 0.4},
    "Sized": {"region": regions.Box(0.4), "area": 0.02},
    "Superpixels": {"source": contents.Marbled()},
    "Tone": {"red": 0.3},
    "Union": {"first": regions.Box(0.4), "second": regions.Box(0.2)},
}
GROUPS = {
    module.__name__.split(".")[1]: module
    for module in (regions, placements, contents, changes, blends, labels)
}
PARTS = {
    f"{group}.{name}": getattr(module, name)
    for group, module in GROUPS.items()
    for name in module.__all__
    if isinstance(getattr(module, name), type)
}
SCENES = {
    "8x8": {"height": 8, "width": 8},
    "9x13 grey": {"height": 9, "width": 13, "channels": None},
    "64x64": {"height": 64, "width": 64},
    "200x300 grey uint16": {"height": 200, "width": 300, "channels": None, "dtype": np.uint16},
    "31x17x1": {"height": 31, "width": 17, "channels": 1},
    "40x50 RGBA": {"height": 40, "width": 50, "channels": 4},
    "257x129": {"height": 257, "width": 129},
    "12 bit": {"height": 33, "width": 47, "channels": 1, "dtype": np.uint16, "white": 4095},
    "float32": {"height": 33, "width": 47, "dtype": np.float32},
    "float64": {"height": 47, "width": 33, "dtype": np.float64},
}
SMALLEST = [(1, 1), (1, 2), (2, 1), (1, 4), (4, 1), (3, 1), (1, 3), (2, 2), (4, 4)]


def made(path):
    """The part of that path with its defaults, yet to be drawn."""
    return PARTS[path](**REQUIRED.get(path.split(".")[1], {}))


def of(*groups):
    """Parametrizes a test by the parts of some groups."""
    paths = [path for path in PARTS if path.split(".")[0] in groups]
    return pytest.mark.parametrize("path", paths)


@pytest.fixture(params=SCENES)
def scene(request):
    settings = SCENES[request.param]
    return Scene(picture(**settings), white=settings.get("white"))


def stencils(scene):
    """Stencils in the frame of a scene: a box in its middle, all of it, one pixel, a soft edge."""
    height, width = scene.shape
    soft = np.linspace(0, 1, (height // 2) * (width // 3), dtype=np.float32)
    return [
        Stencil(frozen(np.ones((height // 3, width // 2), np.float32)), height // 4, width // 4),
        Stencil(frozen(np.ones((height, width), np.float32))),
        Stencil(frozen(np.ones((1, 1), np.float32)), height - 1, 0),
        Stencil(frozen(soft.reshape(height // 2, width // 3)), 1, 2),
    ]


def check_pixels(pixels, shape):
    assert isinstance(pixels, np.ndarray) and pixels.dtype == np.float32
    assert pixels.shape == shape
    assert np.isfinite(pixels).all()
    assert pixels.min() >= -1e-5 and pixels.max() <= 1 + 1e-5


def check_stencil(stencil, channels):
    assert isinstance(stencil, Stencil)
    assert isinstance(stencil.top, int) and isinstance(stencil.left, int)
    assert stencil.mask.min() >= 0 and stencil.mask.max() <= 1
    assert np.isfinite(stencil.mask).all()
    if stencil.layer is not None:
        check_pixels(stencil.layer, (*stencil.mask.shape, channels))


def same(one, other):
    """Whether two stencils or arrays are equal, bit for bit."""
    if isinstance(one, Stencil):
        places = (one.top, one.left, one.kind) == (other.top, other.left, other.kind)
        layers = one.layer is other.layer is None or same(one.layer, other.layer)
        return places and layers and same(one.mask, other.mask)
    return one.dtype == other.dtype and np.array_equal(one, other)


# what is exported


@pytest.mark.parametrize("group", GROUPS)
def test_every_name_is_there(group):
    assert len(set(GROUPS[group].__all__)) == len(GROUPS[group].__all__)
    for name in GROUPS[group].__all__:
        assert callable(getattr(GROUPS[group], name))


@of(*GROUPS)
def test_a_part_is_a_frozen_dataclass_that_says_what_it_is(path):
    part = made(path)
    assert dataclasses.is_dataclass(part)
    assert part == made(path) and hash(part) == hash(made(path))
    for field in dataclasses.fields(part):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(part, field.name, 0)
        told = field.name.removesuffix("_levels")
        assert told in PARTS[path].__doc__, f"{field.name} is not documented"
    assert PARTS[path].__doc__.split("\n")[0].endswith(".")
    assert PARTS[path].__call__.__doc__


@of(*GROUPS)
def test_a_part_is_written_and_read_back(path):
    undrawn = made(path)
    assert from_dict(json.loads(json.dumps(to_dict(undrawn)))) == undrawn
    for seed in range(3):
        part = drawn(undrawn, seed)
        assert not [leaf for _, leaf in leaves(part) if isinstance(leaf, Value)]
        assert from_dict(json.loads(json.dumps(to_dict(part)))) == part


@of(*GROUPS)
def test_drawing_is_a_function_of_the_seed(path):
    assert drawn(made(path), 4) == drawn(made(path), 4)
    assert drawn(drawn(made(path), 4), 5) == drawn(made(path), 4)


# what they return; pictures, masks and layers are read-only, so a part that writes fails


@of("regions")
@pytest.mark.parametrize("seed", range(2))
def test_regions(path, scene, seed):
    region = drawn(made(path), seed)
    before = scene.image.copy()
    stencil = region(scene)
    check_stencil(stencil, scene.channels)
    assert same(stencil, region(scene)) and same(stencil, drawn(made(path), seed)(scene))
    assert np.array_equal(scene.image, before)


@of("placements")
@pytest.mark.parametrize("seed", range(2))
def test_placements(path, scene, seed):
    placement = drawn(made(path), seed)
    for stencil in stencils(scene):
        layer = frozen(np.zeros((*stencil.mask.shape, scene.channels), np.float32))
        donor = dataclasses.replace(stencil, layer=layer, kind="dent")
        placed = placement(donor, scene)
        check_stencil(placed, scene.channels)
        assert placed.kind == "dent" and placed.layer is not None
        assert same(placed, placement(donor, scene))
        assert placement(stencil, scene).layer is None


@of("contents")
@pytest.mark.parametrize("seed", range(2))
def test_contents(path, scene, seed):
    content = drawn(made(path), seed)
    before = scene.image.copy()
    for stencil in stencils(scene):
        if path == "contents.Harmonised":
            brought = np.random.default_rng(0).random((*stencil.mask.shape, scene.channels), "f")
            stencil = dataclasses.replace(stencil, layer=frozen(brought))
        layer = content(scene, stencil)
        check_pixels(layer, (*stencil.mask.shape, scene.channels))
        assert same(layer, content(scene, stencil))
    assert np.array_equal(scene.image, before)


@of("changes")
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("shape", [*SMALLEST, (13, 9), (150, 220)])
def test_changes(path, channels, shape):
    change = drawn(made(path))
    layer = frozen(np.random.default_rng(0).random((*shape, channels), np.float32))
    after = change(layer)
    # A quarter turn exchanges the sides; in a content the layer is then stretched back.
    swapped = (*shape[::-1], channels)
    wanted = swapped if getattr(change, "moves", False) and after.shape == swapped else layer.shape
    check_pixels(after, wanted)
    check_pixels(changes.changed(layer, change), layer.shape)
    assert same(after, change(layer))
    for tone in (0, 1):
        check_pixels(change(frozen(np.full_like(layer, tone))), wanted)


@of("changes")
def test_a_change_carries_values_as_far_as_it_says(path):
    change = drawn(made(path))
    reach = getattr(change, "reach_px", 0 if getattr(change, "by_value", False) else None)
    if reach is None:
        return
    layer = np.random.default_rng(0).random((90, 100, 3), np.float32)
    other = layer.copy()
    other[40:45, 50:53] = 0.5
    differs = (change(frozen(layer)) != change(frozen(other))).any(axis=2)
    rows, columns = np.nonzero(differs)
    assert rows.min() >= 40 - reach and rows.max() <= 44 + reach
    assert columns.min() >= 50 - reach and columns.max() <= 52 + reach


@of("blends")
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("shape", [*SMALLEST, (13, 9), (150, 220)])
def test_blends(path, channels, shape):
    blend = drawn(made(path))
    rng = np.random.default_rng(0)
    base, layer = (frozen(rng.random((*shape, channels), np.float32)) for _ in range(2))
    soft = np.where(rng.random(shape) < 0.5, rng.random(shape), 0).astype(np.float32)
    for mask in (soft, np.ones_like(soft), np.zeros_like(soft)):
        mask = frozen(mask)
        pixels = blend(base, layer, mask)
        check_pixels(pixels, base.shape)
        assert same(pixels, blend(base, layer, mask))
        # A null sample goes through the same blend and must come out as it was.
        neutral = getattr(blend, "neutral", None)
        nothing = base if neutral is None else frozen(np.full_like(base, neutral))
        assert np.abs(blend(base, nothing, mask) - base).max() < 0.5 / 255
        margin = blend.margin(Stencil(mask))
        assert isinstance(margin, int) and margin >= 0


# what a part promises, so that it may be asked for less than the whole


@of("contents")
def test_a_content_by_pixel_shows_the_same_in_any_box(path, scene):
    content = drawn(made(path), 3)
    if not hasattr(content, "at"):
        return
    height, width = scene.shape
    whole = content(scene, Stencil(np.ones((height, width), np.float32)))
    for first in range(0, height, 5):
        rows = min(5, height - first)
        band = Stencil(frozen(np.ones((rows, width - 3), np.float32)), first, 3)
        wanted = whole[first : first + rows, 3:]
        np.testing.assert_allclose(content(scene, band), wanted, atol=1e-5)
        pixels = np.flatnonzero(np.random.default_rng(first).random(band.mask.size) < 0.3)
        row = content.at(scene, band, pixels)
        assert row.dtype == np.float32 and row.shape == (1, pixels.size, scene.channels)
        np.testing.assert_allclose(row[0], wanted.reshape(-1, scene.channels)[pixels], atol=1e-5)


@of("blends")
def test_a_blend_without_a_margin_takes_each_pixel_by_itself(path):
    blend = drawn(made(path))
    rng = np.random.default_rng(0)
    base, layer = (frozen(rng.random((20, 30, 3), np.float32)) for _ in range(2))
    mask = frozen(np.where(rng.random((20, 30)) < 0.5, rng.random((20, 30)), 0).astype("f"))
    if blend.margin(Stencil(mask)):
        return
    order = rng.permutation(600)
    row = blend(
        *(frozen(a.reshape(1, 600, 3)[:, order].copy()) for a in (base, layer)),
        frozen(mask.reshape(1, 600)[:, order].copy()),
    )
    assert np.array_equal(row[0], blend(base, layer, mask).reshape(600, 3)[order])


@of("changes")
@pytest.mark.parametrize("channels", [1, 3])
def test_a_change_by_value_is_the_same_made_on_a_table_of_levels(path, channels):
    change = drawn(made(path))
    levels = frozen(np.random.default_rng(0).integers(0, 256, (20, 30, channels), np.uint8))
    layer = to_float(levels, 255)
    for several in (change, (changes.Invert(), change), (change, changes.Rotate(0.3))):
        wanted = changes.changed(frozen(layer), several)
        np.testing.assert_allclose(changes.changed_levels(levels, several), wanted, atol=1e-5)


@of("labels")
@pytest.mark.parametrize("shape", [*SMALLEST, (13, 9), (150, 220)])
def test_labels(path, shape):
    label = drawn(made(path))
    rng = np.random.default_rng(0)
    mask = frozen(np.where(rng.random(shape) < 0.7, rng.random(shape), 0).astype(np.float32))
    change = np.where(mask > 0, rng.integers(0, 20, shape), 0).astype(np.float32)
    change = frozen(change)
    found = label(change, mask)
    assert found.dtype == np.float32 and found.shape == shape
    assert found.min() >= 0 and found.max() <= 1
    assert not found[mask == 0].any()
    assert same(found, label(change, mask))


# docstrings


def modules():
    found = pkgutil.walk_packages(blemish.__path__, "blemish.")
    return [module.name for module in found if not module.name.endswith("__main__")]


def test_the_examples_of_docstrings_run():
    results = [doctest.testmod(importlib.import_module(name)) for name in modules()]
    assert sum(result.attempted for result in results) > 0
    assert sum(result.failed for result in results) == 0
