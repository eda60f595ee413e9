"""Fractal: a piece of the picture, recoloured, turned and pasted in the shape of a fractal.

Numbers as published: a square of 0.1 to 0.5 of the shorter side, cut on the object, turned by 15 to
75 degrees, mirrored with equal chance; a fractal of two affine maps and 100 000 points; one of
three changes of colour, and half of the time noise of 10 levels. Where there is no object the code
keeps a tenth of the frame away from its edges; here the square is cut and pasted anywhere. The code
dilates the mask by 3 px beyond what it changed; here the label is what changed. The jitter of the
whole picture is left out; the noise is made of the pasted piece alone, and for each channel.
"""

import math

from ..blends import Paste
from ..changes import Flip, Gain, Jitter, SensorNoise
from ..placements import OnObject
from ..random import choice, uniform
from ..recipe import Recipe
from ..regions import Fractal

REFERENCE = """@misc{xia2023fractalad,
  title  = {{FractalAD}: A Simple Industrial Anomaly Detection Method Using Fractal Anomaly
            Generation and Backbone Knowledge Distillation},
  author = {Xia, Xuan and Lv, Weijie and He, Xing and Li, Nan and Liu, Chuanqi and Ding, Ning},
  year   = {2023},
  note   = {arXiv:2301.12739}
}"""

COLOURS = choice(
    Jitter(
        brightness=uniform(0.8, 1.2),
        contrast=uniform(0.8, 1.2),
        saturation=uniform(0.8, 1.2),
        hue=uniform(-0.2, 0.2),
    ),
    Jitter(brightness=uniform(0, 2), contrast=uniform(0, 2)),
    choice(
        Gain(red=uniform(0, 2), green=uniform(0, 2)),
        Gain(red=uniform(0, 2), blue=uniform(0, 2)),
        Gain(green=uniform(0, 2), blue=uniform(0, 2)),
    ),
)

fractal = Recipe(
    region=Fractal(
        size=uniform(0.1, 0.5),
        angle=uniform(math.radians(15), math.radians(75)),
        fullness=uniform(3.5, 4),
        changes=(
            COLOURS,
            Flip(horizontal=choice(False, True), vertical=choice(False, True)),
            choice(None, SensorNoise(shot_levels=0, read_levels=10)),
        ),
    ),
    content=None,
    placement=OnObject(),
    blend=Paste(),
    kind="fractal",
)
