"""Previews: what a recipe makes of some pictures, without a dataset."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .grounds import Grounds
from .images import load
from .plan import Job, plan
from .pools import PoolLike
from .quotas import named
from .random import rng_of
from .recipe import NoDefect, sampled
from .sheet import contact_sheet

_log = logging.getLogger(__name__)


def preview(  # noqa: PLR0913 - as make has them
    source: str | Path,
    recipe: Any = "draem",
    n: int = 24,
    *,
    seed: int = 0,
    textures: PoolLike = None,
    defects: PoolLike = None,
    white: float | None = None,
    grounds: Grounds | None = None,
) -> NDArray[np.uint8]:
    """Return a contact sheet (H, W, 3), uint8, of `n` samples.

    `grounds` says where defects may lie; by default on the object, which is estimated. No picture
    is held back, so the samples are not those of a `make` with the same seed. Raises what `make`
    raises; ValueError if not one sample could be made.
    """
    job = Job(
        source=str(source),
        recipe=named(recipe),
        n=n,
        out=Path(source),  # nothing is written there, and so nothing of the sources left out
        seed=seed,
        textures=textures,
        defects=defects,
        test_good=0.0,
        white=white,
        grounds=grounds or Grounds(),
    )
    planned = plan(job)
    for name, reason in planned.left_out.items():
        _log.warning("%s is left out: %s", name, reason)
    pages, reason = [], "none was asked for"
    for index in range(n):
        for further in range(planned.tries(index)):
            place = planned.source(index, further)
            try:
                scene = job.grounds.scene(load(place.path), white, place.path, place.relative)
            except (ValueError, OSError) as error:
                reason = str(error)
                continue
            try:
                rng = rng_of(seed, index)
                sample = sampled(job.recipe, scene, rng, planned.pools_for(place, index))
            except NoDefect as refused:
                reason = f"{place.relative}: {refused}"
                continue
            own = f"{place.name} " if place.folder else ""
            pages.append((sample.image, sample.mask, f"{index:06d} {own}{sample.kind}"))
            break
    if not pages:
        raise ValueError(f"no sample could be made; the last reason: {reason}")
    return contact_sheet(pages, white=white)
