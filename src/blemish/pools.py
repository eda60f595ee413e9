"""Pools: the files and arrays that recipes draw from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import check_image
from .coco import Annotation, base_of
from .file import POOLS, File, Pool
from .images import BadFile, sha256_of, size_of
from .layouts import Pair, find_images, find_pairs, read_pair_mask
from .values import Files, leaves

PoolLike = str | Path | Sequence[Any] | None
"""A folder, a list of files or of arrays; for defects of pairs (image, mask), or a COCO file."""


@dataclass(frozen=True)
class Entry:
    """One thing of a pool before it is drawn: `origin` a path, an array, or a pair of them."""

    path: str
    origin: Any
    kind: str = ""


@dataclass(frozen=True, eq=False)
class Entries:
    """A pool: an ordered set of entries; drawing one gives a `File` with its sha256."""

    name: str
    entries: tuple[Entry, ...]
    root: Path | None = None

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, index: int) -> File:
        entry = self.entries[index]
        try:
            digest = self._digest(entry)
        except OSError as error:
            raise BadFile(str(error.filename), f"{error.strerror}: a link to nothing?") from error
        return File(self.name, entry.path, digest, entry.kind, entry.origin)

    def find(self, path: str) -> File:
        """Return the file of that relative path; LookupError where there is none."""
        if path not in self._places:
            raise LookupError(f"the pool {self.name!r} ({self.root or 'a list'}) has no {path}")
        return self[self._places[path]]

    def without(self, path: str) -> Entries:
        """Return the pool without one entry: a sample's own picture."""
        kept = tuple(entry for entry in self.entries if entry.path != path)
        return Entries(self.name, kept, self.root)

    def of_kind(self, kind: str) -> Entries:
        """Return the pool of those of one kind."""
        if kind not in self._kinds:
            kept = tuple(entry for entry in self.entries if entry.kind == kind)
            self._kinds[kind] = Entries(self.name, kept, self.root)
        return self._kinds[kind]

    def alone(self, index: int) -> Entries:
        """Return the pool of one entry."""
        return Entries(self.name, (self.entries[index],), self.root)

    def within(self, folder: str) -> Entries:
        """Return the pool of those in a folder of its root."""
        kept = tuple(entry for entry in self.entries if entry.path.startswith(f"{folder}/"))
        return Entries(self.name, kept, self.root)

    @cached_property
    def _kinds(self) -> dict[str, Entries]:
        return {}

    def _digest(self, entry: Entry) -> str:
        """Return the sha256 of an entry, computed once; `sha256_of` notices a changed file."""
        parts = entry.origin if isinstance(entry.origin, tuple) else (entry.origin,)
        if any(isinstance(part, Path) for part in parts):
            return _digest(entry.origin)
        if entry.path not in self._digests:
            self._digests[entry.path] = _digest(entry.origin)
        return self._digests[entry.path]

    @cached_property
    def _digests(self) -> dict[str, str]:
        return {}

    @cached_property
    def _places(self) -> dict[str, int]:
        return {entry.path: place for place, entry in enumerate(self.entries)}

    def fingerprint(self) -> str:
        """Return a sha256 over names and sizes: cheap, and enough to notice another folder."""
        told = hashlib.sha256()
        for entry in self.entries:
            parts = entry.origin if isinstance(entry.origin, tuple) else (entry.origin,)
            sizes = [_size(part) for part in parts]
            told.update(f"{entry.path}\0{sizes}\n".encode())
        return told.hexdigest()


def open_pools(**given: PoolLike | Entries) -> dict[str, Pool]:
    """Return the pools by name, those that are not None."""
    return {
        name: pool if isinstance(pool, Entries) else open_pool(name, pool)
        for name, pool in given.items()
        if pool is not None
    }


def open_pool(name: str, given: PoolLike) -> Entries:
    """Return the pool of a folder or a list.

    Raises FileNotFoundError for a folder that is not there, ValueError for one without images
    (for defects: without image and mask pairs) or for a COCO file that cannot be used.
    """
    if name not in POOLS:
        raise ValueError(f"unknown pool {name!r}: the pools are {', '.join(POOLS)}")
    if isinstance(given, (str, Path)):
        return _folder_pool(name, Path(given))
    if given is None or len(given) == 0:
        raise ValueError(f"{name}: an empty list was given")
    return Entries(name, tuple(_entry(name, number, item) for number, item in enumerate(given)))


def mask_of(file: File) -> NDArray[np.bool_]:
    """Return the mask of a file of the pool "defects": bool (h, w)."""
    if not isinstance(file.origin, tuple):
        raise LookupError(f"{file.path} is not at hand with its mask: pass defects=FOLDER")
    image, mask = file.origin
    if isinstance(mask, (Path, Annotation)):
        return read_pair_mask(Pair(image, mask))
    return np.asarray(mask).reshape(np.asarray(mask).shape[:2]) > 0


def _folder_pool(name: str, folder: Path) -> Entries:
    coco = name == "defects" and folder.suffix.lower() == ".json" and folder.is_file()
    if not folder.is_dir() and not coco:
        other = ", nor a COCO file" if name == "defects" else ""
        raise FileNotFoundError(f"{name}: {folder} is not a folder{other}")
    if name == "defects":
        entries = tuple(_pair_entry(folder, pair) for pair in find_pairs(folder))
        wanted = (
            "images with masks: a dataset in MVTec AD layout (test/KIND, ground_truth/KIND), "
            "or images with a mask of the same stem in masks/ or as STEM_mask.png, "
            "or annotations in COCO format"
        )
    else:
        paths = find_images(folder)
        entries = tuple(Entry(path.relative_to(folder).as_posix(), path) for path in paths)
        wanted = "images"
    if not entries:
        raise ValueError(f"{name}: {folder} holds no {wanted}")
    return Entries(name, entries, folder)


def _pair_entry(folder: Path, pair: Pair) -> Entry:
    base = base_of(folder)
    inside = pair.image.is_relative_to(base)
    path = (pair.image.relative_to(base) if inside else pair.image).as_posix()
    number = f"#{pair.mask.number}" if isinstance(pair.mask, Annotation) else ""
    return Entry(path + number, (pair.image, pair.mask), pair.kind)


def _entry(name: str, number: int, item: Any) -> Entry:
    place = f"#{number}"
    if name == "defects":
        if not isinstance(item, (tuple, list)) or len(item) != 2:
            raise TypeError(f"defects{place}: expected a pair (image, mask), not {type(item)}")
        image, mask = item
        if isinstance(image, (str, Path)):
            return Entry(str(image), (Path(image), Path(mask)))
        if np.asarray(mask).shape[:2] != check_image(image).shape[:2]:
            raise ValueError(f"defects{place}: the mask must have the image's size")
        return Entry(place, (image, mask))
    if isinstance(item, (str, Path)):
        return Entry(str(item), Path(item))
    return Entry(place, check_image(item))


def _digest(origin: Any) -> str:
    """Return the sha256 of a file, of an array, or of a pair: that of both digests together."""
    if isinstance(origin, tuple):
        return hashlib.sha256("".join(_digest(part) for part in origin).encode()).hexdigest()
    if isinstance(origin, Path):
        return sha256_of(origin)
    if isinstance(origin, Annotation):
        return origin.sha256
    array: NDArray[Any] = np.ascontiguousarray(origin)
    told = hashlib.sha256(f"{array.dtype.str}{array.shape}".encode())
    told.update(array.data)
    return told.hexdigest()


def _size(part: Any) -> Any:
    """Return the bytes of a file or an array; of an annotation, which is short, its sha256."""
    if isinstance(part, Path):
        return size_of(part)
    return part.sha256 if isinstance(part, Annotation) else part.nbytes


def fingerprint(pools: Mapping[str, Pool]) -> dict[str, str]:
    """Return the fingerprint of each pool, by name."""
    return {n: p.fingerprint() for n, p in sorted(pools.items()) if isinstance(p, Entries)}


def check_kinds(recipe: Any, pools: Mapping[str, Pool]) -> None:
    """Raise LookupError where a recipe draws files of a kind that its pool has none of."""
    for path, leaf in leaves(recipe):
        pool = pools.get(leaf.pool) if isinstance(leaf, Files) and leaf.kind else None
        if pool is not None and not len(pool.of_kind(leaf.kind)):
            raise LookupError(f"{path}: the {leaf.pool} hold nothing of the kind {leaf.kind!r}")
