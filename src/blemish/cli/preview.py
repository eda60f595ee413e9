"""blemish preview: a contact sheet of a recipe on your pictures, without a dataset."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from . import options


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "preview", help="a contact sheet of a recipe on your pictures, without a dataset"
    )
    parser.add_argument("source", metavar="SOURCE", help="as for make")
    options.add_recipe(parser)
    options.add_grounds(parser)
    parser.add_argument("-n", type=int, default=24, metavar="N", help="samples (default: 24)")
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    parser.add_argument("--white", type=float, metavar="LEVEL", help="value of full range")
    parser.add_argument(
        "--out", type=Path, default=Path("preview.png"), metavar="FILE", help="default: preview.png"
    )
    parser.set_defaults(run=_run)


def _run(given: argparse.Namespace) -> int:
    from ..images import write_image
    from ..previews import preview

    sheet = preview(
        given.source,
        options.recipe_of(given)[0],
        given.n,
        seed=given.seed,
        textures=given.textures,
        defects=given.defects,
        white=given.white,
        grounds=options.grounds_of(given),
    )
    write_image(given.out, sheet)
    print(f"contact sheet: {given.out}")
    return 0
