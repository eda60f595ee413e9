"""Burn: scorched brown at its edge, charred black within, with grains of ash."""

from ..blends import Cover
from ..contents import Mottled
from ..placements import OnObject
from ..random import choice, loguniform, uniform
from ..recipe import Recipe
from ..regions import Blot

burn = Recipe(
    region=Blot(
        size=loguniform(0.04, 0.3),
        aspect=uniform(1, 2),
        roughness=uniform(0.25, 0.5),
        raggedness=uniform(0.4, 0.7),
        softness=uniform(0.6, 1),
    ),
    content=Mottled(
        colours=(
            (uniform(0.4, 0.5), uniform(0.26, 0.32), uniform(0.14, 0.2)),
            (uniform(0.2, 0.26), uniform(0.12, 0.15), uniform(0.07, 0.1)),
            (0.09, 0.08, 0.075),
            (0.06, 0.06, 0.06),
            (0.09, 0.085, 0.08),
            choice((0.2, 0.195, 0.19), (0.3, 0.295, 0.285), (0.42, 0.41, 0.4)),
        ),
        patches=uniform(0.1, 0.3),
        cell=uniform(0.01, 0.03),
        grain=uniform(0.2, 0.5),
        severity=uniform(0.3, 1),
    ),
    placement=OnObject(),
    blend=Cover(),
    kind="burn",
)
