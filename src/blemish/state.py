"""The state of an unfinished job, in OUT/.blemish: enough for any later run to go on.

A chunk's record is written after its files, all of them atomically, so what is recorded is there.
When all chunks are recorded, the manifest is written from the records and the state is removed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ._version import __version__
from .datasets.mvtec import clean_path
from .images import write_atomic
from .manifest import MANIFEST, RECIPE, read_records
from .plan import Chunk, Job, Plan

try:
    import fcntl
except ImportError:  # not on Windows, where shards that end at the same moment are not kept apart
    fcntl = None  # type: ignore[assignment]

_FOLDER, _JOB = ".blemish", "job.json"


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
        held = self.out.is_dir() and any(path.name != _FOLDER for path in self.out.iterdir())
        if (held or begun is not None) and not job.resume:
            raise FileExistsError(
                f"{self.out} is not empty: --resume completes the job that was begun there, "
                "--append adds to a finished dataset; or choose another folder"
            )
        return 0

    def open(self, planned: Plan, runs: list[dict[str, Any]]) -> None:
        """Begin or go on; ValueError where OUT holds another job than this one."""
        settings = {**planned.settings, "version": __version__}
        begun = self._begun()
        same = [run for run in runs if run["start"] == planned.start]
        known = (
            begun["settings"] if begun else {n: same[0].get(n) for n in settings} if same else None
        )
        _check_same(self.out, known, json.loads(json.dumps(settings)))
        earlier, own = self._manifest(planned)
        if not same and any(record["seed"] != planned.job.seed for record in own.values()):
            raise ValueError(
                f"{self.out} holds samples of another seed, and no {RECIPE} tells more"
            )
        if earlier < planned.start:
            raise ValueError(
                f"{self.out / MANIFEST} lacks lines of earlier runs, which this one cannot make: "
                "restore it, or start a new dataset"
            )
        self._chunks(planned).mkdir(parents=True, exist_ok=True)
        self.scratch.mkdir(exist_ok=True)
        if begun is None:
            if same:
                self._adopt(planned, own)
            told = json.dumps({"start": planned.start, "settings": settings})
            write_atomic(self.folder / _JOB, told.encode(), self.scratch)

    def complete(self, chunk: Chunk, planned: Plan) -> bool:
        """Return whether a chunk is recorded and every file of it is there."""
        if not self.committed(chunk, planned):
            return False
        return all(_there(self.out / path) for path in self._files(chunk, planned))

    def committed(self, chunk: Chunk, planned: Plan) -> bool:
        """Return whether a chunk is recorded."""
        return self._path(chunk, planned).is_file()

    def commit(self, chunk: Chunk, planned: Plan, lines: Sequence[dict[str, Any]]) -> None:
        """Record a chunk whose files are all written."""
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        path = self._path(chunk, planned)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, text.encode(), self.scratch)

    def lines(self, chunk: Chunk, planned: Plan) -> Iterator[dict[str, Any]]:
        """Yield what was recorded of a chunk, a line an item."""
        path = self._path(chunk, planned)
        if path.is_file():
            yield from read_records(path)

    @contextlib.contextmanager
    def finishing(self, planned: Plan) -> Iterator[bool]:
        """Yield whether it is for this run to write the manifest: not while chunks are missing.

        Shards that end at once wait for each other here, and the second finds the work done.
        """
        try:
            lock = (self.folder / _JOB).open("r+")
        except FileNotFoundError:
            yield False
            return
        with lock:
            if fcntl is not None:
                fcntl.flock(lock, fcntl.LOCK_EX)
            # Without its job the state was removed by the shard that was waited for.
            open_still = (self.folder / _JOB).is_file()
            yield open_still and all(self.committed(c, planned) for c in planned.chunks())

    def write_manifest(self, planned: Plan) -> None:
        """Write the manifest: the lines of earlier runs, and this one's in order of index."""
        temporary = self.scratch / f"{MANIFEST}-{os.getpid()}"
        with temporary.open("w", encoding="utf-8", newline="\n") as manifest:
            if planned.start:
                for record in read_records(self.out / MANIFEST):
                    if record["index"] < planned.start:
                        manifest.write(_line(record))
            for chunk in planned.chunks():
                for line in self.lines(chunk, planned):
                    if "record" in line:
                        manifest.write(_line(line["record"]))
        temporary.replace(self.out / MANIFEST)

    def close(self) -> None:
        """Remove the state of a finished job, the job itself first."""
        (self.folder / _JOB).unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _begun(self) -> dict[str, Any] | None:
        path = self.folder / _JOB
        if not path.is_file():
            return None
        try:
            begun: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(
                f"{path} is damaged: remove it, then run again with --resume"
            ) from error
        return begun

    def _chunks(self, planned: Plan) -> Path:
        """Return where the chunks of this job are recorded, apart from those of any other."""
        told = json.dumps([planned.start, planned.settings, __version__], sort_keys=True)
        return self.folder / f"chunks-{hashlib.sha256(told.encode()).hexdigest()[:16]}"

    def _path(self, chunk: Chunk, planned: Plan) -> Path:
        return self._chunks(planned) / f"{chunk.key}.jsonl"

    def _files(self, chunk: Chunk, planned: Plan) -> Iterator[str]:
        for line in self.lines(chunk, planned):
            yield from line.get("files", ())
            record = line.get("record", {})
            for name in ("image", "mask"):
                if record.get(name):
                    yield record[name]
            if planned.job.with_clean and record.get("image"):
                yield clean_path(record["kind"], record["id"])

    def _manifest(self, planned: Plan) -> tuple[int, dict[int, dict[str, Any]]]:
        """Return how many lines of earlier runs the manifest has, and this run's by index."""
        earlier, own = 0, {}
        path = self.out / MANIFEST
        for record in read_records(path) if path.is_file() else ():
            if record["index"] < planned.start:
                earlier += 1
            else:
                own[record["index"]] = record
        return earlier, own

    def _adopt(self, planned: Plan, known: dict[int, dict[str, Any]]) -> None:
        """Take the records of a finished dataset over, so that only what is missing is redone."""
        for chunk in planned.chunks():
            indices = range(chunk.first, chunk.last)
            if chunk.what == "samples" and all(i in known for i in indices):
                lines = [{"bad": {}, "record": known[i]} for i in indices]
                self.commit(chunk, planned, lines)


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"


def _there(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _check_same(out: Path, known: dict[str, Any] | None, settings: dict[str, Any]) -> None:
    if known is None or known == settings:
        return
    told = [
        "{} ({!r:.60} there, {!r:.60} here)".format(
            *_difference(known.get(name), settings[name], name)
        )
        for name in settings
        if known.get(name) != settings[name]
    ]
    raise ValueError(f"{out} holds another job; what differs: {'; '.join(told)}")


def _difference(there: Any, here: Any, path: str) -> tuple[str, Any, Any]:
    """Return the path to the first place where two settings differ, and what stands there."""
    if isinstance(there, dict) and isinstance(here, dict):
        for name in dict.fromkeys((*there, *here)):
            if there.get(name) != here.get(name):
                return _difference(there.get(name), here.get(name), f"{path}.{name}")
    if isinstance(there, list) and isinstance(here, list) and len(there) == len(here):
        for number, (old, new) in enumerate(zip(there, here, strict=True)):
            if old != new:
                return _difference(old, new, f"{path}.{number}")
    return path, there, here
