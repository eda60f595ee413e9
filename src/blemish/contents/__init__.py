"""What is seen: (scene, stencil) -> layer."""

from .marbled import Marbled
from .shifted import Shifted
from .texture import Texture

__all__ = ["Marbled", "Shifted", "Texture"]
