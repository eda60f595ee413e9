"""The scene: an image and what is known of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, check_image, colour_of, storable, to_channels, to_float, white_of
from .file import File
from .images import Loaded, cached


@dataclass(frozen=True, eq=False)
class Scene:
    """An image and what is known of it.

    Attributes:
        image: the picture, in any form that `blemish.arrays` names; never written to.
        white: the value that is full range, where it is not the dtype's (4095 for a 12-bit camera).
        path: where it was read, if it was.
        roi: bool (H, W), where defects may lie, or None for everywhere.
        estimator: scene -> bool (H, W), finds the object; None where everything is object.
        sha256: of the file it was read from, if it was; what is known of a picture is kept by it.
    """

    image: NDArray[Any] = field(repr=False)
    white: float | None = None
    path: Path | None = None
    roi: NDArray[np.bool_] | None = field(default=None, repr=False)
    estimator: Callable[[Scene], NDArray[np.bool_]] | None = None
    sha256: str | None = None

    def __post_init__(self) -> None:
        check_image(self.image)
        white_of(self.image, self.white)
        if self.roi is not None and self.roi.shape != self.image.shape[:2]:
            raise ValueError(f"roi {self.roi.shape} must have the size of the image {self.shape}")

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W)."""
        return self.image.shape[0], self.image.shape[1]

    @property
    def side(self) -> int:
        """The shorter side in pixels: lengths of parts are fractions of it."""
        return int(min(self.image.shape[:2]))

    @property
    def channels(self) -> int:
        """1 or 3, alpha not counted."""
        return int(self.colour.shape[2])

    @property
    def colour(self) -> NDArray[Any]:
        """A view (H, W, C) of the image without alpha, in its own dtype."""
        return colour_of(self.image)

    @property
    def full(self) -> float:
        """The value of the image that is full range."""
        return white_of(self.image, self.white)

    @cached_property
    def foreground(self) -> NDArray[np.bool_]:
        """Where the object is: bool (H, W); everywhere, where no estimator was handed over."""
        if self.estimator is None:
            return np.ones(self.shape, np.bool_)
        return self.estimator(self)

    @cached_property
    def allowed(self) -> NDArray[np.bool_]:
        """Where a defect may lie: on the object and in the region of interest; bool (H, W)."""
        return self.foreground if self.roi is None else self.foreground & self.roi

    @cached_property
    def everywhere(self) -> bool:
        """Whether a defect may lie anywhere in the frame."""
        if self.estimator is None and self.roi is None:
            return True
        return bool(self.allowed.all())

    def crop(self, top: int, left: int, height: int, width: int) -> Floats:
        """Return a box of the picture as float32 (height, width, C); it must lie in the frame."""
        if not (0 <= top <= top + height <= self.shape[0]) or not (
            0 <= left <= left + width <= self.shape[1]
        ):
            raise ValueError(f"box {(top, left, height, width)} leaves the frame {self.shape}")
        return to_float(self.colour[top : top + height, left : left + width], self.full)

    def read(self, file: File, largest: tuple[int, int] | None = None) -> Floats:
        """Return another image as float32 (h, w, C) in [0, 1], with this scene's channels.

        Where `largest` (H, W) is given, a longer side is reduced to it, averaged without aliasing.
        Raises LookupError for a file of a recipe that was read back without its pools.
        """
        return self.brought(self.look(file, largest), file)

    def brought(self, colour: NDArray[Any], file: File) -> Floats:
        """Return a piece of what `look` returned as `read` would return it."""
        # What the same camera saw is as bright; a texture fills its own range.
        same = file.pool != "textures" and colour.dtype == self.image.dtype
        return to_channels(to_float(colour, self.full if same else white_of(colour)), self.channels)

    def look(self, file: File, largest: tuple[int, int] | None = None) -> NDArray[Any]:
        """Return what `read` does in the image's own dtype and channels, (h, w, 1 or 3)."""
        origin = file.origin[0] if isinstance(file.origin, tuple) else file.origin
        if origin is None:
            raise LookupError(
                f"{file.path} belongs to the pool {file.pool!r}, which is not at hand: "
                f"pass {file.pool}=FOLDER when calling the recipe"
            )
        image = cached(origin) if isinstance(origin, Path) else check_image(origin)
        colour: NDArray[Any] = colour_of(image)
        if largest and (colour.shape[0] > largest[0] or colour.shape[1] > largest[1]):
            h, w = (min(own, most) for own, most in zip(colour.shape[:2], largest, strict=True))
            # Before it becomes floats: a third of the time. Down to half, two pixels are averaged
            # along each side by linear interpolation too, at a tenth of the time.
            far = colour.shape[0] > 2 * h or colour.shape[1] > 2 * w
            how = cv2.INTER_AREA if far else cv2.INTER_LINEAR
            reduced = cv2.resize(np.ascontiguousarray(colour), (w, h), interpolation=how)
            colour = np.asarray(reduced, colour.dtype).reshape(h, w, -1)
        return colour


def scene_of(loaded: Loaded, white: float | None, path: Path) -> Scene:
    """Return the scene of an image file; the range of floats is [0, 1], whatever `white` is."""
    ranged = white if loaded.pixels.dtype.kind == "u" else None
    return Scene(storable(loaded.pixels), ranged, path, sha256=loaded.sha256)
