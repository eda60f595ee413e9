"""blemish demo: a labelled dataset from photographs that come with scikit-image."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .make import tell
from .progress import progress


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "demo",
        help="make a small dataset from photographs that come along",
        description="Make 60 samples with every recipe from photographs that come with "
        "scikit-image, and say where the contact sheet is.",
    )
    parser.add_argument(
        "out",
        metavar="OUT",
        nargs="?",
        type=Path,
        default=Path("blemish-demo"),
        help="default: blemish-demo",
    )
    parser.add_argument("-n", type=int, default=60, metavar="N", help="samples (default: 60)")
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    parser.set_defaults(run=_run)


def _run(given: argparse.Namespace) -> int:
    from ..demo import demo

    with progress("blemish demo") as show:
        report = demo(given.out, given.n, given.seed, show)
    return tell(report, as_json=False, strict=True)
