"""What was asked for: recipes by name, so many samples of each kind, of what size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from .catalog import find, nearest, needs, recipes
from .matching import each_recipe, match, sized
from .notation import is_recipe_file, load_recipe
from .pools import Entries, PoolLike, open_pools
from .random import files, loguniform
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
    if quota:
        told = options_of(quota, told, open_pools(defects=defects).get("defects"))
    elif told is None:
        told = find("draem")
    if area is not None and like is not None:
        raise ValueError("area and match both say how large defects are: give one of them")
    if area is not None:
        told = sized(told, loguniform(*area))
    if like is not None:
        matched = match(told, like, white)
        # One of a quota must stay one of so many options.
        alike = tuple(replace(matched, recipe=option) for option in told.options) if quota else ()
        told = Choice(alike, told.p) if quota else matched
    return told, quota or None


def quota_of(text: str) -> dict[str, int]:
    """Return the counts of "scratch=200,stain=50"; ValueError says how to write it."""
    counts: dict[str, int] = {}
    for part in text.split(","):
        name, equals, number = (piece.strip() for piece in part.partition("="))
        if not (name and equals and number.isdigit() and int(number) > 0) or name in counts:
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
    defects all the same. Raises LookupError for a name that is none of these.
    """
    own = _by_kind(recipe)
    known = recipes()
    kinds = defects.kinds() if isinstance(defects, Entries) else []
    found = []
    for name in quota:
        if name in own:
            found.append(own[name])
        elif name in known and not (name in kinds and _pasting(recipe)):
            found.append(known[name])
        elif name in kinds:
            found.append(_of_real(name, recipe))
        else:
            names = [*own, *known, *kinds]
            raise LookupError(
                f"quota: {name!r} is no kind of a recipe, no recipe, and no kind of the real "
                f"defects{nearest(name, names)}"
            )
    return Choice(tuple(found), tuple(float(count) for count in quota.values()))


def _by_kind(recipe: Any) -> dict[str, Any]:
    """Return the recipes that were asked for by their kind, where it is one and known."""
    options = recipe.options if isinstance(recipe, Choice) else (recipe,)
    found: dict[str, Any] = {}
    for option in options:
        if isinstance(option, Choice):
            found.update(_by_kind(option))
        elif isinstance(getattr(option, "kind", None), str):
            found.setdefault(option.kind, option)
    return found


def _of_real(kind: str, recipe: Any) -> Any:
    """Return the recipe, of those asked for, that pastes real defects, for those of one kind."""
    return _narrowed((_pasting(recipe) or [find("real_defects")])[0], kind)


def _pasting(recipe: Any) -> list[Any]:
    """Return the recipes, of those asked for, that paste real defects."""
    options = recipe.options if isinstance(recipe, Choice) else (recipe,)
    return [o for o in options if o is not None and "defects" in needs(o)]


def _narrowed(recipe: Any, kind: str) -> Any:
    def leaf(value: Any) -> Any:
        if isinstance(value, Files) and value.pool == "defects":
            return files("defects", kind)
        if isinstance(value, Choice):
            return Choice(tuple(rebuilt(option, leaf) for option in value.options), value.p)
        return value

    return each_recipe(recipe, lambda one: rebuilt(one, leaf))
