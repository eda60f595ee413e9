"""Grounds: where the defects of a job may lie, by estimate or by the user's own masks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .foreground import Automatic
from .images import SUFFIXES, BadFile, Loaded, read_mask, sha256_of
from .layouts import find_images
from .scene import Scene, scene_of
from .sources import Source

AUTO, NONE = "auto", "none"


@dataclass(frozen=True)
class Grounds:
    """Where defects may lie.

    Attributes:
        foreground: "auto" (the object is estimated), "none" (the whole frame), or a folder of
            object masks, or one mask for all pictures.
        roi, roi_exclude: folders of masks, or one mask for all, of where defects may lie and of
            where they must not. A region of interest takes the place of the estimate.

    The mask of a picture has its path relative to SOURCE, or the end of it, or its name alone; its
    suffix is that of any image, and it may end in ``_mask``. Above 0 is marked.
    """

    foreground: str = AUTO
    roi: str | None = None
    roi_exclude: str | None = None

    @property
    def given(self) -> dict[str, str]:
        """Which masks the user gave, by the name of the option."""
        own = None if self.foreground in (AUTO, NONE) else self.foreground
        told = {"foreground": own, "roi": self.roi, "roi_exclude": self.roi_exclude}
        return {name: path for name, path in told.items() if path is not None}

    def check(self, sources: Sequence[Source]) -> None:
        """Raise where a mask is not there, is of no use, or is that of another class.

        FileNotFoundError or LookupError, and ValueError for the one mask of all pictures.
        """
        for name in self.given:
            if "" in self._files[name]:
                read_mask(self._files[name][""], empty=name == "roi_exclude")
                continue
            owners: dict[Path, Source] = {}
            for source in sources:
                owner = owners.setdefault(self.path(name, source.relative), source)
                if owner.name != source.name:
                    raise LookupError(
                        f"{_option(name)} {self.given[name]}: {owner.relative} and "
                        f"{source.relative} would have the same mask; keep those of each class in "
                        "a folder of its own"
                    )

    def fingerprint(self) -> dict[str, str]:
        """Return by option "auto", "none", or a sha256 over names and masks."""
        told = {"foreground": self.foreground} if self.foreground in (AUTO, NONE) else {}
        for name, files in self._files.items():
            listing = "\n".join(f"{key}\0{sha256_of(path)}" for key, path in sorted(files.items()))
            told[name] = hashlib.sha256(listing.encode()).hexdigest()
        return told

    def scene(self, loaded: Loaded, white: float | None, path: Path, relative: str) -> Scene:
        """Return the scene of a picture, with what is known of where defects may lie.

        `relative` is its path relative to SOURCE. Raises ValueError for a mask that is not of the
        picture's size.
        """
        plain = scene_of(loaded, white, path)
        masks = {
            name: read_mask(self.path(name, relative), plain.shape, empty=True)
            for name in self.given
        }
        own, roi, excluded = (masks.get(n) for n in ("foreground", "roi", "roi_exclude"))
        allowed = roi
        if excluded is not None:
            allowed = ~excluded if allowed is None else allowed & ~excluded
        estimator: Any = None
        if own is not None:
            estimator = _Known(self, path, own)
        elif self.foreground == AUTO and roi is None:
            estimator = Automatic()
        known = Scene(plain.image, plain.white, plain.path, allowed, estimator, plain.sha256)
        if masks and not isinstance(estimator, Automatic) and not known.allowed.any():
            last = self.path([*masks][-1], relative)
            raise BadFile(last, f"with it there is no place for a defect in {relative}")
        return known

    def path(self, name: str, relative: str) -> Path:
        """Return the mask of a picture among those that were given as `name`.

        Raises LookupError where there is none, FileNotFoundError or ValueError where there are no
        masks at all.
        """
        files = self._files[name]
        if "" in files:
            return files[""]
        parts = Path(relative).parts
        for first in range(len(parts)):
            place = "/".join(parts[first:])
            stem = Path(place).with_suffix("").as_posix()
            # With its suffix first: a.png.png is what is made of a.png where a.png would be another
            # mask, or the contact sheet.
            for key in (place, stem, f"{stem}_mask"):
                if key in files:
                    return files[key]
        raise LookupError(
            f"{_option(name)} {self.given[name]} holds no mask for {relative}: "
            f"it should be {Path(relative).with_suffix('.png')} there"
        )

    @cached_property
    def _files(self) -> dict[str, dict[str, Path]]:
        return {name: _listed(name, Path(path)) for name, path in self.given.items()}


@dataclass(frozen=True, eq=False)
class _Known:
    """An estimator that knows the mask of its picture, and where those of the others are."""

    grounds: Grounds
    path: Path
    mask: NDArray[np.bool_]

    def __call__(self, scene: Scene) -> NDArray[np.bool_]:
        if scene.path is None or scene.path == self.path:
            return self.mask
        other = read_mask(self.grounds.path("foreground", scene.path.as_posix()), empty=True)
        if other.shape == scene.shape:
            return other
        height, width = scene.shape  # what a part shows of another picture has the frame's size
        nearest = cv2.resize(other.view(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
        return np.asarray(nearest, np.uint8).view(np.bool_)


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _listed(name: str, path: Path) -> dict[str, Path]:
    """Return the masks of an option by path without suffix; one file for all under ""."""
    if path.is_file():
        return {"": path}
    option = _option(name)
    if not path.is_dir():
        words = ", nor 'auto' or 'none'" if name == "foreground" else ""
        raise FileNotFoundError(f"{option} {path} is not a folder of masks, nor one mask{words}")
    found = find_images(path)
    if not found:
        raise ValueError(f"{option} {path} holds no image ({', '.join(sorted(SUFFIXES))})")
    return {file.relative_to(path).with_suffix("").as_posix(): file for file in found}
