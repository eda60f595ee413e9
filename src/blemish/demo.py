"""The demo: a dataset from photographs that come with scikit-image."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from .catalog import recipes
from .images import load, write_image
from .pipeline import Report, run
from .plan import Job
from .random import choice

PHOTOGRAPHS = ("brick", "grass", "gravel", "coffee", "moon", "hubble_deep_field", "rocket")


def demo(
    out: Path, n: int = 60, seed: int = 0, progress: Callable[[int, int], None] | None = None
) -> Report:
    """Make a dataset in `out` from photographs, with every recipe, and return what was done.

    The real defects are coins: foreign bodies, cut out of a photograph of coins. Run twice, it
    completes what is there.
    """
    photographs, defects = out / "photographs", out / "defects"
    for folder in (photographs, defects / "foreign_body", defects / "masks" / "foreign_body"):
        folder.mkdir(parents=True, exist_ok=True)
    for name in PHOTOGRAPHS:
        for number, tile in enumerate(_tiles(_photograph(name))):
            write_image(photographs / f"{name}_{number}.png", tile)
    for number, (image, mask) in enumerate(_coins(_photograph("coins"))):
        write_image(defects / "foreign_body" / f"{number:02d}.png", image)
        write_image(defects / "masks" / "foreign_body" / f"{number:02d}.png", mask)
    # Every recipe as often as every other, as far as that goes.
    known = recipes()
    counts = {name: n // len(known) + (k < n % len(known)) for k, name in enumerate(known)}
    counts = {name: count for name, count in counts.items() if count}
    job = Job(
        source=str(photographs),
        recipe=choice(*(known[name] for name in counts or known)),
        quota=counts or None,
        n=n,
        out=out / "dataset",
        seed=seed,
        defects=defects,
        resume=True,
        name="photographs",
    )
    return run(job, progress)


def _photograph(name: str) -> NDArray[np.uint8]:
    """Return a photograph of scikit-image, RGB or grey."""
    import skimage

    folder = Path(skimage.__file__).parent / "data"
    path = next(folder.glob(f"{name}.*"), None)
    if path is None:
        raise FileNotFoundError(f"this scikit-image has no photograph {name!r}")
    return np.asarray(load(path).pixels, np.uint8)


def _tiles(photograph: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Return the photograph's largest squares, side by side, 320 px wide."""
    side = min(photograph.shape[:2])
    long = max(photograph.shape[:2])
    starts = range(0, long - side + 1, max(1, side // 2))
    tall = photograph.shape[0] > photograph.shape[1]
    squares = [photograph[s : s + side] if tall else photograph[:, s : s + side] for s in starts]
    return [
        np.asarray(cv2.resize(square, (320, 320), interpolation=cv2.INTER_AREA), np.uint8)
        for square in squares
    ]


def _coins(photograph: NDArray[np.uint8]) -> list[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Return (image, mask) of every coin that stands out from the photograph's background."""
    smooth = cv2.GaussianBlur(photograph, (0, 0), 2)
    even = cv2.subtract(smooth, cv2.GaussianBlur(photograph, (0, 0), 40))
    _, marked = cv2.threshold(even, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    marked = cv2.morphologyEx(marked, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    count, parts, stats, _ = cv2.connectedComponentsWithStats(np.asarray(marked, np.uint8))
    coins = []
    for part in range(1, count):
        x, y, w, h, area = stats[part]
        if not 25 < min(w, h) <= max(w, h) < 80 or area < 0.6 * w * h:
            continue
        hull = cv2.convexHull(cv2.findNonZero(np.asarray(parts == part, np.uint8)))
        mask = cv2.fillConvexPoly(np.zeros_like(photograph), hull, 255)
        # A window of one size, so that every coin keeps its share of the picture.
        top = min(max(0, y + h // 2 - 100), photograph.shape[0] - 200)
        left = min(max(0, x + w // 2 - 100), photograph.shape[1] - 200)
        window = np.s_[top : top + 200, left : left + 200]
        coins.append((photograph[window].copy(), np.asarray(mask[window], np.uint8)))
    return coins
