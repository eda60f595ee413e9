"""What the parts of a recipe are: the five questions, each a protocol."""

from __future__ import annotations

from typing import Protocol

from .arrays import Floats
from .scene import Scene
from .stencil import Stencil


class Region(Protocol):
    """Which shape."""

    def __call__(self, scene: Scene, /) -> Stencil: ...


class Placement(Protocol):
    """Where."""

    def __call__(self, stencil: Stencil, scene: Scene, /) -> Stencil: ...


class Content(Protocol):
    """What is seen: a layer of the stencil's size.

    A content with a method `at(scene, stencil, pixels)` promises that what it shows at a pixel of
    the frame does not depend on the stencil's box. A large box is then asked for in bands, and of a
    thinly covered band only some pixels: their flat indices in the box, for which `at` returns one
    row (1, n, C).

    A content with a method `margin(stencil)`, as a blend has one, gets a stencil with so many
    pixels around its mask: one that compares a donor's surroundings with those of the place. Of a
    donor, `stencil.layer` is what it brought.
    """

    def __call__(self, scene: Scene, stencil: Stencil, /) -> Floats: ...


class Blend(Protocol):
    """How base and layer meet.

    A layer that is the base itself shows nothing; for a blend with a class attribute `neutral`, it
    is a layer that has this value everywhere.
    """

    def __call__(self, base: Floats, layer: Floats, mask: Floats, /) -> Floats: ...
    def margin(self, stencil: Stencil, /) -> int:
        """Return how many pixels of context around the stencil the blend wants.

        0 promises that each pixel depends on that pixel alone; such a blend is called with bands of
        the box, or with the pixels under the mask as one row (1, n, C).
        """


class Label(Protocol):
    """What is labelled."""

    def __call__(self, change: Floats, mask: Floats, /) -> Floats: ...


class Change(Protocol):
    """What alters a layer before it is blended, or with `Then` the finished picture.

    It keeps the layer's shape, but for its two sides, which a quarter turn exchanges. Class
    attributes tell what else may be done with it: `by_value = True` if a value depends on that
    value of that channel alone, `moves = True` if pixels only change their places, and
    `reach_px` how far a pixel's value is carried. Without any of them it looks at the whole layer.
    """

    def __call__(self, layer: Floats, /) -> Floats: ...
