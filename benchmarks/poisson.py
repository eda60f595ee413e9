"""Seamless cloning beside its peers, in one run: medians of CPU time and ratios, one thread.

    pip install -e ".[bench]" && pip install --no-deps fpie==0.3.4 && python benchmarks/poisson.py

Every row of a table is measured in turn, round after round, on the same three problems; all get
masks of 0 and 255. fpie is measured where it is installed.
"""

from __future__ import annotations

import os

# Before anything is imported that starts threads.
os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import argparse
import statistics
import sys
import time

import cv2
import numpy as np
import scipy

import blemish as bl
from blemish.engines.processes import keep_memory
from blemish.poisson.editing import seamless
from poisson_costs import TABLES as COSTS
from poisson_problems import Problem, blob, problem, square
from poisson_runs import Measured, Run, fpie, fpie_backend, measured, opencv, ours, scipy_solver

FLAGS = {"import": cv2.NORMAL_CLONE, "mixed": cv2.MIXED_CLONE}
COUNTS = (5_000, 50_000, 250_000, 1_000_000)
BOXES = (50_000, 100_000, 200_000, 400_000, 800_000, 1_600_000, 4_000_000)
SIDES = (71, 127, 223, 225, 255, 499, 511, 937, 1021, 1022, 1023)
# The largest masks that the slow ones are given.
FPIE_PX, SPSOLVE_PX = 250_000, 50_000


def errors(made: list[np.ndarray], problems: list[Problem], gradients: str) -> tuple[float, int]:
    """Return the largest error in levels, and the pixels changed outside the mask, on average."""
    largest, outside = 0.0, 0
    for image, one in zip(made, problems, strict=True):
        wanted = np.clip(one.exact(gradients), 0, 255)
        largest = max(largest, float(np.abs(image[one.mask] - wanted).max()))
        outside += int(np.count_nonzero(np.any(image != one.target, axis=2) & ~one.mask))
    return largest, outside // len(problems)


def before_rounding(problems: list[Problem], gradients: str) -> float:
    """Return the largest error of blemish in levels, before its values become bytes.

    In levels, where equal gradients compare equal; 1/255 of them would differ by their rounding.
    """
    largest = 0.0
    for one in problems:
        source, target = one.source.astype(np.float32), one.target.astype(np.float32)
        off = seamless(source, target, one.mask, gradients, 0.25)[one.mask] - one.exact(gradients)
        largest = max(largest, float(np.abs(off).max()))
    return largest


def clones(problems: list[Problem]) -> dict[str, list[Run]]:
    rows = {}
    for gradients, flag in FLAGS.items():
        rows[f"OpenCV, {gradients}"] = [opencv(one, flag) for one in problems]
        rows[f"blemish, {gradients}"] = [ours(one, gradients) for one in problems]
        rows[f"blemish, {gradients}, out="] = [ours(one, gradients, True) for one in problems]
    return rows


def slow_peers(count: int, problems: list[Problem]) -> dict[str, list[Run]]:
    rows = {}
    backend = fpie_backend()
    if backend and count <= FPIE_PX:
        rows[f"fpie ({backend}), import"] = [fpie(one, backend) for one in problems]
    if count <= SPSOLVE_PX:
        for name, at_once in (("its channels at once", True), ("each channel", False)):
            runs = [scipy_solver(one, at_once) for one in problems]
            rows[f"scipy spsolve, {name}, import"] = runs
    return rows


def peers(rounds: int, quick: bool) -> None:
    """A table for each size of mask, with the errors, beside the floor set by the memory."""
    for count in COUNTS[: 1 if quick else None]:
        problems = [problem(blob(count, seed), seed) for seed in range(3)]
        box_px = sum(one.box_px for one in problems)
        told = measured(clones(problems), rounds, max(1, 50_000 // count))
        for name, runs in slow_peers(count, problems).items():
            done = [run() for run in runs]
            told[name] = Measured(sum(taken for _, taken in done), [made for made, _ in done])
        print(f"\n### {count:,} pixels under the mask, {box_px // 3:,} in its box\n")
        print("| | ms | ns a box pixel | its time / blemish's | largest error | changed outside |")
        print("|---|---|---|---|---|---|")
        for name, row in told.items():
            gradients = next(mode for mode in FLAGS if mode in name)
            ratio = row.seconds / told[f"blemish, {gradients}"].seconds
            error, outside = errors(row.pictures, problems, gradients)
            cost = row.seconds / box_px * 1e9
            print(f"| {name} | {row.seconds / 3e-3:.2f} | {cost:.1f} ", end="")
            print(f"| {ratio:.3g} | {error:.2f} | {outside} |")
        exact = [f"{mode} {before_rounding(problems, mode):.3f}" for mode in FLAGS]
        print(f"\nblemish before rounding, largest error in levels: {', '.join(exact)}.")
        floors(box_px // 3)


def floors(box_px: int) -> None:
    """Print what reading and writing take at the rate at which this machine copies such planes."""
    planes = np.zeros((3, box_px), np.float32)
    other = planes.copy()
    taken = []
    for _ in range(30):
        begun = time.process_time()
        np.copyto(other, planes)
        taken.append(time.process_time() - begun)
    rate = 2 * planes.nbytes / statistics.median(taken) / 1e9
    print(f"\nFloors, ns a box pixel, at the {rate:.1f} GB/s of copying three float32 planes:")
    print(f"reading and writing the pictures (10 bytes) {10 / rate:.2f}, ", end="")
    print(f"full multigrid of two cycles in fused passes (290 bytes) {290 / rate:.1f}.")


def quick_boxes(rounds: int, quick: bool) -> None:
    """The same at boxes whose sides suit OpenCV's transform."""
    print("\n### Boxes that suit OpenCV's transform, ns a box pixel\n")
    print("| under the mask | in the box | OpenCV, import | blemish | its / ours ", end="")
    print("| OpenCV, mixed | blemish | its / ours |\n|---|---|---|---|---|---|---|---|")
    for count in COUNTS[: 1 if quick else None]:
        problems = [problem(blob(count, seed, quick=True), seed) for seed in range(3)]
        box_px = sum(one.box_px for one in problems)
        told = measured(clones(problems), rounds, max(1, 50_000 // count))
        cells = [f"{count:,}", f"{box_px // 3:,}"]
        for gradients in FLAGS:
            pair = [told[f"{name}, {gradients}"].seconds for name in ("OpenCV", "blemish")]
            cells += [f"{seconds / box_px * 1e9:.1f}" for seconds in pair]
            cells.append(f"{pair[0] / pair[1]:.3g}")
        print(f"| {' | '.join(cells)} |")


def scaling(rounds: int, quick: bool) -> None:
    """What a box pixel takes, from small boxes to large ones."""
    print("\n### Ragged masks in boxes of any size\n")
    print("| in the box | ns a box pixel, import | mixed |\n|---|---|---|")
    columns: dict[str, list[float]] = {gradients: [] for gradients in FLAGS}
    for box_px in BOXES[: 1 if quick else None]:
        one = problem(blob(int(0.65 * box_px), 0), 0)
        rows = {gradients: [ours(one, gradients)] for gradients in FLAGS}
        told = measured(rows, rounds, max(1, 200_000 // box_px))
        for gradients, row in told.items():
            columns[gradients].append(row.seconds / one.box_px * 1e9)
        print(f"| {one.box_px:,} | {' | '.join(f'{c[-1]:.1f}' for c in columns.values())} |")
    spread = [f"{mode} {max(column) / min(column):.2f}" for mode, column in columns.items()]
    print(f"\nlargest / smallest: {', '.join(spread)}")


def squares(rounds: int, quick: bool) -> None:
    """Square masks of awkward sides beside those one pixel smaller and larger."""
    print("\n### Square masks, ns a masked pixel\n")
    print("| side | a pixel less | this | a pixel more | largest / smallest | OpenCV |")
    print("|---|---|---|---|---|---|")
    worst = 0.0
    for side in SIDES[: 2 if quick else None]:
        three = [problem(square(n), 0) for n in (side - 1, side, side + 1)]
        rows = {str(one.mask_px): [ours(one, "import")] for one in three}
        rows["OpenCV"] = [opencv(three[1], cv2.NORMAL_CLONE)]
        told = measured(rows, rounds, max(1, 200_000 // side**2))
        costs = [told[str(one.mask_px)].seconds / one.mask_px * 1e9 for one in three]
        worst = max(worst, max(costs) / min(costs))
        print(f"| {side} | {' | '.join(f'{cost:.1f}' for cost in costs)} ", end="")
        print(f"| {max(costs) / min(costs):.2f} | {told['OpenCV'].seconds / side**2 * 1e9:.1f} |")
    print(f"\nlargest of them all: {worst:.2f}")


def main() -> None:
    tables = {"peers": peers, "boxes": quick_boxes, "scaling": scaling, "squares": squares}
    tables.update(COSTS)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=16)
    parser.add_argument("--only", default="", help=f"one of: {', '.join(tables)}")
    parser.add_argument("--quick", action="store_true", help="the smallest problems only")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    # As a worker does; the peers gain by it as well.
    keep_memory()
    print(f"blemish {bl.__version__}, NumPy {np.__version__}, OpenCV {cv2.__version__}, ", end="")
    print(f"SciPy {scipy.__version__}, Python {sys.version.split()[0]}; CPU time, one thread")
    for title, table in tables.items():
        if given.only in title:
            table(given.rounds, given.quick)


if __name__ == "__main__":
    main()
