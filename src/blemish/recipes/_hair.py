"""Hair: a long, thin, hardly curled strand on the surface.

Black, brown, fair or grey; where its colour is that of the surface, darker or brighter.
"""

from ..blends import Cover
from ..contents import Deposit
from ..placements import OnObject
from ..random import choice, uniform
from ..recipe import Recipe
from ..regions import Strand

COLOURS = choice(
    (uniform(0.03, 0.1), uniform(0.03, 0.08), uniform(0.02, 0.07)),  # black
    (uniform(0.2, 0.35), uniform(0.12, 0.22), uniform(0.07, 0.14)),  # brown
    (uniform(0.6, 0.75), uniform(0.48, 0.6), uniform(0.3, 0.42)),  # fair
    (uniform(0.7, 0.85), uniform(0.7, 0.85), uniform(0.7, 0.85)),  # grey
)

hair = Recipe(
    region=Strand(
        length=uniform(0.25, 0.7),
        width=uniform(0.003, 0.006),
        curl=uniform(0.2, 1.2),
    ),
    content=Deposit(
        colour=COLOURS,
        gloss=uniform(0.1, 0.4),
    ),
    placement=OnObject(),
    blend=Cover(),
    kind="hair",
)
