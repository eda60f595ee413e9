"""How base and layer meet: (base, layer, mask) -> pixels, with the context that it wants."""

from .alpha import Alpha
from .paste import Paste

__all__ = ["Alpha", "Paste"]
