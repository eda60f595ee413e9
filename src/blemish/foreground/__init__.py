"""Foreground: where the part is in a picture, found without any learnt weights."""

from ._automatic import SURE, Automatic
from ._estimate import Foreground, estimate

__all__ = ["SURE", "Automatic", "Foreground", "estimate"]
