"""Then: what happens to the finished picture, and alike to the clean one and the labels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, colour_of, from_float, to_float, white_of
from .changes import flat
from .labels import Changed, Intensity, Opacity
from .random import draw
from .recipe import ATTEMPTS, MakesSamples, NoDefect, check_recipe, chosen
from .refused import Refused
from .sample import Defect, Sample
from .scene import Scene
from .stencil import bounds
from .values import Dice, Value, children


@dataclass(frozen=True, init=False)
class Then(MakesSamples):
    """A recipe, and what is done to its picture afterwards: ``Then(draem, Flip(), Blur(1.5))``.

    Attributes:
        recipe: makes the defects.
        operations: changes of the whole picture, in order. Those that move pixels (Rotate, Flip,
            Transpose, Translate, Scale) move the labels too; the others carry a pixel's value no
            further than they declare (Brightness, Contrast, Gamma, Blur, SensorNoise, Jpeg ...).
            A change that looks at the whole layer (Equalize) would alter the clean picture
            otherwise than the defective one, and is refused.

    Every operation is applied to the picture, to the clean picture and to the labels alike, and the
    labels are taken last: what changed visibly between the two, within the operations' reach of
    what the defects had changed before. Clean and image differ nowhere else.
    """

    of_whole_picture: ClassVar[bool] = True
    recipe: Any
    operations: Any

    def __init__(self, recipe: Any, *more: Any, operations: Any = ()) -> None:
        last = operations if isinstance(operations, (tuple, list)) else (operations,)
        together = (*more, *last)
        object.__setattr__(self, "recipe", check_recipe(recipe))
        object.__setattr__(self, "operations", together)
        for operation in together:
            _check(operation)

    def chosen(self, dice: Dice) -> Then:
        """Return which recipe it is, its fields not yet drawn."""
        return Then(chosen(self.recipe, dice), operations=self.operations)

    def made(
        self, scene: Scene, dice: Dice | None, earlier: tuple[Defect, ...] = (), null: bool = False
    ) -> Sample:
        """Return the sample, or raise NoDefect."""
        reasons: list[str] = []
        attempts, bad = 0, {}
        for _ in range(ATTEMPTS if dice else 1):
            sample = self.recipe.made(scene, dice, (), null)
            attempts += sample.attempts
            bad.update(sample.bad)
            operations = self.operations
            if dice:
                operations = draw(operations, dice.rng, dice.pools)
            drawn = Then(sample.made_by, operations=operations)
            try:
                clean, defects = _after(sample, flat(operations), scene.full)
            except Refused as refused:
                reasons.append(str(refused))
                continue
            return Sample(clean, defects, drawn, attempts, bad)
        raise NoDefect(reasons, bad)


def _check(operation: Any) -> None:
    """Raise TypeError where `operation`, or what may be drawn for it, is not fit for a pair."""
    if operation is None or isinstance(operation, Value):
        for _, child in children(operation):
            if callable(child) or isinstance(child, (Value, tuple, list)):
                _check(child)
        return
    if isinstance(operation, (tuple, list)):
        for each in operation:
            _check(each)
        return
    if not callable(operation) or isinstance(operation, type):
        raise TypeError(f"Then: {operation!r:.80} is not a change")
    fit = _moves(operation) or getattr(operation, "by_value", False)
    if not fit and not hasattr(type(operation), "reach_px"):
        raise TypeError(
            f"Then: {type(operation).__name__} looks at the whole picture, so that it would change "
            "the clean one otherwise; use changes that move pixels, or have by_value or reach_px"
        )


def _moves(operation: Any) -> bool:
    return getattr(operation, "moves", False)


def _after(
    sample: Sample, operations: list[Any], white: float
) -> tuple[NDArray[Any], tuple[Defect, ...]]:
    """Return the clean picture and the defects after the operations."""
    clean, image = _done(sample.clean, operations, white), _done(sample.image, operations, white)
    after, before = colour_of(image), colour_of(clean)
    change = np.abs(to_float(after, white) - to_float(before, white)).max(axis=2) * np.float32(255)
    shape = sample.clean.shape[:2]
    moved = [_moved(defect, shape, operations, change) for defect in sample.defects]
    # What is too faint to be labelled is not done.
    labelled = np.zeros(change.shape, np.bool_)
    for top, left, label, _ in moved:
        labelled[top : top + label.shape[0], left : left + label.shape[1]] |= label > 0
    final = np.where(labelled[:, :, None], after, before)
    return clean, tuple(
        replace(
            defect,
            top=top,
            left=left,
            pixels=final[top : top + label.shape[0], left : left + label.shape[1]].copy(),
            label=label,
            contrast=contrast,
        )
        for defect, (top, left, label, contrast) in zip(sample.defects, moved, strict=True)
    )


def _done(image: NDArray[Any], operations: list[Any], white: float) -> NDArray[Any]:
    """Return a picture after the operations, in its dtype; alpha is only moved."""
    colour = colour_of(image)
    pixels = to_float(colour, white)
    opaque = image[:, :, colour.shape[2] :] if image.ndim == 3 else image[:, :, None][:, :, :0]
    alpha = to_float(opaque, white_of(image))  # whatever is white, it has the dtype's own range
    for operation in operations:
        pixels = operation(pixels)
        if alpha.shape[2] and _moves(operation):
            alpha = operation(alpha)
    stored = from_float(pixels, image.dtype, white)
    if alpha.shape[2]:
        stored = np.dstack([stored, from_float(alpha, image.dtype, white_of(image))])
    return stored[:, :, 0] if image.ndim == 2 else stored


def _moved(
    defect: Defect, shape: tuple[int, int], operations: list[Any], change: Floats
) -> tuple[int, int, Floats, float]:
    """Return top, left, label and contrast of a defect of a picture of `shape`, after them.

    Raises Refused where too little of it is left.
    """
    if defect.kind == "good":
        return 0, 0, np.zeros((1, 1), np.float32), 0.0
    h, w = defect.label.shape
    frame = np.zeros((*shape, 1), np.float32)
    frame[defect.top : defect.top + h, defect.left : defect.left + w, 0] = defect.label
    for operation in operations:
        if _moves(operation):
            frame = operation(frame)
        elif reach := getattr(operation, "reach_px", 0):
            square = np.ones((2 * reach + 1,) * 2, np.uint8)
            frame = cv2.dilate(frame, square)[:, :, None]
    y, x, h, w = bounds(frame[:, :, 0])
    if not h:
        raise Refused("the defect left the picture")
    moved = np.clip(frame[y : y + h, x : x + w, 0], 0, 1)
    mask = (moved > 0).astype(np.float32)
    levels = np.ascontiguousarray(change[y : y + h, x : x + w] * mask)
    label = _label(defect.made_by.label, levels, mask, moved)
    area = int(np.count_nonzero(label))
    contrast = round(float(levels[label > 0].mean()), 3) if area else 0.0
    reason = defect.made_by.limits.refusal(area, contrast, change.shape)
    if reason:
        raise Refused(f"after the operations {reason}")
    return y, x, label, contrast


def _label(label: Any, levels: Floats, mask: Floats, moved: Floats) -> Floats:
    """Return the label of the finished pair, from the change in it and what it was before.

    `Changed` and `Intensity`, which look at the change alone, are asked again. Another label is
    what it was, moved, and as far as the operations reach; a soft one only where a change is seen.
    """
    if isinstance(label, (Changed, Intensity)):
        return label(levels, mask)
    if not isinstance(label, Opacity):
        return moved
    return np.where(levels > label.tolerance_levels + 1e-3, moved, np.float32(0))
