"""DefectBank: real defects, cut out by their masks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from ..arrays import Floats
from ..changes import changed, freeze_changes
from ..file import File
from ..images import BadFile
from ..pools import mask_of
from ..random import files
from ..scene import Scene
from ..stencil import SURROUNDINGS_PX, Stencil, bounds
from ..values import check_range

_ROUNDING = 1e-6


@dataclass(frozen=True)
class DefectBank:
    """A donor: a real defect, cut out of its picture by its mask.

    Attributes:
        defect: one of the pool "defects".
        scale: its size against the frame, 1 for the share that it had of its own picture.
        angle: counter-clockwise, in radians.
        flip: whether it is mirrored left to right.
        changes: a change, or several, of what is seen of it.

    The defect lies where it lay in its own picture (as a fraction of the frame) until a placement
    moves it. Its kind is the folder it came from. Pasting real defects is the idea of PRNet and of
    BGAD (Zhang et al., CVPR 2023; Yao et al., CVPR 2023).
    """

    defect: File = files("defects")
    scale: float = 1.0
    angle: float = 0.0
    flip: bool = False
    changes: Any = ()

    def __post_init__(self) -> None:
        freeze_changes(self)
        check_range("DefectBank.scale", self.scale, 1e-2, 1e2)

    def __call__(self, scene: Scene) -> Stencil:
        """Return the defect with its surroundings as layer.

        Raises BadFile if the mask marks nothing or has not the size of its picture.
        """
        picture, mask = scene.read(self.defect), mask_of(self.defect)
        if mask.shape != picture.shape[:2]:
            raise BadFile(self.defect.path, f"{picture.shape[:2]} px, but its mask {mask.shape}")
        y, x, h, w = bounds(mask.astype(np.uint8))
        if not h:
            raise BadFile(self.defect.path, "its mask marks nothing")
        own = mask.shape
        centre = ((y + h / 2) / own[0] * scene.shape[0], (x + w / 2) / own[1] * scene.shape[1])
        size = self.scale * scene.side / min(own)
        matrix, shape = self._matrix((y, x, h, w), size)
        layer = _warp(picture, matrix, shape).reshape(*shape, scene.channels)
        coverage = _warp(mask.astype(np.float32), matrix, shape, cv2.BORDER_CONSTANT)
        top, left = round(centre[0] - shape[0] / 2), round(centre[1] - shape[1] / 2)
        kind = self.defect.kind
        return Stencil(coverage, top, left, changed(layer, self.changes), kind)

    def _matrix(
        self, box: tuple[int, int, int, int], size: float
    ) -> tuple[np.ndarray, tuple[int, int]]:
        """Return the matrix from box to picture coordinates, and the box's (height, width)."""
        y, x, h, w = box
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        height = math.ceil((abs(cos) * h + abs(sin) * w) * size - _ROUNDING) + 2 * SURROUNDINGS_PX
        width = math.ceil((abs(sin) * h + abs(cos) * w) * size - _ROUNDING) + 2 * SURROUNDINGS_PX
        turn = np.array([[cos, -sin], [sin, cos]]) / size
        if self.flip:
            turn = np.array([[-1.0, 0.0], [0.0, 1.0]]) @ turn
        middle = np.array([width - 1, height - 1]) / 2
        centre = np.array([x + (w - 1) / 2, y + (h - 1) / 2])
        return np.hstack([turn, (centre - turn @ middle)[:, None]]), (height, width)


def _warp(
    picture: Floats, matrix: np.ndarray, shape: tuple[int, int], border: int = cv2.BORDER_REPLICATE
) -> Floats:
    shrink = math.sqrt(abs(float(np.linalg.det(matrix[:, :2]))))
    if shrink > 1:
        # Averaged to the new pixel size first: a linear look-up alone would alias.
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), shrink / 2), np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warped = cv2.warpAffine(picture, matrix, (shape[1], shape[0]), flags=flags, borderMode=border)
    return np.asarray(warped, np.float32)
