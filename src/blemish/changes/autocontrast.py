"""Autocontrast: each channel stretched to full range."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..arrays import Floats
from ..values import check_range


@dataclass(frozen=True)
class Autocontrast:
    """Each channel stretched so that its darkest and brightest values become 0 and 1.

    Attributes:
        cutoff: share of the pixels at either end that may be clipped, below 0.5.
    """

    cutoff: float = 0.0

    def __post_init__(self) -> None:
        check_range("Autocontrast.cutoff", self.cutoff, 0, 0.49)

    def __call__(self, layer: Floats) -> Floats:
        """Return the stretched layer; a flat channel stays as it is."""
        # A few thousand pixels tell enough: the layer is to look stretched, not be measured.
        step = max(1, int((layer.shape[0] * layer.shape[1] / 4000) ** 0.5))
        few = np.sort(layer[::step, ::step].reshape(-1, layer.shape[2]), axis=0)
        clipped = int(self.cutoff * (len(few) - 1))
        low, high = few[clipped], few[len(few) - 1 - clipped]
        flat = high - low < 1e-3
        gain = np.where(flat, 1, 1 / np.maximum(high - low, 1e-3)).astype(np.float32)
        matrix = np.hstack([np.diag(gain), -(gain * np.where(flat, 0, low))[:, None]])
        stretched = np.asarray(cv2.transform(layer, matrix), np.float32).reshape(layer.shape)
        return np.clip(stretched, 0, 1, out=stretched)
