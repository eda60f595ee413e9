"""SSAPS: four polygons cut from the picture and pasted elsewhere.

Numbers as published for 384 x 384, as fractions: polygons of 4 to 11 random corners in a square of
163 px, their sides crossing as they come. There each goes to a quadrant of its own, stretched to
it, into a polygon that is made black first; here each comes from anywhere, as it is, and lies
anywhere on the object.
"""

from ..blends import Paste
from ..contents import Shifted
from ..placements import OnObject
from ..random import integers
from ..recipe import Recipe, several
from ..regions import Polygon

REFERENCE = """@inproceedings{long2022ssaps,
  title     = {Self-Supervised Augmented Patches Segmentation for Anomaly Detection},
  author    = {Long, Jun and Yang, Yuxi and Hua, Liujie and Ou, Yiqi},
  booktitle = {Asian Conference on Computer Vision (ACCV)},
  year      = {2022},
  doi       = {10.1007/978-3-031-26284-5_6}
}"""

ssaps = several(
    Recipe(
        region=Polygon(size=163 / 384, vertices=integers(4, 11)),
        content=Shifted(),
        placement=OnObject(),
        blend=Paste(),
        kind="ssaps",
    ),
    4,
)
