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

    A content with a class attribute `by_pixel = True` promises that what it shows at a pixel of the
    frame does not depend on the stencil's box; a large box is then asked for in bands.
    """

    def __call__(self, scene: Scene, stencil: Stencil, /) -> Floats: ...


class Blend(Protocol):
    """How base and layer meet."""

    def __call__(self, base: Floats, layer: Floats, mask: Floats, /) -> Floats: ...
    def margin(self, stencil: Stencil, /) -> int:
        """Return how many pixels of context around the stencil the blend wants.

        0 promises that each pixel depends on that pixel alone; such a blend is called with bands of
        the box, or with the pixels under the mask as one row (1, n, C).
        """


class Label(Protocol):
    """What is labelled."""

    def __call__(self, change: Floats, mask: Floats, /) -> Floats: ...
