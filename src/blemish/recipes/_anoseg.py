"""Hard augmentation (AnoSeg): a box of the picture, seen turned, cut up, shuffled and recoloured.

The picture is turned by any number of quarter turns, its parts (2 x 2 or 4 x 4) are shuffled, and
its colours jittered by 0.5 in brightness, 1 in contrast, 0.1 in saturation and 0.5 in hue; a box of
that is pasted at the same place, hard. The method is published without code and without these
numbers: the jitter is that of the one public reading of it (PAI), the box is CutPaste's, which the
paper builds on. That reading swaps always the same two quarters, and draws any four edges as a box,
up to 83 % of the picture.
"""

from ..blends import Paste
from ..changes import Jitter
from ..contents import Rearranged
from ..placements import OnObject
from ..random import choice, integers, uniform
from ..recipe import Recipe
from ..regions import Rectangle

REFERENCE = """@misc{song2021anoseg,
  title  = {{AnoSeg}: Anomaly Segmentation Network Using Self-Supervised Learning},
  author = {Song, Jou Won and Kong, Kyeongbo and Park, Ye-In and Kim, Seong-Gyun and Kang, Suk-Ju},
  year   = {2021},
  note   = {arXiv:2110.03396}
}"""

anoseg = Recipe(
    region=Rectangle(
        area=uniform(0.02, 0.15),
        aspect=choice(uniform(0.3, 1), uniform(1, 3.3)),
    ),
    content=Rearranged(
        quarter_turns=integers(0, 3),
        rows=choice(2, 4),
        changes=Jitter(
            brightness=uniform(0.5, 1.5),
            contrast=uniform(0, 2),
            saturation=uniform(0.9, 1.1),
            hue=uniform(-0.5, 0.5),
        ),
    ),
    placement=OnObject(),
    blend=Paste(),
    kind="anoseg",
)
