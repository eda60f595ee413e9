"""Pit: a dark hole with an irregular rim, or a few of them.

One hole in two of five draws, otherwise up to five, strewn along one direction, one of them the
largest. The bottom is dark; rims catch the light.
"""

from ..blends import Cover
from ..contents import Relief
from ..placements import OnObject
from ..random import uniform
from ..recipe import Recipe
from ..regions import Pits

pit = Recipe(
    region=Pits(),
    content=Relief(depth=uniform(-0.95, -0.6), gloss=uniform(0.1, 0.35)),
    placement=OnObject(),
    blend=Cover(),
    kind="pit",
)
