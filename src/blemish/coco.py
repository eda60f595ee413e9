"""COCO instances: what a file of annotations marks in which image, and its shapes as masks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .images import BadFile

_KEYS = ("images", "annotations", "categories")


@dataclass(frozen=True)
class Annotation:
    """The shape of one annotation, kept as it was written; a mask is made of it on demand.

    Attributes:
        file: the COCO file.
        number: the annotation's id.
        shape: (H, W) of its image.
        segmentation: polygons or run lengths, as JSON.
    """

    file: Path
    number: int
    shape: tuple[int, int]
    segmentation: str = field(repr=False)

    @cached_property
    def sha256(self) -> str:
        """The sha256 of the shape: what else the file tells does not change it."""
        return hashlib.sha256(f"{self.shape}{self.segmentation}".encode()).hexdigest()

    def mask(self) -> NDArray[np.bool_]:
        """Return the mask, bool (H, W); raises BadFile for a shape that marks no pixel."""
        try:
            mask = mask_of_segmentation(json.loads(self.segmentation), self.shape)
        except ValueError as error:
            raise BadFile(f"{self.file}#{self.number}", str(error)) from error
        if not mask.any():
            raise BadFile(f"{self.file}#{self.number}", "it marks no pixel of its image")
        return mask


@dataclass(frozen=True)
class Instance:
    """An annotation with its image (which need not be there) and what it is called."""

    image: Path
    annotation: Annotation
    kind: str


def base_of(given: Path) -> Path:
    """Return the folder of a dataset of which the folder itself or a COCO file was given."""
    if given.suffix.lower() != ".json":
        return given
    return given.parent.parent if given.parent.name == "annotations" else given.parent


def find_instances(given: Path) -> list[Instance]:
    """Return the annotations of a COCO file, or of those in a folder, sorted by image and id.

    In a folder, the files are looked for in itself, in each folder below it, and in the folders
    ``annotations`` of these; JSON of another kind is passed over. The images lie beside the file,
    or in the folder that holds it or its folder ``annotations``, in ``images`` there, or in the
    folder of the split: ``train`` for ``instances_train.json``. An image that is missing keeps its
    entry; it is told where it is read. An annotation that a second file repeats counts once.

    Raises BadFile for a given file that is not COCO, for one that misses what COCO demands, for
    one of whose images none is found, and where two files contradict each other.
    """
    if given.suffix.lower() == ".json":
        told = _read(given)
        if told is None:
            lists = ", ".join(_KEYS)
            raise BadFile(given, f"no COCO file: that is an object with the lists {lists}")
        return _sorted(_instances(given, told))
    found: dict[tuple[Path, int], Instance] = {}
    for pattern in ("*.json", "annotations/*.json", "*/*.json", "*/annotations/*.json"):
        for file in sorted(given.glob(pattern)):
            hidden = any(part.startswith(".") for part in file.relative_to(given).parts)
            told = None if hidden else _read(file)
            for instance in _instances(file, told) if told else []:
                _add(found, instance)
    return _sorted(found.values())


def _sorted(instances: Any) -> list[Instance]:
    return sorted(instances, key=lambda one: (one.image.as_posix(), one.annotation.number))


def _add(found: dict[tuple[Path, int], Instance], instance: Instance) -> None:
    mine = instance.annotation
    first = found.setdefault((instance.image, mine.number), instance)
    if (first.annotation.sha256, first.kind) != (mine.sha256, instance.kind):
        raise BadFile(
            mine.file,
            f"its annotation {mine.number} of {instance.image.name} is another than that of "
            f"{first.annotation.file}: give one of the files instead of their folder",
        )


def _read(file: Path) -> dict[str, Any] | None:
    """Return what a COCO file holds; None for JSON of another kind."""
    try:
        told = json.loads(file.read_bytes())
    except ValueError as error:
        raise BadFile(file, f"not readable as JSON ({error}): export it again") from error
    fits = isinstance(told, dict) and all(isinstance(told.get(key), list) for key in _KEYS)
    return told if fits else None


def _instances(file: Path, told: dict[str, Any]) -> Iterator[Instance]:
    """Yield the annotations of a COCO file, with their images found."""
    kinds = {
        _got(entry, "id", int, file, "a category"): _got(entry, "name", str, file, "a category")
        for entry in told["categories"]
    }
    images = {_got(entry, "id", int, file, "an image"): entry for entry in told["images"]}
    places = _places(images, file)
    for entry in told["annotations"]:
        number = _got(entry, "id", int, file, "an annotation")
        whose = _got(entry, "image_id", int, file, f"annotation {number}")
        which = _got(entry, "category_id", int, file, f"annotation {number}")
        if whose not in images or which not in kinds:
            raise BadFile(
                file, f"annotation {number}: image {whose} or category {which} is not listed"
            )
        height = _got(images[whose], "height", int, file, f"image {whose}")
        width = _got(images[whose], "width", int, file, f"image {whose}")
        segmentation = json.dumps(entry.get("segmentation"), sort_keys=True, separators=(",", ":"))
        annotation = Annotation(file, number, (height, width), segmentation)
        yield Instance(places[whose], annotation, kinds[which])


def _places(images: dict[int, Any], file: Path) -> dict[int, Path]:
    """Return where the images of a COCO file lie, by id; BadFile where none of them is there."""
    folders = _folders(file)
    names = {n: _got(entry, "file_name", str, file, f"image {n}") for n, entry in images.items()}
    found = {}
    for number, name in names.items():
        places = [folder / name for folder in folders]
        found[number] = next((place for place in places if place.is_file()), places[0])
    if found and not any(path.is_file() for path in found.values()):
        first, where = next(iter(names.values())), ", ".join(map(str, folders))
        raise BadFile(file, f"none of its {len(found)} images is there: no {first} in {where}")
    return found


def _got(entry: Any, key: str, wanted: type, file: Path, about: str) -> Any:
    """Return a field of an entry of a COCO file; BadFile where it is not there."""
    value = entry.get(key) if isinstance(entry, dict) else None
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise BadFile(file, f"{about} has no {key!r} that is {wanted.__name__}: {value!r:.60}")
    return value


def _folders(file: Path) -> list[Path]:
    """Return where the images of a COCO file may lie, best first."""
    base, split = base_of(file), file.stem.split("_", 1)[-1]
    found = (base, base / "images", file.parent, base / split, base / "images" / split)
    return list(dict.fromkeys(found))


# shapes


def mask_of_segmentation(told: Any, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return what a field "segmentation" marks: bool (H, W).

    It is a list of polygons, or run lengths ``{"size": [H, W], "counts": ...}`` along the columns,
    plain (a list) or compressed (a string). ValueError says what is wrong with it.
    """
    if not told:
        raise ValueError("it has no segmentation, at most a box: shapes are needed")
    if isinstance(told, list):
        mask = np.zeros(shape, np.bool_)
        for polygon in told:
            _fill(mask, _points(polygon))
        return mask
    if not isinstance(told, dict) or "counts" not in told or told.get("size") != list(shape):
        raise ValueError(f"run lengths need counts, and the size {list(shape)} of the image")
    counts = told["counts"]
    lengths = unpacked(counts) if isinstance(counts, str) else counts
    if not isinstance(lengths, list) or not all(type(n) is int and n >= 0 for n in lengths):
        raise ValueError("its run lengths are not all whole numbers from 0 up")
    if sum(lengths) != shape[0] * shape[1]:
        raise ValueError(f"its run lengths add up to {sum(lengths)} px, the image has {shape}")
    runs = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)
    return np.ascontiguousarray(runs.reshape(shape[1], shape[0]).T)


def unpacked(text: str) -> list[int]:
    """Return the run lengths of a compressed string.

    Each character less 48 holds five bits of a number, the lowest first; 32 says that more follow,
    and 16 in the last is the sign. From the fourth on, a number is added to the last but one.
    """
    lengths: list[int] = []
    number = shift = 0
    for character in text:
        bits = ord(character) - 48
        if not 0 <= bits < 64:
            raise ValueError(f"its run lengths hold {character!r}: they are not compressed by COCO")
        number |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            continue
        if bits & 16:
            number -= 1 << shift
        lengths.append(number + (lengths[-2] if len(lengths) > 2 else 0))
        number = shift = 0
    if shift:
        raise ValueError("its run lengths end in the middle of a number")
    return lengths


def _points(polygon: Any) -> NDArray[np.float64]:
    """Return the corners (n, 2) of a polygon, x before y."""
    plain = isinstance(polygon, list) and all(type(n) in (int, float) for n in polygon)
    if not plain or len(polygon) < 6 or len(polygon) % 2:
        raise ValueError(f"a polygon is a list of x, y for three corners or more: {polygon!r:.60}")
    points = np.array(polygon, np.float64).reshape(-1, 2)
    if not np.isfinite(points).all():
        raise ValueError("a corner of a polygon is not finite")
    return points


def _fill(mask: NDArray[np.bool_], points: NDArray[np.float64]) -> None:
    """Mark the pixels whose centre is in the polygon (even-odd); pixel (0, 0) is [0, 1] x [0, 1].

    A polygon so thin that it holds no centre marks the pixels that its outline runs through.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    size = np.array(mask.shape[::-1])
    left, top = np.clip(np.floor(low), 0, size).astype(int)
    right, bottom = np.clip(np.ceil(high), 0, size).astype(int)
    box = mask[top:bottom, left:right]
    if not box.size:
        return
    inside = _inside(points - (left, top), box.shape)
    if not inside.any():
        outline = np.zeros(box.shape, np.uint8)
        corners = np.floor(np.clip(points - (left, top), -size, 2 * size)).astype(np.int32)
        inside = cv2.polylines(outline, [corners], True, 1) > 0
    box |= inside


def _inside(points: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return which pixels of a box have an odd count of the edges left of their centre."""
    (x0, y0), (x1, y1) = points.T, np.roll(points, -1, axis=0).T
    # An edge crosses the rows whose middle lies in [low, high): a corner is then counted once.
    first = np.clip(np.ceil(np.minimum(y0, y1) - 0.5), 0, shape[0]).astype(int)
    count = np.clip(np.ceil(np.maximum(y0, y1) - 0.5), 0, shape[0]).astype(int) - first
    edge = np.repeat(np.arange(len(count)), count)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    along = (row + 0.5 - y0[edge]) / (y1 - y0)[edge]
    x = x0[edge] + along * (x1 - x0)[edge]
    column = np.clip(np.ceil(x - 0.5), 0, shape[1]).astype(int)
    crossed = np.zeros((shape[0], shape[1] + 1), np.uint8)
    np.bitwise_xor.at(crossed, (row, column), 1)
    return np.asarray(np.bitwise_xor.accumulate(crossed, axis=1)[:, :-1] > 0)
