"""RACP: real defects, augmented, pasted where they lay or moved onto the object.

The random augmented copy-paste of BGAD. Numbers as published: three of ten groups of augmentations,
most of them with a chance of their own. Of the changes of what is seen: noise 0.2, blur 0.2,
contrast, brightness or sharpness 0.3, hue, saturation and value 0.3. The other six turn the defect
by quarters, mirror, transpose and distort it, and with the chance 0.2 scale it by 0.8 to 1.2 and
turn it by -45 to 45 degrees. Quarters, mirroring and transposing have a chance of a half each, as
is usual there. Here these are drawn by themselves, each as often as there. A defect
stays where it lay if more than 2/3 of it are on the object; else each of its pieces is moved there.

The distortion is one smooth bending in place of the optical, the grid and the piecewise affine one.
Shifts of up to 0.0625 of the side are left to the placement; emboss and CLAHE are left out.
"""

import math

from ..blends import Paste
from ..changes import Blur, Brightness, Contrast, HueSaturation, SensorNoise, Sharpness
from ..placements import EachPiece
from ..random import choice, some, uniform
from ..recipe import Recipe
from ..regions import DefectBank

REFERENCE = """@inproceedings{yao2023bgad,
  title     = {Explicit Boundary Guided Semi-Push-Pull Contrastive Learning for Supervised Anomaly
               Detection},
  author    = {Yao, Xincheng and Li, Ruoqi and Zhang, Jing and Sun, Jun and Zhang, Chongyang},
  booktitle = {IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)},
  pages     = {24490--24499},
  year      = {2023},
  note      = {arXiv:2207.01463}
}"""

NOISE = choice(None, SensorNoise(shot_levels=0, read_levels=uniform(3, 7)), p=(0.8, 0.2))
BLUR = choice(None, Blur(sigma_px=uniform(0.5, 1)), p=(0.8, 0.2))
TONE = choice(
    None,
    choice(
        Contrast(factor=uniform(0.8, 1.2)),
        Brightness(factor=uniform(0.8, 1.2)),
        Sharpness(factor=uniform(1, 2)),
    ),
    p=(0.7, 0.3),
)
COLOUR = choice(
    None,
    (
        HueSaturation(hue=uniform(-1 / 9, 1 / 9), saturation=uniform(-30 / 255, 30 / 255)),
        Brightness(offset_levels=uniform(-20, 20)),
    ),
    p=(0.7, 0.3),
)
SIX_OTHERS = (None,) * 6
# Of ten groups, three each time: the chance of each is 0.3.
QUARTERS_OR_MIRRORED = 1 - (1 - 0.3 * 0.5) ** 3
DISTORTED = 1 - (1 - 0.3) * (1 - 0.3 * 0.2)
SCALED_AND_TURNED = 0.3 * 0.2

racp = Recipe(
    region=DefectBank(
        scale=choice(1, uniform(0.8, 1.2), p=(1 - SCALED_AND_TURNED, SCALED_AND_TURNED)),
        angle=choice(
            0,
            choice(0, math.pi / 2, math.pi, -math.pi / 2),
            uniform(-math.pi / 4, math.pi / 4),
            p=(
                1 - QUARTERS_OR_MIRRORED - SCALED_AND_TURNED,
                QUARTERS_OR_MIRRORED,
                SCALED_AND_TURNED,
            ),
        ),
        flip=choice(False, True, p=(1 - QUARTERS_OR_MIRRORED / 2, QUARTERS_OR_MIRRORED / 2)),
        warp=choice(0, uniform(0, 0.1), p=(1 - DISTORTED, DISTORTED)),
        changes=some(3, NOISE, BLUR, TONE, COLOUR, *SIX_OTHERS),
    ),
    content=None,
    placement=EachPiece(share=2 / 3),
    blend=Paste(),
)
