"""Compiled loops where their machine code can be kept, and where it cannot."""

import numpy as np
import pytest

from blemish.compiling import compiled


def doubled(values):
    total = 0
    for value in values:
        total += 2 * value
    return total


def test_it_computes_the_same():
    assert compiled(doubled)(np.arange(5)) == doubled(np.arange(5)) == 20


def test_without_a_folder_for_machine_code(monkeypatch):
    """A read-only installation, and a user without a home."""
    from numba import njit
    from numba.core import caching

    cache = getattr(caching, "CacheImpl", None) or caching._CacheImpl
    monkeypatch.setattr(cache, "_locator_classes", [])
    with pytest.raises(RuntimeError, match="cannot cache"):
        njit(cache=True)(doubled)
    assert compiled(doubled)(np.arange(5)) == 20
