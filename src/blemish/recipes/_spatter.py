"""Spatter: droplets thrown onto the surface, large and small.

Radii follow a power law, so that most droplets are tiny; small ones fly wide. All are drawn out
along the direction of flight, and wet ones have a highlight.
"""

from ..blends import Cover
from ..contents import Deposit
from ..placements import OnObject
from ..random import choice, uniform
from ..recipe import Recipe
from ..regions import Spatter

COLOURS = choice(
    (uniform(0.03, 0.12), uniform(0.03, 0.12), uniform(0.03, 0.12)),  # oil, tar, black paint
    (uniform(0.25, 0.4), uniform(0.16, 0.25), uniform(0.06, 0.14)),  # mud, coffee
    (uniform(0.88, 0.98), uniform(0.87, 0.96), uniform(0.84, 0.95)),  # white paint, solder
    (uniform(0.55, 0.75), uniform(0.08, 0.16), uniform(0.08, 0.16)),  # red paint
    (uniform(0.08, 0.2), uniform(0.2, 0.35), uniform(0.5, 0.7)),  # blue paint
)

spatter = Recipe(
    region=Spatter(),
    content=Deposit(
        colour=COLOURS,
        depth=uniform(-0.3, 0.2),
        gloss=uniform(0.2, 0.9),
    ),
    placement=OnObject(),
    blend=Cover(),
    kind="spatter",
)
