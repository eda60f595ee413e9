"""MemSeg: blobs of Perlin noise on the object, filled with a texture or with its shuffled parts.

Numbers as published: Perlin noise of 2^0 to 2^5 cells a side, turned by -90 to 90 degrees, above
0.5, cut to the object; half of the time a texture as it is, else the picture itself, cut in a grid
of 4 x 8 cells, shuffled and altered (there altered first); an opacity of 0.15 to 1. The paper gives
no numbers for altering it: as in the usual code (not the authors'), it is three of DRAEM's ten
augmentations; its grid of 8 x 8, its textures and altered pictures in turns, and its defects on
empty masks are not followed. The object is what the scene knows, not a grey threshold set by hand
for each class.
"""

from ..blends import Alpha
from ..contents import Marbled, Rearranged, Texture
from ..placements import OnObject
from ..random import choice, files, given, uniform
from ..recipe import Recipe
from ..regions import PerlinBlobs
from ._draem import AUGMENTATIONS

REFERENCE = """@article{yang2023memseg,
  title   = {{MemSeg}: A Semi-Supervised Method for Image Surface Defect Detection Using Differences
             and Commonalities},
  author  = {Yang, Minghui and Wu, Peng and Feng, Hui},
  journal = {Engineering Applications of Artificial Intelligence},
  volume  = {119},
  pages   = {105835},
  year    = {2023},
  doi     = {10.1016/j.engappai.2023.105835},
  note    = {arXiv:2205.00908}
}"""

memseg = Recipe(
    region=PerlinBlobs(),
    content=choice(
        given("textures", Texture(file=files("textures")), otherwise=Marbled()),
        Rearranged(rows=4, columns=8, changes=AUGMENTATIONS),
    ),
    placement=OnObject(),
    blend=Alpha(opacity=uniform(0.15, 1)),
    kind="memseg",
)
