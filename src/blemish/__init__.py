"""Labelled defects for visual inspection: good parts in, defects with pixel-exact masks out.

The names here are loaded when they are first used, so that importing blemish costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from . import (
        blends,
        changes,
        contents,
        foreground,
        labels,
        placements,
        poisson,
        recipes,
        regions,
    )
    from .audits import Audit, audit
    from .catalog import add_plugin, cite, describe, find
    from .clones import Cloned, clone_file, clone_tree
    from .cloning import Clone
    from .composition import Limits
    from .images import read_image, write_image
    from .manifest import replay
    from .notation import from_dict, load_recipe, replaced, to_dict
    from .pipeline import Report, make
    from .previews import preview
    from .random import (
        choice,
        draw,
        files,
        gamma,
        given,
        integers,
        loguniform,
        normal,
        rng_of,
        seed,
        some,
        uniform,
    )
    from .recipe import Combined, NoDefect, Recipe, several, synthesize
    from .sample import Defect, Sample
    from .scene import Scene
    from .stencil import Stencil
    from .then import Then

_HOMES = {
    "audits": ("Audit", "audit"),
    "catalog": ("add_plugin", "cite", "describe", "find"),
    "clones": ("Cloned", "clone_file", "clone_tree"),
    "cloning": ("Clone",),
    "images": ("read_image", "write_image"),
    "notation": ("from_dict", "load_recipe", "replaced", "to_dict"),
    "manifest": ("replay",),
    "pipeline": ("Report", "make"),
    "previews": ("preview",),
    "random": (
        *("choice", "draw", "files", "gamma", "given", "integers", "loguniform", "normal"),
        *("rng_of", "seed", "some", "uniform"),
    ),
    "composition": ("Limits",),
    "recipe": ("Combined", "NoDefect", "Recipe", "several", "synthesize"),
    "sample": ("Defect", "Sample"),
    "scene": ("Scene",),
    "stencil": ("Stencil",),
    "then": ("Then",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}
_MODULES = (
    "blends",
    "changes",
    "contents",
    "foreground",
    "labels",
    "placements",
    "poisson",
    "recipes",
    "regions",
)

__all__ = [
    "Audit",
    "Clone",
    "Cloned",
    "Combined",
    "Defect",
    "Limits",
    "NoDefect",
    "Recipe",
    "Report",
    "Sample",
    "Scene",
    "Stencil",
    "Then",
    "__version__",
    "add_plugin",
    "audit",
    "blends",
    "changes",
    "choice",
    "cite",
    "clone_file",
    "clone_tree",
    "contents",
    "describe",
    "draw",
    "files",
    "find",
    "foreground",
    "from_dict",
    "gamma",
    "given",
    "integers",
    "labels",
    "load_recipe",
    "loguniform",
    "make",
    "normal",
    "placements",
    "poisson",
    "preview",
    "read_image",
    "recipes",
    "regions",
    "replaced",
    "replay",
    "rng_of",
    "seed",
    "several",
    "some",
    "synthesize",
    "to_dict",
    "uniform",
    "write_image",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"blemish.{_HOME[name]}"), name)
    if name in _MODULES:
        return importlib.import_module(f"blemish.{name}")
    raise AttributeError(f"module 'blemish' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
