"""What there is in a dataset: its pictures, their masks, and what they were made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..coco import Annotation, base_of
from ..datasets.mvtec import clean_path
from ..grounds import AUTO, Grounds
from ..layouts import find_images, find_pairs, is_mask
from ..manifest import MANIFEST, PREVIEW, grounds_of, read_records, read_runs
from .faults import Fault

_ESTIMATED = 100


@dataclass(frozen=True)
class Clean:
    """The picture without the defect: where it is, and how that is known.

    how: "clean" (written by ``make --with-clean``), "source" (the manifest names it) or "normals"
    (a folder that was given). shows: what is the same for those that show the same pixels.
    sha256: what the file's must be, or None. altered: whether the whole picture was altered after
    the defect was put in, so that a source shows nothing.
    """

    path: Path
    how: str
    shows: str
    sha256: str | None = None
    altered: bool = False


@dataclass(frozen=True)
class Item:
    """A picture of a dataset, with all that marks its defects: none for a good picture.

    part: "train" or "test". null: whether the manifest says that its defect shows nothing.
    estimated: whether the object is to be found in it. object: the mask of the object, where one
    was given.
    """

    image: Path
    name: str
    masks: tuple[Path | Annotation, ...] = ()
    kind: str = "good"
    part: str = "test"
    clean: Clean | None = None
    null: bool = False
    estimated: bool = False
    object: Path | None = None


@dataclass(frozen=True)
class Listing:
    """The pictures of a dataset, what is wrong with files in no pair, and its value of white."""

    items: list[Item]
    faults: list[Fault]
    white: float | None


def listing(dataset: Path, normals: Path | None, grounds: Grounds | None = None) -> Listing:
    """Return what there is in a dataset; `normals` is as for `audit`.

    `grounds` tell where the objects are, in place of what the manifest tells.
    """
    root = base_of(dataset)
    pairs = find_pairs(dataset)
    history = History(root)
    stock = _by_stem(normals) if normals else None
    masks: dict[Path, list[Path | Annotation]] = defaultdict(list)
    kinds: dict[Path, set[str]] = defaultdict(set)
    for pair in pairs:
        masks[pair.image].append(pair.mask)
        kinds[pair.image].add(pair.kind)
    several = len({_class_of(image, root) for image in masks}) > 1
    items = []
    for image, found in masks.items():
        kind = next(iter(kinds[image])) if len(kinds[image]) == 1 else "combined"
        clean = _from(stock, image, kind) if stock is not None else history.clean(image, kind)
        told = kind or "defect"
        if several and kind != "good":
            told = f"{_class_of(image, root)}/{told}"
        name = _relative(image, root)
        ground = grounds or history.grounds(image)
        estimated = clean is not None and ground.foreground == AUTO and ground.roi is None
        mask = _object(ground, history.source(image) or name)
        part = _part(image, root)
        items.append(
            Item(image, name, tuple(found), told, part, clean, estimated=estimated, object=mask)
        )
    taken = {mask for found in masks.values() for mask in found} | set(masks)
    left = [path for path in find_images(root) if path not in taken and not history.own(path)]
    annotated = any(isinstance(mask, Annotation) for found in masks.values() for mask in found)
    good, faults = _sort(left, root, history, annotated)
    return Listing(_ordered(items) + good, faults, history.white)


def _ordered(items: list[Item]) -> list[Item]:
    """Return the items by what they show, the object still to be found in some of what is shown.

    Finding it takes ten times as long as all the rest; a hundred tell enough. In this order it is
    found once for all that show the same.
    """
    shown = {item.clean.shows for item in items if item.clean and item.estimated}
    # By a hash: every so many would favour a kind where kinds come in turns.
    some = set(sorted(shown, key=lambda name: sha256(name.encode()).digest())[:_ESTIMATED])
    chosen = (
        replace(i, estimated=i.estimated and i.clean is not None and i.clean.shows in some)
        for i in items
    )
    return sorted(chosen, key=lambda item: (item.clean.shows if item.clean else "", item.name))


def _sort(
    left: Iterable[Path], root: Path, history: History, annotated: bool
) -> tuple[list[Item], list[Fault]]:
    """Return the good ones among pictures that are in no pair, and what is wrong with others."""
    good, faults = [], []
    for path in left:
        name = _relative(path, root)
        folders = path.relative_to(root).parts[:-1]
        if is_mask(path, root):
            if "good" not in folders:
                faults.append(Fault(name, "no image", "no picture belongs to this mask"))
        elif "good" in folders or "train" in folders or annotated:
            null = history.is_null(path)
            good.append(Item(path, name, part=_part(path, root), null=null))
        else:
            faults.append(Fault(name, "no mask", "no mask was found for this picture"))
    return good, faults


class History:
    """What the manifest of a dataset tells, if `blemish make` wrote it."""

    def __init__(self, root: Path) -> None:
        known = (out for out in (root, root.resolve().parent) if (out / MANIFEST).is_file())
        self.out = next(known, None)
        self._runs: list[dict[str, Any]] = read_runs(self.out) if self.out else []
        self._records: dict[Path, dict[str, Any]] = {}
        for record in read_records(self.out / MANIFEST) if self.out else ():
            if record["image"] is not None:
                self._records[(self.out / record["image"]).resolve()] = record

    @property
    def white(self) -> float | None:
        """The value of full range that the last run was told."""
        white: float | None = self._runs[-1].get("white") if self._runs else None
        return white

    def own(self, path: Path) -> bool:
        """Return whether a picture lies beside the dataset and is not of it."""
        if self.out is None or not path.resolve().is_relative_to(self.out.resolve()):
            return False
        parts = path.resolve().relative_to(self.out.resolve()).parts
        return parts[0] == "clean" or parts == (PREVIEW,)

    def is_null(self, path: Path) -> bool:
        """Return whether a picture went through a blend with nothing to show."""
        record = self._records.get(path.resolve())
        return record is not None and record["status"] == "null"

    def source(self, image: Path) -> str | None:
        """Return the path of the good picture that a defect was put into, relative to SOURCE."""
        record = self._records.get(image.resolve())
        return record["source"] if record else None

    def grounds(self, image: Path) -> Grounds:
        """Return where the run that made a picture had its objects; by default, estimates."""
        record = self._records.get(image.resolve())
        run = self._run(record["index"]) if record else None
        return grounds_of(run, {}) if run else Grounds()

    def clean(self, image: Path, kind: str) -> Clean | None:
        """Return where a picture is without its defect, or None where that is not told."""
        if self.out is None:
            return None
        record = self._records.get(image.resolve())
        altered = record is not None and "Then" in (record["recipe"] or ())
        kept = self.out / clean_path(kind, image.stem)
        if kept.is_file():
            shows = str(kept) if record is None or altered else record["source"]
            return Clean(kept, "clean", shows)
        if record is None:
            return None
        run = self._run(record["index"])
        if run is None:
            return None
        shows, digest = record["source"], record["source_sha256"]
        return Clean(Path(run["source"]) / shows, "source", shows, digest, altered)

    def _run(self, index: int) -> dict[str, Any] | None:
        runs = self._runs
        return next((r for r in runs if r["start"] <= index < r["start"] + r["n"]), None)


def _object(grounds: Grounds, relative: str) -> Path | None:
    """Return the mask of the object in a picture; None where there is none, or it is gone."""
    if "foreground" not in grounds.given:
        return None
    try:
        return grounds.path("foreground", relative)
    except (LookupError, OSError, ValueError):
        return None  # an audit does not need it: the notes say how many are not known


def _by_stem(folder: Path) -> dict[str, list[Path]]:
    """Return the pictures of a folder by stem."""
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is not a folder of pictures without defects")
    found: dict[str, list[Path]] = defaultdict(list)
    for path in find_images(folder):
        found[path.stem].append(path)
    return found


def _from(stock: dict[str, list[Path]], image: Path, kind: str) -> Clean | None:
    """Return the picture with an image's stem, of several the one in a folder of its kind."""
    found = stock.get(image.stem, [])
    if len(found) > 1:
        found = [path for path in found if path.parent.name == kind]
    return Clean(found[0], "normals", str(found[0])) if len(found) == 1 else None


def _class_of(image: Path, root: Path) -> str:
    """Return the folders above test, train or images: the class in a tree of classes, or ""."""
    parts = image.relative_to(root).parts[:-1] if image.is_relative_to(root) else ()
    first = next((n for n, p in enumerate(parts) if p in ("test", "train", "images")), 0)
    return "/".join(parts[:first])


def _part(image: Path, root: Path) -> str:
    inside = image.relative_to(root).parts if image.is_relative_to(root) else image.parts
    return "train" if "train" in inside else "test"


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
