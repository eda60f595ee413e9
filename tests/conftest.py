"""What several tests share: pictures made by code, pools of them, and the truth by plain NumPy."""

import importlib
import os
import random
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from blemish import Scene, draw, rng_of
from blemish.arrays import colour_of, white_of
from blemish.pools import open_pools

ROOT = Path(__file__).resolve().parent.parent


def picture(height, width, channels=3, dtype=np.uint8, seed=0, white=None):
    """A read-only picture of waves and grain; `channels` None for (H, W)."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    waves = [np.sin(x / (5 + k) + seed) + np.cos(y / (3 + k)) for k in range(channels or 1)]
    levels = 128 + 45 * np.stack(waves, axis=2) + rng.normal(0, 5, (height, width, channels or 1))
    eight_bit = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    if np.dtype(dtype).kind == "f":
        image = (eight_bit / 255).astype(dtype)
    elif white is not None:
        image = np.rint(eight_bit * (white / 255)).astype(dtype)
    else:
        image = eight_bit.astype(dtype) * dtype(np.iinfo(dtype).max // 255)
    return frozen(image if channels else image[:, :, 0])


def frozen(array):
    """The array, read-only."""
    array.setflags(write=False)
    return array


def textures():
    """A pool of textures that look like no `picture`: smaller, larger, grey and of 16 bit."""
    rng = np.random.default_rng(7)
    checks = (np.indices((40, 50)).sum(axis=0) // 5 % 2 * 200 + 30).astype(np.uint8)
    return [
        frozen(checks),
        frozen(rng.integers(0, 256, (300, 200, 3), np.uint8)),
        frozen(rng.integers(0, 65536, (64, 64, 3), np.uint16)),
    ]


def defects():
    """A pool of two defects: a dark bar and a bright disc, each with its mask."""
    bar = np.array(picture(64, 64, seed=3))
    bar_mask = np.zeros((64, 64), bool)
    bar_mask[20:44, 28:36] = True
    bar[bar_mask] = (10, 0, 20)
    y, x = np.mgrid[:80, :120]
    disc_mask = (y - 30) ** 2 + (x - 70) ** 2 < 15**2
    disc = np.array(picture(80, 120, seed=4))
    disc[disc_mask] = 250
    return [(frozen(bar), frozen(bar_mask)), (frozen(disc), frozen(disc_mask))]


def pools():
    """The three pools, as keyword arguments of a recipe."""
    return {
        "textures": textures(),
        "defects": defects(),
        "sources": [picture(64, 64, seed=8), picture(30, 40, seed=9)],
    }


@cache
def opened():
    """The three pools, opened once."""
    return open_pools(**pools())


def drawn(thing, seed=0):
    """The thing with its values drawn, from `pools`."""
    return draw(thing, rng_of(seed, 0), opened())


def change_of(sample, white=None):
    """By how many levels each pixel changed: float64 (H, W), the largest of the channels."""
    full = white_of(sample.clean, white)
    after, before = (colour_of(i).astype(np.float64) for i in (sample.image, sample.clean))
    return np.abs(after - before).max(axis=2) * (255 / full)


def stencil_of(sample, white=None):
    """Where the stencils of a sample's defects are: bool (H, W), from their records."""
    scene = Scene(sample.clean, white=white)
    height, width = scene.shape
    where = np.zeros((height, width), bool)
    for defect in sample.defects:
        recipe = defect.made_by
        stencil = recipe.region(scene)
        if recipe.placement is not None:
            stencil = recipe.placement(stencil, scene)
        for y, x in np.argwhere(stencil.mask > 0):
            row, column = stencil.top + y, stencil.left + x
            if 0 <= row < height and 0 <= column < width:
                where[row, column] = True
    return where


def global_randomness():
    """The state of the generators that nothing of blemish may touch."""
    name, keys, *rest = np.random.get_state()  # noqa: NPY002
    return name, keys.tolist(), rest, random.getstate()


@pytest.fixture
def global_random_state_untouched():
    """Fails a test after which NumPy's or Python's global generator has moved."""
    before = global_randomness()
    yield
    assert global_randomness() == before


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory):
    """The folder where object masks are kept, so that no test reads or writes the user's."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("BLEMISH_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def data():
    """The folder of real pictures; the test is skipped where it is not there."""
    folder = Path(os.environ.get("BLEMISH_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "bottle" / "train" / "good").is_dir():
        pytest.skip(f"no pictures at {folder}: set BLEMISH_DATA to the folder that has bottle/")
    return folder


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """Writes a package of that name and source and returns it; the catalog forgets it again."""
    from blemish import catalog

    def forget():
        catalog.parts.cache_clear()
        catalog.recipes.cache_clear()

    def write(name, source):
        folder = tmp_path / "site" / name
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(source, encoding="utf-8")
        importlib.invalidate_caches()
        written.append(name)
        return name

    written = []
    monkeypatch.setattr(catalog, "_plugins", list(catalog._plugins))
    monkeypatch.syspath_prepend(tmp_path / "site")
    yield write
    monkeypatch.undo()
    forget()
    for name in list(sys.modules):
        if name.split(".")[0] in written:
            del sys.modules[name]
