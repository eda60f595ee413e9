"""Rust: a ragged crust, orange where it is thin and dark brown where it is thick, with islands."""

from ..blends import Cover
from ..contents import Mottled
from ..placements import OnObject
from ..random import loguniform, uniform
from ..recipe import Recipe
from ..regions import Blot

rust = Recipe(
    region=Blot(
        size=loguniform(0.05, 0.3),
        aspect=uniform(1, 2.5),
        roughness=uniform(0.4, 0.8),
        raggedness=uniform(0.5, 0.8),
        softness=uniform(0.3, 0.8),
    ),
    content=Mottled(
        colours=(
            (uniform(0.62, 0.74), uniform(0.38, 0.44), uniform(0.2, 0.27)),
            (uniform(0.5, 0.6), uniform(0.25, 0.3), uniform(0.11, 0.15)),
            (uniform(0.36, 0.42), uniform(0.17, 0.2), uniform(0.09, 0.12)),
            (uniform(0.2, 0.26), uniform(0.11, 0.13), uniform(0.08, 0.1)),
        ),
        patches=uniform(0.4, 0.8),
        cell=uniform(0.02, 0.06),
        grain=uniform(0.15, 0.4),
        severity=uniform(0.3, 1),
    ),
    placement=OnObject(),
    blend=Cover(),
    kind="rust",
)
