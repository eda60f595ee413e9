"""Classes: the products of a tree, each with its own good pictures and its own defects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .catalog import draws_sources, needs
from .file import Pool
from .layouts import class_of
from .pools import Entries, Entry
from .sources import Source
from .values import Files, leaves


def by_class(found: Sequence[Source]) -> list[list[Source]]:
    """Return the pictures of each class, in order of their names."""
    names = sorted({source.name for source in found})
    return [[source for source in found if source.name == name] for name in names]


def own_defects(pools: Mapping[str, Pool], found: Sequence[Source]) -> dict[str, Entries]:
    """Return the defects of each class of a tree, by its name; {} where all have the same.

    A class has those in the folder of its name. All have the same where the pictures are no tree of
    classes, or the defects none: no folder there has the name of a class, and none holds ``test``.
    """
    pool = pools.get("defects")
    folders = {source.name: source.folder for source in found}
    if not isinstance(pool, Entries) or not all(folders.values()):
        return {}
    own = {name: pool.within(folder) for name, folder in folders.items()}
    apart = any(map(len, own.values())) or all(class_of(entry.path) for entry in pool.entries)
    return own if apart else {}


def lacking(recipe: Any, own: Mapping[str, Entries]) -> dict[str, str]:
    """Return why a recipe cannot be made of some classes, by their names.

    Raises LookupError where it can be made of none.
    """
    kinds = [
        leaf.kind
        for _, leaf in leaves(recipe)
        if isinstance(leaf, Files) and leaf.pool == "defects" and leaf.kind
    ]
    without: dict[str, str] = {}
    for name, pool in own.items() if "defects" in needs(recipe) else ():
        if not len(pool):
            without[name] = f"no defects of this class in {pool.root}"
        missing = [kind for kind in kinds if not len(pool.of_kind(kind))]
        if missing and len(pool):
            without[name] = f"its defects hold nothing of the kind {missing[0]!r}"
    if without and len(without) == len(own):
        told = "; ".join(f"{name}: {reason}" for name, reason in without.items())
        raise LookupError(f"there are defects for none of the classes. {told}")
    return without


def check_others(recipe: Any, sources: Sequence[Source]) -> None:
    """Raise ValueError where a recipe draws from other good pictures, and a class has no other."""
    alone = [own[0].name for own in by_class(sources) if len(own) < 2]
    if alone and draws_sources(recipe):
        raise ValueError(
            f"this recipe takes patches from other good pictures, and {alone[0]} has only one that "
            "is not held back: give more pictures"
        )


def pool_of(sources: Sequence[Source], root: Path) -> Entries:
    """Return the good pictures of a class as the pool "sources"."""
    return Entries("sources", tuple(Entry(s.relative, s.path) for s in sources), root)
