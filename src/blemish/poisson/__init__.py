"""Poisson image editing (Perez, Gangnet and Blake, SIGGRAPH 2003), exact, on any image and mask."""

from ._retouching import change_colour, change_illumination, flatten_texture
from .editing import centred, clone
from .solving import solve

__all__ = [
    "centred",
    "change_colour",
    "change_illumination",
    "clone",
    "flatten_texture",
    "solve",
]
