"""What was asked for: recipes by name, so many samples of each kind, of what size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from .catalog import find, nearest, needs, recipes
from .composition import Limits
from .kinds import kind_named
from .matching import each_recipe, match, sized
from .notation import is_recipe_file, load_recipe
from .pools import Entries, PoolLike, open_pools
from .random import files, loguniform
from .recipe import Recipe
from .values import Choice, Files, rebuilt


def named(recipe: Any) -> Any:
    """Return the recipe of a name or of a YAML file, or the recipe that is already one."""
    if is_recipe_file(recipe):
        return load_recipe(Path(recipe))
    return find(recipe) if isinstance(recipe, str) else recipe


def asked(
    recipe: Any,
    quota: Mapping[str, int] | None = None,
    defects: PoolLike = None,
    area: tuple[float, float] | None = None,
    like: str | Path | None = None,
    white: float | None = None,
) -> tuple[Any, Mapping[str, int] | None]:
    """Return the recipe that was asked for, and its quota; see `blemish.make`."""
    told = None if recipe is None else named(recipe)
    if quota is not None:
        _check_counts(quota)
        told = options_of(quota, told, open_pools(defects=defects).get("defects"))
    elif told is None:
        told = find("draem")
    if area is not None and like is not None:
        raise ValueError("area and match both say how large defects are: give one of them")
    if area is not None:
        most = Limits().max_area
        if not 0 < area[0] <= area[1] <= most:
            raise ValueError(f"area must be (least, most), above 0 and at most {most}: {area}")
        told = sized(told, loguniform(*area))
    if like is not None:
        matched = match(told, like, white)
        # One of a quota must stay one of so many options.
        alike = tuple(replace(matched, recipe=option) for option in told.options) if quota else ()
        told = Choice(alike, told.p) if quota else matched
    return told, quota


def _check_counts(quota: Mapping[str, int]) -> None:
    """Raise where a quota is none: an example of one is in the message."""
    wrong = [n for n in quota.values() if not isinstance(n, int) or isinstance(n, bool) or n < 1]
    if not quota or wrong:
        raise ValueError(f"quota: counts of at least 1, as in {{'scratch': 200}}, not {quota!r}")


def quota_of(text: str) -> dict[str, int]:
    """Return the counts of "scratch=200,stain=50"; ValueError says how to write it."""
    counts: dict[str, int] = {}
    for part in text.split(","):
        name, equals, number = (piece.strip() for piece in part.partition("="))
        if name in counts:
            raise ValueError(f"quota: {name} is in it twice; as in scratch=200,stain=50")
        if not (name and equals and number.isdigit() and int(number) > 0):
            raise ValueError(f"quota {part!r}: write it as in scratch=200,stain=50")
        counts[name] = int(number)
    return counts


def options_of(quota: Mapping[str, int], recipe: Any, defects: Any) -> Choice:
    """Return the recipe of each kind of a quota, as the options of a choice weighted by it.

    Args:
        recipe: the recipe, or choice of some, that was asked for; None for none.
        defects: the opened pool of real defects, or None.

    A kind is, in this order, the kind of one of those recipes; the kind of some of the real
    defects, if one of those recipes pastes them; the name of a recipe; the kind of some of the real
    defects all the same. Raises LookupError for a name that is none of these, ValueError for a
    recipe that was asked for and is of no kind of the quota.
    """
    asked_for = _flat(recipe)
    own = {kind: one for one in reversed(asked_for) if (kind := _kind_of(one)) is not None}
    pasting = [one for one in asked_for if "defects" in needs(one)]
    known = recipes()
    kinds = _kinds_of(defects)
    found, used = [], []
    for name in quota:
        if name in own:
            used.append(own[name])
            found.append(own[name])
        elif name in known and not (name in kinds and pasting):
            found.append(known[name])
        elif name in kinds:
            used += pasting[:1]
            found.append(_narrowed((pasting or [find("real_defects")])[0], kinds[name]))
        else:
            names = [*own, *known, *kinds]
            raise LookupError(
                f"quota: {name!r} is no kind of a recipe, no recipe, and no kind of the real "
                f"defects{nearest(name, names)}"
            )
    idle = [one for one in asked_for if not any(one is other for other in used)]
    if idle:
        told = _kind_of(idle[0]) or repr(idle[0])[:60]
        raise ValueError(f"quota: a recipe was asked for that is in no quota: {told}")
    return Choice(tuple(found), tuple(float(count) for count in quota.values()))


def _flat(recipe: Any) -> list[Any]:
    """Return the recipes that were asked for, one after another."""
    if isinstance(recipe, Choice):
        return [one for option in recipe.options for one in _flat(option)]
    return [] if recipe is None else [recipe]


def _kind_of(recipe: Any) -> str | None:
    """Return the kind that all defects of a recipe have, or None where they have no one kind."""
    found: list[Any] = []

    def seen(one: Recipe) -> Recipe:
        found.append(one.kind)
        return one

    each_recipe(getattr(recipe, "recipe", recipe), seen)
    same = len(set(map(repr, found))) == 1 and isinstance(found[0], str)
    return found[0] if same else None


def _kinds_of(defects: Any) -> dict[str, str]:
    """Return the kinds of real defects by what they are called in a dataset."""
    if not isinstance(defects, Entries):
        return {}
    return {kind_named(entry.kind): entry.kind for entry in defects.entries}


def _narrowed(recipe: Any, kind: str) -> Any:
    """Return a recipe that pastes real defects of one kind alone."""

    def leaf(value: Any) -> Any:
        if isinstance(value, Files) and value.pool == "defects":
            return files("defects", kind)
        if isinstance(value, Choice):
            return Choice(tuple(rebuilt(option, leaf) for option in value.options), value.p)
        return value

    return each_recipe(recipe, lambda one: rebuilt(one, leaf))
