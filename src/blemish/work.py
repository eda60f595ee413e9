"""What a worker does: copy good pictures, make and write samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from .catalog import add_plugin
from .datasets.mvtec import write_normal, write_sample
from .images import BadFile, load
from .notation import to_dict
from .plan import Chunk, Plan
from .pools import Entries
from .random import rng_of
from .recipe import NoDefect, sampled
from .sample import Sample
from .sources import Source
from .state import State


@dataclass(frozen=True)
class Work:
    """What a worker does with a chunk; sent to each process once.

    `write` writes a sample: (sample, out, class, stem, scratch=) -> what it wrote, for the record;
    by default in the layout of MVTec AD.
    """

    plan: Plan
    write: Callable[..., dict[str, str | None]] | None = None

    def __call__(self, chunk: Chunk) -> None:
        """Do a chunk and record it."""
        for plugin in self.plan.job.plugins:
            add_plugin(plugin)
        state = State(self.plan.job.out)
        state.scratch.mkdir(parents=True, exist_ok=True)
        if chunk.what == "normals":
            pairs = self.plan.normals()[chunk.first : chunk.last]
            lines = [_copy(self.plan, state, source, path) for source, path in pairs]
        else:
            lines = [_make(self, state, i) for i in range(chunk.first, chunk.last)]
        state.commit(chunk, self.plan, lines)


def _copy(planned: Plan, state: State, source: Source, path: str) -> dict[str, Any]:
    """Copy a good picture and return the line of it."""
    try:
        loaded = load(source.path)
    except (ValueError, OSError) as error:
        return {"bad": {source.relative: _told(error, source)}, "files": []}
    target = planned.job.out / path
    written = write_normal(source.path, loaded, target, planned.job.link, state.scratch)
    return {"bad": {}, "files": [written.relative_to(planned.job.out).as_posix()]}


def _make(work: Work, state: State, index: int) -> dict[str, Any]:
    """Make and write a sample and return the line of it."""
    planned = work.plan
    job, rng, null = planned.job, rng_of(planned.job.seed, index), planned.is_null(index)
    bad: dict[str, str] = {}
    attempts, reason, source, digest = 0, "", planned.source(index), None
    for further in range(planned.tries(index)):
        source = planned.source(index, further)
        try:
            loaded = load(source.path)
            scene = job.grounds.scene(loaded, job.white, source.path, source.relative)
        except (ValueError, OSError) as error:
            bad[source.relative] = reason = _told(error, source)
            continue
        digest = loaded.sha256
        try:
            pools = planned.pools_for(source, index)
            sample = sampled(planned.recipe(index), scene, rng, pools, null)
        except NoDefect as refused:
            attempts, reason = attempts + refused.attempts, _relative(str(refused), planned)
            bad.update(refused.bad)
            continue
        bad.update(sample.bad)
        attempts += sample.attempts
        record = _record(planned, index, source, digest, attempts)
        write = work.write or partial(write_sample, clean=job.with_clean)
        paths = write(sample, job.out, *planned.filed(index), scratch=state.scratch)
        return {"bad": bad, "record": {**record, **paths, **_seen(sample)}}
    record = _record(planned, index, source, digest, attempts)
    return {"bad": bad, "record": {**record, "status": "failed", "reason": reason}}


def _told(error: Exception, source: Source) -> str:
    """Return what is wrong with a source, without the machine's own path of it."""
    if isinstance(error, FileNotFoundError):
        return f"{source.relative}: it is not there, or a link to nothing"
    if isinstance(error, OSError):
        return f"{source.relative}: {error.strerror}"
    if isinstance(error, BadFile) and error.file != str(source.path):
        return f"{source.relative}: {error}"  # of its mask
    return f"{source.relative}: {error.reason if isinstance(error, BadFile) else error}"


def _relative(reason: str, planned: Plan) -> str:
    """Return a reason with the roots of the pools taken out of it."""
    for pool in planned.pools.values():
        if isinstance(pool, Entries) and pool.root is not None:
            reason = reason.replace(f"{pool.root}/", "")
    return reason


def _record(
    planned: Plan, index: int, source: Source, digest: str | None, attempts: int
) -> dict[str, Any]:
    return {
        "id": f"{index:06d}",
        "image": None,
        "mask": None,
        "source": source.relative,
        "source_sha256": digest,
        "image_sha256": None,
        "kind": None,
        "seed": planned.job.seed,
        "index": index,
        "recipe": None,
        "defects": [],
        "attempts": attempts,
        "status": "ok",
        "reason": "",
    }


def _seen(sample: Sample) -> dict[str, Any]:
    shown = [d for d in sample.defects if d.kind != "good"]
    return {
        "kind": sample.kind,
        "recipe": to_dict(sample.made_by),
        "defects": [
            {"kind": d.kind, "box": list(d.box), "area": d.area, "contrast": d.contrast}
            for d in shown
        ],
        "status": "ok" if shown else "null",
    }
