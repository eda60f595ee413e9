"""The state of an unfinished job, in OUT/.blemish: enough for any later run to go on.

A chunk's record is written after its files, all of them atomically, so what is recorded is there.
When all chunks are recorded, the manifest is written from the records and the state is removed.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ._version import __version__
from .images import write_atomic
from .manifest import MANIFEST, read_records
from .plan import Chunk, Job, Plan

_FOLDER = ".blemish"


@dataclass(frozen=True)
class State:
    """The state of the job in the folder `out`."""

    out: Path

    @property
    def folder(self) -> Path:
        """Where it is kept."""
        return self.out / _FOLDER

    @property
    def scratch(self) -> Path:
        """Where files are written before they get their names; on OUT's file system."""
        return self.folder / "scratch"

    def start(self, job: Job, runs: list[dict[str, Any]]) -> int:
        """Return the index of the job's first sample, or raise FileExistsError: OUT is in use."""
        begun = self._begun()
        if begun is not None and (job.resume or job.shard != (1, 1)):
            return int(begun["start"])
        if job.append and not job.resume and begun is None:
            if not runs:
                raise ValueError(f"{self.out} holds no finished dataset to append to")
            return int(runs[-1]["start"]) + int(runs[-1]["n"])
        if runs and job.resume:
            return int(runs[-1]["start"])
        if self.out.is_dir() and any(self.out.iterdir()) and not job.resume:
            raise FileExistsError(
                f"{self.out} is not empty: --resume completes the job that was begun there, "
                "--append adds to a finished dataset; or choose another folder"
            )
        return 0

    def open(self, planned: Plan, runs: list[dict[str, Any]]) -> None:
        """Begin or go on; ValueError where OUT holds another job than this one."""
        settings = {**planned.settings, "version": __version__}
        begun = self._begun()
        if begun is None:
            same = [run for run in runs if run["start"] == planned.start]
            known = {name: same[0].get(name) for name in settings} if same else None
        else:
            known = begun["settings"]
        _check_same(self.out, known, json.loads(json.dumps(settings)))
        self.scratch.mkdir(parents=True, exist_ok=True)
        if begun is None:
            self._adopt(planned)
            told = json.dumps({"start": planned.start, "settings": settings})
            write_atomic(self.folder / "job.json", told.encode(), self.scratch)

    def complete(self, chunk: Chunk, planned: Plan) -> bool:
        """Return whether a chunk is recorded and every file of it is there."""
        if not self._path(chunk).is_file():
            return False
        return all(_there(self.out / path) for path in self._files(chunk, planned))

    def committed(self, chunk: Chunk, planned: Plan) -> bool:
        """Return whether a chunk is recorded."""
        return self._path(chunk).is_file()

    def commit(self, chunk: Chunk, lines: Sequence[dict[str, Any]]) -> None:
        """Record a chunk whose files are all written."""
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        write_atomic(self._path(chunk), text.encode(), self.scratch)

    def lines(self, chunk: Chunk) -> Iterator[dict[str, Any]]:
        """Yield what was recorded of a chunk, a line an item."""
        path = self._path(chunk)
        if path.is_file():
            yield from read_records(path)

    def write_manifest(self, chunks: Sequence[Chunk], start: int) -> None:
        """Write the manifest: the lines of earlier runs, and this one's in order of index."""
        temporary = self.scratch / f"{MANIFEST}-{os.getpid()}"
        with temporary.open("w", encoding="utf-8", newline="\n") as manifest:
            if (self.out / MANIFEST).is_file():
                for record in read_records(self.out / MANIFEST):
                    if record["index"] < start:
                        manifest.write(_line(record))
            for chunk in chunks:
                for line in self.lines(chunk):
                    if "record" in line:
                        manifest.write(_line(line["record"]))
        temporary.replace(self.out / MANIFEST)

    def close(self) -> None:
        """Remove the state of a finished job; another shard may be doing so too."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _begun(self) -> dict[str, Any] | None:
        path = self.folder / "job.json"
        if not path.is_file():
            return None
        begun: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return begun

    def _path(self, chunk: Chunk) -> Path:
        return self.folder / "chunks" / f"{chunk.key}.jsonl"

    def _files(self, chunk: Chunk, planned: Plan) -> Iterator[str]:
        for line in self.lines(chunk):
            yield from line.get("files", ())
            record = line.get("record", {})
            for name in ("image", "mask"):
                if record.get(name):
                    yield record[name]
            if planned.job.with_clean and record.get("image"):
                yield f"clean/{record['kind']}/{record['id']}.png"

    def _adopt(self, planned: Plan) -> None:
        """Take the records of a finished dataset over, so that only what is missing is redone."""
        (self.folder / "chunks").mkdir(exist_ok=True)
        if not (self.out / MANIFEST).is_file():
            return
        known = {r["index"]: r for r in read_records(self.out / MANIFEST)}
        for chunk in planned.chunks():
            if chunk.what == "samples" and all(i in known for i in range(chunk.first, chunk.last)):
                lines = [{"bad": {}, "record": known[i]} for i in range(chunk.first, chunk.last)]
                self.commit(chunk, lines)


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"


def _there(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _check_same(out: Path, known: dict[str, Any] | None, settings: dict[str, Any]) -> None:
    if known is None or known == settings:
        return
    told = [
        f"{name} ({known.get(name)!r:.60} there, {settings[name]!r:.60} here)"
        for name in settings
        if known.get(name) != settings[name]
    ]
    raise ValueError(f"{out} holds another job; what differs: {'; '.join(told)}")
