"""The dtype contract: images as they are given, floats inside.

An image is an array (H, W), (H, W, 1) or (H, W, 3), or one of these with an alpha channel behind
(2 or 4 channels); uint8, uint16, float32 or float64 in [0, 1]; RGB. Inside, pixels are float32
(h, w, C) in [0, 1] without alpha. A *level* is 1/255 of full range.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
LEVEL = 1 / 255
SMALLEST = 8
# By dtype, not by its name, which NumPy takes 10 microseconds to tell.
_WHITE = {
    np.dtype(np.uint8): 255.0,
    np.dtype(np.uint16): 65535.0,
    np.dtype(np.float32): 1.0,
    np.dtype(np.float64): 1.0,
}


def check_image(image: Any) -> NDArray[Any]:
    """Return `image`, which is one; TypeError or ValueError says what it is instead."""
    if not isinstance(image, np.ndarray):
        raise TypeError(f"an image must be a NumPy array, not {type(image).__name__}")
    if image.dtype not in _WHITE and image.dtype.isnative:
        raise TypeError(
            f"an image must be uint8, uint16, float32 or float64, not {image.dtype}: "
            "convert it first, so that its range is known"
        )
    if not image.dtype.isnative:
        raise TypeError(
            "an image must have the machine's byte order: image.astype(image.dtype.name)"
        )
    if image.ndim not in (2, 3) or (image.ndim == 3 and not 1 <= image.shape[2] <= 4):
        raise ValueError(
            f"an image must have the shape (H, W) or (H, W, 1 to 4), not {image.shape}; "
            "channels come last"
        )
    if min(image.shape[:2]) < SMALLEST:
        raise ValueError(f"an image must be at least {SMALLEST} px a side, not {image.shape[:2]}")
    if image.dtype.kind == "f" and not (image.min() >= 0 and image.max() <= 1):
        raise ValueError(
            "a float image must lie in [0, 1] and hold no NaN: divide it by its full range"
        )
    return image


def colour_of(image: NDArray[Any]) -> NDArray[Any]:
    """Return a view (H, W, C) of `image` without its alpha channel; C is 1 or 3."""
    if image.ndim == 2:
        return image[:, :, None]
    return image[:, :, :1] if image.shape[2] < 3 else image[:, :, :3]


def white_of(image: NDArray[Any], white: float | None = None) -> float:
    """Return the value of `image` that is full range: `white`, or its dtype's."""
    full = _WHITE[image.dtype]
    if white is None:
        return full
    if image.dtype.kind == "f" or not 0 < white <= full:
        raise ValueError(f"white={white} does not fit {image.dtype}: it must be in (0, {full:g}]")
    return float(white)


def to_float(box: NDArray[Any], white: float) -> Floats:
    """Return `box` (h, w, C), of any image dtype, as float32 in [0, 1]."""
    pixels = box.astype(np.float32, order="C")
    if white != 1:
        pixels *= np.float32(1 / white)
    return pixels


def from_float(pixels: Floats, dtype: Any, white: float) -> NDArray[Any]:
    """Return `pixels` in an image's dtype: rounded, not truncated, and clipped to [0, white]."""
    if np.dtype(dtype).kind == "f":
        clipped: NDArray[Any] = np.clip(pixels, 0, 1).astype(dtype)
        return clipped
    rounded: NDArray[Any] = np.clip(np.rint(pixels * np.float32(white)), 0, white).astype(dtype)
    return rounded


def storable(pixels: NDArray[Any]) -> NDArray[Any]:
    """Return `pixels` in a dtype that a PNG holds: floats become uint16."""
    return from_float(pixels, np.uint16, 65535) if pixels.dtype.kind == "f" else pixels


def settle(
    pixels: Floats,
    mask: Floats,
    clean: NDArray[Any],
    white: float,
    after: NDArray[Any],
    change: Floats,
) -> None:
    """Write `pixels` into a picture where the mask is above 0, and by how much that changed it.

    Args:
        pixels: (h, w, C), what is to be seen.
        mask: (h, w).
        clean: (h, w, C), the picture without any defect, in the image's dtype.
        white: the value of full range.
        after: (h, w, C), contiguous, the picture so far; bit for bit the same outside the mask
            afterwards.
        change: (h, w), contiguous, zeros; gets the change from `clean` in levels, in the channel
            that changed most, and stays 0 outside the mask.

    Raises ValueError for pixels that are not finite.
    """
    from . import kernels

    pixels, clean = np.ascontiguousarray(pixels), np.ascontiguousarray(clean)
    mask = np.ascontiguousarray(mask)
    if after.dtype.kind == "f":
        finite = kernels.settle_float(pixels, mask, clean, after, change)
    else:
        finite = kernels.settle(pixels, mask, clean, np.float32(white), after, change)
    if not finite:
        raise ValueError("the pixels are not all finite")


def spread(mask: Floats, channels: int) -> Floats:
    """Return `mask` (h, w) as (h, w, channels), the same in each: faster than broadcasting."""
    if channels == 1:
        return mask[:, :, None]
    import cv2

    return np.asarray(cv2.merge([mask] * channels), np.float32)


def mix(base: Floats, layer: Floats, weight: Floats, opacity: float = 1.0) -> Floats:
    """Return base + opacity * weight * (layer - base), for a weight (h, w) in [0, 1]."""
    from . import kernels

    mixed = base.copy()
    kernels.mix(base, layer, weight, np.float32(opacity), mixed)
    return mixed


def to_channels(pixels: Floats, channels: int) -> Floats:
    """Return `pixels` (h, w, 1 or 3) with `channels` of them: replicated, or the luma (BT.601)."""
    if pixels.shape[2] == channels:
        return pixels
    if channels == 3:
        return spread(pixels[:, :, 0], 3)
    import cv2

    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.float32)[:, :, None]
