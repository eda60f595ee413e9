"""Simplex noise (RRD): a small window in which soft noise is added to the picture.

Numbers as published for 256 x 256, as fractions: a window of 10 to 32 px a side; six octaves of 3-D
simplex noise with a period of 32 px and a persistence of 0.6, its channels 1 px apart; 0.2 times
their sum is added, which is a deviation of 20 levels. The code makes one field of noise for a whole
run, so that all its samples show the same corner of it; here each has its own. It does not clip,
and it has no label: here the label is what visibly changed.
"""

from ..blends import Add
from ..contents import SimplexNoise
from ..placements import OnObject
from ..random import uniform
from ..recipe import Recipe
from ..regions import Box

REFERENCE = """@inproceedings{tien2023revisiting,
  title     = {Revisiting Reverse Distillation for Anomaly Detection},
  author    = {Tien, Tran Dinh and Nguyen, Anh Tuan and Tran, Nguyen Hoang and Huy, Ta Duc and
               Duong, Soan T. M. and Nguyen, Chanh D. Tr. and Truong, Steven Q. H.},
  booktitle = {IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)},
  pages     = {24511--24520},
  year      = {2023}
}"""

NOISE = SimplexNoise(period=32 / 256, octaves=6, persistence=0.6, spread=1 / 32)

simplex = Recipe(
    region=Box(height=uniform(10 / 256, 32 / 256), width=uniform(10 / 256, 32 / 256)),
    content=NOISE,
    placement=OnObject(),
    # The content divides the octaves by the sum of their amplitudes; the paper does not.
    blend=Add(gain=0.2 * sum(NOISE.persistence**k for k in range(NOISE.octaves))),
    kind="simplex",
)
