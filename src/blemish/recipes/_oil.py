"""Oil: a clear, tinted puddle that wets the surface and shines where it slopes to the light."""

from ..blends import Cover
from ..contents import Oiled
from ..placements import OnObject
from ..random import choice, integers, loguniform, uniform
from ..recipe import Recipe
from ..regions import Blot

oil = Recipe(
    region=Blot(
        size=loguniform(0.05, 0.3),
        aspect=uniform(1, 2),
        roughness=uniform(0.2, 0.45),
        raggedness=uniform(0, 0.25),
        softness=uniform(0.15, 0.4),
        drops=choice(0, integers(1, 5)),
    ),
    content=Oiled(
        colour=(uniform(0.85, 0.97), uniform(0.65, 0.82), uniform(0.25, 0.6)),
        gloss=uniform(0.4, 1),
        severity=uniform(0.3, 1),
    ),
    placement=OnObject(),
    blend=Cover(),
    kind="oil",
)
