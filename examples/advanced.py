"""A recipe of your own, a pool of arrays, and a dataset made by two processes.

Run it with ``python examples/advanced.py``; it writes the folder advanced.
"""

from pathlib import Path

from skimage import data

import blemish as bl
from blemish import Recipe, choice, integers, several, some, uniform
from blemish.blends import Alpha, Paste
from blemish.changes import Brightness, Gamma, Invert
from blemish.contents import Shifted, Texture
from blemish.images import write_image
from blemish.placements import OnObject
from blemish.regions import PerlinBlobs, Rectangle

CHANGES = some(1, Invert(), Gamma(red=uniform(0.5, 2)), Brightness(factor=uniform(0.7, 1.3)))

# Corrosion: a few large blobs, filled with one of the textures, more or less transparent.
corrosion = Recipe(
    region=PerlinBlobs(cells_y=choice(2, 4), cells_x=choice(2, 4)),
    placement=OnObject(),
    content=Texture(changes=CHANGES),
    blend=Alpha(opacity=uniform(0.3, 0.9)),
    kind="corrosion",
)

# A chip: a small rectangle from elsewhere in the picture, darker, with a hard edge.
chip = Recipe(
    region=Rectangle(area=uniform(0.001, 0.005), aspect=uniform(0.5, 2)),
    placement=OnObject(),
    content=Shifted(changes=Brightness(factor=uniform(0.3, 0.6))),
    blend=Paste(),
    kind="chip",
)

# One to three defects a picture, most of them chips. Pictures with both kinds are "combined".
mine = several(choice(chip, corrosion, p=(0.7, 0.3)), count=integers(1, 3))


def main() -> None:
    """Cut good parts out of a photograph and make a dataset of them."""
    good = Path("advanced/good")
    good.mkdir(parents=True, exist_ok=True)
    bricks = data.brick()
    for number, (top, left) in enumerate((y, x) for y in (0, 256) for x in (0, 128, 256)):
        write_image(good / f"{number}.png", bricks[top : top + 256, left : left + 256])
    report = bl.make(
        good,
        mine,
        n=32,
        out="advanced/dataset",
        seed=0,
        workers=2,
        textures=[data.gravel(), data.grass()],
        null=0.1,
        resume=True,
        name="brick",
    )
    for kind, count in report.kinds.items():
        print(f"{count} {kind}")
    print("contact sheet: advanced/dataset/preview.png")


# Each process imports this file: without this line each would start processes of its own.
if __name__ == "__main__":
    main()
