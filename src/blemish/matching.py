"""Matching: recipes whose defects have the sizes, shapes and contrasts that are asked for."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from .measures import Profile, profile, profiles
from .random import choice, draw
from .recipe import ATTEMPTS, Combined, MakesSamples, NoDefect, Recipe, check_recipe, chosen
from .regions import Sized
from .sample import Defect, Sample
from .scene import Scene
from .then import Then
from .values import Choice, Dice, Repeated

CANDIDATES = 6
"""How many defects are made for each target, of which the nearest is taken."""

_MOST_TARGETS = 256
_DIGITS = 5


def each_recipe(thing: Any, change: Callable[[Recipe], Recipe]) -> Any:
    """Return a recipe with `change` applied to every `Recipe` in it."""
    if isinstance(thing, Recipe):
        return change(thing)
    if isinstance(thing, Choice):
        return Choice(tuple(each_recipe(option, change) for option in thing.options), thing.p)
    if isinstance(thing, Then):
        return Then(each_recipe(thing.recipe, change), operations=thing.operations)
    if isinstance(thing, Match):
        raise ValueError("this recipe is matched to real defects already: give the plain one")
    if isinstance(thing, Combined):
        return Combined(each_recipe(thing.recipes, change))
    if isinstance(thing, Repeated):
        return Repeated(each_recipe(thing.item, change), thing.count)
    if isinstance(thing, tuple):
        return tuple(each_recipe(item, change) for item in thing)
    return thing


def sized(recipe: Any, area: Any) -> Any:
    """Return a recipe whose defects cover `area` (a share of the frame, or a value of it)."""
    return each_recipe(recipe, lambda one: replace(one, region=Sized(one.region, area)))


def match(recipe: Any, folder: str | Path, white: float | None = None) -> Match:
    """Return a recipe whose defects look, in numbers, like the labelled ones of a folder.

    Broken files are left out, and logged. Raises LookupError for a folder that holds no others.
    """
    found = profiles(Path(folder), white, skip=True)
    if len(found) > _MOST_TARGETS:
        # Evenly by size, so that no part of the distribution is lost.
        found.sort(key=lambda p: p.area)
        places = np.linspace(0, len(found) - 1, _MOST_TARGETS).round().astype(int)
        found = [found[place] for place in places]
    return Match(recipe, choice(*(_rounded(p) for p in found)), _spread(found))


@dataclass(frozen=True)
class Match(MakesSamples):
    """A recipe that makes, for each target drawn, the defect nearest to it of several.

    Attributes:
        recipe: makes the defects; each is given the area of the target.
        target: (area, elongation, contrast, y, x): share of the frame, at least 1, in levels,
            and fractions of the frame.
        spread: what a distance is measured in, for log elongation, log contrast, y and x.
        candidates: how many are made; with 1 nothing but the area is matched.
    """

    recipe: Any
    target: Any
    spread: tuple[float, ...] = (0.5, 0.5, 0.25, 0.25)
    candidates: int = CANDIDATES

    def __post_init__(self) -> None:
        check_recipe(self.recipe)
        object.__setattr__(self, "spread", tuple(self.spread))
        if self.candidates < 1 or len(self.spread) != 4 or min(self.spread) <= 0:
            raise ValueError("Match: candidates must be 1 or more, and spread four numbers above 0")

    def chosen(self, dice: Dice) -> Match:
        """Return which recipe and which target it is."""
        target = draw(self.target, dice.rng, dice.pools)
        return replace(self, recipe=chosen(self.recipe, dice), target=target)

    def made(
        self, scene: Scene, dice: Dice | None, earlier: tuple[Defect, ...] = (), null: bool = False
    ) -> Sample:
        """Return the nearest of the candidates, or raise NoDefect where none could be made.

        It is recorded as the recipe that made it, with the area in it: nothing is left to match.
        """
        if dice is None:
            raise TypeError("Match has to be drawn: pass rng")
        best: Sample | None = None
        area = self.target[0]
        least, attempts, bad = math.inf, 0, {}
        for _ in range(1 if null else self.candidates):
            try:
                sample = sized(self.recipe, min(area, 1.0)).made(scene, dice, earlier, null)
            except NoDefect as refused:
                attempts += refused.attempts
                bad.update(refused.bad)
                if best is None and attempts >= ATTEMPTS:
                    raise
                continue
            attempts += sample.attempts
            bad.update(sample.bad)
            distance = 0.0 if null else self._distance(sample, scene)
            if not null:
                # What is seen of a shape may be more or less than its stencil: the next candidate
                # is asked for as much more or less.
                seen = float(np.count_nonzero(sample.mask)) / sample.mask.size
                area *= min(max(self.target[0] / seen, 0.25), 4.0)
            if distance < least:
                best, least = sample, distance
        if best is None:
            raise NoDefect(["no candidate could be made"], bad)
        return replace(best, attempts=attempts, bad=bad)

    def _distance(self, sample: Sample, scene: Scene) -> float:
        found = profile(sample.image, sample.mask > 0, scene.white)
        made, wanted = (np.array(_of_distance(t)) for t in (_measures(found), self.target))
        # The area is given already; it still counts what a placement has cut off.
        away = (made - wanted) / (0.35, *self.spread)
        return float(away @ away)


def _measures(p: Profile) -> tuple[float, ...]:
    return (p.area, p.elongation, p.contrast, p.y, p.x)


def _rounded(p: Profile) -> tuple[float, ...]:
    contrast = p.contrast if math.isfinite(p.contrast) else 0.0
    told = (p.area, p.elongation, contrast, p.y, p.x)
    return tuple(float(f"{value:.{_DIGITS}g}") for value in told)


def _of_distance(told: Sequence[float]) -> tuple[float, ...]:
    """Return measures as numbers whose differences count alike: ratios as logarithms."""
    area, elongation, contrast, y, x = told
    if not math.isfinite(contrast):
        contrast = 0.0
    return (math.log(area), math.log(elongation), math.log(max(contrast, 1.0)), y, x)


def _spread(found: list[Profile]) -> tuple[float, ...]:
    """Return how much the measures differ among real defects, and never nothing."""
    table = np.array([_of_distance(_measures(p)) for p in found])[:, 1:]
    floors = (0.2, 0.2, 0.1, 0.1)
    return tuple(
        float(f"{max(s, floor):.3g}") for s, floor in zip(table.std(axis=0), floors, strict=True)
    )
