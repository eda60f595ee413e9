"""What comes out: defects, and the picture with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, colour_of
from .stencil import bounds


def marked_of(label: Floats) -> NDArray[np.uint8]:
    """Return where `label` is above 0: uint8 (h, w), 0 or 255."""
    return np.negative((label > 0).view(np.uint8))  # 1 becomes 255


@dataclass(frozen=True, eq=False)
class Defect:
    """One defect of a sample.

    Attributes:
        kind: what it is called; "good" for a null defect, which shows nothing.
        top, left: the first row and column of its box in the frame.
        pixels: (h, w, C), the picture in that box, in the image's dtype, without alpha.
        label: float32 (h, w) in [0, 1]; a mask file holds label > 0.
        contrast: mean change under the label, in levels of the channel that changed most.
        made_by: the drawn recipe that made it.
    """

    kind: str
    top: int
    left: int
    pixels: NDArray[Any] = field(repr=False)
    label: Floats = field(repr=False)
    contrast: float
    made_by: Any

    @cached_property
    def marked(self) -> NDArray[np.uint8]:
        """Where the label is above 0: uint8 (h, w), 0 or 255."""
        return marked_of(self.label)

    @cached_property
    def area(self) -> int:
        """How many pixels the label marks."""
        return cv2.countNonZero(self.marked)

    @cached_property
    def box(self) -> tuple[int, int, int, int]:
        """(top, left, height, width) in the frame of the smallest rectangle around the label."""
        y, x, h, w = bounds(self.marked)
        return self.top + y, self.left + x, h, w

    def paste(self, frame: NDArray[Any]) -> None:
        """Write the defect's box into `frame` (H, W, C), which is the caller's own copy."""
        h, w = self.label.shape
        frame[self.top : self.top + h, self.left : self.left + w] = self.pixels


@dataclass(frozen=True, eq=False)
class Sample:
    """A picture with defects, and the same picture without.

    Attributes:
        clean: the picture without the defects: as it was given, or after what `Then` did to it.
        defects: in the order in which they were made; each box shows the earlier ones too.
        made_by: the drawn recipe of the whole: called on the picture that was given, it makes the
            sample again.
        attempts: how many draws it took.
        bad: file -> what is wrong with it, of pool files that could not be read.
    """

    clean: NDArray[Any] = field(repr=False)
    defects: tuple[Defect, ...]
    made_by: Any
    attempts: int = 1
    bad: dict[str, str] = field(default_factory=dict)

    @cached_property
    def image(self) -> NDArray[Any]:
        """The picture with its defects, in the dtype and shape of `clean`."""
        first = self.defects[0].pixels if self.defects else None
        if len(self.defects) == 1 and first is not None and first.size == self.clean.size:
            return first.reshape(self.clean.shape).copy()  # its box is the frame
        frame = self.clean.copy()
        colour = colour_of(frame)
        for defect in self.defects:
            defect.paste(colour)
        return frame

    @cached_property
    def mask(self) -> NDArray[np.uint8]:
        """The union of the labels above 0: uint8 (H, W), 0 or 255."""
        union = np.zeros(self.clean.shape[:2], np.uint8)
        for defect in self.defects:
            h, w = defect.label.shape
            box = union[defect.top : defect.top + h, defect.left : defect.left + w]
            np.bitwise_or(box, defect.marked, out=box)
        return union

    @property
    def kind(self) -> str:
        """The kind of its defects, "combined" for several kinds, "good" for none."""
        kinds = {defect.kind for defect in self.defects} - {"good"}
        return kinds.pop() if len(kinds) == 1 else "combined" if kinds else "good"
