"""What `blemish audit` sees in the output of another tool: pyimgano 0.9.1, in each of its modes.

    python benchmarks/audit_peer.py GOOD OUT -n 60

writes OUT/BLEND in MVTec AD layout with the unchanged pictures beside it, and prints what the audit
finds. Needs ``pip install blemish[bench]``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
from pyimgano.synthesis import AnomalySynthesizer, SynthSpec

from blemish.audits import Audit, audit, tables
from blemish.cli import options

PRESETS = ("scratch", "pit", "stain", "rust", "crack", "oil")


def write(good: list[Path], out: Path, blend: str, n: int) -> None:
    """Write `n` pictures with defects, their masks, and the same pictures without them."""
    for number in range(n):
        preset = PRESETS[number % len(PRESETS)]
        image = cv2.imread(str(good[number % len(good)]))
        spec = SynthSpec(preset=preset, blend=blend)
        made = AnomalySynthesizer(spec)(image, seed=number)
        name = f"{number:03d}"
        for place, pixels in (
            (out / "test" / preset / f"{name}.png", made.image_u8),
            (out / "ground_truth" / preset / f"{name}_mask.png", made.mask_u8),
            (out.with_name(f"{out.name}-normals") / f"{name}.png", image),
        ):
            place.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(place), pixels)


def tell(blend: str, found: Audit) -> None:
    print(f"pyimgano, blend={blend}: {found.counts()}")
    heads, rows = tables.of_changes(found)
    options.table(rows, heads)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("good", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("-n", type=int, default=60)
    given = parser.parse_args()
    good = sorted(path for path in given.good.iterdir() if path.suffix in (".png", ".jpg"))
    for blend in ("alpha", "poisson"):
        out = given.out / blend
        write(good, out, blend, given.n)
        tell(blend, audit(out, normals=out.with_name(f"{out.name}-normals")))


if __name__ == "__main__":
    main()
