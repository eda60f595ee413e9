"""Bump: a smooth hump, seen by its shading alone.

As a dent, but bright on the side of the light.
"""

from ..blends import Cover
from ..contents import Relief
from ..placements import OnObject
from ..random import uniform
from ..recipe import Recipe
from ..regions import Dome

bump = Recipe(
    region=Dome(size=uniform(0.04, 0.16)),
    content=Relief(raised=True, depth=uniform(0, 0.2), gloss=uniform(0.2, 0.8)),
    placement=OnObject(),
    blend=Cover(),
    kind="bump",
)
