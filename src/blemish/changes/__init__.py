"""What alters a layer before it is blended: (layer) -> layer, float32 (h, w, C) in [0, 1]."""

from ._apply import changed, changed_levels, freeze_changes
from .autocontrast import Autocontrast
from .brightness import Brightness
from .equalize import Equalize
from .gamma import Gamma
from .hue import HueSaturation
from .invert import Invert
from .jitter import Jitter
from .posterize import Posterize
from .rotate import Rotate
from .sharpness import Sharpness
from .solarize import Solarize

__all__ = [
    "Autocontrast",
    "Brightness",
    "Equalize",
    "Gamma",
    "HueSaturation",
    "Invert",
    "Jitter",
    "Posterize",
    "Rotate",
    "Sharpness",
    "Solarize",
    "changed",
    "changed_levels",
    "freeze_changes",
]
