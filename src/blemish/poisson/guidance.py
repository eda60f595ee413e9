"""Guidance fields: what the differences between neighbouring pixels shall be."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ._sheets import kernels

GRADIENTS = ("import", "mixed", "average", "monochrome")
Corners = tuple[int, int, int, int]


def check_gradients(gradients: str) -> None:
    """Raise ValueError for what is none of GRADIENTS."""
    if gradients not in GRADIENTS:
        raise ValueError(f"gradients must be one of {', '.join(GRADIENTS)}, not {gradients!r}")


def links(image: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return image[p] - image[q] for each pixel and the one below it, and the one to its right."""
    return image[:-1] - image[1:], image[:, :-1] - image[:, 1:]


def divergence(field: tuple[NDArray[Any], NDArray[Any]]) -> NDArray[Any]:
    """Return the sum of v_pq over the neighbours q that a pixel p has in the picture."""
    down, right = field
    total = np.zeros((right.shape[0], down.shape[1], down.shape[2]), down.dtype)
    total[:-1] += down
    total[1:] -= down
    total[:, :-1] += right
    total[:, 1:] -= right
    return total


def surplus(
    gradients: str,
    pictures: tuple[NDArray[Any], NDArray[Any], Corners],
    support: NDArray[np.bool_],
    known: Floats,
    spare: list[Floats],
) -> Floats | None:
    """Return the divergence of the guidance field less that of the source's own differences.

    It is the right-hand side of the equation for what is to be added to the source: None, for 0,
    where the source's differences are the field.

    Args:
        gradients: one of GRADIENTS.
        pictures: source and target, rows of pixels (H, W * C), contiguous; and (y, x) of the first
            pixel of the box in the one, and in the other.
        support: bool (h, w); the result is 0 outside it.
        known: (h, w, C), target - source in the box, but for a constant of each channel.
        spare: an array as `known`, to be overwritten with the result; others are not used.
    """
    if gradients == "import" or (gradients == "monochrome" and known.shape[2] == 1):
        return None
    (source, target, corners), rhs = pictures, spare[0]
    if gradients == "mixed":
        # The differences of 8 bit, and theirs, fit into 16: twice as many at a time.
        unit = np.empty(0, np.int16 if source.dtype == np.uint8 else np.float32)
        kernels().mixed(source, target, corners, support, unit, rhs)
    elif gradients == "average":
        kernels().laplacian(known, support, rhs)
        rhs *= np.float32(0.5)
    else:
        field = np.empty_like(known)
        kernels().greyed(source, corners, field)
        kernels().laplacian(field, support, rhs)
    return rhs
