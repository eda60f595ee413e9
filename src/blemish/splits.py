"""Splits: which good pictures are held back, which are trained on, which get defects."""

from __future__ import annotations

from .classes import by_class
from .random import rng_of
from .sources import Source

_HELD_BACK, _DISJOINT = -1, -2

Sources = tuple[Source, ...]


def held_back(found: Sources, share: float, seed: int) -> tuple[Sources, Sources]:
    """Return the pictures held back and the others: of each class its share, and never all."""
    rng = rng_of(seed, _HELD_BACK)
    held: set[Source] = set()
    for own in by_class(found):
        count = min(len(own) - 1, max(1, round(share * len(own)))) if share else 0
        held.update(own[i] for i in rng.permutation(len(own))[:count])
    return (
        tuple(source for source in found if source in held),
        tuple(source for source in found if source not in held),
    )


def disjoint(rest: Sources, n: int, seed: int) -> tuple[Sources, Sources]:
    """Return the pictures to train on, and others to put `n` defects into, of each class."""
    rng = rng_of(seed, _DISJOINT)
    taken: set[Source] = set()
    for own in by_class(rest):
        order = rng.permutation(len(own))
        taken.update(own[i] for i in order[: max(1, min(n, len(own) // 2))])
    return (
        tuple(source for source in rest if source not in taken),
        tuple(source for source in rest if source in taken),
    )
