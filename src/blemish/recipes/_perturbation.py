"""Random perturbation (CDO): one to four boxes of white noise.

Numbers as published: up to four boxes with sides of 5 to 20 % of the shorter one, each value of
each pixel uniform and by itself, pasted with a hard edge. The fifth of the published draws that has
no box is a normal picture, and left out. Each box is a defect with its own label; the sample's mask
is their union.
"""

from ..blends import Paste
from ..contents import WhiteNoise
from ..placements import OnObject
from ..random import integers, uniform
from ..recipe import Recipe, several
from ..regions import Box

REFERENCE = """@article{cao2023cdo,
  title   = {Collaborative Discrepancy Optimization for Reliable Image Anomaly Localization},
  author  = {Cao, Yunkang and Xu, Xiaohao and Liu, Zhaoge and Shen, Weiming},
  journal = {IEEE Transactions on Industrial Informatics},
  year    = {2023},
  doi     = {10.1109/TII.2023.3241579},
  note    = {arXiv:2302.08769}
}"""

perturbation = several(
    Recipe(
        region=Box(height=uniform(0.05, 0.2), width=uniform(0.05, 0.2)),
        content=WhiteNoise(),
        placement=OnObject(),
        blend=Paste(),
        kind="perturbation",
    ),
    count=integers(1, 4),
)
