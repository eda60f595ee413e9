"""blemish audit: what a labelled dataset is worth, and what is wrong with it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from . import options
from .progress import progress


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "audit",
        help="measure a labelled dataset and find what is wrong with it",
        description="Measure the masks and pictures of a labelled dataset, ours or another "
        "tool's: sizes, shapes, contrasts, changes without a label and labels without a change, "
        "broken files, duplicates.",
        epilog="Changes are known where the pictures without the defects are: in OUT/clean of "
        "`make --with-clean`, in the sources that OUT/manifest.jsonl tells of, or in --normals.",
    )
    add = parser.add_argument
    add(
        "dataset",
        metavar="DATASET",
        help="a folder in MVTec AD layout, or a tree of them; images beside masks; or COCO",
    )
    add("--reference", metavar="REAL", help="a dataset of real defects to compare with")
    add(
        "--normals",
        metavar="DIR",
        help="folder of the pictures without the defects, with the same names",
    )
    add(
        "--foreground",
        metavar="DIR|auto|none",
        help="masks of the object, with the pictures' paths or names, or one for all (default: "
        "those that OUT/recipe.yaml tells of, if any; auto otherwise)",
    )
    add("--white", type=float, metavar="LEVEL", help="value of full range, e.g. 4095 for 12 bits")
    add("--workers", type=int, metavar="N", help="processes (default: one for each core)")
    add("--html", type=Path, metavar="PAGE.html", help="write a page with histograms and pictures")
    add("--json", action="store_true", help="print everything that was measured as JSON")
    add("--strict", action="store_true", help="exit with 1 if there is a fault")
    parser.set_defaults(run=_run)


def _run(given: argparse.Namespace) -> int:
    from ..audits import audit

    if given.html is not None:
        _check_page(given.html)
    with progress("blemish audit", given.json) as show:
        found = audit(
            given.dataset,
            given.reference,
            normals=given.normals,
            foreground=given.foreground,
            white=given.white,
            workers=options.cores() if given.workers is None else given.workers,
            progress=show,
        )
    if given.html is not None:
        from ..audits.page import page
        from ..images import write_atomic

        write_atomic(given.html, page(found).encode())
    if given.json:
        options.print_json(found.to_dict())
    else:
        _tell(found)
        if given.html is not None:
            print(f"page: {given.html}")
    return 1 if given.strict and not found.sound else 0


def _check_page(path: Path) -> None:
    """Raise where a page cannot be written: before all is measured for nothing."""
    if path.is_dir():
        raise IsADirectoryError(f"--html {path} is a folder: give a file, as in audit.html")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"--html {path}: the folder {path.parent} does not exist")


def _tell(found: Any) -> None:
    from ..audits import tables

    told = [tables.of_masks(found), tables.of_changes(found)]
    if found.reference:
        told.append(tables.of_distances(found))
    told += [tables.of_duplicates(found), tables.of_faults(found)]
    print(tables.title(found))
    if found.reference:
        print(f"reference: {tables.title(found.reference)}")
    for heads, rows in told:
        if rows:
            options.table(rows, heads)
    for note in tables.notes(found):
        print(note)
    count = len(found.faults)
    print(f"{count} faults" if count != 1 else "1 fault")
