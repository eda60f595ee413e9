"""blemish make: a folder of good parts in, a labelled defect dataset out."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from . import options
from .progress import progress

_FLAGS = {
    "--disjoint": "keep the pictures that defects are put into out of train/good, for scoring "
    "detectors that train on good pictures alone",
    "--with-clean": "write the same pictures without the defects to OUT/clean too",
    "--resume": "complete what an earlier run of the same job left",
    "--append": "add N samples to a finished dataset",
    "--no-normals": "do not copy the good pictures",
    "--link": "make hard links to the good pictures instead of copies",
    "--dry-run": "tell what would be made, and write nothing",
    "--strict": "exit with 1 if a file or a class was skipped or a sample failed",
    "--json": "print a summary as JSON",
}


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "make",
        help="make a labelled defect dataset",
        description="Make a labelled defect dataset, in the layout of MVTec AD.",
        epilog="The same recipe, seed and sources give the same bytes, whatever the number of "
        "workers or shards. An interrupted run goes on with --resume.",
    )
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="a folder of good pictures, a dataset in MVTec AD layout (its train/good is used), a "
        "tree of such classes (each is made by itself, with the --defects of the folder of its "
        "name), or a glob in quotes",
    )
    parser.add_argument("out", metavar="OUT", type=Path, help="folder to write to")
    options.add_recipe(parser)
    options.add_grounds(parser)
    _add_numbers(parser)
    for flag, told in _FLAGS.items():
        parser.add_argument(flag, action="store_true", help=told)
    parser.set_defaults(run=_run)


def _add_numbers(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "-n",
        type=int,
        metavar="N",
        help="number of samples, of a tree of each class (default: 100, or as the quota says)",
    )
    add(
        "--quota",
        type=_quota,
        metavar="KIND=COUNT,...",
        help="so many samples of each kind: of a --recipe, of any recipe by its name, or of a kind "
        "of the --defects, as in scratch=200,stain=50; of a tree in each class",
    )
    add("--seed", type=int, default=0, help="default: 0")
    add("--workers", type=int, metavar="N", help="processes (default: one for each core)")
    add("--name", help="name of the class (default: that of the folder)")
    add(
        "--test-good",
        type=float,
        default=0.1,
        metavar="SHARE",
        help="share of the good pictures held back for test/good (default: 0.1)",
    )
    add(
        "--null",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="share of samples that go through the blend with nothing to show, labelled good",
    )
    add("--shard", type=options.shard, default=(1, 1), metavar="I/N", help="make part I of N")
    add("--white", type=float, metavar="LEVEL", help="value of full range, e.g. 4095 for 12 bits")


def _quota(text: str) -> dict[str, int]:
    from ..quotas import quota_of

    try:
        return quota_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _run(given: argparse.Namespace) -> int:
    from ..engines.processes import keep_memory
    from ..manifest import read_runs
    from ..pipeline import run
    from ..plan import Job, plan
    from ..state import State

    recipe, quota = options.recipe_of(given)
    asked_for = sum(quota.values()) if quota else 100
    job = Job(
        source=given.source,
        recipe=recipe,
        n=asked_for if given.n is None else given.n,
        out=given.out,
        seed=given.seed,
        workers=options.cores() if given.workers is None else given.workers,
        textures=given.textures,
        defects=given.defects,
        test_good=given.test_good,
        disjoint=given.disjoint,
        with_clean=given.with_clean,
        null=given.null,
        shard=given.shard,
        resume=given.resume,
        append=given.append,
        name=given.name,
        normals=not given.no_normals,
        link=given.link,
        white=given.white,
        plugins=tuple(given.plugin),
        grounds=options.grounds_of(given),
        quota=quota,
    )
    keep_memory()
    if given.dry_run:
        runs = read_runs(job.out)
        start = State(job.out).start(job, runs)
        planned = plan(job, start, runs[0] if runs and start else None)
        return _tell_plan(planned, given.json, given.strict)
    with progress("blemish make", given.json) as show:
        report = run(job, show)
    return tell(report, given.json, given.strict)


def _tell_plan(planned: Any, as_json: bool, strict: bool) -> int:
    job = planned.job
    told = {
        "classes": sorted({source.name for source in planned.train + planned.sources}),
        "samples": planned.total,
        "null": sum(planned.is_null(planned.start + i) for i in range(planned.total)),
        "sources": len(planned.sources),
        "train_good": len(planned.train) if job.normals else 0,
        "test_good": len(planned.held) if job.normals else 0,
        "chunks": len(planned.own_chunks()),
        "pools": {name: len(pool) for name, pool in planned.pools.items()},
    }
    if planned.own:
        told["defects"] = {n: len(p) for n, p in planned.own.items() if n not in planned.left_out}
        told["left_out"] = planned.left_out
    if as_json:
        options.print_json(told)
    else:
        options.table([(name, str(value)) for name, value in told.items()], ("would make", ""))
    return 1 if strict and planned.left_out else 0


def tell(report: Any, as_json: bool, strict: bool) -> int:
    """Tell what a run has done and return the exit code."""
    from ..manifest import PREVIEW

    if as_json:
        of_tree = {"classes": report.classes, "left_out": report.left_out}
        options.print_json(
            {
                "out": str(report.out),
                "complete": report.complete,
                "samples": report.written,
                "kinds": report.kinds,
                "failed": report.failed,
                "normals": report.normals,
                "skipped": report.bad,
                **(of_tree if report.classes else {}),
            }
        )
    else:
        kinds = options.counted(report.kinds)
        print(f"{report.out}: {report.written} samples ({kinds}), {report.normals} good pictures")
        options.tell_classes(report, "samples")
        preview = report.out / PREVIEW
        if not report.complete:
            print("other shards are not done yet; the last one writes manifest and preview")
        elif preview.is_file():
            print(f"contact sheet: {preview}")
    return options.tell_faults(report, strict)
