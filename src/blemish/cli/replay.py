"""blemish replay: make one sample of a dataset again, or the same one with a number changed."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from . import options


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "replay",
        help="make one sample of a dataset again, or a variant of it",
        description="Make a sample again, bit for bit, from its record and its source; with --set "
        "the same sample but for that field.",
    )
    parser.add_argument("manifest", metavar="MANIFEST", type=Path, help="OUT/manifest.jsonl")
    parser.add_argument("--id", required=True, metavar="X", help="the sample's id")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="change a field first: --set recipe.region.width=0.02",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("replay"), metavar="DIR", help="default: replay"
    )
    for root in ("source", "textures", "defects"):
        parser.add_argument(f"--{root}", metavar="DIR", help="where that root is now, if it moved")
    options.add_grounds(parser, moved=True)
    parser.set_defaults(run=_run)


def _run(given: argparse.Namespace) -> int:
    from ..images import write_image
    from ..manifest import replay

    edits = options.edits_of(given.set)
    masks = {name: getattr(given, name) for name in ("foreground", "roi", "roi_exclude")}
    again = replay(
        given.manifest, given.id, edits, given.source, given.textures, given.defects, masks
    )
    given.out.mkdir(parents=True, exist_ok=True)
    stem = again.record["id"]
    image, mask = given.out / f"{stem}.png", given.out / f"{stem}_mask.png"
    write_image(image, again.sample.image)
    write_image(mask, again.sample.mask)
    print(f"{image}\n{mask}")
    if edits:
        return 0
    told = "identical to" if again.identical else "NOT identical to"
    print(f"{told} the recorded sample")
    return 0 if again.identical else 1
