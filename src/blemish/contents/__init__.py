"""What is seen: (scene, stencil) -> layer."""

from .deposit import Deposit
from .discoloured import Discoloured
from .displaced import Displaced
from .filled import Filled
from .harmonised import Harmonised
from .marbled import Marbled
from .mottled import Mottled
from .oiled import Oiled
from .other_image import OtherImage
from .perturbed import Perturbed
from .rearranged import Rearranged
from .relief import Relief
from .shifted import Shifted
from .simplex_noise import SimplexNoise
from .stained import Stained
from .texture import Texture
from .tone import Tone
from .white_noise import WhiteNoise

__all__ = [
    "Deposit",
    "Discoloured",
    "Displaced",
    "Filled",
    "Harmonised",
    "Marbled",
    "Mottled",
    "Oiled",
    "OtherImage",
    "Perturbed",
    "Rearranged",
    "Relief",
    "Shifted",
    "SimplexNoise",
    "Stained",
    "Texture",
    "Tone",
    "WhiteNoise",
]
