"""Natural synthetic anomalies (NSA): patches of other good pictures, set in seamlessly.

Numbers as published: a side of 0.06 plus Gamma(2, 0.1) of the picture's, at most 0.4, height and
width by themselves; resized by N(1, 0.5) within 0.7 and 1.3; after the first patch further ones,
each with a chance of a half. These are up to three here, for each class; published are three or
four patches at most, by class. A patch is a rectangle, or five ellipses in one; blended by its own
gradients, or by the stronger of its and the picture's. Here each has equal chance, which is ours:
the published code trains a model for each blend, and ellipses are a switch for a whole run.

A patch is cut where half of it at least shows the object (published: a quarter to 0.7, by class),
and lies where a quarter of it at least is on this picture's object (published: a quarter of what it
shows of its own object); what hangs over is cut off, so that nothing is made beside the part. Each
comes from a picture of its own; published, all of a sample come from one. For textures 0.5 to 2 is
published: set `recipes.item.region.scale` to ``{normal: [1, 0.5, 0.5, 2]}``.

The label is where a channel changed by more than 2 levels, or with `Intensity` how strongly it did;
published is where their mean changed by more than 1, filtered by a median of 5 px.

The published code leaves the blending to OpenCV. So with ellipses a tenth of its patches lie 14 px
or more beside their labels, at 256 px; all shrink by 3 px all around, are given up below 50 px or
at any error, and change pixels that it does not label; none of that is done here. Its bounds, by
class 0.12 to 0.4, are meant for half a side and put on whole sides after resizing, so that no patch
is wider; here 0.4 bounds the side before it.
"""

from ..blends import Poisson
from ..placements import Overlapping
from ..random import choice, gamma, normal
from ..recipe import Recipe, several
from ..regions import Box, Ellipses, Excerpt

REFERENCE = """@inproceedings{schlueter2022nsa,
  title     = {Natural Synthetic Anomalies for Self-Supervised Anomaly Detection and Localization},
  author    = {Schl{\\"u}ter, Hannah M. and Tan, Jeremy and Hou, Benjamin and Kainz, Bernhard},
  booktitle = {European Conference on Computer Vision (ECCV)},
  year      = {2022},
  doi       = {10.1007/978-3-031-19821-2_27},
  note      = {arXiv:2109.15222}
}"""

SIDE = gamma(2, 0.1, offset=0.06, low=0.06, high=0.4)

nsa = several(
    Recipe(
        region=Excerpt(
            region=choice(Box(height=SIDE, width=SIDE), Ellipses(height=SIDE, width=SIDE)),
            placement=Overlapping(share=0.5),
            scale=normal(1, 0.5, 0.7, 1.3),
        ),
        content=None,
        placement=Overlapping(share=0.25, margin=0.01),
        blend=Poisson(gradients=choice("import", "mixed")),
        kind="nsa",
    ),
    count=choice(1, 2, 3, 4, p=(1, 3, 3, 1)),
)
