"""The audit of a dataset."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ..engines import processes
from .faults import Fault
from .items import Item, Listing, listing
from .measured import Look, Looking, Measured
from .summary import Distance, Summary, distances, summary_of

_CHUNK = 32


@dataclass(frozen=True)
class Audit:
    """What an audit has found.

    Attributes:
        dataset: what was audited; `normals`: the folder of pictures without defects, if one was
            given; `white`: the value of full range, if it is not the files'.
        good: how many good pictures there are, by part: {"train": 188, "test": 21}.
        samples: what is measured of each picture of a defect.
        kinds: what is measured of each kind of defect; `whole`: of all together.
        faults: what is wrong, by file.
        reference: the audit of the real dataset, where one was given; `distances`: how far the
            masks and contrasts differ from its.
    """

    dataset: str
    good: dict[str, int]
    samples: tuple[Measured, ...]
    kinds: tuple[Summary, ...]
    whole: Summary
    faults: tuple[Fault, ...]
    normals: str | None = None
    white: float | None = None
    reference: Audit | None = None
    distances: tuple[Distance, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether there is no serious fault."""
        return not any(fault.serious for fault in self.faults)

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
        white: the value of full range, if it is not the file's (4095 for 12 bits in 16) nor told by
            the recipe.yaml of the dataset.
        workers: processes. In a script with more than one, call it under
            ``if __name__ == "__main__":``.
        progress: called with how many pictures are done, and how many there are.

    Files that cannot be used are reported as faults. Raises FileNotFoundError where there is no
    such dataset, LookupError where nothing in it is a picture of a defect.
    """
    both = [(Path(dataset), normals)] + ([(Path(reference), None)] if reference else [])
    listed = [_listed(path, known) for path, known in both]
    total, before = sum(len(there.items) for there in listed), 0
    audits: list[Audit] = []
    for (path, known), there in zip(both, listed, strict=True):
        level = there.white if white is None else white
        looks: list[Look] = []
        for _, found in processes.run(Looking(level), _chunks(there.items), workers):
            looks += found
            if progress:
                progress(before + len(looks), total)
        before += len(looks)
        told = _told(path, sorted(looks, key=lambda look: look.item.name), there.faults)
        audits.append(replace(told, normals=str(known) if known else None, white=level))
    if len(audits) == 1:
        return audits[0]
    mine, real = audits
    return replace(mine, reference=real, distances=distances(mine.samples, real.samples))


def _chunks(items: list[Item]) -> list[tuple[Item, ...]]:
    return [tuple(items[at : at + _CHUNK]) for at in range(0, len(items), _CHUNK)]


def _listed(dataset: Path, normals: str | Path | None) -> Listing:
    if not dataset.exists():
        raise FileNotFoundError(f"{dataset} does not exist")
    found = listing(dataset, Path(normals) if normals else None)
    if not found.faults and not any(item.masks for item in found.items):
        raise LookupError(
            f"{dataset} has no picture with a mask: expected test/KIND beside ground_truth/KIND, "
            "images beside masks, or COCO"
        )
    return found


def _told(dataset: Path, looks: list[Look], faults: list[Fault]) -> Audit:
    """Return the audit that the looks at all pictures add up to."""
    faults = [*faults, *(fault for look in looks for fault in look.faults), *_repeated(looks)]
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
        tuple(sorted(faults, key=lambda fault: (not fault.serious, fault.what, fault.file))),
    )


def _without_textures(looks: Iterable[Look]) -> Iterator[Measured]:
    """Yield what is measured, no background told of a class most of whose parts are textures.

    A class is one or the other; an object that is found in a few textures is none.
    """
    votes: dict[str, list[bool]] = defaultdict(list)
    for look in looks:
        if look.measured and look.item.estimated and look.measured.change is not None:
            votes[_class_of(look.item)].append(look.measured.background is not None)
    for look in looks:
        if look.measured:
            objects = votes[_class_of(look.item)]
            textures = 2 * sum(objects) < len(objects)
            yield replace(look.measured, background=None) if textures else look.measured


def _class_of(item: Item) -> str:
    return item.kind.rpartition("/")[0]


def _repeated(looks: Iterable[Look]) -> list[Fault]:
    """Return the pictures that are there twice, and those of test/good that are in train/good.

    A null sample may equal its source: that is what it is for.
    """
    alike: dict[str, list[Item]] = defaultdict(list)
    for look in looks:
        if look.digest and not look.item.null:
            alike[look.digest].append(look.item)
    faults = []
    for items in alike.values():
        # First what a leak would leak from.
        items = sorted(items, key=lambda item: (item.part != "train", item.kind != "good"))
        first = items[0]
        for item in items[1:]:
            goods = item.kind == first.kind == "good"
            leak = goods and (first.part, item.part) == ("train", "test")
            what = "leak" if leak else "duplicate"
            faults.append(Fault(item.name, what, f"the same pixels as {first.name}"))
    return faults


def _plain(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _plain(value) for name, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_plain(value) for value in data]
    return None if isinstance(data, float) and math.isnan(data) else data
