"""A part of your own, and a drawn recipe that is edited and called again.

Run it with ``python examples/expert.py``; it writes expert.png, a contact sheet.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from skimage import data

import blemish as bl
from blemish.blends import Alpha
from blemish.contents import Shifted
from blemish.images import write_image
from blemish.placements import OnObject
from blemish.sheet import contact_sheet
from blemish.values import check_range


@dataclass(frozen=True)
class Crack:
    """A crack: a random walk that keeps its direction more or less.

    Attributes:
        length, width: fractions of the image's shorter side.
        angle: in which it sets out, in radians, counter-clockwise from the right.
        unrest: standard deviation of each turn, in radians.
        seed: of the walk.
    """

    length: float
    width: float = 0.01
    angle: float = bl.uniform(0, 2 * np.pi)
    unrest: float = 0.4
    seed: int = bl.seed()

    def __post_init__(self) -> None:
        check_range("Crack.length", self.length, 0, 1)
        check_range("Crack.width", self.width, 0, 1)

    def __call__(self, scene: bl.Scene) -> bl.Stencil:
        """Return the crack in the frame's top left corner; a placement moves it."""
        steps, width = 24, max(1, round(self.width * scene.side))
        # The fields alone decide: a generator is made from the seed that was drawn.
        turns = np.random.Generator(np.random.Philox(key=self.seed)).normal(0, self.unrest, steps)
        angles = self.angle + np.cumsum(turns)
        points = np.cumsum([np.cos(angles), -np.sin(angles)], axis=1).T
        points *= self.length * scene.side / steps
        points += width - points.min(axis=0)
        right, bottom = np.ceil(points.max(axis=0)).astype(int) + width + 1
        mask = np.zeros((bottom, right), np.float32)
        cv2.polylines(mask, [np.round(points).astype(np.int32)], False, 1.0, width)
        return bl.Stencil(mask)


crack = bl.Recipe(
    region=Crack(length=bl.uniform(0.3, 0.8)),
    placement=OnObject(),
    content=Shifted(changes=bl.changes.Brightness(factor=0.4)),
    blend=Alpha(opacity=bl.uniform(0.7, 1)),
    kind="crack",
)

image = data.brick()
first = crack(image, rng=1)

# The drawn recipe holds every number. Called again, it makes the same pixels.
drawn = first.defects[0].made_by
again = drawn(image)
assert (again.image == first.image).all()

# Edited, it makes the same crack, but for that.
wider = replace(drawn, region=replace(drawn.region, width=0.03))(image)
calmer = replace(drawn, region=replace(drawn.region, unrest=0.1))(image)
fainter = replace(drawn, blend=Alpha(opacity=0.4))(image)

samples = {"drawn": first, "wider": wider, "calmer": calmer, "fainter": fainter}
pages = [(sample.image, sample.mask, name) for name, sample in samples.items()]
write_image(Path("expert.png"), contact_sheet(pages, columns=2))
print("contact sheet: expert.png")
