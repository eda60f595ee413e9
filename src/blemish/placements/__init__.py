"""Where: (stencil, scene) -> Stencil."""

from .anywhere import Anywhere
from .at import At

__all__ = ["Anywhere", "At"]
