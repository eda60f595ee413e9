"""Fibre: a curl of lint on the surface, of any colour.

It curls and may cross itself, lies on the surface, hides its texture and is shaded as a cylinder.
Where its colour is that of the surface, it is made darker or brighter.
"""

from ..blends import Cover
from ..contents import Deposit
from ..placements import OnObject
from ..random import choice, uniform
from ..recipe import Recipe
from ..regions import Strand

COLOURS = choice(
    (uniform(0.85, 0.97), uniform(0.84, 0.95), uniform(0.8, 0.93)),  # cotton
    (uniform(0.4, 0.6), uniform(0.4, 0.58), uniform(0.42, 0.6)),  # grey dust
    (uniform(0.04, 0.12), uniform(0.04, 0.12), uniform(0.05, 0.14)),  # black cloth
    (uniform(0.1, 0.25), uniform(0.2, 0.35), uniform(0.45, 0.7)),  # blue cloth
    (uniform(0.6, 0.8), uniform(0.1, 0.2), uniform(0.12, 0.22)),  # red cloth
    (uniform(0.6, 0.75), uniform(0.48, 0.58), uniform(0.3, 0.42)),  # jute, cardboard
)

fibre = Recipe(
    region=Strand(),
    content=Deposit(colour=COLOURS),
    placement=OnObject(),
    blend=Cover(),
    kind="fibre",
)
