"""blemish segment: where the part is in each picture, as masks to look at and to correct."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from . import options
from .progress import progress

_NAMED = 10


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "segment",
        help="masks of the parts, to look at and to correct",
        description="Find the part in each good picture, without any learnt weights, and write a "
        "mask for each and a contact sheet.",
        epilog="`make` finds the parts by itself. Where it is wrong, correct the masks and hand "
        "them over: blemish make SOURCE DATASET --foreground OUT.",
    )
    parser.add_argument("source", metavar="SOURCE", help="as for make")
    parser.add_argument("out", metavar="OUT", type=Path, help="a new folder to write to")
    parser.add_argument("--white", type=float, metavar="LEVEL", help="value of full range")
    parser.add_argument(
        "--strict", action="store_true", help="exit with 1 if a file was skipped or one is unsure"
    )
    parser.add_argument("--json", action="store_true", help="print a summary as JSON")
    parser.set_defaults(run=_run)


def _run(given: argparse.Namespace) -> int:
    from ..segment import segment

    with progress("blemish segment", given.json) as show:
        done = segment(given.source, given.out, white=given.white, progress=show)
    if given.json:
        options.print_json(
            {
                "out": str(done.out),
                "objects": done.objects,
                "textures": done.textures,
                "unsure": done.unsure,
                "skipped": done.bad,
            }
        )
    else:
        _tell(done)
    for file, reason in done.bad.items():
        print(f"skipped: {file}: {reason}", file=sys.stderr)
    nothing = done.objects + done.textures == 0
    return 1 if nothing or (given.strict and (done.bad or done.unsure)) else 0


def _tell(done: Any) -> None:
    from ..segment import PREVIEW

    print(
        f"{done.out}: {done.objects} pictures of parts before a background, "
        f"{done.textures} of textures, where the whole frame is part"
    )
    if done.unsure:
        print(f"{len(done.unsure)} of them are not sure, the worst first:")
    for file, confidence in list(done.unsure.items())[:_NAMED]:
        print(f"  {confidence:.2f} {file}")
    if (done.out / PREVIEW).is_file():
        print(f"contact sheet: {done.out / PREVIEW}")
