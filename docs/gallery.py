"""The gallery: every recipe on photographs, made whenever the documentation is built.

A hook of mkdocs (`mkdocs build` runs it). To look at the pictures alone:
``.venv/bin/python docs/gallery.py FOLDER``.

The photographs come with scikit-image: brick, gravel, grass and coffee are CC0; the coins, also the
real defects, are from the Brooklyn Museum, with no known copyright restrictions.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
from skimage import data

import blemish as bl
from blemish.catalog import describe, recipes
from blemish.foreground import Automatic
from blemish.png import encode

SIDE, GAP = 256, 6
_CLEAR_LEVELS = 18

_INTRODUCTION = """# Gallery

Every recipe on photographs that come with scikit-image, made when this page was built: the picture,
and the mask that goes with it. `blemish preview YOUR_PICTURES --recipe NAME` shows the same for
yours. What each needs and where it was published is in the [table of recipes](recipes.md).
"""


def on_files(files: Any, config: Any) -> Any:
    """Add the page and its pictures to the documentation."""
    from mkdocs.structure.files import File

    for path, content in gallery():
        files.append(File.generated(config, path, content=content))
    return files


def gallery() -> Iterator[tuple[str, str | bytes]]:
    """Yield (path, content) of the page and of each of its pictures."""
    page = [_INTRODUCTION]
    for name in recipes():
        told = describe(name)
        page.append(f"## {name}\n\n{told['summary']}\n\n![{name}](gallery/{name}.png)\n")
        yield f"gallery/{name}.png", encode(picture(name))
    yield "gallery.md", "\n".join(page)


def picture(name: str) -> np.ndarray:
    """Return a recipe on each photograph, with its masks (H, W, 3)."""
    cells = []
    for number, photograph in enumerate(photographs()):
        sample = clear_sample(name, photograph, number)
        mask = np.repeat(sample.mask[:, :, None], 3, axis=2)
        cells += [sample.image, mask]
    gap = np.full((SIDE, GAP, 3), 250, np.uint8)
    row = [part for cell in cells for part in (cell, gap)][:-1]
    return np.hstack(row)


def clear_sample(name: str, photograph: np.ndarray, number: int) -> Any:
    """Return the first sample that is easy to see, or else the clearest of a few."""
    best: Any = None
    for index in range(6):
        try:
            sample = bl.synthesize(
                bl.find(name),
                bl.Scene(photograph, estimator=Automatic()),
                bl.rng_of(number, index),
                textures=others(),
                defects=coins(),
                sources=others(),
            )
        except bl.NoDefect:
            continue
        contrast = max(defect.contrast for defect in sample.defects)
        if best is None or contrast > max(defect.contrast for defect in best.defects):
            best = sample
        if contrast >= _CLEAR_LEVELS:
            break
    if best is None:
        raise ValueError(f"the recipe {name!r} made nothing of photograph {number}")
    return best


@cache
def photographs() -> tuple[np.ndarray, ...]:
    """Return three photographs, RGB, 256 px: a texture, a cup, and a part on an even ground."""
    brick = np.repeat(data.brick()[100:240, 100:240, None], 3, axis=2)
    return tuple(_reduced(image) for image in (brick, data.coffee()[90:330, 200:440], _coin()))


def others() -> list[np.ndarray]:
    """Return other pictures: textures for those that take them, good parts for those."""
    grass, gravel = (np.repeat(i[:, :, None], 3, axis=2) for i in (data.grass(), data.gravel()))
    return [_reduced(grass), _reduced(gravel)]


def _coin() -> np.ndarray:
    """Return one of the coins, on its even ground."""
    return np.repeat(data.coins()[10:96, 298:384][:, :, None], 3, axis=2)


@cache
def coins() -> str:
    """Return a folder of real defects: coins, as in the demo."""
    folder = TemporaryDirectory()
    _kept.append(folder)
    from blemish.demo import demo

    demo(Path(folder.name), n=0)
    return str(Path(folder.name) / "defects")


_kept: list[Any] = []


def _reduced(image: np.ndarray) -> np.ndarray:
    side = min(image.shape[:2])
    how = cv2.INTER_AREA if side > SIDE else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image[:side, :side], (SIDE, SIDE), interpolation=how), np.uint8)


if __name__ == "__main__":
    for path, content in gallery():
        target = Path(sys.argv[1]) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
