"""blemish list, show and cite: what there is."""

from __future__ import annotations

import argparse
import inspect
from typing import Any

from . import options


def add_to(commands: Any) -> None:
    """Add the commands to the parser."""
    parser = commands.add_parser("list", help="list parts and recipes")
    options.add_plugin(parser)
    parser.add_argument("--json", action="store_true", help="print as JSON")
    parser.set_defaults(run=_list)
    for name, told, run in (
        ("show", "print a recipe as YAML, to edit", _show),
        ("cite", "print what to cite for a recipe, as BibTeX", _cite),
    ):
        parser = commands.add_parser(name, help=told)
        parser.add_argument("recipe", metavar="RECIPE")
        options.add_plugin(parser)
        parser.set_defaults(run=run)


def _add_plugins(given: argparse.Namespace) -> None:
    from ..catalog import add_plugin

    for package in given.plugin:
        add_plugin(package)


def _list(given: argparse.Namespace) -> int:
    from ..catalog import describe, parts, recipes

    _add_plugins(given)
    named = [describe(name) for name in recipes()]
    kinds = [
        {
            "name": name,
            "group": part.__module__.split(".")[1 if part.__module__[:8] == "blemish." else 0],
            "summary": (inspect.getdoc(part) or "").split("\n")[0],
        }
        for name, part in parts().items()
    ]
    if given.json:
        options.print_json({"recipes": named, "parts": kinds})
        return 0
    rows = [
        (r["name"], r["summary"], ", ".join(r["needs"]) or "nothing", _year(r["reference"]))
        for r in named
    ]
    options.table(rows, ("recipe", "", "needs", "paper"))
    options.table([(p["group"], p["name"], p["summary"]) for p in kinds], ("part", "", ""))
    return 0


def _year(reference: str) -> str:
    """Return "li2021cutpaste": the key of a BibTeX entry, or "-"."""
    return reference.partition("{")[2].partition(",")[0] or "-"


def _show(given: argparse.Namespace) -> int:
    from ..catalog import find
    from ..notation import dump, to_dict

    _add_plugins(given)
    print(dump(to_dict(find(given.recipe))), end="")
    return 0


def _cite(given: argparse.Namespace) -> int:
    from ..catalog import cite

    _add_plugins(given)
    print(cite(given.recipe))
    return 0
