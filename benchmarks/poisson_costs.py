"""What a clone costs besides its arithmetic: memory, a first call, large frames, many masks."""

from __future__ import annotations

import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from blemish.poisson import clone
from poisson_problems import Problem, blob, picture, problem, square
from poisson_runs import clocked, measured, opencv, ours

FRAME_PX = 5000
FIELD_PX, CELL_PX = 3000, 200
FIRST = """
import time
clocks = (time.perf_counter, time.process_time)
told, begun = [], [clock() for clock in clocks]

def lap():
    told.append([clock() - was for clock, was in zip(clocks, begun)])
    begun[:] = [clock() for clock in clocks]

from blemish.poisson import clone
lap()
import numpy as np
source, target = np.full((2, 99, 99, 3), 90, np.uint8)
source[30:60, 30:60] = 200
mask = np.zeros((99, 99), bool)
mask[20:80, 20:80] = True
mask[40:50, 40:50] = False
begun[:] = [clock() for clock in clocks]
for gradients in ("import", "import", "mixed", "mixed"):
    clone(source, target, mask, gradients=gradients)
    lap()
print(*[seconds for lap in told for seconds in lap])
"""


def frames(rounds: int, quick: bool) -> None:
    """A mask of 5k pixels on a frame of 25 million, and on one of its own size."""
    one = problem(blob(5000, 0), 0)
    side = FRAME_PX // 5 if quick else FRAME_PX
    target = picture((side, side), 9)
    y, x = side // 2, side // 3
    target[y : y + one.mask.shape[0], x : x + one.mask.shape[1]] = one.target
    whole = [np.zeros_like(target), np.zeros(target.shape[:2], np.uint8)]
    for array, part in zip(whole, (one.source, one.painted), strict=True):
        array[y : y + part.shape[0], x : x + part.shape[1]] = part
    given = one.source, target, one.painted, (y, x)
    name = f"{side} x {side}"
    rows = {
        "a target of the box's size, out=": [ours(one, "import", True)],
        f"{name}, out=": [clocked(partial(clone, *given, out=target.copy()))],
        f"{name}, a result of its own": [clocked(partial(clone, *given))],
        f"{name}, source and mask as large, out=": [
            clocked(partial(clone, whole[0], target, whole[1], out=target.copy()))
        ],
    }
    told = {n: row.seconds for n, row in measured(rows, rounds, 5).items()}
    print("\n### 5k pixels under the mask, on a large frame\n")
    print("| | ms | its time / the first's |\n|---|---|---|")
    for n, seconds in told.items():
        print(f"| {n} | {seconds * 1e3:.2f} | {seconds / next(iter(told.values())):.2f} |")


def scattered(rounds: int, quick: bool) -> None:
    """One mask of 200 pieces, and the same pieces one by one."""
    side = FIELD_PX // 5 if quick else FIELD_PX
    rng = np.random.default_rng(0)
    mask = np.zeros((side, side), bool)
    boxes = []
    cells = [(y, x) for y in range(0, side, CELL_PX) for x in range(0, side, CELL_PX)][:200]
    for number, (y, x) in enumerate(cells):
        piece = blob(int(rng.uniform(200, 5000)), number)
        room = CELL_PX - np.array(piece.shape)
        top, left = np.array((y, x)) + rng.integers(0, room)
        boxes.append(np.s_[top : top + piece.shape[0], left : left + piece.shape[1]])
        mask[boxes[-1]] = piece
    source, target = picture(mask.shape, 0), picture(mask.shape, 1)

    def one_by_one(out: np.ndarray) -> np.ndarray:
        for box in boxes:
            corner = box[0].start, box[1].start
            clone(source[box], target, mask[box], corner, out=out)
        return out

    outs = target.copy(), target.copy()
    rows = {
        "all at once": [clocked(lambda: clone(source, target, mask, out=outs[0]))],
        "one by one": [clocked(partial(one_by_one, outs[1]))],
    }
    told = measured(rows, rounds)
    once, each = (row.seconds for row in told.values())
    made = [row.pictures[0].astype(np.int16) for row in told.values()]
    count = np.count_nonzero(mask)
    print(f"\n### {len(boxes)} masks on {side} x {side}, {count:,} pixels in all\n")
    print("| all at once, ms | one by one | ratio | difference, levels |\n|---|---|---|---|")
    print(f"| {once * 1e3:.1f} | {each * 1e3:.1f} | {once / each:.2f} ", end="")
    print(f"| {np.abs(made[0] - made[1]).max()} |")


def memory(rounds: int, quick: bool) -> None:
    """The memory that a clone takes at most beyond that of its arguments, result included."""
    print("\n### Peak memory, bytes a box pixel\n\n| in the box | who | bytes |\n|---|---|---|")
    masks = [blob(50_000, 0)] if quick else [blob(1_000_000, 0), blob(2_600_000, 0), square(4996)]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "problem.npy"
        for mask in masks:
            one = problem(mask, 0)
            np.save(path, np.dstack([one.source, one.target, one.painted]))
            for who in ("blemish import", "blemish mixed", "OpenCV import"):
                told = _child(f"import poisson_costs as c; c.peak({str(path)!r}, {who!r})")
                print(f"| {one.box_px:,} | {who} | {float(told):.0f} |")


def peak(path: str, who: str) -> None:
    """Print the bytes a box pixel that a clone adds to the memory of this process."""
    cv2.setNumThreads(1)
    layers = np.load(path, mmap_mode="r")
    source, target = np.array(layers[..., :3]), np.array(layers[..., 3:6])
    one = Problem(source, target, layers[..., 6] > 0)
    small = problem(blob(5000, 0), 0)
    made = []
    for each in (small, one):
        run = opencv(each, 1) if who.startswith("OpenCV") else ours(each, who.split()[1])
        # From here on the high-water mark counts anew.
        Path("/proc/self/clear_refs").write_text("5")
        before = _memory("VmRSS")
        made.append(run())
    print((_memory("VmHWM") - before) / one.box_px)


def _memory(field: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(field))


def first_call(rounds: int, quick: bool) -> None:
    """What the import and the first calls of either kind take in a new process."""
    print("\n### A new process: seconds by the clock, and of CPU time\n")
    print("| | import of blemish.poisson | first call | second | first mixed | second |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, times in (("nothing compiled yet", 1), ("compiled by an earlier one", 5)):
            told = [_child(FIRST, NUMBA_CACHE_DIR=folder).split() for _ in range(times)]
            laps = np.median(np.array(told, float).reshape(times, -1, 2), axis=0)
            print(f"| {name} | {' | '.join(f'{wall:.3f}, {cpu:.3f}' for wall, cpu in laps)} |")


def threads(rounds: int, quick: bool) -> None:
    """The gain of a second thread, beside that of hashing: what the machine has to give."""
    print(f"\n### Two Python threads over images, {os.cpu_count()} cores, by the clock\n")
    print("| | images a second, of one thread's: median | at best |\n|---|---|---|")
    page = bytes(30_000_000)
    rows: dict[str, list[Callable[[], object]]] = {"sha256": [lambda: hashlib.sha256(page)] * 4}
    for count in (5000,) if quick else (5000, 50_000, 250_000):
        many = [problem(blob(count, seed), seed) for seed in range(4)]
        loops = max(2, 200_000 // count)
        rows[f"blemish, {count:,} masked"] = [ours(one, "import") for one in many] * loops
        rows[f"OpenCV, {count:,} masked"] = [opencv(one, 1) for one in many] * max(1, loops // 8)
    for name, runs in rows.items():
        runs[0]()
        gains = []
        with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(2) as two:
            for _ in range(rounds):
                gains.append(_seconds(one, runs) / _seconds(two, runs))
        print(f"| {name} | {statistics.median(gains):.2f} | {max(gains):.2f} |")


def _seconds(pool: ThreadPoolExecutor, runs: list[Callable[[], object]]) -> float:
    begun = time.perf_counter()
    list(pool.map(lambda run: run(), runs))
    return time.perf_counter() - begun


def _child(code: str, **environment: str) -> str:
    """Return what a new process prints; where there is a PYTHONPATH, it has it too."""
    paths = [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **environment}
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True, env=environment
    )
    return done.stdout.strip()


TABLES = {
    "frames": frames,
    "scattered": scattered,
    "memory": memory,
    "first": first_call,
    "threads": threads,
}
