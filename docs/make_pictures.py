"""The pictures of the README and the documentation, made with blemish from photographs.

Run it in the repository's folder: ``.venv/bin/python docs/make_pictures.py``. It writes
docs/pictures/*.png; the same version of blemish writes the same pixels.

The photographs come with scikit-image. Brick, coffee, grass and gravel are CC0; the coins are from
the Brooklyn Museum, with no known copyright restrictions.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from PIL import Image
from skimage import data

import blemish as bl
from blemish.arrays import from_float
from blemish.demo import demo
from blemish.foreground import Automatic
from blemish.images import read_image, read_mask
from blemish.sheet import contact_sheet

OUT = Path(__file__).parent / "pictures"
SIDE = 256


def main() -> None:
    """Write all pictures."""
    OUT.mkdir(exist_ok=True)
    write("five_questions", five_questions())
    write("edited", edited())
    with TemporaryDirectory() as folder:
        demo(Path(folder), n=0)
        defects = Path(folder) / "defects"
        write("sheet", sheet(defects))
        write("real_defects", real_defects(defects))


def sheet(defects: Path) -> np.ndarray:
    """Return a contact sheet: published methods and physical defects on a cup and on a coin."""
    pages = []
    seeds = {
        **{"draem": (12, 3), "real_defects": (5, 1), "scratch": (4, 1), "crack": (2, 0)},
        **{"dent": (3, 2), "stain": (7, 2), "rust": (5, 3), "missing_piece": (9, 2)},
    }
    for name, numbers in seeds.items():
        for photograph, seed in zip((coffee(), coin()), numbers, strict=True):
            scene = bl.Scene(photograph, estimator=Automatic())
            sample = bl.synthesize(bl.find(name), scene, seed, defects=defects)
            pages.append((sample.image, sample.mask, name))
    return contact_sheet(pages, columns=4)


def five_questions() -> np.ndarray:
    """Return one defect step by step: base, shape, layer, picture, label."""
    scene = bl.Scene(coffee())
    drawn = bl.draw(bl.recipes.draem, bl.rng_of(12, 0))
    stencil = drawn.region(scene)
    layer = drawn.content(scene, stencil)
    sample = drawn(scene.image)
    return strip(
        [
            (rgb(scene.image), "good part"),
            (rgb(from_float(stencil.mask, np.uint8, 255)), "region"),
            (rgb(from_float(layer, np.uint8, 255)), "content"),
            (rgb(sample.image), "blend"),
            (rgb(sample.mask), "label"),
        ]
    )


def edited() -> np.ndarray:
    """Return one drawn scar, then the same one wider, longer, and turned."""
    base = coffee()
    drawn = bl.recipes.cutpaste_scar(base, rng=3).made_by
    scars = {
        "as drawn": drawn.region,
        "width=0.12": replace(drawn.region, width=0.12),
        "length=0.5": replace(drawn.region, length=0.5),
        "angle=1.2": replace(drawn.region, length=0.5, angle=1.2),
    }
    samples = [(replace(drawn, region=scar)(base), name) for name, scar in scars.items()]
    return strip([(outlined(sample), name) for sample, name in samples])


def real_defects(defects: Path) -> np.ndarray:
    """Return a coin with its mask, then four samples that coins were put into."""
    image = read_image(defects / "foreign_body" / "05.png")
    mask = read_mask(defects / "masks" / "foreign_body" / "05.png")
    pages = [(outline(rgb(image), mask), "real defect")]
    for seed, photograph in enumerate((brick(), coffee(), grass(), gravel())):
        sample = bl.recipes.real_defects(photograph, rng=seed, defects=defects)
        pages.append((outlined(sample), "sample"))
    return strip(pages)


def brick() -> np.ndarray:
    """Return bricks, RGB."""
    return square(data.brick())


def coffee() -> np.ndarray:
    """Return a cup of coffee, RGB."""
    return square(data.coffee()[:, 100:500])


def coin() -> np.ndarray:
    """Return a coin on an even ground, grey, enlarged."""
    part = np.ascontiguousarray(data.coins()[10:96, 298:384])
    return cv2.resize(part, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)


def grass() -> np.ndarray:
    """Return grass, RGB."""
    return square(data.grass())


def gravel() -> np.ndarray:
    """Return gravel, RGB."""
    return square(data.gravel())


def square(photograph: np.ndarray) -> np.ndarray:
    """Return `photograph` at SIDE x SIDE, in its own channels."""
    return cv2.resize(photograph, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def rgb(picture: np.ndarray) -> np.ndarray:
    """Return a grey picture, or an RGB one, as RGB."""
    return np.broadcast_to(picture.reshape(*picture.shape[:2], -1), (*picture.shape[:2], 3))


def outlined(sample: bl.Sample) -> np.ndarray:
    """Return the sample's picture with its mask outlined."""
    return outline(rgb(sample.image), sample.mask)


def outline(picture: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return `picture` with a line just outside `mask`."""
    marked = (mask > 0).astype(np.uint8)
    line = cv2.dilate(marked, np.ones((3, 3), np.uint8)) != marked
    return np.where(line[:, :, None], np.array([255, 40, 40], np.uint8), picture)


def strip(pages: list[tuple[np.ndarray, str]], side: int = 192) -> np.ndarray:
    """Return pictures side by side, each under its name."""
    cells = []
    for picture, name in pages:
        cell = np.full((side + 24, side + 8, 3), 250, np.uint8)
        picture = np.ascontiguousarray(picture)
        scaled = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
        cell[20 : 20 + side, 4 : 4 + side] = scaled
        cv2.putText(
            cell, name, (5, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (60, 60, 60), 1, cv2.LINE_AA
        )
        cells.append(cell)
    return np.hstack(cells)


def write(name: str, picture: np.ndarray) -> None:
    """Write a picture with a palette, which keeps the repository small."""
    palette = Image.fromarray(picture).quantize(160, dither=Image.Dither.NONE)
    path = OUT / f"{name}.png"
    palette.save(path, optimize=True)
    print(f"{path} {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
