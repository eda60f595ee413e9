"""The plan of a job: which pictures, which sample from which, in which chunks.

A plan is a pure function of the sources, the recipe, n and the seed, so that every worker, shard
and later run has the same one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from .catalog import needs
from .file import Pool
from .grounds import Grounds
from .notation import to_dict
from .pools import Entries, Entry, PoolLike, check_kinds, fingerprint, open_pools
from .random import rng_of
from .recipe import check_recipe
from .sources import Source, find_sources
from .values import Files, leaves

FURTHER_SOURCES = 5
"""How many other sources an index tries when its own refuses every draw."""

NULL_NAME = re.compile(r"null_\d{6,}\.")
"""What null samples are called in test/good, where held back pictures keep their names."""

_SAMPLES_A_CHUNK = 16
_NORMALS_A_CHUNK = 64
# The last two take a number off for each round of the sources, and for each run.
_HELD_BACK, _DISJOINT, _SHUFFLE, _QUOTA = -1, -2, -3, -(2**40)
_SHARED = ("sources", "test_good", "disjoint", "normals", "name")


@dataclass(frozen=True)
class Job:
    """What `make` was asked for; its docstring tells each field."""

    source: str
    recipe: Any
    n: int
    out: Path
    seed: int = 0
    workers: int = 1
    textures: PoolLike = None
    defects: PoolLike = None
    test_good: float = 0.1
    disjoint: bool = False
    with_clean: bool = False
    null: float = 0.0
    shard: tuple[int, int] = (1, 1)
    resume: bool = False
    append: bool = False
    name: str | None = None
    normals: bool = True
    link: bool = False
    white: float | None = None
    plugins: tuple[str, ...] = ()
    grounds: Grounds = Grounds()
    quota: Mapping[str, int] | None = None

    def __post_init__(self) -> None:
        if self.n < 0:
            raise ValueError(f"n must be 0 or more, not {self.n}")
        if self.workers < 1:
            raise ValueError(f"workers must be at least 1, not {self.workers}")
        if not 0 <= self.test_good < 1:
            raise ValueError(f"test_good must be in [0, 1), not {self.test_good}")
        if not 0 <= self.null <= 1:
            raise ValueError(f"null must be in [0, 1], not {self.null}")
        if self.white is not None and not self.white > 0:
            raise ValueError(f"white must be above 0, not {self.white}")
        if not 1 <= self.shard[0] <= self.shard[1]:
            raise ValueError(f"shard must be i/n with 1 <= i <= n, not {self.shard}")
        if self.quota is not None and self.null:
            raise ValueError("a quota says how many samples of each kind: leave null out")
        if self.quota is not None and sum(self.quota.values()) != self.n:
            raise ValueError(f"the quota has {sum(self.quota.values())} samples: leave n out")
        rng_of(self.seed, 0)


@dataclass(frozen=True)
class Chunk:
    """What is done, recorded and redone as one: items `first` to `last` - 1."""

    what: str
    first: int
    last: int

    @property
    def key(self) -> str:
        """Its name among the records."""
        return f"{self.what}-{self.first:09d}"


@dataclass(frozen=True)
class Plan:
    """Everything that a worker needs to know.

    Attributes:
        root: the folder that relative source paths start at.
        start: the index of the first sample; above 0 when a dataset is appended to.
        train, held, sources: the pictures of train/good, of test/good, and those that defects are
            put into.
        pools: textures and defects, by name.
    """

    job: Job
    root: Path
    train: tuple[Source, ...]
    held: tuple[Source, ...]
    sources: tuple[Source, ...]
    pools: Mapping[str, Pool]
    start: int = 0
    settings: dict[str, Any] = field(default_factory=dict)

    def recipe(self, index: int) -> Any:
        """Return the recipe of a sample: that of its kind, where there are quotas."""
        recipe = self.job.recipe
        return recipe if self.job.quota is None else recipe.options[self._assigned[index]]

    @cached_property
    def _assigned(self) -> dict[int, int]:
        """The number of the kind of each sample of a quota, by index, well mixed."""
        counts = list((self.job.quota or {}).values())
        mixed = rng_of(self.job.seed, _QUOTA - self.start).permutation(sum(counts))
        return dict(enumerate(np.repeat(np.arange(len(counts)), counts)[mixed], self.start))

    def source(self, index: int, further: int = 0) -> Source:
        """Return the source of a sample: a seeded shuffle, all before any repeats."""
        number, count = index - self.start, len(self.sources)
        order = _order(self.job.seed, number // count + self.start, count)
        return self.sources[int(order[(number + further) % count])]

    def tries(self) -> int:
        """Return how many sources an index may try."""
        return min(1 + FURTHER_SOURCES, len(self.sources))

    def is_null(self, index: int) -> bool:
        """Return whether a sample shows nothing: an even spread, so that the share is exact."""
        number, share = index - self.start, self.job.null
        return int((number + 1) * share + 1e-9) > int(number * share + 1e-9)

    def pools_for(self, source: Source) -> Mapping[str, Pool]:
        """Return the pools with which a sample of `source` is drawn."""
        if not self._draws_sources:
            return self.pools
        return {**self.pools, "sources": self._others[source.name].without(source.relative)}

    @cached_property
    def _draws_sources(self) -> bool:
        return _draws_sources(self.job.recipe)

    @cached_property
    def _others(self) -> dict[str, Entries]:
        """The pictures of each class: a part of another product is not the same part."""
        return {
            own[0].name: Entries(
                "sources", tuple(Entry(s.relative, s.path) for s in own), self.root
            )
            for own in _by_class(self.sources)
        }

    def normals(self) -> list[tuple[Source, str]]:
        """Return the pictures that are copied, each with its path relative to OUT."""
        return self._normals

    @cached_property
    def _normals(self) -> list[tuple[Source, str]]:
        if not self.job.normals:
            return []
        split = [("train", s) for s in self.train] + [("test", s) for s in self.held]
        flat = [(part, s, s.file.replace("/", "_")) for part, s in split]
        paths = [(s, f"{s.name}/{part}/good/{file}") for part, s, file in flat]
        taken = any(NULL_NAME.match(file) for _, _, file in flat)
        if taken or len({path for _, path in paths}) < len(paths):
            # a/b.png and a_b.png, or the name of a null sample: numbered, so that none hides one.
            paths = [
                (s, f"{s.name}/{part}/good/{number:06d}_{file}")
                for number, (part, s, file) in enumerate(flat)
            ]
        return paths

    def chunks(self) -> list[Chunk]:
        """Return all chunks: the normals, then the samples in order of index."""
        copies = len(self.normals())
        return [
            *_chunks("normals", 0, copies, _NORMALS_A_CHUNK),
            *_chunks("samples", self.start, self.start + self.job.n, _SAMPLES_A_CHUNK),
        ]

    def own_chunks(self) -> list[Chunk]:
        """Return the chunks of this shard."""
        number, count = self.job.shard
        return self.chunks()[number - 1 :: count]


def plan(job: Job, start: int = 0, first: dict[str, Any] | None = None) -> Plan:
    """Return the plan of a job.

    Args:
        start: the index of the first sample.
        first: the first run of the dataset (from recipe.yaml) that this one is appended to; it
            decides which pictures are held back, and which are sources.

    Raises FileNotFoundError, ValueError or LookupError with what is missing, before any work.
    """
    root, found = find_sources(job.source, job.name, job.out)
    pools = open_pools(textures=job.textures, defects=job.defects)
    check_recipe(job.recipe)
    missing = [pool for pool in needs(job.recipe) if pool not in (*pools, "sources")]
    if missing:
        told = " and ".join(f"{pool}=FOLDER (--{pool} DIR)" for pool in missing)
        raise LookupError(f"this recipe needs {' and '.join(missing)}: pass {told}")
    check_kinds(job.recipe, pools)
    job.grounds.check(found)
    seed, n = (first["seed"], first["n"]) if first else (job.seed, job.n)
    held, rest = _held_back(found, job, seed)
    train, sources = _disjoint(rest, job, seed, n) if job.disjoint else (rest, rest)
    alone = [own[0].name for own in _by_class(sources) if len(own) < 2]
    if alone and _draws_sources(job.recipe):
        raise ValueError(
            f"this recipe takes patches from other good pictures, and {alone[0]} has only one that "
            "is not held back: give more pictures"
        )
    listing = "\n".join(f"{s.name}\0{s.relative}\0{s.size}" for s in found)
    settings = {
        "recipe": to_dict(job.recipe),
        **{name: getattr(job, name) for name in ("n", "seed", "test_good", "disjoint")},
        **{name: getattr(job, name) for name in ("with_clean", "null", "normals", "white", "name")},
        "plugins": list(job.plugins),
        "quota": dict(job.quota) if job.quota is not None else None,
        "grounds": job.grounds.fingerprint(),
        "sources": hashlib.sha256(listing.encode()).hexdigest(),
        "pools": fingerprint(pools),
    }
    for setting in _SHARED:
        if first and settings[setting] != first[setting]:
            raise ValueError(
                f"{job.out}: an appended run must have the {setting} of the first one, so that no "
                f"picture is held back and learnt from; start a new dataset to change {setting}"
            )
    return Plan(job, root, train, held, sources, pools, start, settings)


def _disjoint(
    rest: tuple[Source, ...], job: Job, seed: int, n: int
) -> tuple[tuple[Source, ...], tuple[Source, ...]]:
    """Return the pictures to train on, and others to put defects into, of each class."""
    rng = rng_of(seed, _DISJOINT)
    taken: set[Source] = set()
    for own in _by_class(rest):
        order = rng.permutation(len(own))
        taken.update(own[i] for i in order[: max(1, min(n, len(own) // 2))])
    train = tuple(source for source in rest if source not in taken)
    if not train and job.normals:
        raise ValueError("disjoint needs at least two good pictures that are not held back")
    return train, tuple(source for source in rest if source in taken)


def _held_back(
    found: tuple[Source, ...], job: Job, seed: int
) -> tuple[tuple[Source, ...], tuple[Source, ...]]:
    """Return the pictures held back and the others: of each class its share, and never all."""
    rng = rng_of(seed, _HELD_BACK)
    held: set[Source] = set()
    for own in _by_class(found):
        count = min(len(own) - 1, max(1, round(job.test_good * len(own)))) if job.test_good else 0
        held.update(own[i] for i in rng.permutation(len(own))[:count])
    return (
        tuple(source for source in found if source in held),
        tuple(source for source in found if source not in held),
    )


def _draws_sources(recipe: Any) -> bool:
    found = leaves(recipe)
    return any(isinstance(leaf, Files) and leaf.pool == "sources" for _, leaf in found)


def _by_class(found: tuple[Source, ...]) -> list[list[Source]]:
    names = sorted({source.name for source in found})
    return [[source for source in found if source.name == name] for name in names]


@lru_cache(maxsize=4)
def _order(seed: int, epoch: int, count: int) -> np.ndarray:
    return rng_of(seed, _SHUFFLE - epoch).permutation(count)


def _chunks(what: str, first: int, last: int, size: int) -> Iterator[Chunk]:
    for begin in range(first, last, size):
        yield Chunk(what, begin, min(begin + size, last))
