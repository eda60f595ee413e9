"""Where: (stencil, scene) -> Stencil."""

from .anywhere import Anywhere
from .at import At
from .each_piece import EachPiece
from .fitting import Fitting
from .in_core import InCore
from .near_edge import NearEdge
from .offset import Offset
from .on_object import OnObject
from .overlapping import Overlapping

__all__ = [
    "Anywhere",
    "At",
    "EachPiece",
    "Fitting",
    "InCore",
    "NearEdge",
    "Offset",
    "OnObject",
    "Overlapping",
]
