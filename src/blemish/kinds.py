"""What defects are called: names that are also those of folders."""

from __future__ import annotations

import re

_KIND = re.compile(r"\w[\w.-]*")
_RESERVED = ("good", "combined")


def check_kind(kind: str) -> str:
    """Return `kind`, which can name a folder; ValueError otherwise."""
    if not isinstance(kind, str) or not _KIND.fullmatch(kind) or kind in _RESERVED:
        raise ValueError(
            f"kind {kind!r} names a folder: letters, digits, '_', '-' and '.', and not "
            f"{' or '.join(_RESERVED)}"
        )
    return kind


def kind_named(name: str) -> str:
    """Return the kind that a folder name of somebody's stands for: "deep scratch" deep_scratch.

    "combined" and "good" mean something else here and get "_defect" behind; "" becomes "defect".
    """
    kind = re.sub(r"[^\w.-]+", "_", name).strip("-.") or "defect"
    return f"{kind}_defect" if kind in _RESERVED else kind
