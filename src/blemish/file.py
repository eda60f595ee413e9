"""A file of a pool, as a drawn recipe records it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

POOLS = ("textures", "defects", "sources")


@dataclass(frozen=True)
class File:
    """One file of a pool, as a drawn recipe records it.

    `path` is relative to the pool's root and `sha256` that of the file. `origin` is where the
    pixels are to be had (a path, an array, or a pair of them for a defect and its mask); it is no
    part of the record, so a recipe read from a file has to be given its pools again (`bind`).
    """

    pool: str
    path: str
    sha256: str
    kind: str = ""
    origin: Any = field(default=None, compare=False, repr=False)


class Pool(Protocol):
    """What `files` draws from: an ordered set of files."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int) -> File: ...
    def find(self, path: str) -> File:
        """Return the file of that relative path; LookupError where there is none."""

    def of_kind(self, kind: str) -> Pool:
        """Return the pool of those of one kind."""
