"""The pictures of "Clone without a seam", made whenever the documentation is built.

A hook of mkdocs (`mkdocs build` runs it). To look at the pictures alone:
``.venv/bin/python docs/poisson_pictures.py FOLDER``.

The photographs come with scikit-image: the astronaut (NASA) and the writing are in the public
domain; coffee, retina and bricks are CC0.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from make_pictures import outline, rgb, strip
from skimage import data

import blemish as bl
from blemish import poisson
from blemish.blends import Poisson
from blemish.contents import Harmonised
from blemish.placements import At
from blemish.png import encode
from blemish.regions import DefectBank

_BADGE, _PLACE = (385, 172), (330, 500)
_TABLE, _SUIT = np.s_[250:410, 420:580], np.s_[305:465, 92:252]
_SHOWN_TIMES = 16


def on_files(files: Any, config: Any) -> Any:
    """Add the pictures to the documentation."""
    from mkdocs.structure.files import File

    for name, picture in pictures():
        path = f"howto/poisson/{name}.png"
        files.append(File.generated(config, path, content=encode(picture)))
    return files


def pictures() -> Iterator[tuple[str, np.ndarray]]:
    """Yield the name of each picture, and the picture."""
    yield "gradients", gradients()
    yield "opencv", np.vstack([beside_opencv(*problem) for problem in (strokes(), vessels())])
    yield "cut_defect", cut_defect()
    yield "cut_edge", cut_edge()
    yield "light", light()


def gradients() -> np.ndarray:
    """Return a badge on a table by each kind of gradients."""
    source, target, mask, offset, _ = badge()
    pasted = target.copy()
    pasted[moved(mask, offset, target)] = source[mask]
    pages = [(outline(source, mask)[_SUIT], "source and mask"), (pasted[_TABLE], "pasted")]
    for kind in ("import", "mixed", "average", "monochrome"):
        cloned = poisson.clone(source, target, mask, offset, kind)
        pages.append((cloned[_TABLE], f'"{kind}"'))
    return strip(pages)


def beside_opencv(
    source: np.ndarray, target: np.ndarray, mask: np.ndarray, offset: tuple[int, int], box: Any
) -> np.ndarray:
    """Return a clone, OpenCV's, and what each of them changed outside the mask."""
    there = moved(mask, offset, target)
    exact = poisson.clone(source, target, mask, offset)
    y, x = np.nonzero(there)
    middle = (x.min() + (np.ptp(x) + 1) // 2, y.min() + (np.ptp(y) + 1) // 2)
    # A copy of the mask: OpenCV writes to it.
    flagged = mask.astype(np.uint8) * 255
    other = cv2.seamlessClone(source, target, flagged, [int(i) for i in middle], cv2.NORMAL_CLONE)
    pages = [
        (outline(target, there)[box], "target and mask"),
        (exact[box], "blemish"),
        (other[box], "OpenCV"),
        (changed_outside(exact, target, there)[box], "outside: blemish"),
        (changed_outside(other, target, there)[box], f"OpenCV, {_SHOWN_TIMES} times"),
    ]
    return strip(pages)


def cut_defect() -> np.ndarray:
    """Return a badge whose mask cuts it, one with a margin, a wide one, and a soft one."""
    source, target, _, offset, _ = badge()
    tight, wide = disc(source, _BADGE, 36), disc(source, _BADGE, 62)
    soft = np.clip((62 - distance(source, _BADGE)) / 16, 0, 1)
    masks = {
        "with a margin": disc(source, _BADGE, 46),
        "too wide": wide,
        "wide, but soft": soft,
    }
    pages = [
        (outline(source, tight)[_SUIT], "cut by the mask"),
        (poisson.clone(source, target, tight, offset)[_TABLE], "its colour is lost"),
    ]
    for name, mask in masks.items():
        pages.append((poisson.clone(source, target, mask, offset)[_TABLE], name))
    return strip(pages)


def cut_edge() -> np.ndarray:
    """Return vessels cloned over a cup: imported, mixed, and by a mask that avoids the cup."""
    source, target, mask, offset, box = vessels()
    there = moved(mask, offset, target)
    cup = disc(target, (125, 290), 140) | disc(target, (265, 235), 65)
    cup |= disc(target, (280, 360), 60)
    beside_it = moved(there & ~cup, (-offset[0], -offset[1]), source)
    return strip(
        [
            (outline(source, mask)[10:350, 10:350], "source and mask"),
            (outline(target, there)[box], "the mask cuts edges"),
            (poisson.clone(source, target, mask, offset)[box], "colours run in"),
            (poisson.clone(source, target, mask, offset, "mixed")[box], "mixed gradients"),
            (poisson.clone(source, target, beside_it, offset)[box], "a mask beside the cup"),
        ]
    )


def light() -> np.ndarray:
    """Return a badge in a darker picture and one from a darker picture, as it is and harmonised."""
    source, target, mask, _, _ = badge()
    dim, evening = (np.uint8(picture * 0.35) for picture in (source, target))
    harmonised = Harmonised(seed=0)
    return strip(
        [
            (evening[_TABLE], "a darker place"),
            (set_in(evening, source, mask, None)[_TABLE], "as it is"),
            (set_in(evening, source, mask, harmonised)[_TABLE], "harmonised"),
            (set_in(target, dim, mask, None)[_TABLE], "from a dark picture"),
            (set_in(target, dim, mask, harmonised)[_TABLE], "harmonised"),
        ]
    )


def set_in(
    target: np.ndarray, source: np.ndarray, mask: np.ndarray, content: Harmonised | None
) -> np.ndarray:
    """Return the target with what is under the mask, at the size that it has in the source."""
    recipe = bl.Recipe(
        region=DefectBank(scale=min(source.shape[:2]) / min(target.shape[:2])),
        placement=At(_PLACE[0] / target.shape[0], _PLACE[1] / target.shape[1]),
        content=content,
        blend=Poisson(),
        kind="badge",
    )
    return recipe(target, rng=0, defects=[(source, mask)]).image


def badge() -> tuple[Any, ...]:
    """Return source, target, mask, offset, and the box to be shown: a badge on a table."""
    source, target = data.astronaut(), data.coffee()
    mask = disc(source, _BADGE, 46)
    return source, target, mask, poisson.centred(mask, _PLACE), _TABLE


def vessels() -> tuple[Any, ...]:
    """Return the same for the vessels of an eye over a cup, whose edges the mask cuts."""
    source = cv2.resize(data.retina(), (360, 360), interpolation=cv2.INTER_AREA)
    mask = disc(source, (180, 180), 145)
    return source, data.coffee(), mask, poisson.centred(mask, (215, 300)), np.s_[40:380, 130:470]


def strokes() -> tuple[Any, ...]:
    """Return the same for handwriting on a wall: strokes of 3 to 9 pixels."""
    writing = data.text()
    darker = cv2.GaussianBlur(writing, (0, 0), 8).astype(int) - writing > 25
    mask = cv2.dilate(darker.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    mask[:, 220:] = mask[:4] = mask[-4:] = False
    source, target = np.ascontiguousarray(rgb(writing)), np.ascontiguousarray(rgb(data.brick()))
    return source, target, mask, (190, 60), np.s_[185:365, 65:245]


def changed_outside(picture: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return what differs from the target outside the mask, made easy to see."""
    change = np.abs(picture.astype(int) - target) * _SHOWN_TIMES
    change[mask] = 0
    return np.clip(change, 0, 255).astype(np.uint8)


def moved(mask: np.ndarray, offset: tuple[int, int], target: np.ndarray) -> np.ndarray:
    """Return the mask in the target's frame."""
    there = np.zeros(target.shape[:2], bool)
    y, x = np.nonzero(mask)
    there[y + offset[0], x + offset[1]] = True
    return there


def disc(picture: np.ndarray, centre: tuple[int, int], radius: float) -> np.ndarray:
    """Return a round mask of the picture's size."""
    return distance(picture, centre) < radius


def distance(picture: np.ndarray, centre: tuple[int, int]) -> np.ndarray:
    """Return how far each pixel is from a point."""
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]]
    return np.hypot(y - centre[0], x - centre[1])


if __name__ == "__main__":
    for name, picture in pictures():
        (Path(sys.argv[1]) / f"{name}.png").write_bytes(encode(picture))
