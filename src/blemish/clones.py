"""Clones: real defects set into good pictures as they are, in one picture or in whole trees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .cloning import Clone
from .coco import Annotation, base_of
from .datasets.pairs import write_pair
from .grounds import Grounds
from .images import BadFile, load
from .manifest import read_runs
from .pastes import PastePlan, plan_pastes
from .pipeline import Report, carry_out
from .plan import Job, plan
from .pools import open_pool, open_pools
from .random import rng_of
from .recipe import NoDefect, sampled
from .sample import Sample
from .state import State


@dataclass(frozen=True, eq=False)
class Cloned:
    """A picture with a defect; `offset` (y, x) says where the source's top left pixel lies in it,
    before any operation of `Then`."""

    sample: Sample
    offset: tuple[int, int]


def clone_file(
    source: str | Path,
    target: str | Path,
    mask: str | Path,
    recipe: Any = None,
    *,
    seed: int = 0,
    white: float | None = None,
    grounds: Grounds | None = None,
) -> Cloned:
    """Return the picture `target` with what `mask` marks in the picture `source`.

    `recipe` is a `Clone`, or `Then` around one; by default pixel upon pixel. `grounds` say where
    the object is, for a placement. Raises ValueError with the reason where it cannot be done.
    """
    pools = open_pools(defects=[(Path(source), Path(mask))])
    scene = (grounds or Grounds()).scene(load(Path(target)), white, Path(target), Path(target).name)
    try:
        sample = sampled(recipe or Clone(), scene, rng_of(seed, 0), pools)
    except NoDefect as refused:
        cause = refused.__cause__
        told = str(cause) if isinstance(cause, BadFile) else f"{target}: {cause or refused}"
        raise ValueError(told) from refused
    return Cloned(sample, sample.defects[0].made_by.offset(scene))


def clone_tree(  # noqa: PLR0913 - as make has them
    source: str | Path,
    target: str | Path,
    out: str | Path,
    recipe: Any = None,
    *,
    copies: int = 1,
    seed: int = 0,
    workers: int = 1,
    shard: tuple[int, int] = (1, 1),
    resume: bool = False,
    white: float | None = None,
    grounds: Grounds | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Clone every real defect of `source` into good pictures of `target`, and return what was done.

    The defect ``source/bottle/test/crack/000.png`` becomes ``out/bottle/images/crack/000.png``, and
    its mask ``out/bottle/masks/crack/000.png``. Each class takes the good pictures of its own name;
    one folder of good pictures that has the name of none of the classes serves all. Good pictures
    are taken in an order that the seed shuffles, all before any repeats; where a defect finds no
    place in one, or it cannot be read, up to five others are tried.

    Args:
        source: real defects with their masks, in any layout that is read: a class, a tree, COCO.
        target: good pictures: a folder, a dataset in MVTec AD layout, a tree of classes, a glob.
        out: where; new or empty, unless `resume`; neither inside of source or target nor around.
        recipe: a `Clone`, or `Then` around one; by default each defect where it lay.
        copies: into how many good pictures each defect is set.
        seed, workers, shard, resume, white, progress: as for `make`.
        grounds: where the objects are, for a placement.

    Raises what `make` raises.
    """
    if copies < 1:
        raise ValueError(f"copies must be at least 1, not {copies}")
    bank = open_pool("defects", source)
    job = Job(
        source=str(target),
        recipe=recipe or Clone(),
        n=0,
        out=Path(out),
        seed=seed,
        workers=workers,
        defects=bank,
        test_good=0.0,
        shard=shard,
        resume=resume,
        normals=False,
        white=white,
        grounds=grounds or Grounds(),
    )
    planned = plan_pastes(plan(job), bank, copies)
    _check_apart(planned)
    runs = read_runs(job.out)
    try:
        State(job.out).start(job, runs)
    except FileExistsError as error:
        raise FileExistsError(
            f"{out} is not empty: resume=True (--resume) completes the job that was begun "
            "there; or choose another folder"
        ) from error
    return carry_out(planned, runs, progress, write_pair)


def _check_apart(planned: PastePlan) -> None:
    """Raise ValueError where OUT lies among what is read, or around it."""
    out = planned.job.out.resolve()
    for place in sorted(_read_from(planned)):
        if place == out or place in out.parents:
            raise ValueError(
                f"OUT {planned.job.out} lies in {place}, which is only read: give a folder "
                "elsewhere"
            )
        if out in place.parents:
            raise ValueError(f"OUT {planned.job.out} holds {place}, which is only read")


def _read_from(planned: PastePlan) -> set[Path]:
    """Return the folders that are read, those too that links below SOURCE and TARGET lead to."""
    bank = planned.bank
    roots = [planned.root, *([base_of(bank.root)] if bank.root else [])]
    files: list[Path] = [source.path for source in planned.sources]
    for entry in bank.entries:
        image, mask = entry.origin
        files += [image, mask.file if isinstance(mask, Annotation) else mask]
    given = [Path(path) for path in planned.job.grounds.given.values()]
    folders = {Path(root) for root in roots} | {path for path in given if path.is_dir()}
    for folder in {file.parent for file in files}:
        above = [root for root in roots if folder.is_relative_to(root)]
        folders |= {p for p in (folder, *folder.parents) if any(map(p.is_relative_to, above))}
        folders |= {folder}
    return {folder.resolve() for folder in folders}
