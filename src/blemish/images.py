"""Images in and out: a file is read once and checked to its end, written in full or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import os
import threading
import uuid
import warnings
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import png
from .arrays import SMALLEST

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"})
CACHE_BYTES = 64 * 2**20
TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
STARTS = (png.SIGNATURE, b"\xff\xd8\xff", b"BM", b"RIFF", *TIFF_STARTS)
PLAIN = {"1": "L", "P": "RGB", "PA": "RGBA", "CMYK": "RGB", "YCbCr": "RGB"}  # Pillow's modes

_log = logging.getLogger(__name__)
_lock, _warnings_lock = threading.Lock(), threading.Lock()
_images: OrderedDict[tuple[str, int, int], NDArray[Any]] = OrderedDict()
_digests: dict[tuple[str, int, int], str] = {}


class BadFile(ValueError):
    """A file that cannot be used: a class of its own, because a long run must survive it."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.file, self.reason = str(path), reason


@dataclass(frozen=True, eq=False)
class Loaded:
    """An image file as read.

    pixels: uint8, uint16 or float32 in [0, 1]; (H, W), or (H, W, 2 | 3 | 4), the even ones with
    alpha. faithful: any reader sees these; no rotation, palette, CMYK, bits ... were resolved.
    """

    pixels: NDArray[Any]
    sha256: str
    faithful: bool


def load(path: Path) -> Loaded:
    """The pixels of an image file, its hash, and whether any other reader would see the same.

    Raises FileNotFoundError, IsADirectoryError, or ValueError with what is wrong and what to do.
    """
    loaded = _load(Path(path))
    shape = loaded.pixels.shape[:2]
    if min(shape) < SMALLEST:
        raise BadFile(path, f"{shape} px, but blemish works from {SMALLEST} px up")
    return loaded


def _load(path: Path) -> Loaded:
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder, not an image: list it with find_images")
    key, data = _key(path), path.read_bytes()
    try:
        pixels, faithful = _decode(data)
    except ValueError as error:
        raise BadFile(path, str(error)) from error
    if not faithful:
        _log.info("%s: converted to %s of shape %s", path, pixels.dtype, pixels.shape)
    if key not in _digests:
        # Once while the file is unchanged: it costs as much as half the decoding.
        _digests[key] = hashlib.sha256(data).hexdigest()
    return Loaded(pixels, _digests[key], faithful)


def read_image(path: Path) -> NDArray[Any]:
    """The pixels of `load`."""
    return load(path).pixels


def read_mask(
    path: Path, shape: tuple[int, int] | None = None, empty: bool = False
) -> NDArray[np.bool_]:
    """(H, W) bool: where any colour channel is above 0; alpha does not count.

    Raises what `load` does, ValueError if not of `shape`, or `empty` where it is not to be.
    """
    pixels = _load(Path(path)).pixels
    if pixels.ndim == 3:
        pixels = pixels[..., : 1 if pixels.shape[2] == 2 else 3].max(axis=2)
    if shape is not None and pixels.shape != tuple(shape):
        raise BadFile(path, f"mask of {pixels.shape} px, image of {shape}: make them equal")
    if not empty and not pixels.any():
        raise BadFile(path, "an empty mask: mark the defect in it, or remove the file")
    return np.asarray(pixels > 0)


def cached(path: Path) -> NDArray[Any]:
    """The pixels of `load`, read-only; kept up to 64 MiB a process, while the file is the same."""
    key = _key(path)
    with _lock:
        if key in _images:
            _images.move_to_end(key)
            return _images[key]
    pixels = read_image(path)
    pixels.setflags(write=False)
    with _lock:
        if pixels.nbytes <= CACHE_BYTES // 4:
            _images[key] = pixels
        while sum(kept.nbytes for kept in _images.values()) > CACHE_BYTES:
            _images.popitem(last=False)
    return pixels


def sha256_of(path: Path) -> str:
    """The sha256 of a file in hex, computed once while the file is unchanged."""
    key = _key(path)
    if key not in _digests:
        with Path(path).open("rb") as file:
            _digests[key] = hashlib.file_digest(file, "sha256").hexdigest()
    return _digests[key]


def _key(path: Path) -> tuple[str, int, int]:
    status = Path(path).stat()
    return os.path.realpath(path), status.st_mtime_ns, status.st_size


def write_atomic(path: Path, data: bytes, scratch: Path | None = None) -> None:
    """Nothing; the file then holds all the data, or after an error what it held before.

    scratch: folder for the unfinished file, on the target's file system; default: its own folder.
    Raises OSError with the target's name.
    """
    path = Path(path)
    temporary = Path(scratch or path.parent) / f".{os.getpid()}-{uuid.uuid4().hex}.tmp"
    try:
        with temporary.open("xb") as file:
            file.write(data)
        temporary.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):  # the first error is the one to report
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename, error.filename2 = str(path), None
        raise


def write_image(path: Path, image: NDArray[Any], scratch: Path | None = None) -> str:
    """The sha256 of the file written: PNG, JPEG (quality 95), BMP, TIFF or WebP (lossless).

    Raises ValueError if the format does not hold this shape or dtype (PNG and TIFF hold uint16,
    TIFF alone float32), OSError as `write_atomic`.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(f"{path}: unknown suffix: use one of {', '.join(sorted(SUFFIXES))}")
    try:
        data = png.encode(image) if suffix == ".png" else _encode(image, suffix)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path}: {error}") from error
    write_atomic(path, data, scratch)
    return hashlib.sha256(data).hexdigest()


def _decode(data: bytes) -> tuple[NDArray[Any], bool]:
    """The pixels in a file's bytes, and whether they are faithful."""
    if not data.startswith(STARTS):
        found = f"starts with {data[:8]!r}" if data else "empty, 0 bytes"
        raise ValueError(f"no image ({found}): convert it to {', '.join(sorted(SUFFIXES))}")
    bits = 8
    if data.startswith(png.SIGNATURE):
        try:
            with _blame_file():
                return png.decode(data), True
        except png.Unsupported:  # but all its checksums were sound
            bits = data[24]
    elif data[:4] in TIFF_STARTS:
        bits, upright = _check_tiff(data)
        if bits > 8:
            return _with_opencv(data), upright
    return _with_pillow(data, bits)


@contextlib.contextmanager
def _blame_file(quiet: bool = False) -> Iterator[None]:
    """Whatever a decoder raises says that the file is bad. Warning filters are global: locked."""
    with contextlib.ExitStack() as stack:
        if quiet:
            stack.enter_context(_warnings_lock)
            stack.enter_context(warnings.catch_warnings(action="ignore"))
        try:
            yield
        except (MemoryError, png.Unsupported):
            raise
        except Exception as error:
            raise ValueError(f"not readable ({error}): copy or export it again") from error


def _with_pillow(data: bytes, bits: int) -> tuple[NDArray[Any], bool]:
    """The pixels turned upright, palettes resolved; and whether the file holds just these."""
    from PIL import Image, ImageOps

    with _blame_file(quiet=True):
        image: Image.Image = Image.open(io.BytesIO(data))
        frames = getattr(image, "n_frames", 1)
        upright = image.getexif().get(0x0112, 1) in (0, 1)
    if frames > 1 and image.format != "MPO":  # a photograph and its previews
        raise ValueError(f"{frames} frames or pages: save the right one as a file of its own")
    if bits > 8 and not upright:
        raise ValueError("a PNG of 16 bit that EXIF says to rotate: save it upright")
    if bits > 8:
        return _with_opencv(data), False
    with _blame_file():  # no lock for what takes long: all that warns has been read
        image.load()
        mode = PLAIN.get(image.mode, image.mode)
        if "transparency" in image.info:
            mode = {"L": "LA", "RGB": "RGBA"}.get(mode, mode)
        kept = mode == image.mode and upright and bits == 8
        image = ImageOps.exif_transpose(image.convert(mode) if mode != image.mode else image)
    if mode not in ("L", "LA", "RGB", "RGBA"):
        raise ValueError(f"pixels of kind {mode}: convert it to grey or RGB")
    return np.array(image), kept


def _check_tiff(data: bytes) -> tuple[int, bool]:
    """Bits of a sample, and whether the image is stored upright. One page, of sensible size."""
    from PIL import TiffImagePlugin

    with _blame_file(quiet=True):
        tags = TiffImagePlugin.ImageFileDirectory_v2(data[: 16 if b"+" in data[:4] else 8])
        stream = io.BytesIO(data)
        first = stream.seek(tags.next)
        tags.load(stream)
        if tags.next == first:  # where Pillow gives up, it only warns
            raise ValueError("truncated: the directory of the TIFF ends early")
        pixels, bits = int(tags[256]) * int(tags[257]), int(max(tags.get(258, (1,))))
    if tags.next:
        raise ValueError("several pages: save the right one as a file of its own")
    if pixels > png.MAX_PIXELS:
        raise ValueError(f"too large, cut it into tiles: {pixels} of {png.MAX_PIXELS} pixels")
    if bits > 8 and tags.get(262) not in (1, 2):
        raise ValueError(f"{bits} bit, neither grey nor RGB: convert it")
    return bits, tags.get(274, 1) in (0, 1)


def _with_opencv(data: bytes) -> NDArray[Any]:
    """The pixels of 16 bit and float files; a TIFF is turned upright."""
    import cv2

    pixels: Any = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise ValueError("truncated, damaged or of a rare kind: export it again")
    if pixels.dtype in (np.float32, np.float64):
        _check_range(pixels)
        pixels = pixels.astype(np.float32, copy=False)
    elif pixels.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"samples of {pixels.dtype}: use uint8, uint16 or float32 in [0, 1]")
    return _swap_red_and_blue(pixels)


def _swap_red_and_blue(image: NDArray[Any]) -> NDArray[Any]:
    order = {3: [2, 1, 0], 4: [2, 1, 0, 3]}.get(image.shape[-1] if image.ndim == 3 else 1)
    return np.ascontiguousarray(image if order is None else image[..., order])


def _check_range(image: NDArray[Any]) -> None:
    low, high = float(image.min()), float(image.max())  # NaN if there is one
    if not 0 <= low <= high <= 1:
        raise ValueError(f"floats from {low} to {high}: bring them into [0, 1], without NaN")


def _encode(image: NDArray[Any], suffix: str) -> bytes:
    """The file's bytes in any format but PNG; OpenCV's defaults are the ones promised."""
    import cv2

    tiff = suffix.startswith(".tif")
    kept = (1, 3, 4) if tiff else (3,) if suffix == ".webp" else (1, 3)
    if image.ndim not in (2, 3) or (*image.shape, 1)[2] not in kept or image.size == 0:
        raise ValueError(f"{suffix} holds {kept} channels, got {image.shape}: write .png")
    if image.dtype not in ((np.uint8, np.uint16, np.float32) if tiff else (np.uint8,)):
        raise TypeError(f"{suffix} does not hold {image.dtype}: use arrays.from_float, or .png")
    if image.dtype == np.float32:
        _check_range(image)
    return bytes(cv2.imencode(suffix, _swap_red_and_blue(image))[1])


def size_of(path: Path) -> int:
    """Return the size of a file in bytes, or -1 where it is not there: a link to nothing."""
    return path.stat().st_size if path.exists() else -1
