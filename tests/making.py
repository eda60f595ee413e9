"""What the tests of the pipeline and of the command line share: pictures, runs, checks."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from blemish.cli import main

FIELDS = [
    *("id", "image", "mask", "source", "source_sha256", "image_sha256", "kind", "seed", "index"),
    *("recipe", "defects", "attempts", "status", "reason"),
]


@dataclass(frozen=True)
class Outcome:
    """What a user sees of a command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def shell(*arguments: Any) -> Outcome:
    """Run the command line in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main([str(a) for a in arguments])
        except SystemExit as end:
            code = int(end.code or 0)
    return Outcome(code, out.getvalue(), err.getvalue())


def command(*arguments: Any) -> list[str]:
    return [sys.executable, "-m", "blemish", *(str(a) for a in arguments)]


def process(*arguments: Any, **options: Any) -> Outcome:
    """Run the command line in a process of its own."""
    done = subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=240, check=False, **options
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def made(*arguments: Any) -> Outcome:
    """Run `blemish make` in this process, with one worker, and expect success."""
    outcome = shell("make", *arguments, "--workers", "1")
    assert outcome.code == 0, outcome.err
    return outcome


def told(outcome: Outcome, *words: str, code: int = 1) -> None:
    """Check that a command failed as a user may expect: one clear line, no traceback."""
    lines = [line for line in outcome.err.splitlines() if not line.startswith("blemish make:")]
    assert outcome.code == code, outcome
    assert "Traceback" not in outcome.err, outcome.err
    assert len(lines) == 1 and lines[0].startswith("blemish: "), outcome.err
    missing = [word for word in words if word not in lines[0]]
    assert not missing, f"{missing} not in {lines[0]!r}"


def textured(
    number: int, shape: tuple[int, ...] = (48, 64, 3), dtype: Any = np.uint8, white: int = 0
) -> np.ndarray:
    """A picture with a slope, stripes and grain, so that a shifted piece of it can be seen."""
    rng = np.random.default_rng(number)
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float64)
    base = 0.35 + 0.3 * y / shape[0] + 0.12 * np.sin(x / (2 + number % 5)) + 0.1 * np.cos(y / 4)
    planes = base if len(shape) == 2 else np.stack([base * g for g in (1, 0.9, 0.8)], axis=2)
    planes = np.clip(planes + rng.normal(0, 0.04, planes.shape), 0.02, 0.98)
    return np.asarray(planes * (white or np.iinfo(dtype).max), dtype)


def save(path: Path, image: np.ndarray) -> Path:
    """Write an image (RGB) without help of blemish."""
    path.parent.mkdir(parents=True, exist_ok=True)
    stored = image if image.ndim == 2 else image[..., [2, 1, 0, 3][: image.shape[2]]]
    assert cv2.imwrite(str(path), stored)
    return path


def goods(folder: Path, count: int = 12, suffix: str = ".png", **options: Any) -> Path:
    """A folder of good pictures."""
    for number in range(count):
        save(folder / f"{number:03d}{suffix}", textured(number, **options))
    return folder


def defect_bank(folder: Path, kinds: tuple[str, ...] = ("dent", "stain"), count: int = 2) -> Path:
    """A folder of real defects, in MVTec layout."""
    for k, kind in enumerate(kinds):
        for number in range(count):
            image, mask = textured(50 + 10 * k + number), np.zeros((48, 64), np.uint8)
            where = np.s_[10 + 4 * number : 24, 12 + 6 * k : 34]
            image[where] = 255 - image[where]
            mask[where] = 255
            save(folder / "test" / kind / f"{number:03d}.png", image)
            save(folder / "ground_truth" / kind / f"{number:03d}_mask.png", mask)
    return folder


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tree(folder: Path) -> dict[str, str]:
    """Every file of a folder, hidden ones too, with the hash of its bytes."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): digest(path) for path in files}


def assert_same(folder: Path, wanted: Path) -> None:
    """Check that two folders hold the same names and bytes, and say which differ."""
    here, there = tree(folder), tree(wanted)
    one_sided = sorted(here.keys() ^ there.keys())
    assert not one_sided, f"only in one of them: {one_sided}"
    differing = [name for name in there if here[name] != there[name]]
    assert not differing, f"not the same: {differing}"
    empty = [p for p in folder.rglob("*") if p.is_dir() and not any(p.iterdir())]
    assert not empty, f"empty folders: {empty}"


def records(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "manifest.jsonl").read_text().splitlines()]


def pixels(path: Path) -> np.ndarray:
    """Pixels, with the channels in OpenCV's order, (H, W, C)."""
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert image is not None, path
    return image.reshape(*image.shape[:2], -1)


def check_files(out: Path, source: Path) -> None:
    """Check every record of a dataset against its files; nothing is taken on trust."""
    for number, record in enumerate(records(out)):
        assert list(record) == FIELDS
        assert record["index"] == number and record["id"] == f"{number:06d}"
        assert digest(source / record["source"]) == record["source_sha256"]
        if record["status"] == "failed":
            assert record["image"] is record["mask"] is record["kind"] is None
            assert record["reason"]
            continue
        assert record["reason"] == "" and record["attempts"] >= 1
        assert digest(out / record["image"]) == record["image_sha256"]
        if record["status"] == "null":
            assert record["kind"] == "good" and record["mask"] is None and record["defects"] == []
            continue
        assert record["status"] == "ok"
        check_mask(out, record)


def check_mask(out: Path, record: dict[str, Any]) -> None:
    """Check a mask file: its name, form and size, and that record and mask tell the same."""
    image, mask = pixels(out / record["image"]), pixels(out / record["mask"])
    name, _, kind, file = record["image"].split("/")
    assert record["image"] == f"{name}/test/{kind}/{file}" and kind == record["kind"]
    assert record["mask"] == f"{name}/ground_truth/{kind}/{record['id']}_mask.png"
    assert mask.dtype == np.uint8 and mask.shape == (*image.shape[:2], 1)
    assert set(np.unique(mask)) == {0, 255}
    assert 0 < np.count_nonzero(mask) <= 0.6 * mask.size
    boxes = []
    for defect in record["defects"]:
        top, left, height, width = defect["box"]
        assert defect["contrast"] > 0
        inside = mask[top : top + height, left : left + width]
        assert inside.shape[:2] == (height, width)
        assert 0 < defect["area"] <= np.count_nonzero(inside)
        boxes.append((top, left, top + height, left + width))
    ys, xs = np.nonzero(mask[:, :, 0])
    found = (ys.min(), xs.min(), ys.max() + 1, xs.max() + 1)
    firsts, lasts = np.array(boxes)[:, :2].min(axis=0), np.array(boxes)[:, 2:].max(axis=0)
    assert found == (*firsts, *lasts)
    if len(boxes) == 1:
        assert np.count_nonzero(mask) == record["defects"][0]["area"]


def check_labels(out: Path, white: float | None = None) -> int:
    """Check against OUT/clean that whatever changed is labelled; return how many were checked."""
    checked = 0
    for record in records(out):
        if record["status"] == "failed":
            continue
        image = pixels(out / record["image"])
        clean = pixels(out / "clean" / record["kind"] / f"{record['id']}.png")
        assert image.shape == clean.shape and image.dtype == clean.dtype
        full = white or np.iinfo(image.dtype).max
        change = np.abs(image.astype(np.float64) - clean).max(axis=2) * 255 / full
        if record["status"] == "null":
            assert change.max() <= 1
            continue
        marked = pixels(out / record["mask"])[:, :, 0] > 0
        assert not np.any((change > 2.0 + 1e-6) & ~marked), record["id"]
        assert change[marked].mean() > 2
        checked += 1
    return checked


def check_whole(out: Path) -> int:
    """Check that no file under a final name is cut short; return how many there are."""
    count = 0
    for path in sorted(out.rglob("*")):
        if not path.is_file() or "scratch" in path.relative_to(out).parts:
            continue
        count += 1
        if path.suffix == ".png":
            with Image.open(path) as image:
                image.verify()
            with Image.open(path) as image:
                image.load()
        elif path.suffix == ".jsonl":
            text = path.read_text()
            assert text == "" or text.endswith("\n"), path
            for line in text.splitlines():
                json.loads(line)
        elif path.suffix == ".json":
            json.loads(path.read_text())
        else:
            assert path.stat().st_size > 0, path
    return count


def group(leader: int) -> list[int]:
    """The living processes of a process group."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            number, _, rest = place.read_text().partition(" (")
            state, _, own = rest.rpartition(")")[2].split()[:3]
            if int(own) == leader and state not in "ZX":
                found.append(int(number))
    return sorted(found)


def workers_of(leader: int) -> list[int]:
    """The worker processes of a run: those spawned by multiprocessing, without its tracker."""
    found = []
    for number in group(leader):
        with contextlib.suppress(OSError):
            if b"spawn_main" in Path(f"/proc/{number}/cmdline").read_bytes():
                found.append(number)
    return found


@contextlib.contextmanager
def begun(*arguments: Any) -> Iterator[subprocess.Popen[str]]:
    """A run in a process group of its own, none of which is left behind."""
    run = subprocess.Popen(
        command(*arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        with run:
            yield run
            if run.poll() is None:
                os.killpg(run.pid, signal.SIGKILL)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)


def wait_until(condition: Any, seconds: float = 60, what: str = "") -> None:
    """Wait for `condition()` to hold, and fail where it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s for {what or condition}"
        time.sleep(0.005)


def committed(out: Path) -> int:
    """How many chunks a running job has recorded."""
    return len(list((out / ".blemish").glob("chunks-*/*.jsonl")))


def doubled(number: int) -> int:
    """Work for the engine's tests; in a module that other processes can import."""
    return 2 * number


def refused(number: int) -> int:
    if number == 3:
        raise ValueError("three is refused")
    return number


def killed(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def process_of(number: int) -> int:
    time.sleep(0.05)
    return os.getpid()
