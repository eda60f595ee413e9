"""The audit of a dataset."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ..engines import processes
from ..grounds import Grounds
from .faults import Duplicate, Fault
from .items import Item, Listing, listing
from .measured import Look, Looking, Measured
from .summary import Distance, Summary, distances, summary_of

_CHUNK = 32


@dataclass(frozen=True)
class Audit:
    """What an audit has found.

    Attributes:
        dataset: what was audited; `normals`: the folder of pictures without defects, if one was
            given; `foreground`: the masks of the object, if they were given; `white`: the value of
            full range, if it is not the files'.
        good: how many good pictures there are, by part: {"train": 188, "test": 21}.
        samples: what is measured of each picture of a defect.
        kinds: what is measured of each kind of defect; `whole`: of all together.
        faults: what is wrong, by file; `duplicates`: the pictures that are there twice.
        reference: the audit of the real dataset, where one was given; `distances`: how far the
            masks and contrasts differ from its.
    """

    dataset: str
    good: dict[str, int]
    samples: tuple[Measured, ...]
    kinds: tuple[Summary, ...]
    whole: Summary
    faults: tuple[Fault, ...]
    duplicates: tuple[Duplicate, ...] = ()
    normals: str | None = None
    foreground: str | None = None
    white: float | None = None
    reference: Audit | None = None
    distances: tuple[Distance, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether there is no fault."""
        return not self.faults

    def counts(self) -> dict[str, int]:
        """Return how many faults there are of each sort."""
        return dict(Counter(fault.what for fault in self.faults))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data, as JSON holds it; what is not known is None."""
        told: dict[str, Any] = _plain({**asdict(self), "sound": self.sound})
        return told


def audit(
    dataset: str | Path,
    reference: str | Path | None = None,
    *,
    normals: str | Path | None = None,
    foreground: str | Path | None = None,
    white: float | None = None,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Audit:
    """Return what is measured of a labelled dataset, and what is wrong with it.

    Args:
        dataset: a folder in MVTec AD layout, one class or a tree of them; images beside masks; or
            COCO. Ours or another tool's.
        reference: a dataset of real defects, to compare the masks and contrasts with.
        normals: a folder of the pictures without the defects, with the same file names but for the
            suffix, in folders by kind where a name is there more than once. What `blemish make`
            wrote is compared with OUT/clean, or with the sources that its manifest tells of.
        foreground: a folder of masks of the object, or one for all pictures, found by the path or
            name of the good picture where a manifest tells it, else of the picture itself. What
            `blemish make` wrote is measured by the masks it was given, if it was given any. "auto"
            and "none" are as for `make`.
        white: the value of full range, if it is not the file's (4095 for 12 bits in 16) nor told by
            the recipe.yaml of the dataset.
        workers: processes. In a script with more than one, call it under
            ``if __name__ == "__main__":``.
        progress: called with how many pictures are done, and how many there are.

    Files that cannot be used are reported as faults. Raises FileNotFoundError where there is no
    such dataset, LookupError where nothing in it is a picture of a defect.
    """
    if workers < 1:
        raise ValueError(f"workers must be at least 1, not {workers}")
    grounds = None if foreground is None else Grounds(str(foreground))
    if grounds:
        grounds.check(())
    paths = [Path(dataset)] + ([Path(reference)] if reference else [])
    listed = [_listed(paths[0], normals, grounds), *(_listed(path) for path in paths[1:])]
    total, before = sum(len(there.items) for there in listed), 0
    audits: list[Audit] = []
    for path, there in zip(paths, listed, strict=True):
        level = there.white if white is None else white
        looks: list[Look] = []
        for _, found in processes.run(Looking(level), _chunks(there.items), workers):
            looks += found
            if progress:
                progress(before + len(looks), total)
        before += len(looks)
        told = _told(path, sorted(looks, key=lambda look: look.item.name), there.faults)
        audits.append(replace(told, white=level))
    given = grounds.given.get("foreground") if grounds else None
    mine = replace(audits[0], normals=str(normals) if normals else None, foreground=given)
    if len(audits) == 1:
        return mine
    far = distances(mine.samples, audits[1].samples)
    return replace(mine, reference=audits[1], distances=far)


def _chunks(items: list[Item]) -> list[tuple[Item, ...]]:
    return [tuple(items[at : at + _CHUNK]) for at in range(0, len(items), _CHUNK)]


def _listed(
    dataset: Path, normals: str | Path | None = None, grounds: Grounds | None = None
) -> Listing:
    expected = "expected test/KIND beside ground_truth/KIND, images beside masks, or COCO"
    if not dataset.exists():
        raise FileNotFoundError(f"{dataset} does not exist")
    if not dataset.is_dir() and dataset.suffix.lower() != ".json":
        raise LookupError(f"{dataset} is no dataset: {expected}")
    found = listing(dataset, Path(normals) if normals else None, grounds)
    # A dataset that has lost all its masks has good pictures still; a folder of pictures has none.
    lost = found.faults and found.items
    if not lost and not any(item.masks for item in found.items):
        raise LookupError(f"{dataset} has no picture with a mask: {expected}")
    return found


def _told(dataset: Path, looks: list[Look], faults: list[Fault]) -> Audit:
    """Return the audit that the looks at all pictures add up to."""
    leaks, duplicates = _repeated(looks)
    faults = [*faults, *(fault for look in looks for fault in look.faults), *leaks]
    samples = tuple(_without_textures(looks))
    hidden = {fault.file for fault in faults if fault.what == "invisible"}
    kinds: dict[str, list[Measured]] = defaultdict(list)
    for sample in samples:
        kinds[sample.kind].append(sample)
    return Audit(
        str(dataset),
        dict(sorted(Counter(o.item.part for o in looks if o.item.kind == "good").items())),
        samples,
        tuple(summary_of(kind, kinds[kind], hidden) for kind in sorted(kinds)),
        summary_of("all", samples, hidden),
        tuple(sorted(faults, key=lambda fault: (fault.what, fault.file))),
        tuple(sorted(duplicates, key=lambda one: one.file)),
    )


def _without_textures(looks: Iterable[Look]) -> Iterator[Measured]:
    """Yield what is measured, no background told of a class most of whose parts are textures.

    A class is one or the other; an object that is found in a few textures is none.
    """
    votes: dict[str, list[bool]] = defaultdict(list)
    for look in looks:
        if look.item.estimated and look.measured and look.measured.change is not None:
            votes[_class_of(look.item)].append(look.measured.background is not None)
    for look in looks:
        if look.measured:
            objects = votes[_class_of(look.item)]
            textures = look.item.estimated and 2 * sum(objects) < len(objects)
            yield replace(look.measured, background=None) if textures else look.measured


def _class_of(item: Item) -> str:
    return item.kind.rpartition("/")[0]


def _repeated(looks: Iterable[Look]) -> tuple[list[Fault], list[Duplicate]]:
    """Return the pictures of test/good that are in train/good, and others that are there twice.

    A null sample may equal its source: that is what it is for.
    """
    alike: dict[str, list[Item]] = defaultdict(list)
    for look in looks:
        if look.digest and not look.item.null:
            alike[look.digest].append(look.item)
    leaks, duplicates = [], []
    for items in alike.values():
        # First what a leak would leak from.
        items = sorted(items, key=lambda item: (item.part != "train", item.kind != "good"))
        first = items[0]
        for item in items[1:]:
            goods = item.kind == first.kind == "good"
            if goods and (first.part, item.part) == ("train", "test"):
                leaks.append(Fault(item.name, "leak", f"the same pixels as {first.name}"))
            else:
                duplicates.append(Duplicate(item.name, first.name))
    return leaks, duplicates


def _plain(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _plain(value) for name, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_plain(value) for value in data]
    return None if isinstance(data, float) and math.isnan(data) else data
