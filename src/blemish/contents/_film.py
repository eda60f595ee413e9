"""What a film of matter does to the light that a surface sends back."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from ..arrays import Floats, to_channels
from ..values import Value, check_range

DARKEST, BRIGHTEST = 0.04, 0.97
FAINTEST = 0.15


def strength(severity: float, faintest: float = FAINTEST) -> np.float32:
    """Return how much of a defect there is: not nothing at a severity of 0, and all of it at 1."""
    return np.float32(faintest + (1 - faintest) * severity)


def filmed(base: Floats, colour: Floats, amount: Floats) -> Floats:
    """Return `base` (h, w, C) under a film of scattering and absorbing matter.

    Args:
        base: float32 in [0, 1].
        colour: (h, w, C) or (1, 1, C), how the matter looks where nothing shines through it.
        amount: (h, w), 0 leaves the picture, 1 lets a third of the difference shine through, 4
            hides it.

    The equation of Kubelka and Munk (Z. tech. Phys. 12, 1931) for reflectance over a ground: the
    more matter, the nearer to its colour, channel by channel, never beyond it and never back.
    """
    ground = np.square(base)
    thick = np.square(np.clip(colour, DARKEST, BRIGHTEST))
    # A dark channel is hidden sooner than a bright one; the root keeps that within bounds.
    rate = np.sqrt(1 / thick - thick)
    rate /= np.exp(np.log(rate).mean(axis=2, keepdims=True))
    passed = np.asarray(cv2.exp(-amount[:, :, None] * rate), np.float32).reshape(base.shape)
    far, near = (ground - 1 / thick), (ground - thick) * passed
    seen = (near / thick - thick * far) / (near - far)
    return np.asarray(np.sqrt(np.clip(seen, 0, 1)), np.float32)


def tint(colour: tuple[float, float, float], channels: int) -> Floats:
    """Return the colour as (1, 1, channels); of a grey picture its luma."""
    return to_channels(np.array([[colour]], np.float32), channels)


def checked_colour(name: str, colour: Any) -> Any:
    """Return `colour`, drawn or not, as the tuple that a list of three numbers means."""
    if isinstance(colour, Value):
        for extreme in colour.support():
            checked_colour(name, extreme)
        return colour
    if not isinstance(colour, (tuple, list)) or len(colour) != 3:
        raise ValueError(f"{name} must be (red, green, blue), each 0 to 1, not {colour!r}")
    for value in colour:
        check_range(name, value, 0, 1)
    return tuple(colour)
