"""The other recipes beside what does the same, in one run: medians of CPU time, one thread.

    pip install -e ".[bench]" && python benchmarks/methods.py

Measured are peers that are installed (pyimgano, opensimplex, albumentations: the extra `bench`) and
references written from the papers. Every row of a table is measured in turn, round after round.
Blemish draws, blends, labels and records.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

import blemish as bl
import peers
from blemish.demo import demo
from blemish.engines.processes import keep_memory
from blemish.pools import open_pools
from run import Call, ours, photographs, rates, tell, textures

PRESETS = {
    **{name: name for name in ("scratch", "crack", "pit", "spatter", "wrinkle")},
    **{name: name for name in ("stain", "oil", "rust", "burn")},
    "fibre": "fiber",
}


def perlin_family(side: int, rounds: int) -> None:
    pictures, foreign = photographs(side), textures()
    pools = open_pools(textures=foreign)

    def reference(i: int, how: dict[str, Any]) -> Any:
        rng = np.random.default_rng(i)
        return peers.perlin_family(pictures[i % 4], foreign[i % 4], rng, **how)

    for name, how in (
        ("draem", {}),
        ("destseg", {"changed": False}),
        ("dsr", {"changed": False}),
        ("memseg", {"structure": True}),
        ("realnet", {"changed": False}),
        ("glass", {"masks": 2}),
    ):
        calls = {
            "blemish": ours(bl.find(name), pictures, pools),
            "reference": partial(reference, how=how),
        }
        tell(f"{name}, {side} px", rates(calls, rounds))


def superpixels(side: int, rounds: int) -> None:
    pictures, foreign = photographs(side), textures()
    pools = open_pools(textures=foreign)
    calls: dict[str, Call] = {
        "blemish": ours(bl.find("superpixel"), pictures, pools),
        "skimage.segmentation.slic at full size": lambda i: peers.superpixel(
            pictures[i % 4], foreign[i % 4], np.random.default_rng(i)
        ),
    }
    tell(f"superpixel, {side} px", rates(calls, max(3, rounds // 4)))


def fractals(side: int, rounds: int) -> None:
    pictures = photographs(side)
    calls: dict[str, Call] = {
        "blemish": ours(bl.find("fractal"), pictures, {}),
        "chaos game, a point at a time": lambda i: peers.fractal(
            pictures[i % 4], np.random.default_rng(i)
        ),
    }
    tell(f"fractal, {side} px", rates(calls, max(3, rounds // 4)))


def simplexes(side: int, rounds: int) -> None:
    pictures = photographs(side)
    calls: dict[str, Call] = {"blemish": ours(bl.find("simplex"), pictures, {})}
    try:
        import opensimplex
    except ImportError:
        print("\n(opensimplex is not installed: pip install opensimplex)")
        return
    calls["opensimplex.noise3array"] = lambda i: peers.simplex(
        pictures[i % 4], np.random.default_rng(i), opensimplex.noise3array
    )
    tell(f"simplex, {side} px", rates(calls, rounds))


def procedural(side: int, rounds: int) -> None:
    try:
        from pyimgano.synthesis.synthesizer import AnomalySynthesizer, SynthSpec
    except ImportError:
        print("\n(pyimgano is not installed: pip install --no-deps pyimgano==0.9.1)")
        return
    pictures = photographs(side)
    for name, preset in PRESETS.items():
        peer = AnomalySynthesizer(SynthSpec(preset=preset))
        calls = {
            "blemish": ours(bl.find(name), pictures, {}),
            "pyimgano 0.9.1": lambda i, peer=peer: peer.synthesize(pictures[i % 4], seed=i),
        }
        tell(f"{name}, {side} px", rates(calls, max(4, rounds // 2)))


def real_defects(side: int, rounds: int, folder: Path) -> None:
    pictures = photographs(side)
    try:
        chain = peers.Racp(folder, side)
    except ImportError:
        print("\n(albumentations is not installed: pip install albumentations)")
        return
    # Both have the same defects at hand, read and resized; each is hashed once in its life.
    pools = open_pools(defects=[tuple(pair) for pair in chain.pairs])
    for number in range(len(pools["defects"])):
        pools["defects"][number]
    calls: dict[str, Call] = {"blemish": ours(bl.find("racp"), pictures, pools)}
    calls["albumentations chain"] = lambda i: chain(pictures[i % 4], np.random.default_rng(i))
    tell(f"racp, {side} px", rates(calls, rounds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=24)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    keep_memory()
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        demo(Path(name), n=0)
        tables: dict[str, Callable[[int, int], None]] = {
            "perlin": perlin_family,
            "superpixel": superpixels,
            "fractal": fractals,
            "simplex": simplexes,
            "procedural": procedural,
            "racp": lambda side, rounds: real_defects(side, rounds, Path(name) / "defects"),
        }
        for side in (256, 1024):
            for title, table in tables.items():
                if given.only in title:
                    table(side, given.rounds)


if __name__ == "__main__":
    main()
