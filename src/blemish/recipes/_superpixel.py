"""Superpixel: a tenth of a texture's superpixels, pasted over the picture.

Numbers as published for 256 x 256: 30, 150 or 250 segments, compactness 8, a tenth of them; three
of four augmentations of the texture, which is turned by 0, 90 or 180 degrees. Segments follow the
texture, not the object. They are found at 256 px for a picture of any size (the code works at 256
alone), and drawn until they cover a tenth of the frame. Without a folder of textures they are
procedural.
"""

import math

from ..blends import Paste
from ..changes import Autocontrast, Brightness, Gamma, Rotate, Sharpness
from ..contents import Marbled, Texture
from ..placements import OnObject
from ..random import choice, files, given, some, uniform
from ..recipe import Recipe
from ..regions import Superpixels

REFERENCE = """@article{shah2023tasad,
  title   = {Two-Stage Coarse-to-Fine Image Anomaly Segmentation and Detection Model},
  author  = {Shah, Rizwan Ali and Urmonov, Odilbek and Kim, Hyungwon},
  journal = {Image and Vision Computing},
  year    = {2023},
  doi     = {10.1016/j.imavis.2023.104817}
}"""

AUGMENTATIONS = (
    some(
        3,
        Gamma(red=uniform(0.5, 2), green=uniform(0.5, 2), blue=uniform(0.5, 2)),
        Brightness(factor=uniform(0.8, 1.2), offset_levels=uniform(-30, 30)),
        Sharpness(factor=uniform(0, 2)),
        Autocontrast(cutoff=uniform(0, 0.2)),
    ),
    Rotate(angle=choice(0, math.pi / 2, math.pi)),
)

superpixel = Recipe(
    region=Superpixels(
        source=given(
            "textures",
            Texture(file=files("textures"), changes=AUGMENTATIONS),
            otherwise=Marbled(changes=AUGMENTATIONS),
        ),
        segments=choice(30, 150, 250),
        share=0.1,
        compactness=8,
    ),
    content=None,
    placement=OnObject(),
    blend=Paste(),
    kind="superpixel",
)
