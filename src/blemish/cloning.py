"""Clone: a real defect set into a good picture by its gradients, pixel for pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import (
    SMALLEST,
    Floats,
    colour_of,
    from_float,
    to_channels,
    to_float,
    white_of,
)
from .blends import Poisson
from .composition import Limits
from .file import File
from .images import BadFile
from .kinds import kind_named
from .labels import Shape
from .poisson import clone
from .pools import mask_of
from .random import draw, files
from .recipe import MakesSamples, NoDefect
from .refused import Refused
from .sample import Defect, Sample
from .scene import Scene
from .stencil import Stencil, bounds
from .values import Dice, check_range

_TOLERANCE_LEVELS = 0.25


@dataclass(frozen=True)
class Clone(MakesSamples):
    """A recipe: a real defect as it is, cloned seamlessly into the picture.

    Attributes:
        defect: one of the pool "defects".
        y_px, x_px: where the top left pixel of its picture lies in the good one.
        placement: moves it from there; None leaves it.
        share: how much of its mask must be left in the good picture, and on the object where a
            placement cuts it to that, 0 to 1; what is not is cut off. With less it is refused.
        gradients: as `blemish.poisson.clone` takes them.
        grow_px: by how many pixels the mask is grown first. A mask that cuts the defect gives it
            the tone that the target has there: some surroundings keep its contrast.
        label: by default all of the mask that lies in the picture; `Changed` marks, of that, what
            visibly changed, and what did not is left as it was.
        limits: what is acceptable; by default everything.

    `DefectBank` with the blend `Poisson` turns, bends and scales a defect and fits it to the frame;
    here a pixel stays a pixel (Perez, Gangnet and Blake, SIGGRAPH 2003, section 3).
    """

    defect: File = files("defects")
    y_px: int = 0
    x_px: int = 0
    placement: Any = None
    share: float = 1.0
    gradients: str = "import"
    grow_px: int = 0
    label: Any = Shape()
    limits: Limits = Limits(1, 1.0, 0.0)

    def __post_init__(self) -> None:
        check_range("Clone.share", self.share, 0, 1)
        check_range("Clone.grow_px", self.grow_px, 0, 1000)
        Poisson(self.gradients)  # knows which there are

    def chosen(self, dice: Dice) -> Clone:
        """Return the recipe whose fields are to be drawn: itself."""
        return self

    def made(
        self, scene: Scene, dice: Dice | None, earlier: tuple[Defect, ...] = (), null: bool = False
    ) -> Sample:
        """Return the sample of one defect more, or raise NoDefect.

        There is one attempt: a placement such as `Fitting` knows all places.
        """
        if null:
            raise ValueError("a clone always shows something: leave null out")
        try:
            drawn = draw(self, dice.rng, dice.pools) if dice else self
            now = Sample(scene.image, earlier, None).image if earlier else scene.image
            defect = drawn._defect(scene, now)
        except Refused as refused:
            raise NoDefect([str(refused)], {}) from refused
        except BadFile as error:
            raise NoDefect([str(error)], {error.file: str(error)}) from error
        return Sample(scene.image, (*earlier, defect), drawn)

    def offset(self, scene: Scene) -> tuple[int, int]:
        """Return (y, x), where the top left pixel of the defect's picture lies in the scene."""
        cut, (top, left) = _cut(self._mask())
        placed = self._placed(cut, (top, left), scene)
        return placed.top - top, placed.left - left

    def _defect(self, scene: Scene, image: NDArray[Any]) -> Defect:
        """Return the defect in `image`: that of the scene, with the earlier defects in it."""
        mask = self._mask()
        picture = self._seen(scene, mask.shape)
        cut, (top, left) = _cut(mask)
        placed = self._placed(cut, (top, left), scene)
        box = placed.fitted(SMALLEST, *scene.shape)
        kept = 0.0 if box is None else float((box.mask > 0).sum() / (cut.mask > 0).sum())
        if box is None or kept < self.share:
            remedy = "; share=0 (--clip) cuts it off" if self.placement is None else ""
            told = "off the object" if self.placement else "outside the picture"
            raise Refused(
                f"{1 - kept:.1%} of the defect would lie {told}, "
                f"which is of {scene.shape} px{remedy}"
            )
        h, w = placed.mask.shape
        source = picture[top : top + h, left : left + w]
        place = np.s_[box.top : box.top + box.height, box.left : box.left + box.width]
        offset = placed.top - box.top, placed.left - box.left
        # The solver counts in the levels of the dtype.
        tolerance = _TOLERANCE_LEVELS * scene.full / white_of(image)
        after = clone(source, image[place], placed.mask > 0, offset, self.gradients, tolerance)
        pixels = np.minimum(colour_of(after), np.asarray(scene.full, image.dtype))
        return self._labelled(pixels, scene, box, colour_of(image[place]))

    def _labelled(
        self, pixels: NDArray[Any], scene: Scene, box: Stencil, before: NDArray[Any]
    ) -> Defect:
        clean = scene.crop(box.top, box.left, box.height, box.width)
        inside = box.mask > 0
        change = np.abs(to_float(pixels, scene.full) - clean).max(axis=2) * np.float32(255)
        change[~inside] = 0
        label = self.label(change, inside.astype(np.float32))
        # What is too faint to be labelled is not done.
        pixels = np.where(label[:, :, None] > 0, pixels, before)
        area = int(np.count_nonzero(label))
        contrast = round(float(change[label > 0].mean()), 3) if area else 0.0
        reason = self.limits.refusal(area, contrast, scene.shape)
        if reason:
            raise Refused(reason)
        kind = kind_named(self.defect.kind)
        return Defect(kind, box.top, box.left, pixels, label, contrast, self)

    def _mask(self) -> NDArray[np.bool_]:
        """Return the mask in the defect's picture, grown; raises BadFile where it is empty."""
        mask = mask_of(self.defect)
        if not mask.any():
            raise BadFile(self.defect.path, "its mask marks nothing")
        if not self.grow_px:
            return mask
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * self.grow_px + 1,) * 2)
        return np.asarray(cv2.dilate(mask.view(np.uint8), disc), np.uint8).view(np.bool_)

    def _placed(self, cut: Stencil, own: tuple[int, int], scene: Scene) -> Stencil:
        """Return the stencil in the scene; `own` (y, x) is where it is in its picture."""
        there = cut.at(own[0] + self.y_px, own[1] + self.x_px)
        return there if self.placement is None else self.placement(there, scene)

    def _seen(self, scene: Scene, shape: tuple[int, ...]) -> NDArray[Any]:
        """Return the defect's picture in the channels of the scene; raises BadFile for another."""
        picture = scene.look(self.defect)
        if shape != picture.shape[:2]:
            raise BadFile(self.defect.path, f"{picture.shape[:2]} px, but its mask {shape}")
        if picture.dtype.kind == "f":  # their range is the same everywhere
            full = white_of(scene.image)
            picture = from_float(picture.astype(np.float32), scene.image.dtype, full)
        if picture.dtype != scene.image.dtype:
            raise BadFile(
                self.defect.path,
                f"{picture.dtype}, but the good picture {scene.image.dtype}: convert one of them",
            )
        if picture.shape[2] in (1, scene.channels):
            return picture
        full = white_of(picture)
        grey: Floats = to_channels(to_float(picture, full), scene.channels)
        return from_float(grey, picture.dtype, full)


def _cut(mask: NDArray[np.bool_]) -> tuple[Stencil, tuple[int, int]]:
    """Return the stencil of what a mask marks, and where (y, x) its box is in the mask.

    Some pixels around it come along, as far as there are any: where the mask touches the edge of
    its picture, and there alone, that edge is repeated.
    """
    y, x, h, w = bounds(mask.view(np.uint8))
    top, left = max(0, y - SMALLEST), max(0, x - SMALLEST)
    part = mask[top : y + h + SMALLEST, left : x + w + SMALLEST]
    return Stencil(part.astype(np.float32)), (top, left)
