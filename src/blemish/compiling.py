"""Compiling the loops over pixels. Calling this imports numba: do it where a loop is first run."""

from __future__ import annotations

from typing import Any


def compiled(function: Any) -> Any:
    """Return `function` compiled by numba, its machine code kept for other processes.

    Where there is no folder to keep it in (a read-only installation, and no home), each process
    compiles it anew: slower to start, and all else the same.
    """
    from numba import njit

    try:
        return njit(cache=True, nogil=True)(function)
    except RuntimeError:
        return njit(nogil=True)(function)
