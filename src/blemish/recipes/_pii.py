"""Poisson image interpolation (PII): a square of another good picture, seamless, half transparent.

FPI with gradients. Numbers as published: a square of 10 to 40 % of the side about a point of the
middle 80 % of the frame, cut off at the edge; what another good picture shows at the same place,
set in by the stronger of both gradients; an interpolation factor of 0.05 to 0.95, which is the
label where the picture visibly changed. Where an object is known, the square lies on it.

As published, the factor weighs the gradients before the stronger one is taken: at 0.5, two pictures
that are alike give one with half the contrast. Here the seamless clone is seen at that opacity, and
pictures that are alike give the same again. The published code also pastes no pixel at the frame's
edge, which needs no exception here.
"""

from ..blends import Poisson
from ..contents import OtherImage
from ..labels import Opacity
from ..placements import InCore
from ..random import uniform
from ..recipe import Recipe
from ..regions import Box

REFERENCE = """@inproceedings{tan2021pii,
  title     = {Detecting Outliers with {Poisson} Image Interpolation},
  author    = {Tan, Jeremy and Hou, Benjamin and Day, Thomas and Simpson, John and Rueckert, Daniel
               and Kainz, Bernhard},
  booktitle = {Medical Image Computing and Computer Assisted Intervention (MICCAI)},
  pages     = {581--591},
  year      = {2021},
  doi       = {10.1007/978-3-030-87240-3_56},
  note      = {arXiv:2107.02622}
}"""

pii = Recipe(
    region=Box(height=uniform(0.1, 0.4), coverage=uniform(0.05, 0.95)),
    content=OtherImage(),
    placement=InCore(share=0.8),
    blend=Poisson(gradients="mixed"),
    label=Opacity(),
    kind="pii",
)
