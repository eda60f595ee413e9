"""CutPaste: a rectangle of the picture, jittered in colour, pasted elsewhere.

Numbers as published for 256 x 256: area 2 to 15 % of the image, aspect in (0.3, 1) or (1, 3.3) with
equal chance, colour jitter of strength 0.1. Paper and code classify pictures and label none; here
the label is what visibly changed. The whole-picture translation and jitter before it are left out.
"""

from ..blends import Paste
from ..changes import Jitter
from ..contents import Shifted
from ..placements import OnObject
from ..random import choice, uniform
from ..recipe import Recipe
from ..regions import Rectangle

REFERENCE = """@inproceedings{li2021cutpaste,
  title     = {{CutPaste}: Self-Supervised Learning for Anomaly Detection and Localization},
  author    = {Li, Chun-Liang and Sohn, Kihyuk and Yoon, Jinsung and Pfister, Tomas},
  booktitle = {IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)},
  pages     = {9664--9674},
  year      = {2021},
  note      = {arXiv:2104.04015}
}"""

JITTER = Jitter(
    brightness=uniform(0.9, 1.1),
    contrast=uniform(0.9, 1.1),
    saturation=uniform(0.9, 1.1),
    hue=uniform(-0.1, 0.1),
)

cutpaste = Recipe(
    region=Rectangle(
        area=uniform(0.02, 0.15),
        aspect=choice(uniform(0.3, 1), uniform(1, 3.3)),
    ),
    content=Shifted(changes=JITTER),
    placement=OnObject(),
    blend=Paste(),
    kind="cutpaste",
)
