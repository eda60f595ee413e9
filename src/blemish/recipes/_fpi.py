"""Foreign patch interpolation (FPI): a square of another good picture, half transparent.

Numbers as published: a square of 10 to 40 % of the side about a point of the middle 80 % of the
frame, cut off at the edge; what another good picture shows at the same place, at an opacity of 0.05
to 0.95. The opacity is the label, where the picture visibly changed; the paper labels where it
changed at all, of which nobody can tell. Where an object is known, the square lies on it. `blemish
make` gives the other pictures; a single one needs them: fpi(image, sources=[...]).
"""

from ..blends import Alpha
from ..contents import OtherImage
from ..labels import Opacity
from ..placements import InCore
from ..random import uniform
from ..recipe import Recipe
from ..regions import Box

REFERENCE = """@article{tan2022fpi,
  title   = {Detecting Outliers with Foreign Patch Interpolation},
  author  = {Tan, Jeremy and Hou, Benjamin and Batten, James and Qiu, Huaqi and Kainz, Bernhard},
  journal = {Machine Learning for Biomedical Imaging},
  volume  = {1},
  pages   = {1--27},
  year    = {2022},
  doi     = {10.59275/j.melba.2022-e651},
  note    = {arXiv:2011.04197}
}"""

fpi = Recipe(
    region=Box(height=uniform(0.1, 0.4), coverage=uniform(0.05, 0.95)),
    content=OtherImage(),
    placement=InCore(share=0.8),
    blend=Alpha(),
    label=Opacity(),
    kind="fpi",
)
