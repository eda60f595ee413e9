"""What was found in a picture, kept by the picture's hash in the user's cache folder."""

from __future__ import annotations

import json
import logging
import os
import re
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from ..images import write_atomic
from ..scene import Scene
from ._estimate import Foreground

VERSION = 1
"""To be raised whenever a picture gives another mask than before: what was kept is then void."""

_RECENT = 1024
_log = logging.getLogger(__name__)
_lock = threading.Lock()
_recent: OrderedDict[str, bytes] = OrderedDict()


def folder() -> Path | None:
    """Return where masks are kept: under $BLEMISH_CACHE, $XDG_CACHE_HOME/blemish or ~/.cache."""
    above = os.environ.get("BLEMISH_CACHE")
    if not above:
        shared = os.environ.get("XDG_CACHE_HOME")
        try:
            above = str((Path(shared) if shared else Path.home() / ".cache") / "blemish")
        except RuntimeError:  # nobody's home
            return None
    return Path(above) / "foreground" / f"v{VERSION}"


def kept(scene: Scene, found: Callable[[], Foreground]) -> Foreground:
    """Return what is kept for the file of a scene, or what is `found`, and keep that.

    A file that cannot be read is written anew; a folder that cannot be written is no error.
    """
    name = _name(scene)
    if name is None:
        return found()
    with _lock:
        data = _recent.get(name)
    known = _unpacked(data) if data else _read(name)
    if known is None:
        known = found()
        data = _packed(known)
        _write(name, data)
    with _lock:
        _recent[name] = data or _packed(known)
        while len(_recent) > _RECENT:
            _recent.popitem(last=False)
    return known


def _name(scene: Scene) -> str | None:
    """Return the file's name: of all that the mask depends on; None for a scene without a hash."""
    if not re.fullmatch("[0-9a-f]{64}", scene.sha256 or ""):
        return None
    h, w = scene.shape
    told = f"{scene.sha256}-{h}x{w}x{scene.channels}-{scene.image.dtype}-{scene.full!r}"
    return f"{told}-opencv{cv2.__version__}.mask"


def _packed(found: Foreground) -> bytes:
    head = {"shape": found.mask.shape, "confidence": found.confidence, "texture": found.texture}
    bits = np.packbits(found.mask).tobytes()
    return zlib.compress(json.dumps(head).encode() + b"\n" + bits)


def _unpacked(data: bytes) -> Foreground | None:
    """Return what was packed, or None if it was damaged: zlib has a checksum of it."""
    try:
        head, _, bits = zlib.decompress(data).partition(b"\n")
        told = json.loads(head)
        h, w = told["shape"]
        mask = np.unpackbits(np.frombuffer(bits, np.uint8), count=h * w).reshape(h, w)
        return Foreground(mask.astype(np.bool_), float(told["confidence"]), bool(told["texture"]))
    except (zlib.error, ValueError, LookupError, TypeError):
        return None


def _read(name: str) -> Foreground | None:
    above = folder()
    if above is None:
        return None
    try:
        data = (above / name).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        _tell_once(f"{above} cannot be read ({error.strerror}): masks are found anew")
        return None
    known = _unpacked(data)
    if known is None:
        _log.info("%s is damaged: the mask is found anew", above / name)
    return known


def _write(name: str, data: bytes) -> None:
    above = folder()
    if above is None:
        return
    try:
        above.mkdir(parents=True, exist_ok=True)
        write_atomic(above / name, data)
    except OSError as error:
        _tell_once(f"{above} cannot be written ({error.strerror}): masks are not kept")


@cache
def _tell_once(told: str) -> None:
    _log.info(told)
