"""Smudges (DSR): blobs of Perlin noise in one flat colour, more or less transparent.

The image-level anomalies of DSR's code: masks and opacities of DRAEM, a colour that is uniform in
red, green and blue. The paper's own anomalies replace quantized features and need its trained
network; they are not made here. Empty masks are drawn again.
"""

from ..blends import Alpha
from ..contents import Tone
from ..placements import OnObject
from ..random import uniform
from ..recipe import Recipe
from ..regions import PerlinBlobs

REFERENCE = """@inproceedings{zavrtanik2022dsr,
  title     = {{DSR} -- A Dual Subspace Re-Projection Network for Surface Anomaly Detection},
  author    = {Zavrtanik, Vitjan and Kristan, Matej and Sko{\\v{c}}aj, Danijel},
  booktitle = {European Conference on Computer Vision (ECCV)},
  series    = {Lecture Notes in Computer Science},
  volume    = {13691},
  year      = {2022},
  doi       = {10.1007/978-3-031-19821-2_31},
  note      = {arXiv:2208.01521}
}"""

dsr = Recipe(
    region=PerlinBlobs(),
    content=Tone(red=uniform(0, 1), green=uniform(0, 1), blue=uniform(0, 1)),
    placement=OnObject(),
    blend=Alpha(opacity=uniform(0.2, 1)),
    kind="dsr",
)
