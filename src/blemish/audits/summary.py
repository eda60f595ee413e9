"""Many measures told by a few numbers, and two datasets compared."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .measured import Measured

OF_MASKS = ("area", "elongation", "components", "contrast", "y", "x")
OF_CHANGES = ("change", "unlabelled", "unchanged", "background")


@dataclass(frozen=True)
class Spread:
    """How a measure is spread: the 5, 50 and 95 % quantiles of `count` values."""

    count: int
    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Summary:
    """What is measured of the defects of one kind.

    Attributes:
        kind: what they are called.
        count: how many pictures of them there are; `compared`: how many of these could be compared
            with the picture without the defect.
        spreads: measure -> its spread; a measure that nothing is known of is left out.
        unlabelled: how many have changed pixels that are not labelled.
        invisible: how many nobody can see.
    """

    kind: str
    count: int
    compared: int
    spreads: dict[str, Spread]
    unlabelled: int
    invisible: int


@dataclass(frozen=True)
class Distance:
    """How far two datasets differ in a measure of their masks.

    Attributes:
        measure: one of area, elongation, components, contrast, y, x.
        here, there: its spread in the dataset, and in the reference.
        distance: Kolmogorov-Smirnov's, the largest difference of the two cumulative distributions:
            0 where they are the same, 1 where they do not overlap.
        chance: what two samples of one distribution of these sizes exceed in 5 % of the cases.
    """

    measure: str
    here: Spread
    there: Spread
    distance: float
    chance: float


def summary_of(kind: str, samples: Sequence[Measured], invisible: set[str]) -> Summary:
    """Return the summary of some samples; `invisible` are the pictures that show no defect."""
    spreads = {}
    for measure in OF_MASKS + OF_CHANGES:
        values = values_of(samples, measure)
        if len(values):
            spreads[measure] = spread_of(values)
    return Summary(
        kind,
        len(samples),
        sum(sample.change is not None for sample in samples),
        spreads,
        sum(bool(sample.unlabelled) for sample in samples),
        sum(sample.image in invisible for sample in samples),
    )


def values_of(samples: Sequence[Measured], measure: str) -> np.ndarray:
    """Return the values of a measure, without those that are not known."""
    found = (getattr(sample, measure) for sample in samples)
    return np.array([v for v in found if v is not None and not math.isnan(v)], np.float64)


def spread_of(values: np.ndarray) -> Spread:
    """Return the spread of at least one value."""
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    return Spread(len(values), float(low), float(middle), float(high))


def distances(here: Sequence[Measured], there: Sequence[Measured]) -> tuple[Distance, ...]:
    """Return how far two datasets differ, by measure."""
    found = []
    for measure in OF_MASKS:
        one, other = values_of(here, measure), values_of(there, measure)
        if len(one) and len(other):
            chance = 1.36 * math.sqrt(1 / len(one) + 1 / len(other))
            spreads = spread_of(one), spread_of(other)
            found.append(Distance(measure, *spreads, kolmogorov_smirnov(one, other), chance))
    return tuple(found)


def kolmogorov_smirnov(one: np.ndarray, other: np.ndarray) -> float:
    """Return the largest difference between the cumulative distributions of two samples."""
    one, other = np.sort(one), np.sort(other)
    at = np.concatenate([one, other])
    shares = [np.searchsorted(own, at, side="right") / len(own) for own in (one, other)]
    return float(np.abs(shares[0] - shares[1]).max())
