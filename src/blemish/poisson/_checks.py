"""What the arguments of an edit must be, told at the door."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import check_image, colour_of
from ..values import check_range
from ._areas import Area
from ._sheets import channels_of

_DTYPES = frozenset(map(np.dtype, (np.uint8, np.uint16, np.float32, np.float64)))


def checked_image(image: Any) -> NDArray[Any]:
    """Return `image`, of any size, as a plain array. Its values are not looked at.

    To look at all pixels of a large picture of floats costs more than a small edit of it;
    `_sheets.check_values` does it where they are read.
    """
    right = isinstance(image, np.ndarray) and image.dtype in _DTYPES and image.ndim in (2, 3)
    if not right or (image.ndim == 3 and not 1 <= image.shape[2] <= 4):
        check_image(image)
    return np.asarray(image)


def check_source(source: NDArray[Any], target: NDArray[Any]) -> None:
    """Raise where the pixels of `source` do not fit those of the target."""
    if source.dtype != target.dtype:
        raise TypeError(
            f"source and target must be of one dtype, not {source.dtype} and {target.dtype}: "
            "convert the one to the other's, and its range"
        )
    if channels_of(source) not in (1, channels_of(target)):
        raise ValueError(
            f"source {source.shape} must be grey or have the target's channels {target.shape}: "
            "convert it to grey first"
        )


def checked_mask(mask: Any, image: NDArray[Any], name: str = "source") -> NDArray[Any]:
    """Return `mask`, of the size of `image`, as a plain array."""
    if not isinstance(mask, np.ndarray) or mask.dtype.kind not in "buif":
        kind = mask.dtype if isinstance(mask, np.ndarray) else type(mask).__name__
        raise TypeError(f"a mask must be an array of bools, integers or floats, not {kind}")
    if mask.shape != image.shape[:2]:
        raise ValueError(
            f"mask {mask.shape} must have the size of the {name} {image.shape[:2]}"
            + (": give one channel of it, mask[:, :, 0]" if mask.ndim == 3 else "")
        )
    return np.asarray(mask)


def checked_place(place: Any, name: str) -> tuple[int, int]:
    """Return a position (y, x) as two integers."""
    try:
        y, x = place
        return operator.index(y), operator.index(x)
    except (TypeError, ValueError):
        raise TypeError(
            f"{name} must be two whole numbers of pixels (y, x), not {place!r}: round them"
        ) from None


def check_tolerance(tolerance_levels: float) -> None:
    """Raise where the bound is none."""
    check_range("tolerance_levels", tolerance_levels, 0, 255)
    if tolerance_levels == 0:
        raise ValueError("tolerance_levels must be above 0: 0.01 is far below what is seen")


def checked_out(
    out: NDArray[Any] | None, target: NDArray[Any], areas: list[Area], name: str = "target"
) -> NDArray[Any]:
    """Return what is written to: `out`, or a copy of the target."""
    if out is None:
        return target.copy()
    if not isinstance(out, np.ndarray):
        raise TypeError(f"out must be an array, not {type(out).__name__}")
    if out.shape != target.shape or out.dtype != target.dtype:
        raise ValueError(
            f"out {out.dtype} {out.shape} must be as the {name}, {target.dtype} {target.shape}: "
            f"give {name}.copy()"
        )
    if not out.flags.writeable:
        raise ValueError(f"out is read-only: give {name}.copy()")
    if out is not target and areas and not _alike(out, target, areas[0]):
        raise ValueError(
            f"out must already hold the {name}, for nothing but the masked pixels are written: "
            f"give {name}.copy()"
        )
    return out


def _alike(out: NDArray[Any], target: NDArray[Any], area: Area) -> bool:
    """Return whether a pixel above or below the mask is the same, if there is one.

    Not all need be: the picture may have been edited elsewhere. In an array that was never filled
    none is.
    """
    rows, columns = area.place
    first = rows.start, columns
    if out[first].tobytes() == target[first].tobytes():
        return True
    ends = np.s_[:: max(1, area.support.shape[0] - 1)]
    known = ~area.support[ends]
    same = (colour_of(out)[area.place][ends] == colour_of(target)[area.place][ends]).all(axis=2)
    return bool(same[known].any() or not known.any())
