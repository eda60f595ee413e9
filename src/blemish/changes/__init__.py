"""What alters a layer before it is blended: (layer) -> layer, float32 (h, w, C) in [0, 1]."""

from ._apply import changed, changed_levels, flat, freeze_changes
from .autocontrast import Autocontrast
from .blur import Blur
from .brightness import Brightness
from .contrast import Contrast
from .equalize import Equalize
from .flip import Flip
from .gain import Gain
from .gamma import Gamma
from .hue import HueSaturation
from .invert import Invert
from .jitter import Jitter
from .jpeg import Jpeg
from .permuted import Permuted
from .posterize import Posterize
from .rotate import Rotate
from .scale import Scale
from .sensor_noise import SensorNoise
from .sharpness import Sharpness
from .solarize import Solarize
from .translate import Translate
from .transpose import Transpose

__all__ = [
    "Autocontrast",
    "Blur",
    "Brightness",
    "Contrast",
    "Equalize",
    "Flip",
    "Gain",
    "Gamma",
    "HueSaturation",
    "Invert",
    "Jitter",
    "Jpeg",
    "Permuted",
    "Posterize",
    "Rotate",
    "Scale",
    "SensorNoise",
    "Sharpness",
    "Solarize",
    "Translate",
    "Transpose",
    "changed",
    "changed_levels",
    "flat",
    "freeze_changes",
]
