"""DRAEM: blobs of Perlin noise filled with a foreign texture, more or less transparent.

Numbers as published: one octave of 2^0 to 2^5 cells a side, turned by -90 to 90 degrees, threshold
0.5; three of ten augmentations of the texture; beta in [0, 0.8], which is an opacity of 0.2 to 1
(the paper's text says beta in [0.1, 1]; its code is followed). Without a folder of textures they
are procedural. The code leaves empty masks (5 % of the draws) as normal pictures; here they are
drawn again. The rotation of a third of the normals is left out.
"""

import math

from ..blends import Alpha
from ..changes import (
    Autocontrast,
    Brightness,
    Equalize,
    Gamma,
    HueSaturation,
    Invert,
    Posterize,
    Rotate,
    Sharpness,
    Solarize,
)
from ..contents import Marbled, Texture
from ..placements import OnObject
from ..random import choice, files, given, integers, some, uniform
from ..recipe import Recipe
from ..regions import PerlinBlobs

REFERENCE = """@inproceedings{zavrtanik2021draem,
  title     = {{DRAEM} -- A Discriminatively Trained Reconstruction Embedding for Surface Anomaly
               Detection},
  author    = {Zavrtanik, Vitjan and Kristan, Matej and Sko{\\v{c}}aj, Danijel},
  booktitle = {IEEE/CVF International Conference on Computer Vision (ICCV)},
  pages     = {8330--8339},
  year      = {2021},
  note      = {arXiv:2108.07610}
}"""

AUGMENTATIONS = some(
    3,
    Gamma(red=uniform(0.5, 2), green=uniform(0.5, 2), blue=uniform(0.5, 2)),
    Brightness(factor=uniform(0.8, 1.2), offset_levels=uniform(-30, 30)),
    Sharpness(factor=uniform(0, 2)),
    HueSaturation(hue=uniform(-50 / 255, 50 / 255), saturation=uniform(-50 / 255, 50 / 255)),
    choice(Solarize(threshold_levels=uniform(32, 128)), None),
    Posterize(bits=integers(1, 8)),
    Invert(),
    Autocontrast(cutoff=uniform(0, 0.2)),
    Equalize(),
    Rotate(angle=uniform(-math.pi / 4, math.pi / 4)),
)

draem = Recipe(
    region=PerlinBlobs(),
    content=given(
        "textures",
        Texture(file=files("textures"), changes=AUGMENTATIONS),
        otherwise=Marbled(changes=AUGMENTATIONS),
    ),
    placement=OnObject(),
    blend=Alpha(opacity=uniform(0.2, 1)),
    kind="draem",
)
