"""Missing piece: a chip broken out of the edge of the part, or out of its surface.

Three of four lie at the edge, where the background is seen through them.
"""

from ..blends import Cover
from ..contents import Filled
from ..placements import NearEdge, OnObject
from ..random import choice, loguniform, uniform
from ..recipe import Recipe
from ..regions import Chip

missing_piece = Recipe(
    region=Chip(size=loguniform(0.04, 0.25)),
    content=Filled(severity=uniform(0.3, 1)),
    placement=choice(NearEdge(overhang=0.03), OnObject(), p=(3, 1)),
    blend=Cover(),
    kind="missing_piece",
)
