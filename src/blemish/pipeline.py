"""The main job: plan -> chunks -> files, in a folder that a run can always resume."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._version import __version__
from .catalog import add_plugin, find
from .engines import processes
from .images import load, read_image, read_mask, write_atomic, write_image
from .manifest import MANIFEST, PREVIEW, RECIPE, read_records, read_runs, write_runs
from .notation import is_recipe_file, load_recipe
from .plan import Job, Plan, plan
from .pools import Entries, PoolLike
from .random import rng_of
from .recipe import NoDefect, sampled
from .scene import scene_of
from .sheet import contact_sheet
from .state import State
from .work import Work

_log = logging.getLogger(__name__)
_SHOWN = 24


@dataclass(frozen=True)
class Report:
    """What a run of `make` has done.

    Attributes:
        out: the dataset's folder.
        complete: whether manifest and preview are there; not yet, while other shards run.
        kinds: how many samples of each kind are there, null samples counted as "good".
        failed: how many samples could not be made; the manifest gives the reasons.
        normals: how many good pictures were copied.
        bad: file -> what is wrong with it, of those that were skipped.
    """

    out: Path
    complete: bool
    kinds: dict[str, int]
    failed: int
    normals: int
    bad: dict[str, str] = field(default_factory=dict)

    @property
    def written(self) -> int:
        """How many samples are there."""
        return sum(self.kinds.values())


def make(  # noqa: PLR0913 - the options of the job, each once
    source: str | Path,
    recipe: Any = "draem",
    n: int = 100,
    out: str | Path = "synthetic",
    *,
    seed: int = 0,
    workers: int = 1,
    textures: PoolLike = None,
    defects: PoolLike = None,
    test_good: float = 0.1,
    disjoint: bool = False,
    with_clean: bool = False,
    null: float = 0.0,
    shard: tuple[int, int] = (1, 1),
    resume: bool = False,
    append: bool = False,
    name: str | None = None,
    normals: bool = True,
    link: bool = False,
    white: float | None = None,
    plugins: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Make a labelled defect dataset in MVTec AD layout, and return what was done.

    Args:
        source: a folder of good pictures, a dataset in MVTec AD layout (its train/good is used), a
            tree of several such classes, or a glob.
        recipe: a recipe, a choice of recipes, or the name of one.
        n: how many samples.
        out: where; it must be empty or new, unless `resume` or `append`.
        seed: the same seed, recipe and sources give the same bytes, whatever `workers` is.
        workers: processes. In a script with more than one, call `make` under
            ``if __name__ == "__main__":``.
        textures, defects: pools: a folder, or a list of arrays.
        test_good: share of the good pictures that is held back for test/good.
        disjoint: whether pictures that defects are put into stay out of train/good: for detectors
            that train on good pictures alone and must not know the background of a test picture.
        with_clean: whether the same pictures without the defects are written to OUT/clean.
        null: share of samples that go through the same blend with nothing to show, labelled good.
        shard: (i, n), this run's part of the job; the last to finish writes the manifest.
        resume: complete what an earlier run of the same job left.
        append: add n samples to a finished dataset.
        name: of the class; by default that of the source's folder.
        normals: whether the good pictures are copied.
        link: whether they are hard links instead, where the file system can.
        white: the value of full range, if it is not the file's (4095 for 12 bits in 16).
        plugins: packages whose parts the recipe uses.
        progress: called with how many items are done, and how many there are.

    Raises FileExistsError if `out` holds something, FileNotFoundError, ValueError or LookupError
    for what is missing or wrong, before any work; OSError when writing fails (`resume` goes on).
    """
    for plugin in plugins:
        add_plugin(plugin)
    job = Job(
        source=str(source),
        recipe=named(recipe),
        n=n,
        out=Path(out),
        seed=seed,
        workers=workers,
        textures=textures,
        defects=defects,
        test_good=test_good,
        disjoint=disjoint,
        with_clean=with_clean,
        null=null,
        shard=shard,
        resume=resume,
        append=append,
        name=name,
        normals=normals,
        link=link,
        white=white,
        plugins=tuple(plugins),
    )
    return run(job, progress)


def named(recipe: Any) -> Any:
    """Return the recipe of a name or of a YAML file, or the recipe that is already one."""
    if is_recipe_file(recipe):
        return load_recipe(Path(recipe))
    return find(recipe) if isinstance(recipe, str) else recipe


def run(job: Job, progress: Callable[[int, int], None] | None = None) -> Report:
    """Run a job; see `make`."""
    runs = read_runs(job.out)
    state = State(job.out)
    start = state.start(job, runs)
    planned = plan(job, start, runs[0] if runs and start else None)
    state.open(planned, runs)
    own = planned.own_chunks()
    todo = [chunk for chunk in own if not state.complete(chunk, planned)]
    total = sum(chunk.last - chunk.first for chunk in own)
    done = total - sum(chunk.last - chunk.first for chunk in todo)
    if progress:
        progress(done, total)
    for chunk, _ in processes.run(Work(planned), todo, job.workers):
        done += chunk.last - chunk.first
        if progress:
            progress(done, total)
    return _finish(planned, runs, state)


def _finish(planned: Plan, runs: list[dict[str, Any]], state: State) -> Report:
    """Write manifest, recipe and preview if every chunk of every shard is there; report."""
    job = planned.job
    lines = [line for chunk in planned.own_chunks() for line in state.lines(chunk, planned)]
    with state.finishing(planned) as ours:
        if ours:
            lines = [line for chunk in planned.chunks() for line in state.lines(chunk, planned)]
            runs = [*runs[: _before(runs, planned.start)], _run(planned)]
            write_atomic(job.out / RECIPE, write_runs(runs).encode(), state.scratch)
            state.write_manifest(planned)
            _write_preview(job.out, job.white, state.scratch)
            state.close()
    complete = ours or ((job.out / MANIFEST).is_file() and not state.folder.exists())
    records = [line["record"] for line in lines if "record" in line]
    kinds = Counter(record["kind"] for record in records if record["kind"])
    return Report(
        job.out,
        complete,
        dict(sorted(kinds.items())),
        failed=sum(record["status"] == "failed" for record in records),
        normals=sum(len(line.get("files", ())) for line in lines),
        bad={file: told for line in lines for file, told in line["bad"].items()},
    )


def _before(runs: list[dict[str, Any]], start: int) -> int:
    return sum(run["start"] < start for run in runs)


def preview(
    source: str | Path,
    recipe: Any = "draem",
    n: int = 24,
    *,
    seed: int = 0,
    textures: PoolLike = None,
    defects: PoolLike = None,
    white: float | None = None,
) -> NDArray[np.uint8]:
    """Return a contact sheet (H, W, 3), uint8, of `n` samples.

    No picture is held back, so the samples are not those of a `make` with the same seed. Raises
    what `make` raises; ValueError if not one sample could be made.
    """
    told = named(recipe)
    nowhere = Path(source)  # nothing is written, so nothing of the sources is left out
    job = Job(str(source), told, n, nowhere, seed, 1, textures, defects, test_good=0.0, white=white)
    planned = plan(job)
    pages, reason = [], "none was asked for"
    for index in range(n):
        for further in range(planned.tries()):
            place = planned.source(index, further)
            try:
                scene = scene_of(load(place.path), white, place.path)
            except (ValueError, OSError) as error:
                reason = str(error)
                continue
            try:
                rng = rng_of(seed, index)
                sample = sampled(job.recipe, scene, rng, planned.pools_for(place))
            except NoDefect as refused:
                reason = f"{place.relative}: {refused}"
                continue
            pages.append((sample.image, sample.mask, f"{index:06d} {sample.kind}"))
            break
    if not pages:
        raise ValueError(f"no sample could be made; the last reason: {reason}")
    return contact_sheet(pages, white=white)


def _run(planned: Plan) -> dict[str, Any]:
    """Return what recipe.yaml tells of a run."""
    roots = {
        name: str(pool.root.resolve())
        for name, pool in planned.pools.items()
        if isinstance(pool, Entries) and pool.root is not None
    }
    return {
        "source": str(planned.root.resolve()),
        "textures": roots.get("textures"),
        "defects": roots.get("defects"),
        "start": planned.start,
        **planned.settings,
        "version": __version__,
    }


def _write_preview(out: Path, white: float | None, scratch: Path) -> None:
    def shown() -> Iterator[Any]:
        records = (r for r in read_records(out / MANIFEST) if r["status"] == "ok")
        for record in islice(records, _SHOWN):
            mask = read_mask(out / record["mask"])
            image = read_image(out / record["image"])
            yield image, mask.astype("uint8") * 255, f"{record['id']} {record['kind']}"

    pages = list(shown())
    if pages:
        write_image(out / PREVIEW, contact_sheet(pages, white=white), scratch)
