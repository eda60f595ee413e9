"""Pinhole: a tiny round hole, or a few of them.

Never finer than about 3 px, because what is finer is no defect that a label could hold.
"""

from ..blends import Cover
from ..contents import Relief
from ..placements import OnObject
from ..random import choice, uniform
from ..recipe import Recipe
from ..regions import Pits

pinhole = Recipe(
    region=Pits(
        size=uniform(0.008, 0.02),
        aspect=uniform(0.8, 1),
        count=choice(1, 1, 1, 2, 4),
        roughness=uniform(0, 0.2),
    ),
    content=Relief(depth=uniform(-1, -0.8), gloss=uniform(0.3, 0.6)),
    placement=OnObject(),
    blend=Cover(),
    kind="pinhole",
)
