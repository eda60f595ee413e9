"""The estimator for scenes: finds the part in a picture once, and keeps what it found."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..scene import Scene
from ._cache import kept
from ._estimate import Foreground, enlarged, estimate_fine

SURE = 0.5
"""The confidence below which an estimate is worth a look."""

_PLAUSIBLE = 0.25
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Automatic:
    """An estimator for `Scene.estimator` that needs no weights and no settings.

    It gives what `estimate` gives. What was found in a file is kept in the user's cache folder
    (``$BLEMISH_CACHE``, else ``$XDG_CACHE_HOME/blemish``, else ``~/.cache/blemish``), so that it
    is looked for once and not once a sample. A mask too doubtful to be used is replaced by the
    whole frame.

    Attributes:
        keep: whether to use that folder.
    """

    keep: bool = True

    def __call__(self, scene: Scene) -> NDArray[np.bool_]:
        """Return where the part is: bool (H, W)."""
        return self.look(scene).mask

    def look(self, scene: Scene) -> Foreground:
        """Return where the part is, how sure that is, and whether it is taken for a texture."""
        found = kept(scene, lambda: _found(scene)) if self.keep else _found(scene)
        if not found.texture and found.confidence < _PLAUSIBLE:
            found = Foreground(np.ones_like(found.mask), found.confidence, True)
        return enlarged(found, scene.shape)


def _found(scene: Scene) -> Foreground:
    found = estimate_fine(scene.image, scene.full)
    if found.confidence < SURE:
        what = "a texture" if found.texture else "a part before a background"
        where = scene.path or "a picture"
        _log.info("%s: %s, but not surely (confidence %.2f)", where, what, found.confidence)
    return found
