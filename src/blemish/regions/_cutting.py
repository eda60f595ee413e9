"""Where a donor cuts a piece out of the picture itself."""

from __future__ import annotations

import math

import cv2
import numpy as np

from ..scene import Scene

_TRIES = 32


def corner_on_object(
    scene: Scene, box: tuple[int, int], rng: np.random.Generator
) -> tuple[int, int]:
    """Return the corner (y, x) of a box from anywhere in the frame, its middle on the object.

    Where 32 draws find no such place, the last one is as good as any.
    """
    free = (scene.shape[0] - box[0], scene.shape[1] - box[1])
    y, x = 0, 0
    for _ in range(_TRIES):
        y, x = int(rng.integers(free[0] + 1)), int(rng.integers(free[1] + 1))
        if scene.everywhere or scene.allowed[y + box[0] // 2, x + box[1] // 2]:
            break
    return y, x


def turned_picture(
    scene: Scene,
    turn: np.ndarray,
    middle: np.ndarray,
    centre: tuple[float, float],
    shape: tuple[int, int],
) -> np.ndarray:
    """Return the picture around `centre` (x, y) seen in a box whose axes are turned by `turn`."""
    reach = math.ceil(math.hypot(*shape) / 2) + 1
    top, left = max(0, int(centre[1]) - reach), max(0, int(centre[0]) - reach)
    bottom = min(scene.shape[0], int(centre[1]) + reach + 1)
    right = min(scene.shape[1], int(centre[0]) + reach + 1)
    around = scene.crop(top, left, bottom - top, right - left)
    shift = np.array(centre) - (left, top) - turn @ middle
    layer = cv2.warpAffine(
        around,
        np.hstack([turn, shift[:, None]]),
        (shape[1], shape[0]),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(layer, np.float32).reshape(*shape, scene.channels)
