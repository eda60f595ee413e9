"""Where the good pictures are: a folder, a dataset, a tree of classes, a glob."""

from __future__ import annotations

import glob
from dataclasses import dataclass
from pathlib import Path

from .images import SUFFIXES, size_of
from .layouts import find_images, normals_of


@dataclass(frozen=True)
class Source:
    """A good picture.

    Attributes:
        name: the class it belongs to.
        relative: its path relative to SOURCE; `file`: relative to the folder of its class.
        size: in bytes, -1 for a link to nothing.
        folder: of its class in a tree of classes, "" where SOURCE is one class.
    """

    name: str
    path: Path
    relative: str
    file: str
    size: int
    folder: str = ""


def find_sources(
    source: str, name: str | None = None, out: Path | None = None
) -> tuple[Path, tuple[Source, ...]]:
    """Return the root and the good pictures of SOURCE, sorted: a folder, dataset, tree or glob.

    What lies in `out`, where that is inside, is not taken for a source. Raises FileNotFoundError
    where SOURCE is not there, ValueError where it holds no image.
    """
    folder = Path(source)
    if folder.is_dir():
        root, classes = folder, normals_of(folder)
        found = [(c, path, place) for c, place in classes.items() for path in find_images(place)]
    elif glob.has_magic(str(source)):
        found_by_glob = glob.glob(str(source), recursive=True)  # noqa: PTH207 - it may be absolute
        matches = sorted(Path(match) for match in found_by_glob)
        files = [p for p in matches if p.suffix.lower() in SUFFIXES and p.is_file()]
        root = _glob_root(str(source))
        found = [(root.resolve().name, path, root) for path in files]
    else:
        hint = " It is a file: give its folder, or a glob." if folder.is_file() else ""
        raise FileNotFoundError(f"SOURCE {source} is not a folder and not a glob.{hint}")
    inside = out.resolve() if out else root
    if root.resolve() in inside.parents:
        found = [entry for entry in found if inside not in entry[1].resolve().parents]
    for _, path, _ in found:
        if "ground_truth" in path.relative_to(root).parts:
            raise ValueError(
                f"SOURCE {source} holds masks of a dataset ({path.relative_to(root)}): give the "
                "folder of its good pictures, as in bottle/train/good"
            )
    if not found:
        raise ValueError(f"SOURCE {source} holds no image ({', '.join(sorted(SUFFIXES))})")
    names = {name} if name is not None else {c for c, *_ in found}
    if name is not None and len({c for c, *_ in found}) > 1:
        raise ValueError("name fits one class, and SOURCE holds several")
    for told in names:
        if not told or Path(told).name != told or told.startswith(".") or told == "clean":
            raise ValueError(
                f"the name of a class must name a folder, and not {told!r}: "
                "OUT/clean and hidden folders mean something else; give another with --name"
            )
    return root, tuple(_source(name or c, path, place, root) for c, path, place in found)


def _source(name: str, path: Path, place: Path, root: Path) -> Source:
    relative, file = (path.relative_to(above).as_posix() for above in (root, place))
    folder = "" if place in (root, root / "train" / "good") else place.relative_to(root).parts[0]
    try:
        relative.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"the file name {relative!r} is not UTF-8: rename it") from error
    return Source(name, path, relative, file, size_of(path), folder)


def _glob_root(pattern: str) -> Path:
    fixed: list[str] = []
    for part in Path(pattern).parts[:-1]:
        if glob.has_magic(part):
            break
        fixed.append(part)
    return Path(*fixed) if fixed else Path()
