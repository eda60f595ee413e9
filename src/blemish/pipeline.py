"""The main job: plan -> chunks -> files, in a folder that a run can always resume."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from ._version import __version__
from .catalog import add_plugin
from .engines import processes
from .grounds import Grounds
from .images import read_image, read_mask, write_atomic, write_image
from .manifest import MANIFEST, PREVIEW, RECIPE, read_records, read_runs, write_runs
from .plan import Job, Plan, plan
from .pools import Entries, PoolLike
from .quotas import asked
from .sheet import contact_sheet
from .state import State
from .work import Work

_log = logging.getLogger(__name__)
_SHOWN = 40


@dataclass(frozen=True)
class Report:
    """What a run of `make` has done.

    Attributes:
        out: the dataset's folder.
        complete: whether manifest and preview are there; not yet, while other shards run.
        kinds: how many samples of each kind are there, null samples counted as "good".
        failed: how many samples could not be made; the manifest gives the reasons.
        reason: why most of these failed.
        classes: of a tree of classes, how many samples of each kind each class has.
        normals: how many good pictures were copied.
        left_out: class -> why nothing was made of it.
        bad: file -> what is wrong with it, of those that were skipped.
    """

    out: Path
    complete: bool
    kinds: dict[str, int]
    failed: int
    normals: int
    bad: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    classes: dict[str, dict[str, int]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def written(self) -> int:
        """How many samples are there."""
        return sum(self.kinds.values())


def make(  # noqa: PLR0913 - the options of the job, each once
    source: str | Path,
    recipe: Any = None,
    n: int | None = None,
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
    foreground: str | Path = "auto",
    roi: str | Path | None = None,
    roi_exclude: str | Path | None = None,
    quota: Mapping[str, int] | None = None,
    area: tuple[float, float] | None = None,
    match: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Make a labelled defect dataset in MVTec AD layout, and return what was done.

    Args:
        source: a folder of good pictures, a dataset in MVTec AD layout (its train/good is used), a
            tree of several such classes, or a glob. Of a tree, each class gets the defects of the
            folder of its name, where `defects` has such folders.
        recipe: a recipe, a choice of recipes, or the name of one; by default "draem".
        n: how many samples, of a tree of each class; by default 100, or as many as the quota has.
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
        foreground: where the object is: "auto" estimates it, "none" takes the whole frame; or a
            folder of masks with the pictures' paths, or one mask for all.
        roi, roi_exclude: masks, given in the same way, of where defects may lie, which takes the
            place of the estimate, and of where they must not.
        quota: how many samples of each kind, {"scratch": 200}, of a tree in each class; a kind is
            that of one of the recipes, the name of a recipe, or a kind of the real defects.
        area: (least, most) share of the frame that a defect shall cover, each octave alike.
        match: a folder of labelled real defects, in a layout that is read: the defects get areas
            drawn from theirs, and of several that are made the one is taken that is nearest to a
            real one in elongation, contrast and position.
        progress: called with how many items are done, and how many there are.

    Raises FileExistsError if `out` holds something, FileNotFoundError, ValueError or LookupError
    for what is missing or wrong, before any work; OSError when writing fails (`resume` goes on).
    """
    for plugin in plugins:
        add_plugin(plugin)
    told, counts = asked(recipe, quota, defects, area, match, white)
    job = Job(
        source=str(source),
        recipe=told,
        n=n if n is not None else sum(counts.values()) if counts else 100,
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
        grounds=Grounds(
            str(foreground),
            None if roi is None else str(roi),
            None if roi_exclude is None else str(roi_exclude),
        ),
        quota=counts,
    )
    return run(job, progress)


def run(job: Job, progress: Callable[[int, int], None] | None = None) -> Report:
    """Run a job; see `make`."""
    runs = read_runs(job.out)
    start = State(job.out).start(job, runs)
    planned = plan(job, start, runs[0] if runs and start else None)
    return carry_out(planned, runs, progress)


def carry_out(
    planned: Plan,
    runs: list[dict[str, Any]],
    progress: Callable[[int, int], None] | None = None,
    write: Callable[..., dict[str, str | None]] | None = None,
) -> Report:
    """Do what is planned and not yet done, and report.

    `runs` are those that OUT tells of, and `write` is as for `Work`.
    """
    state = State(planned.job.out)
    state.open(planned, runs)
    own = planned.own_chunks()
    todo = [chunk for chunk in own if not state.complete(chunk, planned)]
    total = sum(chunk.last - chunk.first for chunk in own)
    done = total - sum(chunk.last - chunk.first for chunk in todo)
    if progress:
        progress(done, total)
    for chunk, _ in processes.run(Work(planned, write), todo, planned.job.workers):
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
            _write_preview(planned, state.scratch)
            state.close()
    complete = ours or ((job.out / MANIFEST).is_file() and not state.folder.exists())
    records = [line["record"] for line in lines if "record" in line]
    failed = [record["reason"] for record in records if record["status"] == "failed"]
    made = [(planned.filed(r["index"])[0], r["kind"]) for r in records if r["kind"]]
    kinds = sorted(Counter(kind for _, kind in made).items())
    return Report(
        job.out,
        complete,
        dict(kinds),
        failed=len(failed),
        reason=Counter(failed).most_common(1)[0][0] if failed else "",
        normals=sum(len(line.get("files", ())) for line in lines),
        bad={file: told for line in lines for file, told in line["bad"].items()},
        left_out=planned.left_out,
        classes={
            name: dict(sorted(Counter(kind for own, kind in made if own == name).items()))
            for name in planned.settings.get("classes", ())
        },
    )


def _before(runs: list[dict[str, Any]], start: int) -> int:
    return sum(run["start"] < start for run in runs)


def _run(planned: Plan) -> dict[str, Any]:
    """Return what recipe.yaml tells of a run."""
    given = planned.job.grounds.given
    roots = {
        name: str(pool.root.resolve())
        for name, pool in planned.pools.items()
        if isinstance(pool, Entries) and pool.root is not None
    }
    return {
        "source": str(planned.root.resolve()),
        "textures": roots.get("textures"),
        "defects": roots.get("defects"),
        **{
            name: str(Path(given[name]).resolve()) if name in given else None
            for name in ("foreground", "roi", "roi_exclude")
        },
        "start": planned.start,
        **planned.settings,
        "version": __version__,
    }


def _write_preview(planned: Plan, scratch: Path) -> None:
    out, several = planned.job.out, "classes" in planned.settings

    def shown() -> Iterator[Any]:
        records = (r for r in read_records(out / MANIFEST) if r["status"] == "ok")
        for record in islice(records, _SHOWN):
            mask = read_mask(out / record["mask"])
            image = read_image(out / record["image"])
            own = f"{record['image'].split('/')[0]} " if several else ""
            yield image, mask.astype("uint8") * 255, f"{record['id']} {own}{record['kind']}"

    pages = list(shown())
    if pages:
        write_image(out / PREVIEW, contact_sheet(pages, white=planned.job.white), scratch)
