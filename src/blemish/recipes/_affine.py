"""Affine: cells of a grid, each with a warped piece of the picture, recoloured, or of a texture.

Numbers as published for 256 x 256, as fractions: cells of 8, 16, 32 or 64 px, each chosen with the
chance 0.5 and mapped by three pairs of random points. A third of the defects shows the piece as it
is (AA), a third with its colours changed (AAC), a third a texture in its place (AAS).

The published code scatters such cells over all of the picture, background too, and leaves black
corners where a pixel is black; here they are a block of 1 to 3 x 1 to 3 cells on the object. Points
nearly on a line, which smear the piece, are drawn again. AAC recolours the whole defect by gains of
its channels, and not one channel of some superpixels; the damages drawn on textures are left out.
"""

from ..blends import Paste
from ..changes import Gain
from ..contents import Marbled, Texture
from ..placements import EachPiece
from ..random import choice, files, given, integers, uniform
from ..recipe import Recipe
from ..regions import Cells

REFERENCE = """@article{shah2025pai,
  title   = {Self-Supervised Image Anomaly Detection Through Diverse Pseudo Anomaly Insertion},
  author  = {Shah, Rizwan Ali and Urmonov, Odilbek and Kim, Hyungwon},
  journal = {IEEE Access},
  year    = {2025},
  doi     = {10.1109/ACCESS.2025.3580864}
}"""

RECOLOURED = Gain(red=uniform(0, 2), green=uniform(0, 2), blue=uniform(0, 2))
TEXTURED = given("textures", Texture(file=files("textures")), otherwise=Marbled())

affine = Recipe(
    region=Cells(
        size=choice(8 / 256, 16 / 256, 32 / 256, 64 / 256),
        rows=integers(1, 3),
        columns=integers(1, 3),
        share=0.5,
        # A content hides what the region shows: this halves the two thirds without one.
        changes=choice(None, RECOLOURED),
    ),
    content=choice(None, TEXTURED, p=(2 / 3, 1 / 3)),
    # Where it was cut: half of the cells show their own place, warped.
    placement=EachPiece(share=0),
    blend=Paste(),
    kind="affine",
)
