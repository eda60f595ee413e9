"""Stain: a spot of coffee, ink, paint, chalk or dirt, wet or dried to a rim, with drops about it.

The surface shines through where the matter is thin. Half of the stains have dried, so that most of
the matter lies in the rim; half have drops.
"""

from ..blends import Cover
from ..contents import Stained
from ..placements import OnObject
from ..random import choice, integers, loguniform, uniform
from ..recipe import Recipe
from ..regions import Blot

COLOURS = choice(
    (uniform(0.28, 0.42), uniform(0.19, 0.27), uniform(0.11, 0.17)),  # coffee
    (uniform(0.05, 0.12), uniform(0.1, 0.25), uniform(0.35, 0.6)),  # blue ink
    (uniform(0.5, 0.8), uniform(0.05, 0.15), uniform(0.08, 0.2)),  # red ink
    (uniform(0.1, 0.2), uniform(0.1, 0.18), uniform(0.08, 0.16)),  # dirt, graphite
    (uniform(0.82, 0.92), uniform(0.8, 0.88), uniform(0.72, 0.82)),  # chalk, glue
)

stain = Recipe(
    region=Blot(
        size=loguniform(0.04, 0.3),
        aspect=uniform(1, 2.2),
        roughness=uniform(0.2, 0.5),
        raggedness=uniform(0.2, 0.7),
        softness=uniform(0.05, 0.5),
        unevenness=uniform(0.3, 0.9),
        rim=choice(0.0, uniform(0.3, 0.8)),
        drops=choice(0, integers(1, 6)),
    ),
    content=Stained(colour=COLOURS, severity=uniform(0.3, 1)),
    placement=OnObject(),
    blend=Cover(),
    kind="stain",
)
