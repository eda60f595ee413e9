"""Then: what happens to the finished picture, and alike to the clean one and the labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, colour_of, from_float, to_float
from .labels import Changed
from .pools import PoolLike
from .random import draw
from .recipe import ATTEMPTS, NoDefect, check_recipe, chosen, synthesize
from .refused import Refused
from .sample import Defect, Sample
from .scene import Scene
from .stencil import bounds
from .values import Dice, Value


@dataclass(frozen=True, init=False)
class Then:
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

    def __call__(
        self,
        image: NDArray[Any] | Scene,
        rng: np.random.Generator | int | None = None,
        *,
        textures: PoolLike = None,
        defects: PoolLike = None,
        sources: PoolLike = None,
    ) -> Sample:
        """Return a sample of `image`; see `synthesize`."""
        return synthesize(self, image, rng, textures=textures, defects=defects, sources=sources)

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


def flat(operations: Any) -> list[Any]:
    """Return the operations that are to be done, without the None of a choice that fell on none."""
    if operations is None:
        return []
    if isinstance(operations, (tuple, list)):
        return [operation for several in operations for operation in flat(several)]
    return [operations]


def _check(operation: Any) -> None:
    """Raise TypeError where `operation`, or what may be drawn for it, is not fit for a pair."""
    if operation is None or isinstance(operation, Value):
        for option in getattr(operation, "options", ()):
            _check(option)
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
    differs = (colour_of(sample.image) != colour_of(sample.clean)).any(axis=2)
    after, before = colour_of(image), colour_of(clean)
    change = np.abs(to_float(after, white) - to_float(before, white)).max(axis=2) * np.float32(255)
    defects = tuple(_moved(defect, differs, operations, change, after) for defect in sample.defects)
    return clean, defects


def _done(image: NDArray[Any], operations: list[Any], white: float) -> NDArray[Any]:
    """Return a picture after the operations, in its dtype; alpha is only moved."""
    colour = colour_of(image)
    pixels = to_float(colour, white)
    alpha = image[:, :, colour.shape[2] :] if image.ndim == 3 else None
    opaque = to_float(alpha, white) if alpha is not None and alpha.shape[2] else None
    for operation in operations:
        pixels = operation(pixels)
        if opaque is not None and _moves(operation):
            opaque = operation(opaque)
    done = pixels if opaque is None else np.concatenate([pixels, opaque], axis=2)
    stored = from_float(done, image.dtype, white)
    return stored[:, :, 0] if image.ndim == 2 else stored


def _moved(
    defect: Defect,
    differs: NDArray[np.bool_],
    operations: list[Any],
    change: Floats,
    after: NDArray[Any],
) -> Defect:
    """Return the defect as it is after the operations; raise Refused where too little is left."""
    h, w = defect.label.shape
    box = np.s_[defect.top : defect.top + h, defect.left : defect.left + w]
    label, touched = (np.zeros((*differs.shape, 1), np.float32) for _ in range(2))
    label[box][:, :, 0] = defect.label
    # Changes too small for a label count: a steeper contrast may make them visible.
    touched[box][:, :, 0] = differs[box] | (defect.label > 0) | (defect.kind == "good")
    for operation in operations:
        if _moves(operation):
            label, touched = operation(label), operation(touched)
        elif reach := getattr(operation, "reach_px", 0):
            square = np.ones((2 * reach + 1,) * 2, np.uint8)
            touched = cv2.dilate(touched, square)[:, :, None]
    mask = np.ascontiguousarray((touched[:, :, 0] > 0).astype(np.float32))
    y, x, h, w = bounds(mask)
    if not h:
        raise Refused("the defect left the picture")
    inside = np.s_[y : y + h, x : x + w]
    mask, pixels = mask[inside], after[inside].copy()
    if defect.kind == "good":
        return Defect("good", y, x, pixels, np.zeros_like(mask), 0.0, defect.made_by)
    levels = np.ascontiguousarray(change[inside] * mask)
    made_by = defect.made_by
    if isinstance(made_by.label, Changed):
        final = made_by.label(levels, np.ascontiguousarray(mask))
    else:
        final = np.clip(label[inside][:, :, 0], 0, 1) * mask
    area = int(np.count_nonzero(final))
    contrast = round(float(levels[final > 0].mean()), 3) if area else 0.0
    reason = made_by.limits.refusal(area, contrast, change.shape)
    if reason:
        raise Refused(f"after the operations {reason}")
    return Defect(defect.kind, y, x, pixels, final, contrast, made_by)
