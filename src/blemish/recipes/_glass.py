"""Local anomaly synthesis (GLASS): one or two fields of Perlin blobs, joined, over a texture.

Numbers as published: two Perlin masks as in DRAEM, a third of the time their union, a third what
they have in common, a third only one, cut to the object; a texture after three of nine
augmentations; beta of N(0.5, 0.1) clipped to [0.2, 0.8], which is an opacity. Without a folder of
textures they are procedural. The code draws masks until one is not empty, for ever where there is
no object; here the draws are bounded. It turns its textures with black corners, and blends after
normalizing; here corners are reflected, and both pictures are as the camera saw them. The anomalies
in feature space (GAS) are no pictures, and not made here.
"""

import math

from ..blends import Alpha
from ..changes import Autocontrast, Equalize, Flip, Jitter, Rotate
from ..contents import Marbled, Texture
from ..placements import OnObject
from ..random import choice, files, given, normal, some, uniform
from ..recipe import Recipe
from ..regions import Intersection, PerlinBlobs, Union

REFERENCE = """@inproceedings{chen2024glass,
  title     = {A Unified Anomaly Synthesis Strategy with Gradient Ascent for Industrial Anomaly
               Detection and Localization},
  author    = {Chen, Qiyu and Luo, Huiyuan and Lv, Chengkan and Zhang, Zhengtao},
  booktitle = {European Conference on Computer Vision (ECCV)},
  year      = {2024},
  doi       = {10.1007/978-3-031-72855-6_3},
  note      = {arXiv:2407.09359}
}"""

AUGMENTATIONS = some(
    3,
    Jitter(contrast=uniform(0.8, 1.2)),
    Jitter(brightness=uniform(0.8, 1.2)),
    Jitter(saturation=uniform(0.8, 1.2), hue=uniform(-0.2, 0.2)),
    Flip(horizontal=True),
    Flip(horizontal=False, vertical=True),
    Jitter(saturation=0.0),
    Autocontrast(),
    Equalize(),
    Rotate(angle=uniform(-math.pi / 4, math.pi / 4)),
)

glass = Recipe(
    region=choice(
        Union(PerlinBlobs(), PerlinBlobs()),
        Intersection(PerlinBlobs(), PerlinBlobs()),
        PerlinBlobs(),
    ),
    content=given(
        "textures",
        Texture(file=files("textures"), changes=AUGMENTATIONS),
        otherwise=Marbled(changes=AUGMENTATIONS),
    ),
    placement=OnObject(),
    blend=Alpha(opacity=normal(0.5, 0.1, 0.2, 0.8)),
    kind="glass",
)
