"""EachPiece: every piece of a shape moved onto the object by itself."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..random import seed
from ..refused import Refused
from ..scene import Scene
from ..stencil import Stencil
from ..values import check_range
from ._positions import clipped, on_ground
from .on_object import OnObject

_MOST = 32


@dataclass(frozen=True)
class EachPiece:
    """Where it is, if enough of it lies on the object; else each of its pieces is moved there.

    Attributes:
        share: how much of the shape must lie on the object for it to stay, 0 to 1.
        seed: of the pieces' positions.

    The placement of BGAD's copy-paste (Yao et al., CVPR 2023): there a piece goes to a random point
    of the object and is cut at the frame; here it goes to where all of it lies on the object. Of
    a shape of more than 32 pieces the smaller ones are left out.
    """

    share: float = 2 / 3
    seed: int = seed()

    def __post_init__(self) -> None:
        check_range("EachPiece.share", self.share, 0, 1)

    def __call__(self, stencil: Stencil, scene: Scene) -> Stencil:
        """Return the stencil, or one with the pieces where they were moved to.

        Raises Refused where there is no object.
        """
        if scene.everywhere:
            return stencil
        if on_ground(stencil, scene) > self.share:
            return clipped(stencil, scene)
        rng = np.random.Generator(np.random.Philox(key=self.seed))
        moved = [OnObject(*rng.random(2).tolist())(p, scene) for p in _pieces(stencil)]
        if not moved:
            raise Refused("the shape is empty")
        return _together(moved, stencil.kind)


def _pieces(stencil: Stencil) -> list[Stencil]:
    """Return the connected pieces of a stencil, each in its own box, the largest first."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((stencil.mask > 0).view(np.uint8))
    order = np.argsort(-stats[1:count, cv2.CC_STAT_AREA], kind="stable")[:_MOST] + 1
    pieces = []
    for number in order:
        x, y, w, h = (int(n) for n in stats[number, :4])
        box = np.s_[y : y + h, x : x + w]
        mask = np.where(labels[box] == number, stencil.mask[box], np.float32(0))
        layer = None if stencil.layer is None else stencil.layer[box]
        pieces.append(Stencil(mask, stencil.top + y, stencil.left + x, layer, stencil.kind))
    return pieces


def _together(pieces: list[Stencil], kind: str) -> Stencil:
    """Return one stencil with all pieces; a later one lies over an earlier one."""
    top, left = min(p.top for p in pieces), min(p.left for p in pieces)
    bottom = max(p.top + p.height for p in pieces)
    right = max(p.left + p.width for p in pieces)
    mask = np.zeros((bottom - top, right - left), np.float32)
    first = pieces[0].layer
    layer = None if first is None else np.zeros((*mask.shape, first.shape[2]), np.float32)
    for piece in pieces:
        box = np.s_[
            piece.top - top : piece.top - top + piece.height,
            piece.left - left : piece.left - left + piece.width,
        ]
        over = piece.mask > 0
        mask[box][over] = piece.mask[over]
        if layer is not None and piece.layer is not None:
            layer[box][over] = piece.layer[over]
    return Stencil(mask, top, left, layer, kind)
