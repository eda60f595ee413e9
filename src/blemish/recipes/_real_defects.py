"""Real defects: cut out of their own pictures by their masks and set into good ones.

Half of them are pasted with a hard edge, half with the edge of their mask softened by resampling;
they are turned by any angle, mirrored, and 0.7 to 1.3 times the share of the frame that they had.
"""

import math

from ..blends import Alpha, Paste
from ..placements import Anywhere
from ..random import choice, uniform
from ..recipe import Recipe
from ..regions import DefectBank

REFERENCE = """@inproceedings{yao2023bgad,
  title     = {Explicit Boundary Guided Semi-Push-Pull Contrastive Learning for Supervised Anomaly
               Detection},
  author    = {Yao, Xincheng and Li, Ruoqi and Zhang, Jing and Sun, Jun and Zhang, Chongyang},
  booktitle = {IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)},
  pages     = {24490--24499},
  year      = {2023},
  note      = {arXiv:2207.01463}
}"""

real_defects = Recipe(
    region=DefectBank(
        scale=uniform(0.7, 1.3),
        angle=uniform(-math.pi, math.pi),
        flip=choice(False, True),
    ),
    content=None,
    placement=Anywhere(),
    blend=choice(Paste(), Alpha()),
)
