"""Applying the `changes` field of a part."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, to_float


def changed(layer: Floats, changes: Any) -> Floats:
    """Return `layer` after one change, several in order, or none (None, or an empty tuple).

    A layer whose sides a change exchanged is stretched back: its box stays what it is.
    """
    shape = layer.shape
    for change in flat(changes):
        layer = change(layer)
    if layer.shape != shape and layer.shape[:2] == shape[1::-1]:
        resized = cv2.resize(layer, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
        layer = np.asarray(resized, np.float32).reshape(shape)
    return layer


def changed_levels(levels: NDArray[np.uint8], changes: Any) -> Floats:
    """Return an 8-bit picture (h, w, C) as a layer after its changes.

    Changes with a class attribute `by_value = True` look at one value of one channel alone. The
    first of them are made on the 256 levels instead of the pixels, in the same look-up that makes
    floats of bytes.
    """
    rest = flat(changes)
    if not rest or not getattr(rest[0], "by_value", False):
        return changed(to_float(levels, 255), rest)
    channels = levels.shape[2]
    ramp = np.repeat(np.arange(256, dtype=np.uint8), channels).reshape(1, 256, channels)
    table = to_float(ramp, 255)
    while rest and getattr(rest[0], "by_value", False):
        table = rest.pop(0)(table)
    layer = cv2.LUT(levels, np.ascontiguousarray(table.reshape(256, 1, channels)))
    return changed(np.asarray(layer, np.float32).reshape(levels.shape), rest)


def freeze_changes(part: Any) -> None:
    """Make a list in the field `changes` of a part that is being made the tuple that it means."""
    if isinstance(part.changes, list):
        object.__setattr__(part, "changes", tuple(part.changes))


def flat(changes: Any) -> list[Any]:
    """Return the changes as a list, without the None of a choice that fell on nothing."""
    if changes is None:
        return []
    if isinstance(changes, (tuple, list)):
        return [change for several in changes for change in flat(several)]
    return [changes]
