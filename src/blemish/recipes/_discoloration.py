"""Discoloration: a soft patch of the surface in another hue, saturation and tone."""

from ..blends import Alpha
from ..contents import Discoloured
from ..placements import OnObject
from ..random import loguniform, uniform
from ..recipe import Recipe
from ..regions import Blot

discoloration = Recipe(
    region=Blot(
        size=loguniform(0.08, 0.3),
        aspect=uniform(1, 2.5),
        roughness=uniform(0.2, 0.5),
        raggedness=uniform(0, 0.4),
        softness=uniform(0.3, 0.9),
        unevenness=uniform(0, 0.4),
    ),
    content=Discoloured(severity=uniform(0.4, 1)),
    placement=OnObject(),
    blend=Alpha(),
    kind="discoloration",
)
