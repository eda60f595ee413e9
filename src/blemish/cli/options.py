"""What several commands share: recipes from the command line, output."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any


def add_recipe(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what is made."""
    parser.add_argument(
        "--recipe",
        action="append",
        metavar="NAME|FILE.yaml[:WEIGHT]",
        help="what to make; repeatable, with weights: --recipe draem:2 --recipe cutpaste "
        "(default: draem; `blemish list` names them)",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="change a field of the recipe: --set region.area=0.05, "
        "--set 'region.area={uniform: [0.01, 0.05]}'",
    )
    add_then(parser)
    parser.add_argument("--textures", metavar="DIR", help="folder of textures to draw from")
    parser.add_argument(
        "--defects", metavar="DIR", help="folder of real defects with masks, or COCO file"
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument(
        "--area",
        type=_area,
        metavar="MIN:MAX",
        help="share of the frame that a defect shall cover, as in 0.001:0.02, each octave alike",
    )
    size.add_argument(
        "--match",
        metavar="REAL",
        help="folder of labelled real defects: area, elongation, contrast and position like theirs",
    )
    add_plugin(parser)


def add_then(parser: argparse.ArgumentParser) -> None:
    """Add the option that says what is done to the finished pair."""
    parser.add_argument(
        "--then",
        action="append",
        default=[],
        metavar="OPERATION",
        help="what is done to the finished picture, and alike to its mask; repeatable, in order: "
        "--then 'Rotate(choice(0, pi/2, pi, -pi/2))' --then 'Blur(uniform(0, 1.5))'; also Flip, "
        "Brightness, Translate and other changes",
    )


def followed(recipe: Any, operations: Sequence[str], quota: Any = None) -> Any:
    """Return a recipe with operations on the finished pair; with a quota, each of its options."""
    from ..calls import from_call
    from ..then import Then
    from ..values import Choice

    if not operations:
        return recipe
    told = []
    for text in operations:
        try:
            told.append(from_call(text))
        except (ValueError, TypeError, LookupError) as error:
            raise ValueError(f"--then {text}: {error.args[0]}") from error
    if quota is None:
        return Then(recipe, operations=told)
    # One of a quota must stay one of so many options.
    return Choice(tuple(Then(option, operations=told) for option in recipe.options), recipe.p)


def add_grounds(parser: argparse.ArgumentParser, moved: bool = False) -> None:
    """Add the options that say where defects may lie, or (`moved`) where these masks are now."""
    now = "where that folder is now, if it moved"
    parser.add_argument(
        "--foreground",
        metavar="DIR|auto|none",
        default=None if moved else "auto",
        help=now
        if moved
        else "masks of the object, with the pictures' paths, or one for all; auto estimates it, "
        "none takes the whole frame (default: auto; `blemish segment` shows the estimate)",
    )
    for option, told in (("--roi", "may"), ("--roi-exclude", "must not")):
        parser.add_argument(
            option,
            metavar="DIR",
            help=now if moved else f"masks of where defects {told} lie, or one for all",
        )


def grounds_of(given: argparse.Namespace) -> Any:
    """Return the grounds that the options tell."""
    from ..grounds import Grounds

    return Grounds(given.foreground, given.roi, given.roi_exclude)


def _area(text: str) -> tuple[float, float]:
    low, colon, high = text.partition(":")
    try:
        least, most = float(low), float(high if colon else low)
    except ValueError:
        least = most = 0.0
    if not 0 < least <= most <= 0.6:
        raise argparse.ArgumentTypeError(f"{text!r} is not MIN:MAX in (0, 0.6], as in 0.001:0.02")
    return least, most


def shard(text: str) -> tuple[int, int]:
    """Return (i, n) of "I/N"."""
    number, slash, count = text.partition("/")
    if not (slash and number.isdigit() and count.isdigit() and 1 <= int(number) <= int(count)):
        raise argparse.ArgumentTypeError(f"{text!r} is not I/N, as in 3/8")
    return int(number), int(count)


def add_plugin(parser: argparse.ArgumentParser) -> None:
    """Add the option that names packages with further parts."""
    parser.add_argument(
        "--plugin",
        action="append",
        default=[],
        metavar="PACKAGE",
        help="an installed package whose parts and recipes become known",
    )


def recipe_of(given: argparse.Namespace) -> tuple[Any, Any]:
    """Return the recipe that the options ask for, and its quota or None; see `make`."""
    from ..catalog import add_plugin
    from ..quotas import asked

    for package in given.plugin:
        add_plugin(package)
    quota = getattr(given, "quota", None)
    named = None if quota and not given.recipe else _named(given)
    if quota and named is None and given.set:
        raise ValueError("--set needs a --recipe: name those of the quota whose fields it changes")
    recipe, counts = asked(named, quota, given.defects, given.area, given.match, given.white)
    return followed(recipe, given.then, counts), counts


def _named(given: argparse.Namespace) -> Any:
    """Return the recipe that is named; several are a choice by weight."""
    from ..notation import replaced
    from ..random import choice

    wanted = [_weighted(text) for text in given.recipe or ["draem"]]
    edits = edits_of(given.set)
    recipes = [_edited(recipe, edits, replaced) for recipe, _ in wanted]
    if len(recipes) == 1:
        return recipes[0]
    return choice(*recipes, p=tuple(weight for _, weight in wanted))


def _edited(recipe: Any, edits: dict[str, Any], replaced: Callable[..., Any]) -> Any:
    for path, data in edits.items():
        recipe = replaced(recipe, path, data)
    return recipe


def edits_of(settings: Sequence[str]) -> dict[str, Any]:
    """Return path -> plain data for PATH=VALUE settings, the value read as YAML."""
    import yaml

    from ..notation import yaml_told

    edits = {}
    for setting in settings:
        path, equals, value = setting.partition("=")
        if not equals or not path:
            raise ValueError(f"--set {setting}: write PATH=VALUE, as in region.area=0.05")
        try:
            edits[path] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise ValueError(f"--set {setting}: {yaml_told(error)}") from error
    return edits


def _weighted(text: str) -> tuple[Any, float]:
    from ..catalog import find
    from ..notation import is_recipe_file, load_recipe

    name, colon, tail = text.rpartition(":")
    try:
        weight = float(tail) if colon else 1.0
    except ValueError:
        name, weight = text, 1.0
    name = name if colon and name else text
    if not weight >= 0 or weight == float("inf"):
        raise ValueError(f"--recipe {text}: the weight must be a number of at least 0")
    if is_recipe_file(name):
        return load_recipe(Path(name)), weight
    return find(name), weight


def tell_faults(report: Any, strict: bool, what: str = "samples") -> int:
    """Tell on standard error what was skipped and what failed, and return the exit code."""
    for name, reason in report.left_out.items():
        print(f"left out: {name}: {reason}", file=sys.stderr)
    for name, reason in report.bad.items():
        told = reason if name in reason else f"{name}: {reason}"
        print(f"skipped: {told}", file=sys.stderr)
    if report.failed:
        told = f"{report.failed} {what} failed, most of them so: {report.reason}"
        print(told, file=sys.stderr)
    if report.bad:
        print(f"{len(report.bad)} files were skipped", file=sys.stderr)
    nothing = report.failed > 0 and report.written == 0
    faulty = report.bad or report.failed or report.left_out
    return 1 if nothing or (strict and faulty) else 0


def counted(kinds: dict[str, int]) -> str:
    """Return how many there are of each kind, in words."""
    return ", ".join(f"{count} {kind}" for kind, count in kinds.items())


def tell_classes(report: Any, what: str) -> None:
    """Tell what there is of each class of a tree."""
    for name, kinds in report.classes.items():
        print(f"  {name}: {sum(kinds.values())} {what} ({counted(kinds)})")


def cores() -> int:
    """Return how many processes may run at once: what `--workers` is by default."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def print_json(data: Any) -> None:
    """Print `data` as JSON on standard output."""
    print(json.dumps(data, indent=2, ensure_ascii=False))


def table(rows: Sequence[Sequence[str]], heads: Sequence[str]) -> None:
    """Print rows under heads, as wide as the terminal is."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    shown = Table(*heads, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        shown.add_row(*row)
    Console(width=None if sys.stdout.isatty() else 120).print(shown, markup=False)
