"""The catalog: parts and recipes by name.

The packages are the registry: a part is found because its package exports it.
"""

from __future__ import annotations

import dataclasses
import difflib
import importlib
import importlib.util
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from .file import Pool
from .random import VALUES
from .values import Files, Given, children, leaves

_PACKAGES = ("regions", "placements", "contents", "changes", "blends", "labels")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = ("Recipe", "Combined", "Then", "Match", "Clone", "Limits", "File")
_plugins: list[str] = []


def add_plugin(package: str) -> None:
    """Make the parts and recipes that a package exports (``__all__``) known by name.

    Raises ImportError where there is no such package, ValueError where it exports none or a name
    that is taken.
    """
    if package in _plugins:
        return
    try:
        module = importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise ImportError(f"plugin {package!r} is not installed here") from error
    exported = {name: getattr(module, name) for name in getattr(module, "__all__", ())}
    found = [n for n, thing in exported.items() if dataclasses.is_dataclass(thing)]
    if not found:
        raise ValueError(f"plugin {package!r} exports no part and no recipe in __all__")
    known = (*parts(), *recipes(), *VALUES, *_RESERVED)
    taken = [name for name in found if name in known]
    if taken:
        raise ValueError(f"plugin {package!r}: {', '.join(taken)} is the name of another part")
    _plugins.append(package)
    parts.cache_clear()
    recipes.cache_clear()


@lru_cache(maxsize=1)
def parts() -> dict[str, type]:
    """Return every part by name: those of blemish's packages and of the plugins."""
    found: dict[str, type] = {}
    for name in (*(f"blemish.{package}" for package in _PACKAGES), *_plugins):
        module = importlib.import_module(name)
        for exported in module.__all__:
            thing = getattr(module, exported)
            if isinstance(thing, type) and dataclasses.is_dataclass(thing):
                found[exported] = thing
    return found


@lru_cache(maxsize=1)
def recipes() -> dict[str, Any]:
    """Return every named recipe, in alphabetical order."""
    found: dict[str, Any] = {}
    for name in ("blemish.recipes", *_plugins):
        module = importlib.import_module(name)
        for exported in module.__all__:
            thing = getattr(module, exported)
            if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
                found[exported] = thing
    return dict(sorted(found.items()))


def find(name: str) -> Any:
    """Return the recipe of that name; LookupError names the nearest."""
    return look_up(name, recipes(), "recipe")


def describe(name: str) -> dict[str, Any]:
    """Return what is known of a recipe: name, summary, needs, reference (BibTeX, or "")."""
    recipe = find(name)
    home: Any = None
    for package in ("blemish.recipes", *_plugins):
        module = importlib.import_module(package)
        if name in module.__all__:
            path = f"{package}._{name}"
            own = hasattr(module, "__path__") and importlib.util.find_spec(path)
            home = importlib.import_module(path) if own else module
    return {
        "name": name,
        "summary": (home.__doc__ or "").strip().split("\n")[0],
        "needs": needs(recipe),
        "reference": getattr(home, "REFERENCE", ""),
    }


def cite(name: str) -> str:
    """Return the BibTeX entries to cite for a recipe; LookupError where it has none."""
    reference: str = describe(name)["reference"]
    if not reference:
        raise LookupError(f"the recipe {name!r} names no publication")
    return reference


def needs(recipe: Any) -> list[str]:
    """Return the pools without which `recipe` cannot be drawn."""
    return sorted(_needed(recipe))


def _needed(thing: Any) -> set[str]:
    if isinstance(thing, Files):
        return {thing.pool}
    if isinstance(thing, Given):
        return (_needed(thing.part) - {thing.pool}) | _needed(thing.otherwise)
    return {pool for _, child in children(thing) for pool in _needed(child)}


def check_needs(recipe: Any, pools: Mapping[str, Pool]) -> None:
    """Raise LookupError for a pool that a recipe needs and that was not given."""
    missing = [pool for pool in needs(recipe) if pool not in (*pools, "sources")]
    if missing:
        told = " and ".join(f"{pool}=FOLDER (--{pool} DIR)" for pool in missing)
        raise LookupError(f"this recipe needs {' and '.join(missing)}: pass {told}")


def draws_sources(recipe: Any) -> bool:
    """Return whether a recipe draws from the other good pictures."""
    found = leaves(recipe)
    return any(isinstance(leaf, Files) and leaf.pool == "sources" for _, leaf in found)


def look_up(name: str, known: dict[str, Any], what: str, path: str = "") -> Any:
    """Return `known[name]`; LookupError names the nearest, ValueError refuses what is no name."""
    if name in known:
        return known[name]
    where = f"{path}: " if path else ""
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{where}{name!r} is no name of a {what}. A recipe is data: names are looked up among "
            "the parts, and import paths are refused. Parts of other packages: --plugin PACKAGE."
        )
    raise LookupError(f"{where}unknown {what} {name!r}{nearest(name, known)}")


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint at the known name that is nearest, to end a message with."""
    folded = {candidate.lower(): candidate for candidate in known}
    near = difflib.get_close_matches(name.lower(), folded, 1, 0.5)
    return f"; did you mean {folded[near[0]]!r}?" if near else "."
