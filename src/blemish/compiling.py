"""Compiling the loops over pixels. Calling this imports numba: do it where a loop is first run."""

from __future__ import annotations

from typing import Any


def compiled(function: Any) -> Any:
    """Return `function` compiled by numba, its machine code kept for other processes.

    Where there is no folder to keep it in (a read-only installation, and no home), each process
    compiles it anew: slower to start, and all else the same. Dividing by 0 raises nothing: integers
    give 0, floats infinity or NaN.
    """
    from numba import njit

    try:
        return njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:
        return njit(nogil=True, error_model="numpy")(function)


def pointer_of() -> Any:
    """Return a function for compiled code: array -> pointer to its first element.

    Where a loop takes many short pieces of one array, the slices cost more than the arithmetic:
    each is counted, and each index is checked for a sign. Pointers know neither; `p[o + i]` is
    vectorised as it stands. Their bounds are the caller's business.
    """
    from numba import types
    from numba.extending import intrinsic

    @intrinsic
    def pointer(_: Any, array: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return context.make_array(signature.args[0])(context, builder, arguments[0]).data

        kind: Any = types.CPointer
        return kind(array.dtype)(array), code

    return pointer
