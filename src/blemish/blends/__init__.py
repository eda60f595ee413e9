"""How base and layer meet: (base, layer, mask) -> pixels, with the context that it wants."""

from .add import Add
from .alpha import Alpha
from .cover import Cover
from .paste import Paste
from .poisson import Poisson

__all__ = ["Add", "Alpha", "Cover", "Paste", "Poisson"]
