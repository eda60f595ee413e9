"""Values yet to be drawn, and the one place where they are drawn.

A field of a part holds a plain number or one of the values of this module, which stands for a
number until `draw` replaces it. After `draw` nothing random is left: a drawn recipe is the record
of a sample. Nothing here reads or writes global random state.

The functions (`uniform`, `choice`, ...) are typed ``Any`` because what they return stands in a
field typed as what it will become.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from .distributions import Gamma, Integers, LogUniform, Normal, Uniform
from .file import File, Pool
from .values import Choice, Dice, Files, Given, Repeated, Seed, Some, Value, drawn, rebuilt

_KEY = 2**64


def rng_of(seed: int, index: int) -> np.random.Generator:
    """Return the generator of sample `index` of seed `seed`: a function of the pair alone.

    Philox is counter-based, so that no sample's numbers depend on how many others were drawn
    before it (Salmon et al., SC 2011). Negative indices are streams of their own; the plan of a
    job uses them.
    """
    if not 0 <= seed < _KEY:
        raise ValueError(f"seed must be an integer in [0, 2**64), not {seed}")
    return np.random.Generator(np.random.Philox(key=np.array([seed, index % _KEY], np.uint64)))


def generator(rng: np.random.Generator | int | None) -> np.random.Generator:
    """Return `rng` itself, or the generator of sample 0 of the seed that it is."""
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, (int, np.integer)) and not isinstance(rng, bool):
        return rng_of(int(rng), 0)
    raise TypeError(f"rng must be a seed (an int) or a numpy.random.Generator, not {rng!r}")


def uniform(low: float, high: float) -> Any:
    """Return a number of [low, high), all equally likely."""
    return Uniform(low, high)


def loguniform(low: float, high: float) -> Any:
    """Return a number of [low, high] whose logarithm is uniform: each octave equally likely."""
    return LogUniform(low, high)


def normal(mean: float, deviation: float, low: float = -math.inf, high: float = math.inf) -> Any:
    """Return a normally distributed number, clipped to [low, high]."""
    return Normal(mean, deviation, low, high)


def gamma(
    shape: float,
    scale: float,
    offset: float = 0.0,
    low: float = -math.inf,
    high: float = math.inf,
) -> Any:
    """Return a gamma distributed number plus `offset`, clipped to [low, high]."""
    return Gamma(shape, scale, offset, low, high)


def integers(low: int, high: int) -> Any:
    """Return an integer of low to high, both included."""
    return Integers(low, high)


def choice(*options: Any, p: tuple[float, ...] | None = None) -> Any:
    """Return one of the options (numbers, colours, parts, recipes), by the weights `p`."""
    return Choice(options, p)


def some(k: int, *options: Any) -> Any:
    """Return `k` different ones of the options, in random order."""
    return Some(k, options)


def files(pool: str, kind: str = "") -> Any:
    """Return one file of a pool: "textures", "defects" or "sources" (other good pictures).

    With `kind` one of those of that kind: of the defects, those in the folder of that name.
    """
    return Files(pool, kind)


def given(pool: str, part: Any, otherwise: Any) -> Any:
    """Return `part` where the pool was handed over, else `otherwise`."""
    return Given(pool, part, otherwise)


def seed() -> Any:
    """Return a seed for a part with inner randomness (a noise lattice, a random walk)."""
    return Seed()


def draw(
    thing: Any, rng: np.random.Generator | int, pools: Mapping[str, Pool] | None = None
) -> Any:
    """Return `thing` (a part, a recipe, a value) with every value in it drawn, once.

    Raises LookupError where it draws from a pool that was not handed over.
    """
    return drawn(thing, Dice(generator(rng), pools or {}))


def bind(thing: Any, pools: Mapping[str, Pool]) -> Any:
    """Return a drawn recipe with its files looked up again in `pools`.

    Raises LookupError for a file that is not there and ValueError for one that has changed.
    """

    def attached(leaf: Any) -> Any:
        if not isinstance(leaf, File) or leaf.pool not in pools:
            return leaf
        found = pools[leaf.pool].find(leaf.path)
        if found.sha256 != leaf.sha256:
            raise ValueError(
                f"{leaf.path} of the pool {leaf.pool!r} is not the file that was drawn "
                f"(sha256 {found.sha256[:12]}..., recorded {leaf.sha256[:12]}...)"
            )
        return found

    return rebuilt(thing, attached)


VALUES: dict[str, type[Value]] = {
    "uniform": Uniform,
    "loguniform": LogUniform,
    "normal": Normal,
    "gamma": Gamma,
    "integers": Integers,
    "choice": Choice,
    "some": Some,
    "repeated": Repeated,
    "files": Files,
    "given": Given,
    "seed": Seed,
}
"""The values by the name that they have in a recipe written as data."""
