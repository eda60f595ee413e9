"""PNG in and out, many times faster than libpng: vectorised filters and ISA-L's deflate.

The format: PNG specification, third edition (W3C 2025); section 9 has the filters.
"""

from __future__ import annotations

import functools
import struct
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_PIXELS = 2**28
NONE, SUB, UP, AVERAGE, PAETH = range(5)
BANDS, BAND_ROWS = 2, 8  # the rows that are looked at to choose a filter
TRIAL_FROM = 2**19  # bytes of image from which compressing these rows costs less than it may save
CHANNELS = {0: 1, 4: 2, 2: 3, 6: 4}  # by PNG colour type
NEEDS_MORE = {"tRNS", "eXIf", "acTL"}  # transparency by key, rotation, animation

_compiling = threading.Lock()


class Unsupported(ValueError):
    """A sound PNG of a kind that is left to other readers: palette, 1 to 4 bit, interlaced ..."""


def encode(image: NDArray[Any]) -> bytes:
    """The image as a PNG file, the same bytes each time.

    image: uint8 or uint16, (H, W) or (H, W, C) with C = 1 grey, 2 grey + alpha, 3 RGB, 4 RGBA.
    Raises TypeError for another dtype, ValueError for another shape.
    """
    if image.dtype.kind != "u" or image.dtype.itemsize > 2:
        raise TypeError(f"PNG holds uint8 or uint16, got {image.dtype}: use arrays.from_float")
    channels = 1 if image.ndim == 2 else image.shape[-1] if image.ndim == 3 else 0
    if not 1 <= channels <= 4 or not 0 < image.size // channels <= MAX_PIXELS:
        raise ValueError(
            f"a PNG is (H, W) or (H, W, 1 to 4) of 1 to {MAX_PIXELS} pixels, got {image.shape}"
        )
    height, width = image.shape[:2]
    colour = next(key for key, value in CHANNELS.items() if value == channels)
    depth = 8 * image.dtype.itemsize
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    big_endian = np.ascontiguousarray(image, np.uint8 if depth == 8 else ">u2")
    rows = big_endian.reshape(height, width * channels).view(np.uint8)
    rows.setflags(write=False)  # always, as numba compiles once more for the other kind
    stream = _compress(rows, channels * depth // 8)
    chunks = (*_chunk(b"IHDR", header), *_chunk(b"IDAT", stream), *_chunk(b"IEND", b""))
    return b"".join((SIGNATURE, *chunks))


def decode(data: bytes) -> NDArray[Any]:
    """The image in a PNG file: uint8 or uint16, (H, W) if grey, else (H, W, C) as in `encode`.

    All checksums are verified. Raises ValueError with the reason for a broken file, its subclass
    `Unsupported` for a palette, 1 to 4 bit, interlacing, a tRNS chunk, EXIF or animation.
    """
    header, packed = _parse(data)
    width, height, depth, colour, method, filters, interlaced = struct.unpack(">IIBBBBB", header)
    if not 0 < height * width <= MAX_PIXELS:
        raise ValueError(f"an image of {height} x {width} pixels: 1 to {MAX_PIXELS} are read")
    if depth not in (8, 16) or colour not in CHANNELS or method or filters or interlaced:
        raise Unsupported(f"bit depth {depth}, colour type {colour}, interlacing {interlaced}")
    channels = CHANNELS[colour]
    bpp = channels * depth // 8
    raw = _inflate(packed, height * (1 + width * bpp))
    _compile()
    rows = np.empty((height, width * bpp), np.uint8)
    if not _unfilter(np.frombuffer(raw, np.uint8).reshape(height, -1), bpp, rows):
        raise ValueError("damaged: a row has an unknown filter")
    pixels = rows if depth == 8 else rows.view(">u2").astype(np.uint16)
    return pixels.reshape((height, width) if channels == 1 else (height, width, channels))


def _chunk(name: bytes, body: bytes) -> tuple[bytes, bytes, bytes]:
    from isal import isal_zlib

    crc = isal_zlib.crc32(body, isal_zlib.crc32(name))
    return struct.pack(">I", len(body)) + name, body, struct.pack(">I", crc)


def _parse(data: bytes) -> tuple[bytes, bytes]:
    """IHDR and the joined IDAT, after a check of every chunk."""
    from isal import isal_zlib

    if data[:8] != SIGNATURE:
        raise ValueError("not a PNG: it does not start with the signature")
    view, at, name = memoryview(data), 8, ""
    header, packed, unsupported = b"", [], ""
    while name != "IEND":
        if at + 12 > len(data):
            raise ValueError("truncated: the file ends before chunk IEND")
        size = int.from_bytes(view[at : at + 4], "big")
        body, end = at + 8, at + 8 + size
        name = str(view[at + 4 : body], "latin-1")
        if end + 4 > len(data):
            raise ValueError(
                f"truncated: {end + 4 - len(data)} bytes of chunk {name!r} are missing"
            )
        if isal_zlib.crc32(view[at + 4 : end]) != int.from_bytes(view[end : end + 4], "big"):
            raise ValueError(f"bad checksum in chunk {name!r}")
        if (name == "IHDR") != (at == 8) or (name == "IHDR" and size != 13):
            raise ValueError(f"damaged: chunk {name!r} of {size} bytes where none belongs")
        if name == "IHDR":
            header = bytes(view[body:end])
        elif name == "IDAT":
            packed.append(view[body:end])
        elif name in NEEDS_MORE:
            unsupported = name
        at = end + 4
    if unsupported:
        raise Unsupported(f"chunk {unsupported}")
    return header, b"".join(packed)


def _inflate(packed: bytes, size: int) -> bytes:
    from isal import isal_zlib

    if size > 1032 * len(packed) + 64:  # deflate cannot expand more than that
        raise ValueError(f"truncated: {len(packed)} bytes of image data cannot hold {size}")
    stream = isal_zlib.decompressobj()
    failure: Any = isal_zlib.error  # a class, which its stub calls an instance
    try:  # room for one byte too many shows an overrun, and bounds what a bomb can fill
        raw: bytes = stream.decompress(packed, size + 1)
    except failure as error:
        raise ValueError(f"bad checksum or damage in the image data: {error}") from error
    if len(raw) > size:
        raise ValueError(f"damaged: more image data than {size} bytes")
    if len(raw) < size or not stream.eof:
        raise ValueError(f"truncated: {len(raw)} of {size} bytes of image data")
    return raw


def _compress(rows: NDArray[np.uint8], bpp: int) -> bytes:
    """The zlib stream of the rows behind the filter that suits a sample of them.

    The byte entropy of the sample ranks the filters as well as the usual sum of magnitudes over all
    rows, in a tenth of the time. It is blind to repeats: if they abound, a trial may prefer Up.
    """
    from isal import isal_zlib

    _compile()
    sample = _filter_sample(rows, bpp, (UP, AVERAGE, PAETH))
    counts = _histograms(sample.reshape(3, -1))
    bits = (counts * np.log2(sample[0].size / np.maximum(counts, 1))).sum(axis=1)
    best = int(bits.argmin())
    if rows.size > TRIAL_FROM and counts[best, 0] > 0.3 * sample[0].size:
        size, size_up = (len(isal_zlib.compress(sample[k], 2)) for k in (best, 0))
        best = best if size < size_up else 0
    stream: bytes = isal_zlib.compress(_filter_rows(rows, bpp, UP + best), 2)
    return stream


@functools.cache
def _compile_once() -> None:
    from .compiling import compiled

    for kernel in (
        _paeth,
        _nearest,
        _filter_row,
        _filter_rows,
        _filter_sample,
        _histograms,
        _unfilter,
    ):
        globals()[kernel.__name__] = compiled(kernel)


def _compile() -> None:
    """Replace the functions below by machine code, at first use: numba takes 0.4 s to import."""
    with _compiling:
        _compile_once()


# From here on compiled code. It keeps to unsigned bytes, so that LLVM handles 32 or 64 at once.


def _paeth(a: Any, b: Any, c: Any) -> Any:
    """The nearest to a + b - c among a (left), b (above) and c (corner), in bytes alone.

    With c clamped to [lo, hi] as mid, hi is nearest if mid - lo is at most half of hi - mid, and
    so on. Ties are broken as in the specification, for then the candidates are equal.
    """
    hi = a if a > b else b
    lo = b if a > b else a
    mid = c if c < hi else hi
    mid = mid if mid > lo else lo
    over_lo, under_hi = np.uint8(mid - lo), np.uint8(hi - mid)
    nearest = hi if over_lo <= np.uint8(under_hi >> 1) else mid
    return lo if under_hi <= np.uint8(over_lo >> 1) else nearest


def _filter_row(kind: int, row: Any, up: Any, bpp: int, out: Any) -> None:
    for i in range(bpp):  # nothing to the left: Paeth predicts the pixel above
        out[i] = np.uint8(row[i] - (np.uint8(up[i] >> 1) if kind == AVERAGE else up[i]))
    here, left, above, corner, rest = row[bpp:], row[:-bpp], up[bpp:], up[:-bpp], out[bpp:]
    if kind == UP:
        for i in range(here.size):
            rest[i] = np.uint8(here[i] - above[i])
    elif kind == AVERAGE:
        for i in range(here.size):
            a, b = left[i], above[i]
            mean = np.uint8((a & b) + np.uint8(np.uint8(a ^ b) >> 1))
            rest[i] = np.uint8(here[i] - mean)
    else:
        for i in range(here.size):
            rest[i] = np.uint8(here[i] - _paeth(left[i], above[i], corner[i]))


def _filter_rows(rows: Any, bpp: int, kind: int) -> Any:
    """(H, 1 + N): the filter's number, then the row less its prediction; the first row as it is."""
    out = np.empty((rows.shape[0], rows.shape[1] + 1), np.uint8)
    out[0, 0], out[0, 1:] = NONE, rows[0]
    out[1:, 0] = kind
    for y in range(1, rows.shape[0]):
        _filter_row(kind, rows[y], rows[y - 1], bpp, out[y, 1:])
    return out


def _filter_sample(rows: Any, bpp: int, kinds: Any) -> Any:
    """(kinds, rows, N): a few bands of rows, filtered by each kind."""
    height = rows.shape[0]
    out = np.empty((len(kinds), BANDS * BAND_ROWS, rows.shape[1]), np.uint8)
    for k in range(len(kinds)):
        for i in range(BANDS * BAND_ROWS):
            band = (2 * (i // BAND_ROWS) + 1) * height // (2 * BANDS)
            y = min(band + i % BAND_ROWS, height - 1)
            _filter_row(kinds[k], rows[y], rows[max(y - 1, 0)], bpp, out[k, i])
    return out


def _histograms(values: Any) -> Any:
    """(K, 256) counts of the bytes in each of K rows, by four tables: a run would stall one."""
    counts = np.zeros((values.shape[0], 4, 256), np.int64)
    for k in range(values.shape[0]):
        row, table = values[k], counts[k]
        for i in range(0, row.size // 4 * 4, 4):
            for lane in range(4):
                table[lane, row[i + lane]] += 1
    return counts.sum(axis=1)


def _nearest(a: Any, b: Any, c: Any) -> Any:
    """As `_paeth`, for one byte after the other: masks, since LLVM makes selects into branches."""
    from_a, from_b, from_c = abs(b - c), abs(a - c), abs(a + b - 2 * c)
    c_wins = (from_c - from_b) >> 63
    best = b + ((c - b) & c_wins)
    least = from_b + ((from_c - from_b) & c_wins)
    return a + ((best - a) & ((least - from_a) >> 63))


def _unfilter(raw: Any, bpp: int, out: Any) -> bool:
    """Undo each row's own filter into out (H, N); False if a row names none of the five."""
    up = np.zeros_like(out[0])
    for y in range(raw.shape[0]):
        kind, line, row = raw[y, 0], raw[y, 1:], out[y]
        here, left, above, corner, rest = line[bpp:], row[:-bpp], up[bpp:], up[:-bpp], row[bpp:]
        if kind > PAETH:
            return False
        for i in range(bpp):
            before = (
                np.uint8(0) if kind <= SUB else np.uint8(up[i] >> 1) if kind == AVERAGE else up[i]
            )
            row[i] = np.uint8(line[i] + before)
        if kind == NONE:
            rest[:] = here
        elif kind == SUB:
            for i in range(here.size):
                rest[i] = np.uint8(here[i] + left[i])
        elif kind == UP:
            for i in range(here.size):
                rest[i] = np.uint8(here[i] + above[i])
        elif kind == AVERAGE:
            for i in range(here.size):
                rest[i] = np.uint8(here[i] + ((np.int64(left[i]) + np.int64(above[i])) >> 1))
        else:
            for i in range(here.size):
                a, b, c = np.int64(left[i]), np.int64(above[i]), np.int64(corner[i])
                rest[i] = np.uint8(here[i] + _nearest(a, b, c))
        up = row
    return True
