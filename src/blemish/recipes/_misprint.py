"""Misprint: a patch of the picture printed beside its place, alone or as a double print.

On a picture without structure little can be seen of it, and it is refused.
"""

from ..blends import Alpha
from ..composition import Limits
from ..contents import Displaced
from ..placements import OnObject
from ..random import loguniform, uniform
from ..recipe import Recipe
from ..regions import Blot

misprint = Recipe(
    region=Blot(
        size=loguniform(0.08, 0.3),
        aspect=uniform(1, 3),
        roughness=uniform(0, 0.3),
        raggedness=0.3,
        softness=0.0,
    ),
    content=Displaced(severity=uniform(0.3, 1)),
    placement=OnObject(),
    blend=Alpha(),
    limits=Limits(min_contrast_levels=8),
    kind="misprint",
)
