"""RealNet: blobs of Perlin noise on the object, filled with a picture of an anomaly or a texture.

RealNet's pictures of anomalies are made by its own diffusion model (SDAS), which is not part of
this: give a folder of such pictures, of any origin, as the pool "textures". They are stretched over
the frame, so that a picture of the same part lies as the part does, and blended with an opacity of
0.5 to 1 as published. Without a folder the blobs show a procedural texture in place of RealNet's
second source, the Describable Textures, with its opacity of 0.2 to 1. The Perlin noise and three
of ten augmentations of such a texture are as in DRAEM.
"""

from ..blends import Alpha
from ..contents import Marbled, Texture
from ..placements import OnObject
from ..random import files, given, uniform
from ..recipe import Recipe
from ..regions import PerlinBlobs
from ._draem import AUGMENTATIONS

REFERENCE = """@inproceedings{zhang2024realnet,
  title     = {{RealNet}: A Feature Selection Network with Realistic Synthetic Anomaly for Anomaly
               Detection},
  author    = {Zhang, Ximiao and Xu, Min and Zhou, Xiuzhuang},
  booktitle = {IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)},
  year      = {2024},
  note      = {arXiv:2403.05897}
}"""

realnet = Recipe(
    region=PerlinBlobs(),
    content=given(
        "textures",
        Texture(file=files("textures")),
        otherwise=Marbled(changes=AUGMENTATIONS),
    ),
    placement=OnObject(),
    blend=given(
        "textures", Alpha(opacity=uniform(0.5, 1)), otherwise=Alpha(opacity=uniform(0.2, 1))
    ),
    kind="realnet",
)
