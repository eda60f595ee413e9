"""Contact sheets: many samples on one page, each with its outline and its mask."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import colour_of, from_float, to_channels, to_float, white_of

_CELL_PX = 192
_GAP_PX = 6
_CAPTION_PX = 18
_PAPER = 250
_OUTLINE = (255, 40, 40)

Shown = tuple[NDArray[Any], NDArray[np.uint8], str]
"""An image, its mask (uint8, 0 or 255), and what is written above."""


def contact_sheet(
    samples: Iterable[Shown], columns: int = 4, white: float | None = None
) -> NDArray[np.uint8]:
    """Return a page (H, W, 3), uint8, of image with outline beside mask, `columns` pairs a row.

    Raises ValueError where there is no sample to show.
    """
    cells = [_cell(*sample, white) for sample in samples]
    if not cells:
        raise ValueError("there is no sample to show")
    empty = np.full_like(cells[0], _PAPER)
    columns = min(columns, len(cells))
    rows = []
    for first in range(0, len(cells), columns):
        row = cells[first : first + columns]
        rows.append(np.hstack([*row, *[empty] * (columns - len(row))]))
    return np.vstack(rows)


def _cell(
    image: NDArray[Any], mask: NDArray[np.uint8], caption: str, white: float | None
) -> NDArray[np.uint8]:
    picture = to_channels(to_float(colour_of(image), white_of(image, white)), 3)
    shown = from_float(picture, np.uint8, 255)
    outlined = _outlined(_fit(shown, cv2.INTER_AREA), _fit(mask, cv2.INTER_AREA))
    grey = np.repeat(_fit(mask, cv2.INTER_AREA)[:, :, None], 3, axis=2)
    side = _CELL_PX + _GAP_PX
    cell = np.full((side + _CAPTION_PX, 2 * side + _GAP_PX, 3), _PAPER, np.uint8)
    for number, part in enumerate((outlined, grey)):
        top = _CAPTION_PX + (_CELL_PX - part.shape[0]) // 2
        left = _GAP_PX + number * side + (_CELL_PX - part.shape[1]) // 2
        cell[top : top + part.shape[0], left : left + part.shape[1]] = part
    cv2.putText(
        cell, caption, (_GAP_PX, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (60, 60, 60), 1, cv2.LINE_AA
    )
    return cell


def _fit(image: NDArray[np.uint8], how: int) -> NDArray[np.uint8]:
    scale = _CELL_PX / max(image.shape[:2])
    size = tuple(max(1, round(side * scale)) for side in image.shape[:2])
    how = how if scale < 1 else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(image, size[::-1], interpolation=how), np.uint8)


def _outlined(image: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return `image` with a line just outside the mask, so that the defect itself stays visible."""
    marked = np.asarray(mask > 0, np.uint8)
    line = cv2.dilate(marked, np.ones((3, 3), np.uint8)) != marked
    outlined = image.copy()
    outlined[line] = _OUTLINE
    return outlined
