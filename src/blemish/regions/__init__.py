"""Which shape: (scene) -> Stencil. A donor's stencil also carries its layer."""

from .blot import Blot
from .box import Box
from .cells import Cells
from .chip import Chip
from .crack import Crack
from .defect_bank import DefectBank
from .dome import Dome
from .ellipses import Ellipses
from .excerpt import Excerpt
from .fractal import Fractal
from .intersection import Intersection
from .perlin import PerlinBlobs
from .pits import Pits
from .polygon import Polygon
from .rectangle import Rectangle
from .scar import Scar
from .scratch import Scratch
from .sized import Sized
from .spatter import Spatter
from .strand import Strand
from .superpixels import Superpixels
from .union import Union
from .wrinkle import Wrinkle

__all__ = [
    "Blot",
    "Box",
    "Cells",
    "Chip",
    "Crack",
    "DefectBank",
    "Dome",
    "Ellipses",
    "Excerpt",
    "Fractal",
    "Intersection",
    "PerlinBlobs",
    "Pits",
    "Polygon",
    "Rectangle",
    "Scar",
    "Scratch",
    "Sized",
    "Spatter",
    "Strand",
    "Superpixels",
    "Union",
    "Wrinkle",
]
