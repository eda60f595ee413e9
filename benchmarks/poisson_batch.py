"""The batch form of the seamless clone: images a second, on the CPU and on a GPU if there is one.

    pip install -e ".[torch]" && python benchmarks/poisson_batch.py

Batches of boxes of one size, as float32, on the device before the clock starts; medians of wall
time, after one run to warm up. Beside it the CPU's `seamless`, box by box, one thread. The floor is
the time to read source, target and mask once and to write the result (37 bytes a pixel of three
channels) at the rate at which the device copies.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import cv2
import numpy as np
import torch

from blemish.poisson.batch import seamless_batch, stack_boxes
from blemish.poisson.editing import seamless
from poisson_problems import blob, problem

BYTES = 3 * 4 * 3 + 1
ERROR_LEVELS = 0.25
DIFFERENT = 16
Boxes = tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]


def boxes(side: int, count: int) -> Boxes:
    """Return sources, targets and ragged masks: `count` boxes, few unlike one another."""
    made = []
    for seed in range(min(count, DIFFERENT)):
        mask = blob(side * side // 2, seed).astype(np.uint8)
        mask = cv2.resize(mask, (side, side), interpolation=cv2.INTER_NEAREST)
        made.append(problem(mask > 0, seed))
    chosen = [made[i % len(made)] for i in range(count)]
    return (
        [one.source.astype(np.float32) for one in chosen],
        [one.target.astype(np.float32) for one in chosen],
        [one.mask for one in chosen],
    )


def seconds(run: Callable[[], object], device: str, rounds: int) -> float:
    """Return the median wall time of `run`, the device's work included."""
    taken = []
    for i in range(rounds + 1):
        begun = time.perf_counter()
        run()
        if device == "cuda":
            torch.cuda.synchronize()
        if i:
            taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def copied(device: str) -> float:
    """Return how many bytes a second the device reads and writes when it copies 256 MB."""
    values = torch.ones(1 << 26, device=device)
    other = torch.empty_like(values)
    return 2 * values.nbytes / seconds(lambda: other.copy_(values), device, 9)


def row(name: str, taken: float, px: int, count: int, floor: float | None) -> None:
    share = "" if floor is None else f"{floor / taken:.2%}"
    print(f"| {name} | {count / taken:.0f} | {taken / px * 1e9:.1f} | {share} |")


def table(side: int, count: int, gradients: str, rounds: int) -> None:
    print(f"\n### {count} boxes of {side} px, {gradients}\n")
    print("| | images a second | ns a pixel | share of the floor |\n|---|---|---|---|")
    made = boxes(side, count)
    few = [part[:DIFFERENT] for part in made]

    def one_by_one() -> None:
        for parts in zip(*few, strict=True):
            seamless(*parts, gradients, ERROR_LEVELS)

    px = side * side
    row("CPU, one by one", seconds(one_by_one, "cpu", rounds), px * len(few[0]), len(few[0]), None)
    devices = ["cpu"] + ["cuda"] * torch.cuda.is_available()
    for device in devices:
        source, target, mask = (stack_boxes(part, device)[0] for part in made)

        def batch(parts: tuple[torch.Tensor, ...] = (source, target, mask)) -> None:
            seamless_batch(*parts, gradients, ERROR_LEVELS)

        name = torch.cuda.get_device_name() if device == "cuda" else "CPU"
        taken = seconds(batch, device, rounds)
        row(f"{name}, batch", taken, px * count, count, BYTES * px * count / copied(device))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=256, help="boxes in a batch")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1, help="of torch on the CPU")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"torch {torch.__version__}, {options.threads} threads on the CPU, error <= 0.25 levels")
    for side in (128, 256):
        for gradients in ("import", "mixed"):
            table(side, options.count, gradients, options.rounds)


if __name__ == "__main__":
    main()
