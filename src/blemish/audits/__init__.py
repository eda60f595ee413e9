"""Measuring a labelled dataset, ours or another tool's: what its masks and pictures are worth."""

from __future__ import annotations

from .auditing import Audit, audit
from .faults import FAULTS, Duplicate, Fault
from .measured import Measured
from .summary import Distance, Spread, Summary

__all__ = [
    "FAULTS",
    "Audit",
    "Distance",
    "Duplicate",
    "Fault",
    "Measured",
    "Spread",
    "Summary",
    "audit",
]
