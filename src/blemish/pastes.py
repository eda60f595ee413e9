"""Pastes: which real defect is set into which good picture, of each class its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import count
from pathlib import Path

from .classes import by_class
from .coco import Annotation, base_of
from .file import Pool
from .kinds import kind_named
from .layouts import class_of
from .plan import Plan
from .pools import Entries, Entry
from .sources import Source


@dataclass(frozen=True)
class Paste:
    """One defect for one good picture.

    Attributes:
        entry: which of the pool's defects.
        name, stem: the class and the name that the pair is filed under.
        goods: the class whose good pictures it may be set into.
        number: the how many-th of these it takes.
    """

    entry: int
    name: str
    stem: str
    goods: str
    number: int


@dataclass(frozen=True)
class PastePlan(Plan):
    """The plan of a job that knows of each sample which defect it shows.

    Attributes:
        bank: all defects.
        pastes: what is made, by index.
    """

    bank: Entries = Entries("defects", ())
    pastes: tuple[Paste, ...] = ()

    @property
    def total(self) -> int:
        """How many pairs there are."""
        return len(self.pastes)

    def place(self, index: int) -> tuple[list[Source], int]:
        """Return the good pictures that a defect may be set into, and which of them it takes."""
        paste = self.pastes[index]
        return self._goods[paste.goods], paste.number

    @cached_property
    def _goods(self) -> dict[str, list[Source]]:
        return {own[0].name: own for own in by_class(self.sources)}

    def filed(self, index: int) -> tuple[str, str]:
        """Return what a pair is filed under: the name of its class, and the stem of its files."""
        return self.pastes[index].name, self.pastes[index].stem

    def pools_for(self, source: Source, index: int = 0) -> Mapping[str, Pool]:
        """Return the pool of the one defect."""
        return {"defects": self.bank.alone(self.pastes[index].entry)}


def plan_pastes(base: Plan, bank: Entries, copies: int) -> PastePlan:
    """Return the plan of cloning each defect `copies` times, from that of making."""
    goods = {source.name for source in base.sources}
    tree = any(source.folder for source in base.sources)
    own = _classes(bank, goods, tree)
    without = {
        name: f"no good pictures of this class in {base.job.source}"
        for name, taken in own.values()
        if taken not in goods
    }
    pastes = tuple(_pastes(bank, own, goods, copies))
    if not pastes:
        told = "; ".join(f"{name}: {reason}" for name, reason in without.items())
        raise LookupError(f"there are good pictures for none of the classes. {told}")
    names = sorted({paste.name for paste in pastes})
    settings = {**base.settings, "n": len(pastes), "copies": copies, "classes": names}
    given = {f.name: getattr(base, f.name) for f in fields(Plan)}
    job = replace(base.job, n=len(pastes))
    changed = {"job": job, "settings": settings, "own": {}, "left_out": without}
    return PastePlan(**{**given, **changed}, bank=bank, pastes=pastes)


def _classes(bank: Entries, goods: set[str], tree: bool) -> dict[str, tuple[str, str]]:
    """Return for each defect, by path, its class, and the class whose good pictures it takes.

    `goods` are the classes of good pictures, and `tree` says whether these are a tree of classes.
    """
    folders = {entry.path: _folder(entry.path, goods) for entry in bank.entries}
    classes = set(folders.values())
    root = base_of(bank.root or Path()).resolve().name
    single = None if tree else next(iter(goods))
    found = {}
    for path, folder in folders.items():
        name = folder or root
        if name in goods:
            taken = name
        elif single is not None and single not in classes:
            taken = single
            # A dataset in MVTec layout has a name; a folder of defects is of what it is set into.
            name = name if folder or path.startswith("test/") else single
        else:
            taken = name
        found[path] = name, taken
    return found


def _folder(path: str, goods: set[str]) -> str:
    """Return the class folder of a defect's path in a tree, or ""."""
    first = path.split("/")[0]
    return class_of(path) or (first if first in goods and "/" in path else "")


def _pastes(
    bank: Entries, own: Mapping[str, tuple[str, str]], goods: set[str], copies: int
) -> Iterator[Paste]:
    """Yield what is made: classes and kinds take turns, so that a part of a job shows them all."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, entry in enumerate(bank.entries):
        name, taken = own[entry.path]
        if taken in goods:
            groups[name, kind_named(entry.kind)].append(place)
    turns = sorted(
        (rank, group, place)
        for group, members in groups.items()
        for rank, place in enumerate(members)
    )
    used: dict[str, int] = defaultdict(int)
    stems: set[tuple[str, str, str]] = set()
    for copy in range(copies):
        for _, (name, kind), place in turns:
            taken = own[bank.entries[place].path][1]
            stem = _stem(bank.entries[place], copy + 1 if copies > 1 else 0)
            stem = next(s for s in _numbered(stem) if (name, kind, s) not in stems)
            stems.add((name, kind, stem))
            yield Paste(place, name, stem, taken, used[taken])
            used[taken] += 1


def _stem(entry: Entry, copy: int) -> str:
    """Return what the files of a defect are called: as its picture, with what else tells it."""
    image, mask = entry.origin
    annotation = f"_{mask.number}" if isinstance(mask, Annotation) else ""
    return f"{Path(image).stem}{annotation}" + (f"_{copy}" if copy else "")


def _numbered(stem: str) -> Iterator[str]:
    """Yield a stem, and others for those of one name with another suffix."""
    yield stem
    for number in count(2):
        yield f"{stem}_{number}"
