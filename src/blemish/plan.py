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

from . import catalog, classes
from .file import Pool
from .grounds import Grounds
from .notation import to_dict
from .pools import Entries, PoolLike, check_kinds, fingerprint, open_pools
from .random import rng_of
from .recipe import check_recipe
from .sources import Source, find_sources
from .splits import Sources, disjoint, held_back

FURTHER_SOURCES = 5
"""How many other sources an index tries when its own refuses every draw."""

NULL_NAME = re.compile(r"null_\d{6,}\.")
"""What null samples are called in test/good, where held back pictures keep their names."""

_SAMPLES_A_CHUNK = 16
_NORMALS_A_CHUNK = 64
# Streams of a seed beside those of `splits`: a number is taken off for each round of the sources,
# and for each run.
_SHUFFLE, _QUOTA = -3, -(2**40)
_SHARED = ("sources", "test_good", "disjoint", "normals", "name")


@dataclass(frozen=True)
class Job:
    """What `make` was asked for; its docstring tells each field. `n` and `quota` are of a class."""

    source: str
    recipe: Any
    n: int
    out: Path
    seed: int = 0
    workers: int = 1
    textures: PoolLike = None
    defects: PoolLike | Entries = None
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
        own: the defects of each class, by its name; empty where all have those of `pools`.
        left_out: the classes of which nothing is made, and why.
    """

    job: Job
    root: Path
    train: Sources
    held: Sources
    sources: Sources
    pools: Mapping[str, Pool]
    start: int = 0
    settings: dict[str, Any] = field(default_factory=dict)
    own: Mapping[str, Entries] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many samples there are of all classes."""
        return self.job.n * len(self._classes)

    def place(self, index: int) -> tuple[list[Source], int]:
        """Return the pictures of a sample's class, and which of its samples it is.

        The classes take turns, so that a part of a job shows all of them.
        """
        number, turn = divmod(index - self.start, len(self._classes))
        return self._classes[turn], number

    @cached_property
    def _classes(self) -> list[list[Source]]:
        return classes.by_class(self.sources)

    def recipe(self, index: int) -> Any:
        """Return the recipe of a sample: that of its kind, where there are quotas."""
        recipe, number = self.job.recipe, self.place(index)[1]
        return recipe if self.job.quota is None else recipe.options[self._assigned[number]]

    @cached_property
    def _assigned(self) -> list[int]:
        """The number of the kind of each sample of a class with a quota, well mixed."""
        counts = list((self.job.quota or {}).values())
        mixed = rng_of(self.job.seed, _QUOTA - self.start).permutation(sum(counts))
        assigned: list[int] = np.repeat(np.arange(len(counts)), counts)[mixed].tolist()
        return assigned

    def source(self, index: int, further: int = 0) -> Source:
        """Return the source of a sample: a seeded shuffle, all of a class before any repeats."""
        own, number = self.place(index)
        order = _order(self.job.seed, number // len(own) + self.start, len(own))
        return own[int(order[(number + further) % len(own)])]

    def tries(self, index: int = 0) -> int:
        """Return how many sources an index may try."""
        return min(1 + FURTHER_SOURCES, len(self.place(index)[0]))

    def is_null(self, index: int) -> bool:
        """Return whether a sample shows nothing: an even spread, so that the share is exact."""
        number, share = self.place(index)[1], self.job.null
        return int((number + 1) * share + 1e-9) > int(number * share + 1e-9)

    def filed(self, index: int) -> tuple[str, str]:
        """Return what a sample is filed under: the name of its class, and the stem of its files."""
        return self.place(index)[0][0].name, f"{index:06d}"

    def pools_for(self, source: Source, index: int = 0) -> Mapping[str, Pool]:
        """Return the pools with which a sample of `source` is drawn."""
        pools = {**self.pools, "defects": self.own[source.name]} if self.own else self.pools
        if not self._draws_sources:
            return pools
        return {**pools, "sources": self._others[source.name].without(source.relative)}

    @cached_property
    def _draws_sources(self) -> bool:
        return catalog.draws_sources(self.job.recipe)

    @cached_property
    def _others(self) -> dict[str, Entries]:
        """The pictures of each class: a part of another product is not the same part."""
        return {own[0].name: classes.pool_of(own, self.root) for own in self._classes}

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
            *_chunks("samples", self.start, self.start + self.total, _SAMPLES_A_CHUNK),
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
    catalog.check_needs(job.recipe, pools)
    check_kinds(job.recipe, pools)
    own = classes.own_defects(pools, found)
    left_out = classes.lacking(job.recipe, own)
    job.grounds.check([source for source in found if source.name not in left_out])
    # Of all classes, so that each has the same split in a run that leaves others out.
    parts = _parts(job, found, first)
    held, train, sources = (tuple(s for s in part if s.name not in left_out) for part in parts)
    classes.check_others(job.recipe, sources)
    settings = _settings(job, found, pools, left_out)
    for setting in _SHARED:
        if first and settings[setting] != first[setting]:
            raise ValueError(
                f"{job.out}: an appended run must have the {setting} of the first one, so that no "
                f"picture is held back and learnt from; start a new dataset to change {setting}"
            )
    return Plan(job, root, train, held, sources, pools, start, settings, own, left_out)


def _parts(job: Job, found: Sources, first: dict[str, Any] | None) -> tuple[Sources, ...]:
    """Return the pictures held back, those to train on, and those to put defects into."""
    seed, n = job.seed, job.n
    if first:
        seed, n = first["seed"], first["n"] // len(first.get("classes", "1"))
    held, rest = held_back(found, job.test_good, seed)
    train, sources = disjoint(rest, n, seed) if job.disjoint else (rest, rest)
    if job.disjoint and job.normals and not train:
        raise ValueError("disjoint needs at least two good pictures that are not held back")
    return held, train, sources


def _settings(
    job: Job, found: Sources, pools: Mapping[str, Pool], left_out: Mapping[str, str]
) -> dict[str, Any]:
    """Return what makes a job this job; of a tree also its classes, and n of all of them."""
    names = sorted({s.name for s in found} - set(left_out)) if found[0].folder else []
    listing = "\n".join(f"{s.name}\0{s.relative}\0{s.size}" for s in found)
    return {
        "recipe": to_dict(job.recipe),
        "n": job.n * max(1, len(names)),
        **{name: getattr(job, name) for name in ("seed", "test_good", "disjoint", "with_clean")},
        **{name: getattr(job, name) for name in ("null", "normals", "white", "name")},
        "plugins": list(job.plugins),
        "quota": dict(job.quota) if job.quota is not None else None,
        "grounds": job.grounds.fingerprint(),
        "sources": hashlib.sha256(listing.encode()).hexdigest(),
        "pools": fingerprint(pools),
        **({"classes": names} if names else {}),
    }


@lru_cache(maxsize=32)
def _order(seed: int, epoch: int, count: int) -> np.ndarray:
    return rng_of(seed, _SHUFFLE - epoch).permutation(count)


def _chunks(what: str, first: int, last: int, size: int) -> Iterator[Chunk]:
    for begin in range(first, last, size):
        yield Chunk(what, begin, min(begin + size, last))
