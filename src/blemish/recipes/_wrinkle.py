"""Wrinkle: a few folds side by side, seen by their shading.

Ridges run out at both ends; one side is bright, the other dark, as on film, leather or cloth.
"""

from ..blends import Cover
from ..contents import Relief
from ..placements import OnObject
from ..random import uniform
from ..recipe import Recipe
from ..regions import Wrinkle

wrinkle = Recipe(
    region=Wrinkle(),
    content=Relief(raised=True, gloss=uniform(0.1, 0.6)),
    placement=OnObject(),
    blend=Cover(),
    kind="wrinkle",
)
