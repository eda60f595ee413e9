"""Real defects: cut out of their own pictures by their masks and set into good ones.

They are turned by any angle, mirrored, 0.7 to 1.3 times the share of the frame that they had, and
bent by up to 5 % of their size, so that a few examples make many. Their brightness, grain and
sharpness are adapted to the place by comparing the surroundings that they bring with those there;
their edge fades out over 0.6 % of the frame's shorter side, and is set in by its gradients, so that
no seam is seen; further in than half the way to their middle they have their own tone, so that what
is dark stays dark. They keep their shape, on the object. The recipe ``racp`` sets them in as BGAD
published it.
"""

import math

from ..blends import Poisson
from ..contents import Harmonised
from ..placements import Fitting
from ..random import choice, uniform
from ..recipe import Recipe
from ..regions import DefectBank
from ._racp import REFERENCE

__all__ = ["REFERENCE", "real_defects"]

real_defects = Recipe(
    region=DefectBank(
        scale=uniform(0.7, 1.3),
        angle=uniform(-math.pi, math.pi),
        flip=choice(False, True),
        warp=uniform(0, 0.05),
        feather=0.006,
    ),
    content=Harmonised(),
    placement=Fitting(),
    blend=Poisson(reach=0.5),
)
