"""Crack: a dark, jagged, branching gap.

It strays at every scale and gapes unevenly; half have no branch. What is deep is nearly black on
any surface; on black its edges catch the light.
"""

from ..blends import Cover
from ..contents import Relief
from ..placements import OnObject
from ..random import uniform
from ..recipe import Recipe
from ..regions import Crack

crack = Recipe(
    region=Crack(),
    content=Relief(depth=uniform(-1, -0.8), gloss=uniform(0.2, 0.4)),
    placement=OnObject(),
    blend=Cover(),
    kind="crack",
)
