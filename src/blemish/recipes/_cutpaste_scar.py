"""CutPaste-scar: a thin strip of the picture, jittered and turned, pasted elsewhere.

Numbers as published for 256 x 256, as fractions: 2 to 16 px wide, 10 to 25 px long, turned by
-45 to 45 degrees, colour jitter of strength 0.1.
"""

import math

from ..blends import Paste
from ..placements import OnObject
from ..random import uniform
from ..recipe import Recipe
from ..regions import Scar
from ._cutpaste import JITTER, REFERENCE

__all__ = ["REFERENCE", "cutpaste_scar"]

cutpaste_scar = Recipe(
    region=Scar(
        length=uniform(10 / 256, 25 / 256),
        width=uniform(2 / 256, 16 / 256),
        angle=uniform(-math.pi / 4, math.pi / 4),
        changes=JITTER,
    ),
    content=None,
    placement=OnObject(),
    blend=Paste(),
    kind="cutpaste_scar",
)
