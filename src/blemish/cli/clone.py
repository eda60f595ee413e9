"""blemish clone: real defects set seamlessly into good pictures, one or whole trees of them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from . import options
from .progress import progress

_GRADIENTS = ("import", "mixed", "average", "monochrome")
_LOSSLESS = (".png", ".tif", ".tiff", ".bmp", ".webp")
_ON_OBJECT = 0.97


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "clone",
        help="set real defects seamlessly into good pictures",
        description="Set a real defect into a good picture by its gradients (Poisson image "
        "editing), and write picture and mask; or every defect of a folder, of each class.",
        epilog="One picture: blemish clone --source bad.png --mask bad_mask.png --target good.png "
        "out.png. A tree: blemish clone --source mvtec --target mvtec out --place auto.",
    )
    parser.add_argument(
        "out",
        metavar="OUT",
        type=Path,
        help="the picture to write (its mask is NAME_mask.png beside it), or a new folder, for "
        "CLASS/images/KIND/NAME.png and CLASS/masks/KIND/NAME.png",
    )
    _add_inputs(parser)
    _add_ways(parser)
    _add_running(parser)
    parser.set_defaults(run=_run)


def _add_inputs(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--source",
        required=True,
        metavar="S",
        help="the picture of a defect; or real defects with masks: a folder, a dataset in MVTec AD "
        "layout, a tree of such classes, or a COCO file",
    )
    add(
        "--target",
        required=True,
        metavar="T",
        help="the good picture; or good pictures, as for make. Each class takes those of its name",
    )
    add("--mask", metavar="M", help="of one picture: where the defect is; above 0 is marked")


def _add_ways(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--offset",
        type=_offset,
        default=(0, 0),
        metavar="Y,X",
        help="where the source's top left pixel lies in the target (default: 0,0; a negative one "
        "is written --offset=-8,3)",
    )
    where.add_argument(
        "--place",
        choices=("auto",),
        help="auto: somewhere on the object, with at least 97 %% of the defect; what is over is "
        "cut off",
    )
    parser.add_argument(
        "--gradients",
        choices=_GRADIENTS,
        default="import",
        help="those of the source, of both the stronger, the average of both, or the source's grey "
        "ones (default: import)",
    )
    parser.add_argument(
        "--grow",
        type=int,
        default=0,
        metavar="PX",
        help="grow the mask by so many pixels first: one that cuts the defect takes its contrast "
        "away (default: 0)",
    )
    parser.add_argument(
        "--label",
        choices=("mask", "changed"),
        default="mask",
        help="what the mask that is written marks: all of the defect's mask, grown, that lies in "
        "the picture, or of that what visibly changed (default: mask)",
    )
    parser.add_argument(
        "--clip",
        action="store_true",
        help="cut off what of a defect lies outside the target, instead of refusing it",
    )
    options.add_then(parser)
    options.add_grounds(parser)
    parser.add_argument("--white", type=float, metavar="LEVEL", help="value of full range")


def _add_running(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--seed", type=int, default=0, help="of what is drawn: targets, places (default: 0)")
    add(
        "--copies",
        type=int,
        default=1,
        metavar="N",
        help="of a folder: into how many good pictures each defect is set (default: 1)",
    )
    add("--workers", type=int, metavar="N", help="processes (default: one for each core)")
    add("--shard", type=options.shard, default=(1, 1), metavar="I/N", help="make part I of N")
    add("--resume", action="store_true", help="complete what an earlier run of the same job left")
    add("--overwrite", action="store_true", help="of one picture: replace OUT if it is there")
    add(
        "--strict",
        action="store_true",
        help="exit with 1 if a file or a class was skipped or a defect failed",
    )
    add("--json", action="store_true", help="print a summary as JSON")


def _offset(text: str) -> tuple[int, int]:
    try:
        y, x = (int(number) for number in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not Y,X, as in 40,12") from error
    return y, x


def _run(given: argparse.Namespace) -> int:
    source = Path(given.source)
    if source.is_file() and source.suffix.lower() != ".json":
        return _one(given)
    if not source.exists():
        raise FileNotFoundError(f"--source {source} is not there")
    if given.mask is not None or given.overwrite:
        raise ValueError(
            "--mask and --overwrite go with one picture: the masks of a folder are found beside "
            "its pictures, and OUT must be new"
        )
    return _tree(given)


def _recipe(given: argparse.Namespace) -> Any:
    """Return the recipe that the options tell."""
    from ..cloning import Clone
    from ..labels import Changed, Shape
    from ..placements import Fitting

    auto = given.place == "auto"
    if auto and given.clip:
        raise ValueError("--clip goes with --offset: with --place auto nothing leaves the target")
    y, x = given.offset
    recipe = Clone(
        y_px=y,
        x_px=x,
        placement=Fitting(_ON_OBJECT) if auto else None,
        share=_ON_OBJECT if auto else 0.0 if given.clip else 1.0,
        gradients=given.gradients,
        grow_px=given.grow,
        label=Changed() if given.label == "changed" else Shape(),
    )
    return options.followed(recipe, given.then)


def _tree(given: argparse.Namespace) -> int:
    from ..clones import clone_tree
    from ..engines.processes import keep_memory

    keep_memory()
    with progress("blemish clone", given.json) as show:
        report = clone_tree(
            given.source,
            given.target,
            given.out,
            _recipe(given),
            copies=given.copies,
            seed=given.seed,
            workers=options.cores() if given.workers is None else given.workers,
            shard=given.shard,
            resume=given.resume,
            white=given.white,
            grounds=options.grounds_of(given),
            progress=show,
        )
    if given.json:
        options.print_json(
            {
                "out": str(report.out),
                "complete": report.complete,
                "pairs": report.written,
                "kinds": report.kinds,
                "classes": report.classes,
                "left_out": report.left_out,
                "failed": report.failed,
                "skipped": report.bad,
            }
        )
    else:
        _tell(report)
    return options.tell_faults(report, given.strict, "defects")


def _tell(report: Any) -> None:
    from ..manifest import PREVIEW

    print(f"{report.out}: {report.written} pairs ({options.counted(report.kinds)})")
    options.tell_classes(report, "pairs")
    if not report.complete:
        print("other shards are not done yet; the last one writes manifest and preview")
    elif (report.out / PREVIEW).is_file():
        print(f"contact sheet: {report.out / PREVIEW}")


def _one(given: argparse.Namespace) -> int:
    """Clone one picture."""
    from ..clones import clone_file
    from ..images import write_image

    image, mask = _outputs(given)
    done = clone_file(
        given.source,
        given.target,
        given.mask,
        _recipe(given),
        seed=given.seed,
        white=given.white,
        grounds=options.grounds_of(given),
    )
    image.parent.mkdir(parents=True, exist_ok=True)
    write_image(mask, done.sample.mask)
    write_image(image, done.sample.image)
    area = done.sample.defects[0].area
    if given.json:
        told = {"image": str(image), "mask": str(mask), "offset": list(done.offset), "area": area}
        options.print_json(told)
    else:
        y, x = done.offset
        print(f"{image}\n{mask}\n{area} px, with offset {y},{x}")
    return 0


def _outputs(given: argparse.Namespace) -> tuple[Path, Path]:
    """Return where picture and mask are written to; raises where that cannot be."""
    inputs = {name: getattr(given, name) for name in ("source", "target", "mask")}
    for name, place in inputs.items():
        if place is None or not Path(place).is_file():
            told = f"{place} is none" if place else "it is missing"
            raise ValueError(f"--source is a picture, so --{name} must be one too: {told}")
    if given.copies != 1 or given.resume or given.shard != (1, 1):
        raise ValueError(
            "--copies, --resume and --shard go with folders, and --source is a picture"
        )
    image = given.out
    if image.is_dir() or image.suffix.lower() not in _LOSSLESS:
        raise ValueError(
            f"OUT {image} must be a picture here, as in out.png, of a kind that keeps every pixel: "
            + ", ".join(_LOSSLESS)
        )
    mask = image.with_name(f"{image.stem}_mask.png")
    for path in (image, mask):
        same = [name for name, place in inputs.items() if path.exists() and path.samefile(place)]
        if same:
            raise ValueError(f"OUT: {path} is the --{same[0]}, which is only read")
        if path.exists() and not given.overwrite:
            raise FileExistsError(f"{path} is there already: --overwrite replaces it")
    return image, mask
