"""Autocontrast: each channel stretched to full range."""

from __future__ import annotations

from dataclasses import dataclass

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
        # Quantiles of about ten thousand pixels: the layer is to look stretched, not be measured.
        step = max(1, int((layer.shape[0] * layer.shape[1] / 10_000) ** 0.5))
        few = layer[::step, ::step].reshape(-1, layer.shape[2])
        low, high = np.quantile(few, (self.cutoff, 1 - self.cutoff), axis=0).astype(np.float32)
        flat = high - low < 1e-3
        low, span = np.where(flat, 0, low), np.where(flat, 1, high - low)
        return np.asarray(np.clip((layer - low) / span, 0, 1), np.float32)
