"""DeSTSeg: blobs of Perlin noise filled with a texture as it is, more or less transparent.

DRAEM's masks and opacities, without its augmentations of the texture: 2^0 to 2^5 cells a side,
turned by -90 to 90 degrees, above 0.5; an opacity of 0.2 to 1. Without a folder of textures they
are procedural. Empty masks are drawn again; the code hands them out as defects.
"""

from ..blends import Alpha
from ..contents import Marbled, Texture
from ..placements import OnObject
from ..random import files, given, uniform
from ..recipe import Recipe
from ..regions import PerlinBlobs

REFERENCE = """@inproceedings{zhang2023destseg,
  title     = {{DeSTSeg}: Segmentation Guided Denoising Student-Teacher for Anomaly Detection},
  author    = {Zhang, Xuan and Li, Shiyu and Li, Xi and Huang, Ping and Shan, Jiulong and
               Chen, Ting},
  booktitle = {IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)},
  year      = {2023},
  doi       = {10.1109/CVPR52729.2023.00381},
  note      = {arXiv:2211.11317}
}"""

destseg = Recipe(
    region=PerlinBlobs(),
    content=given("textures", Texture(file=files("textures")), otherwise=Marbled()),
    placement=OnObject(),
    blend=Alpha(opacity=uniform(0.2, 1)),
    kind="destseg",
)
