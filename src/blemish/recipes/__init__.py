"""Published methods, one a file, with the published numbers as defaults."""

from ._affine import affine
from ._anoseg import anoseg
from ._bump import bump
from ._burn import burn
from ._crack import crack
from ._cutpaste import cutpaste
from ._cutpaste_scar import cutpaste_scar
from ._cutpaste_union import cutpaste_union
from ._dent import dent
from ._destseg import destseg
from ._discoloration import discoloration
from ._draem import draem
from ._dsr import dsr
from ._fibre import fibre
from ._fpi import fpi
from ._fractal import fractal
from ._glass import glass
from ._hair import hair
from ._memseg import memseg
from ._misprint import misprint
from ._missing_piece import missing_piece
from ._nsa import nsa
from ._oil import oil
from ._perturbation import perturbation
from ._pii import pii
from ._pinhole import pinhole
from ._pit import pit
from ._racp import racp
from ._real_defects import real_defects
from ._realnet import realnet
from ._rust import rust
from ._scratch import scratch
from ._simplex import simplex
from ._spatter import spatter
from ._ssaps import ssaps
from ._stain import stain
from ._superpixel import superpixel
from ._wrinkle import wrinkle

__all__ = [
    "affine",
    "anoseg",
    "bump",
    "burn",
    "crack",
    "cutpaste",
    "cutpaste_scar",
    "cutpaste_union",
    "dent",
    "destseg",
    "discoloration",
    "draem",
    "dsr",
    "fibre",
    "fpi",
    "fractal",
    "glass",
    "hair",
    "memseg",
    "misprint",
    "missing_piece",
    "nsa",
    "oil",
    "perturbation",
    "pii",
    "pinhole",
    "pit",
    "racp",
    "real_defects",
    "realnet",
    "rust",
    "scratch",
    "simplex",
    "spatter",
    "ssaps",
    "stain",
    "superpixel",
    "wrinkle",
]
