"""Blemish beside its peers, in one run: medians of CPU time and ratios, one thread.

    pip install -e ".[bench]" && python benchmarks/run.py

pyimgano is measured where it is installed (its synthesis needs NumPy alone: ``pip install --no-deps
pyimgano==0.9.1`` will do). Every row of a table is measured in turn, round after round, so that
what else the machine does hits all alike. Blemish draws, blends, labels and records; its time
includes the picture, the mask and the drawn recipe.
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import skimage
from PIL import Image

import blemish as bl
import peers
from blemish import png
from blemish.engines.processes import keep_memory
from blemish.images import load
from blemish.plan import Job, plan
from blemish.pools import open_pools
from blemish.recipe import sampled
from blemish.state import State
from blemish.work import Work

PHOTOGRAPHS = ("brick", "grass", "coffee", "astronaut")
Call = Callable[[int], Any]


def photographs(side: int) -> list[np.ndarray]:
    """RGB photographs at their native texture: cut to size, or mirrored to reach it."""
    folder = Path(skimage.__file__).parent / "data"
    pictures = []
    for name in PHOTOGRAPHS:
        picture = load(folder / f"{name}.png").pixels
        picture = np.repeat(picture[..., None], 3, 2) if picture.ndim == 2 else picture[..., :3]
        short = [max(0, side - length) for length in picture.shape[:2]]
        while max(short):
            grown = [(0, min(extra, n - 1)) for extra, n in zip(short, picture.shape, strict=False)]
            picture = np.pad(picture, (*grown, (0, 0)), mode="reflect")
            short = [max(0, side - length) for length in picture.shape[:2]]
        pictures.append(np.ascontiguousarray(picture[:side, :side]))
    return pictures


def textures() -> list[np.ndarray]:
    """Textures of the size that the Describable Textures Dataset has."""
    return [cv2.resize(picture, (500, 400)) for picture in photographs(512)]


def rates(calls: dict[str, Call], rounds: int) -> dict[str, float]:
    """Return the median CPU seconds of each call over the rounds, which interleave them."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(-3, rounds):
        for name, call in calls.items():
            begun = time.process_time()
            call(max(number, 0))
            if number >= 0:
                taken[name].append(time.process_time() - begun)
    return {name: statistics.median(times) for name, times in taken.items()}


def tell(title: str, taken: dict[str, float], ours: str = "blemish") -> None:
    print(f"\n{title}\n| | ms | a second | blemish's rate / its rate |\n|---|---|---|---|")
    for name, seconds in taken.items():
        ratio = "" if name == ours else f"{seconds / taken[ours]:.2f}"
        print(f"| {name} | {seconds * 1e3:.2f} | {1 / seconds:.1f} | {ratio} |")


def ours(recipe: Any, pictures: list[np.ndarray], pools: Any) -> Call:
    def call(number: int) -> Any:
        picture = pictures[number % len(pictures)]
        for further in range(10):
            try:
                made = sampled(recipe, bl.Scene(picture), bl.rng_of(number, further), pools)
            except bl.NoDefect:
                continue
            return made.image, made.mask, made.made_by
        raise RuntimeError("no defect")

    return call


def pyimgano_calls(pictures: list[np.ndarray], variant: str) -> dict[str, Call]:
    try:
        from pyimgano.synthesis.cutpaste import CutPasteConfig, cutpaste
    except ImportError:
        print("\n(pyimgano is not installed: pip install --no-deps pyimgano==0.9.1)")
        return {}
    config = CutPasteConfig(color_jitter_strength=0.1)

    def call(number: int) -> Any:
        rng = np.random.default_rng(number)
        picture = pictures[number % len(pictures)]
        return cutpaste(picture, rng=rng, variant=variant, config=config)

    return {"pyimgano 0.9.1": call}


def synthesis(side: int, rounds: int) -> None:
    pictures, foreign = photographs(side), textures()
    pools = open_pools(textures=foreign)

    def plain(make: Callable[..., Any], *more: Any) -> Call:
        return lambda i: make(pictures[i % 4], *more, np.random.default_rng(i))

    for name, variant, peer in (
        ("cutpaste", "normal", peers.cutpaste),
        ("cutpaste_scar", "scar", peers.scar),
    ):
        calls = {
            "blemish": ours(bl.find(name), pictures, pools),
            **pyimgano_calls(pictures, variant),
            "NumPy/OpenCV reference": plain(peer),
        }
        tell(f"{name}, {side} px", rates(calls, rounds * 5))
    calls = {
        "blemish": ours(bl.find("draem"), pictures, pools),
        "reference": lambda i: peers.draem(
            pictures[i % 4], foreign[i % 4], np.random.default_rng(i)
        ),
        "reference with a leaner Perlin": lambda i: peers.draem(
            pictures[i % 4], foreign[i % 4], np.random.default_rng(i), peers.slow_perlin
        ),
        "(default Pillow PNG encode)": lambda i: pillow(pictures[i % 4]),
    }
    tell(f"draem, {side} px", rates(calls, rounds))


def pillow(picture: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "png")
    return stream.getvalue()


def encoding(side: int, rounds: int) -> None:
    pictures = photographs(side)
    calls: dict[str, Call] = {
        "blemish": lambda i: png.encode(pictures[i % 4]),
        "Pillow, default": lambda i: pillow(pictures[i % 4]),
        "OpenCV, default": lambda i: cv2.imencode(".png", pictures[i % 4]),
        "OpenCV, level 1": lambda i: cv2.imencode(
            ".png", pictures[i % 4], [cv2.IMWRITE_PNG_COMPRESSION, 1]
        ),
    }
    tell(f"PNG write, {side} px", rates(calls, rounds))
    sizes = [len(png.encode(p)) / len(pillow(p)) for p in pictures]
    told = ", ".join(f"{n} {s:.3f}" for n, s in zip(PHOTOGRAPHS, sizes, strict=True))
    print(f"\nsize / Pillow's: median {statistics.median(sizes):.3f} ({told})")


def whole_job(side: int, rounds: int) -> None:
    """PNG to PNG: what a worker does for a sample, records included, beside the Pillow chain."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "good").mkdir()
        (folder / "textures").mkdir()
        for number, picture in enumerate(photographs(side)):
            Image.fromarray(picture).save(folder / "good" / f"{number}.png")
        foreign = textures()
        for number, picture in enumerate(foreign):
            cv2.imwrite(str(folder / "textures" / f"{number}.jpg"), picture[..., ::-1])
        job = Job(
            source=str(folder / "good"),
            recipe=bl.find("draem"),
            n=16 * (rounds + 8),
            out=folder / "out",
            textures=folder / "textures",
            test_good=0.0,
            normals=False,
        )
        planned = plan(job)
        State(job.out).open(planned, [])
        work, chunks = Work(planned), planned.chunks()
        sources = sorted((folder / "good").iterdir())

        def chain(number: int) -> None:
            for k in range(4):
                rng = np.random.default_rng(number * 4 + k)
                image, mask = folder / "chain.png", folder / "chain_mask.png"
                peers.pillow_chain(sources[k], foreign[k], rng, image, mask)

        todo = iter(chunks)
        calls: dict[str, Call] = {
            "blemish": lambda i: work(next(todo)),
            "Pillow, reference, Pillow": chain,
        }
        taken = rates(calls, rounds)
        samples = {"blemish": 16, "Pillow, reference, Pillow": 4}
        taken = {name: seconds / samples[name] for name, seconds in taken.items()}
        tell(f"the whole job, PNG to PNG, draem, {side} px (a sample)", taken)


def memory(side: int) -> None:
    """Print the unique memory of a worker that makes draem samples."""
    code = "import sys; sys.path.insert(0, sys.argv[1]); import run; run.alone(int(sys.argv[2]))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent), str(side)],
        capture_output=True,
        text=True,
        check=True,
    )
    print(f"\nunique memory (USS) of a worker at {side} px: {done.stdout.strip()} MB")


def alone(side: int) -> None:
    """Do 48 samples as a worker and print the largest USS seen after a sample, in MB."""
    cv2.setNumThreads(1)
    keep_memory()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, picture in enumerate(photographs(side)):
            bl.write_image(folder / f"{number}.png", picture)
        job = Job(str(folder), bl.find("draem"), 48, folder / "out", test_good=0.0, normals=False)
        planned = plan(job)
        State(job.out).open(planned, [])
        most = 0.0
        for chunk in planned.chunks():
            Work(planned)(chunk)
            most = max(most, _uss())
        print(f"{most:.0f}")


def _uss() -> float:
    rollup = Path("/proc/self/smaps_rollup")
    if not rollup.exists():
        return float("nan")
    lines = [line.split() for line in rollup.read_text().splitlines()]
    return sum(int(line[1]) for line in lines if line[0].startswith("Private_")) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=24)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    # As a worker does; the peers gain by it as well.
    keep_memory()
    print(f"blemish {bl.__version__}, NumPy {np.__version__}, OpenCV {cv2.__version__}, ", end="")
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores; CPU time, one thread, medians")
    for side in (256, 1024):
        synthesis(side, given.rounds)
    for side in (256, 1024):
        encoding(side, given.rounds)
    for side in (256, 1024):
        whole_job(side, max(4, given.rounds // 4))
    memory(1024)


if __name__ == "__main__":
    main()
