"""What poisson.py measures: runs that clone a problem once and tell the time, and their rounds."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import cv2
import numpy as np
from scipy.sparse.linalg import spsolve

from blemish.poisson import clone
from poisson_problems import Problem, equations

# The picture made and the CPU seconds it took.
Run = Callable[[], tuple[np.ndarray, float]]
# fpie is run until its largest error is at most a level, and given up after this many seconds.
FPIE_SECONDS = 100.0


def clocked(call: Callable[..., np.ndarray], *prepared: Callable[[], Any]) -> Run:
    """Return a run of `call` on what the functions `prepared` return, which is not timed."""

    def run() -> tuple[np.ndarray, float]:
        given = [prepare() for prepare in prepared]
        begun = time.process_time()
        made = call(*given)
        return made, time.process_time() - begun

    return run


@dataclass
class Measured:
    """The median over the rounds of what the problems take together, and the pictures made."""

    seconds: float
    pictures: list[np.ndarray]


def measured(rows: dict[str, list[Run]], rounds: int, loops: int = 1) -> dict[str, Measured]:
    """Measure the runs of each row, one for each problem, in rounds that interleave the rows."""
    taken: dict[str, list[float]] = {name: [] for name in rows}
    pictures: dict[str, list[np.ndarray]] = {}
    for number in range(-1, rounds):
        for name, runs in rows.items():
            done = [run() for _ in range(loops) for run in runs]
            pictures[name] = [made for made, _ in done[: len(runs)]]
            if number >= 0:
                taken[name].append(sum(seconds for _, seconds in done) / loops)
    return {name: Measured(statistics.median(taken[name]), pictures[name]) for name in rows}


def opencv(problem: Problem, flag: int) -> Run:
    """Its seamlessClone, with a fresh mask each time: it writes into the one it is given."""
    x, y, w, h = cv2.boundingRect(problem.painted)
    middle = (x + w // 2, y + h // 2)

    def call(mask: np.ndarray) -> np.ndarray:
        return cv2.seamlessClone(problem.source, problem.target, mask, middle, flag)

    return clocked(call, problem.painted.copy)


def ours(problem: Problem, gradients: str, into: bool = False) -> Run:
    out = problem.target.copy() if into else None
    mask = problem.painted
    return clocked(
        partial(clone, problem.source, problem.target, mask, gradients=gradients, out=out)
    )


def scipy_solver(problem: Problem, at_once: bool) -> Run:
    """The equations of the masked pixels, put together and solved: all channels, or each by itself.

    Codes in use do the latter, and so factor the matrix for each channel.
    """

    def call() -> np.ndarray:
        made = problem.target.copy()
        matrix, right = equations(problem, "import")
        columns = [right] if at_once else right.T
        values = np.column_stack([spsolve(matrix, column) for column in columns])
        made[problem.mask] = np.rint(np.clip(values, 0, 255))
        return made

    return clocked(call)


def fpie_backend() -> str | None:
    """Return the quickest of its back ends for one thread that is there, or None without fpie."""
    try:
        from fpie.process import ALL_BACKEND
    except ImportError:
        return None
    return next(name for name in ("openmp", "gcc", "numpy") if name in ALL_BACKEND)


def fpie(problem: Problem, backend: str) -> Run:
    """Its EquProcessor, in steps until it is right to a level; looking whether it is, is free.

    It cuts decimals off, so that a value is right within a level if the exact one lies from one
    below it to two above.
    """
    from fpie.process import EquProcessor

    wanted = np.clip(problem.exact("import"), 0, 255)

    def run() -> tuple[np.ndarray, float]:
        seconds, steps, error = 0.0, 0, np.inf
        begun = time.process_time()
        solver = EquProcessor("src", backend, 1)
        solver.reset(problem.source, problem.painted, problem.target, (0, 0), (0, 0))
        seconds += time.process_time() - begun
        while error > 1 and seconds < FPIE_SECONDS:
            more = 20 + steps // 20
            begun = time.process_time()
            made, _ = solver.step(more)
            seconds += time.process_time() - begun
            steps += more
            values = made[problem.mask].astype(np.float64)
            error = np.maximum(values - wanted, wanted - values - 1).max()
        told = f"{problem.mask_px} px: {steps} steps of fpie, {error:.2f} levels off"
        print(told, file=sys.stderr)
        return made, seconds if error <= 1 else np.nan

    return run
