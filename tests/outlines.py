"""Outlines of the objects in real pictures, drawn by hand: the truth for masks of objects."""

import json
from functools import cache
from pathlib import Path

import cv2
import numpy as np

FILE = Path(__file__).parent / "data" / "outlines.json"


@cache
def outlines():
    """Per set and file: its size [H, W], and the rings [[y, x], ...] of its objects and holes."""
    return json.loads(FILE.read_text(encoding="utf-8"))


def outline_mask(entry):
    """What lies within the objects and in no hole: bool (H, W), a pixel counted by its centre."""
    finer = 4  # fillPoly also fills what its border touches: a finer canvas makes that negligible
    height, width = entry["size"]
    canvas = np.zeros((finer * height, finer * width), np.uint8)
    for rings, level in ((entry["objects"], 1), (entry["holes"], 0)):
        for ring in rings:
            corners = np.rint(finer * np.array(ring)[:, ::-1]).astype(np.int32)
            cv2.fillPoly(canvas, [corners], level)
    return canvas[::finer, ::finer] > 0
