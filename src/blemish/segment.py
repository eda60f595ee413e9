"""Object masks as files: to look at, to correct, and to hand to `make`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import from_float, to_float
from .foreground import SURE, Automatic, Foreground
from .images import BadFile, load, write_image
from .scene import Scene, scene_of
from .sheet import Shown, contact_sheet
from .sources import Source, find_sources

PREVIEW = "preview.png"
_SHOWN = 24
_PAGE_PX = 384


@dataclass(frozen=True)
class Segmented:
    """What a run of `segment` has done.

    Attributes:
        out: the folder of masks.
        objects: how many pictures show a part before a background.
        textures: how many show nothing but the part.
        unsure: path relative to SOURCE -> confidence, where it is below 0.5; the least sure first.
        bad: path -> what is wrong with it, of those that were skipped.
    """

    out: Path
    objects: int
    textures: int
    unsure: dict[str, float]
    bad: dict[str, str] = field(default_factory=dict)


def segment(
    source: str | Path,
    out: str | Path,
    *,
    white: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Segmented:
    """Write the object masks of the good pictures of SOURCE, and return what was done.

    The mask of ``a/b.jpg`` is ``OUT/a/b.png``: 8 bit, 0 or 255, of the picture's size; all of it
    255 for a texture. ``OUT/preview.png`` is a contact sheet. `make` takes OUT as `foreground`.

    Raises FileNotFoundError where SOURCE is not there, and ValueError where it holds no image, or
    where OUT is not empty or lies in SOURCE.
    """
    out = Path(out)
    root, sources = find_sources(str(source), out=out)
    _check(out, root, sources)
    shown = {int(k) for k in np.linspace(0, len(sources) - 1, min(_SHOWN, len(sources)))}
    pages: list[Shown] = []
    textures: dict[str, bool] = {}
    confidences: dict[str, float] = {}
    bad: dict[str, str] = {}
    for number, (place, path) in enumerate(zip(sources, _paths(sources), strict=True)):
        try:
            scene = scene_of(load(place.path), white, place.path)
        except (ValueError, OSError) as error:
            bad[place.relative] = _told(error)
            continue
        finally:
            if progress:
                progress(number + 1, len(sources))
        found = Automatic().look(scene)
        _write(out / path, found.mask)
        textures[place.relative] = found.texture
        confidences[place.relative] = found.confidence
        if number in shown:
            pages.append(_page(scene, found))
    if pages:
        write_image(out / PREVIEW, contact_sheet(pages))
    unsure = {file: sure for file, sure in confidences.items() if sure < SURE}
    unsure = dict(sorted(unsure.items(), key=lambda entry: entry[1]))
    count = sum(textures.values())
    return Segmented(out, len(textures) - count, count, unsure, bad)


def _check(out: Path, root: Path, sources: Sequence[Source]) -> None:
    """Raise ValueError where masks would be mixed with other files, or taken for pictures."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f"OUT {out} is not empty: give a new folder, or remove it first")
    # The folder of a class may be a link to elsewhere.
    places = {place.path.parents[len(Path(place.file).parts) - 1].resolve() for place in sources}
    above = (out.resolve(), *out.resolve().parents)
    inside = next((place for place in (root.resolve(), *sorted(places)) if place in above), None)
    if inside is not None:
        raise ValueError(
            f"OUT {out} lies in {inside}, among the pictures: give a folder elsewhere, so that no "
            "mask is taken for a picture the next time"
        )


def _paths(sources: Sequence[Source]) -> list[str]:
    """Return the path of each mask: .png for the suffix, behind it where that is taken."""
    plain = [Path(place.relative).with_suffix(".png").as_posix() for place in sources]
    # a.png.png may be the mask of a.png.jpg too.
    taken = Counter([*plain, *(f"{place.relative}.png" for place in sources), PREVIEW])
    return [
        f"{place.relative}.png" if taken[path] > 1 else path
        for path, place in zip(plain, sources, strict=True)
    ]


def _write(path: Path, mask: NDArray[np.bool_]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_image(path, mask.astype(np.uint8) * np.uint8(255))


def _page(scene: Scene, found: Foreground) -> Shown:
    """Return what the contact sheet shows of a picture, reduced: there may be many large ones."""
    h, w = scene.shape
    scale = min(1.0, _PAGE_PX / max(h, w))
    size = (max(1, round(w * scale)), max(1, round(h * scale)))
    colour: NDArray[Any] = cv2.resize(
        np.ascontiguousarray(scene.colour), size, interpolation=cv2.INTER_AREA
    )
    picture = to_float(colour.reshape(size[1], size[0], -1), scene.full)
    mask = cv2.resize(found.mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    what = "texture" if found.texture else "part"
    caption = f"{what} {found.confidence:.2f} {scene.path.name if scene.path else ''}"
    return from_float(picture, np.uint8, 255), np.asarray(mask * 255, np.uint8), caption


def _told(error: Exception) -> str:
    """Return what is wrong with a picture, without its path."""
    if isinstance(error, BadFile):
        return error.reason
    if isinstance(error, FileNotFoundError):
        return "it is not there, or a link to nothing"
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
