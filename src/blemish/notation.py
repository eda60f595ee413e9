"""Recipes as plain data, and back: what YAML files, records and requests hold.

A recipe in a file is data, not code: names in it are looked up in the catalog, never imported.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from . import values
from .catalog import look_up, nearest, parts, recipes
from .cloning import Clone
from .composition import Limits
from .file import File
from .matching import Match
from .random import VALUES
from .recipe import Combined, Recipe, check_recipe
from .then import Then
from .values import Value

_CONTAINERS: dict[str, type] = {
    cls.__name__: cls for cls in (Recipe, Combined, Then, Match, Clone, Limits, File)
}
_VALUE_NAMES = {cls: name for name, cls in VALUES.items()}


def is_recipe_file(name: Any) -> bool:
    """Return whether `name` is a path that `load_recipe` reads, by its suffix."""
    return isinstance(name, (str, Path)) and Path(name).suffix.lower() in (".yaml", ".yml", ".json")


def load_recipe(path: Path) -> Any:
    """Return the recipe of a YAML or JSON file.

    A ``recipe.yaml`` that `make` wrote works too: its last run's recipe. Raises ValueError naming
    the file, and the field, where it is not a recipe.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not readable as YAML: {yaml_told(error)}") from error
    if isinstance(data, dict) and isinstance(data.get("runs"), list) and data["runs"]:
        data = data["runs"][-1]
    if isinstance(data, dict) and "recipe" in data:
        data = data["recipe"]
    try:
        return check_recipe(from_dict(data))
    except (ValueError, TypeError, LookupError) as error:
        raise ValueError(f"{path}: {_told(error)}") from error


def yaml_told(error: Exception) -> str:
    """Return what is wrong with a YAML text, on one line."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).split("\n")[0]
    return f"line {mark.line + 1}: {problem}" if mark is not None else problem


def dump(data: Any) -> str:
    """Return plain data as YAML, innermost lists and mappings on one line."""
    return yaml.safe_dump(data, sort_keys=False, default_flow_style=None, width=100)


def to_dict(thing: Any) -> Any:
    """Return a recipe, part or value as plain data: dicts, lists, strings, numbers, None.

    A part is ``{Name: {field: value}}`` with all its fields; a value yet to be drawn is
    ``{uniform: [0.1, 0.4]}``. `from_dict` reads it back.
    """
    if isinstance(thing, Value):
        name, data = _VALUE_NAMES[type(thing)], _value_data(thing)
        return {name: data} if data else name
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        fields = [f.name for f in dataclasses.fields(thing) if f.compare]
        return {type(thing).__name__: {name: to_dict(getattr(thing, name)) for name in fields}}
    if isinstance(thing, (list, tuple)):
        return [to_dict(item) for item in thing]
    if isinstance(thing, np.generic):
        return thing.item()
    if thing is None or isinstance(thing, (bool, int, float, str)):
        return thing
    raise TypeError(f"{thing!r} cannot be written as data")


def _value_data(value: Any) -> Any:
    data = {f.name: to_dict(getattr(value, f.name)) for f in dataclasses.fields(value)}
    for f in reversed(dataclasses.fields(value)):
        if f.default is not dataclasses.MISSING and getattr(value, f.name) == f.default:
            del data[f.name]
        else:
            break
    if isinstance(value, values.Choice) and value.p is None:
        return data["options"]
    simple = all(isinstance(item, (int, float)) for item in data.values())
    return list(data.values()) if simple else data


def from_dict(data: Any) -> Any:
    """Return the recipe, part or value that `to_dict` wrote, or a person.

    A name alone stands for a recipe, or for a part with its defaults; fields left out take theirs.
    Raises LookupError for an unknown name (with the nearest), ValueError and TypeError for a value
    that does not fit, with the path to it.
    """
    return _read(data, Any, "recipe")


def replaced(thing: Any, path: str, data: Any) -> Any:
    """Return `thing` with the field at `path` ("region.width", "recipes.0.blend") set from data."""
    names = path.split(".")
    if names[0] == "recipe":
        names = names[1:]
    if not names:
        raise ValueError("the path of a field is missing: write region.width=0.02")
    return _replaced(thing, names, data, "recipe")


def _replaced(thing: Any, names: list[str], data: Any, path: str) -> Any:
    name, rest = names[0], names[1:]
    here = f"{path}.{name}"
    if isinstance(thing, (tuple, list)):
        if not name.isdigit() or int(name) >= len(thing):
            raise LookupError(f"{path} has items 0 to {len(thing) - 1}, no {name!r}")
        item = _replaced(thing[int(name)], rest, data, here) if rest else _read(data, Any, here)
        return tuple(item if i == int(name) else old for i, old in enumerate(thing))
    if not dataclasses.is_dataclass(thing):
        raise LookupError(f"{path} is {thing!r}, which has no field {name!r}")
    hints = _hints(thing.__class__)
    _field(name, hints, path, type(thing).__name__)
    before = getattr(thing, name)
    after = _replaced(before, rest, data, here) if rest else _read(data, hints[name], here)
    return dataclasses.replace(thing, **{name: after})  # type: ignore[type-var]


def _read(data: Any, hint: Any, path: str) -> Any:
    """Return what `data` stands for, in a field with the type `hint`."""
    read = data
    if isinstance(data, str) and str not in _types(hint):
        read = _named(data, path)
    elif isinstance(data, (list, tuple)):
        tuples = [t for t in _types(hint) if typing.get_origin(t) is tuple]
        inner = typing.get_args(tuples[0])[0] if tuples else Any
        read = tuple(_read(item, inner, f"{path}.{i}") for i, item in enumerate(data))
    elif isinstance(data, dict):
        read = _part(data, path, hint)
    _check_type(read, hint, path)
    return read


def _named(name: str, path: str) -> Any:
    """Return the recipe, or the part with its defaults, that a bare name stands for."""
    known = {**recipes(), **parts(), **{"seed": values.Seed}}
    found = look_up(name, known, "part or recipe", path)
    return _built(found, {}, path) if isinstance(found, type) else found


def _part(data: dict[Any, Any], path: str, hint: Any) -> Any:
    if len(data) != 1:
        raise ValueError(
            f"{path}: a part is one name with its fields, {{Name: {{field: value}}}}; "
            f"here are {len(data)} names: {', '.join(map(str, data))}"
        )
    name, fields = next(iter(data.items()))
    cls = look_up(str(name), {**parts(), **_CONTAINERS, **VALUES}, "part", path)
    here = f"{path}.{name}" if name in VALUES else path
    if isinstance(fields, list):
        if cls is values.Choice:
            fields = [fields]
        if name not in VALUES:
            raise ValueError(f"{path}: {name} takes fields by name, not a list")
        names = [f.name for f in dataclasses.fields(cls)]
        if len(fields) > len(names):
            raise ValueError(f"{here} takes at most {len(names)} values, not {len(fields)}")
        fields = dict(zip(names, fields, strict=False))
    if fields is not None and not isinstance(fields, dict):
        raise ValueError(f"{path}: the fields of {name} must be a mapping, not {fields!r}")
    return _built(cls, fields or {}, here, hint)


def _built(cls: type, fields: dict[str, Any], path: str, hint: Any = Any) -> Any:
    hints = _hints(cls)
    if cls is values.Choice:
        # An option stands where the choice stands: a word in a field of words names no part.
        hints = {**hints, "options": tuple[hint, ...]}
    for name in fields:
        _field(str(name), hints, path, cls.__name__)
    read = {name: _read(value, hints[name], f"{path}.{name}") for name, value in fields.items()}
    try:
        return cls(**read)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{path}: {error}") from error


def _field(name: str, hints: dict[str, Any], path: str, owner: str) -> None:
    if name not in hints:
        raise LookupError(
            f"{path}: {owner} has no field {name!r}{nearest(name, hints)} "
            f"Its fields are {', '.join(hints) or 'none'}."
        )


@lru_cache(maxsize=256)
def _hints(cls: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    return {f.name: hints[f.name] for f in dataclasses.fields(cls) if f.compare}


def _types(hint: Any) -> tuple[Any, ...]:
    union = typing.get_origin(hint) in (typing.Union, types.UnionType)
    return typing.get_args(hint) if union else (hint,)


def _check_type(data: Any, hint: Any, path: str) -> None:
    """Raise TypeError where what is neither a value nor of its type stands in a plain field."""
    wanted = _types(hint)
    if isinstance(data, Value) or not set(wanted) <= {int, float, bool, str, type(None)}:
        return
    kind = type(data)
    if kind in wanted or (kind is int and float in wanted):
        return
    names = " or ".join("None" if w is type(None) else w.__name__ for w in wanted)
    raise TypeError(f"{path} must be {names}, not {data!r}")


def _told(error: Exception) -> str:
    return str(error.args[0]) if error.args else str(error)
