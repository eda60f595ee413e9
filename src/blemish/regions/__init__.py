"""Which shape: (scene) -> Stencil. A donor's stencil also carries its layer."""

from .defect_bank import DefectBank
from .perlin import PerlinBlobs
from .rectangle import Rectangle
from .scar import Scar

__all__ = ["DefectBank", "PerlinBlobs", "Rectangle", "Scar"]
