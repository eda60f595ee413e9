"""Dent: a smooth hollow, seen by its shading alone.

The side away from the light is bright, the other dark, with a highlight where the surface is
glossy: the texture goes on through it, and neither rim nor floor has an edge.
"""

from ..blends import Cover
from ..contents import Relief
from ..placements import OnObject
from ..random import uniform
from ..recipe import Recipe
from ..regions import Dome

dent = Recipe(
    region=Dome(),
    content=Relief(depth=uniform(-0.25, 0), gloss=uniform(0.2, 0.7)),
    placement=OnObject(),
    blend=Cover(),
    kind="dent",
)
