"""Refused: one draw did not make an acceptable defect."""

from __future__ import annotations


class Refused(Exception):
    """One draw did not make an acceptable defect; the message says why. It is drawn again."""
