"""The PNG codec against Pillow, OpenCV and a slow, obvious encoder of the test's own."""

import io
import struct
import subprocess
import sys
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from blemish import png

COLOURS = {1: 0, 2: 4, 3: 2, 4: 6}


def texture(shape, dtype=np.uint8, seed=0):
    """Something between noise and flatness, so that every filter has work to do."""
    rng = np.random.default_rng(seed)
    top = np.iinfo(dtype).max
    slope = np.linspace(0, top * 0.7, shape[0] * shape[1]).reshape(shape[:2])
    slope = slope.reshape(*shape[:2], *(1,) * (len(shape) - 2))
    return (slope + rng.integers(0, top // 4, shape)).astype(dtype)


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def predict(kind, a, b, c):
    if kind < 3:
        return (0, a, b)[kind]
    if kind == 3:
        return (a + b) // 2
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def filtered(image, kinds):
    """The specification, byte by byte: row y by filter kinds[y % len(kinds)]."""
    height, width = image.shape[:2]
    channels = image.size // (height * width)
    bpp = channels * image.itemsize
    rows = image.astype(image.dtype.newbyteorder(">")).reshape(height, -1).view(np.uint8).tolist()
    lines = []
    for y, row in enumerate(rows):
        up, kind = (rows[y - 1] if y else [0] * len(row)), kinds[y % len(kinds)]
        line = [kind]
        for i, value in enumerate(row):
            a, c = (row[i - bpp], up[i - bpp]) if i >= bpp else (0, 0)
            line.append((value - predict(kind, a, up[i], c)) % 256)
        lines.append(bytes(line))
    return b"".join(lines)


def header(image, **changes):
    height, width = image.shape[:2]
    fields = {
        "width": width,
        "height": height,
        "depth": 8 * image.itemsize,
        "colour": COLOURS[image.size // (height * width)],
        "method": 0,
        "filters": 0,
        "interlaced": 0,
    } | changes
    return chunk(b"IHDR", struct.pack(">IIBBBBB", *fields.values()))


def reference(image, kinds=(0,), extra=b"", pieces=1, stream=None, **changes):
    """A PNG by the book; any part of it can be replaced."""
    stream = zlib.compress(filtered(image, kinds)) if stream is None else stream
    size = -(-len(stream) // pieces)
    data = b"".join(chunk(b"IDAT", stream[i : i + size]) for i in range(0, len(stream), size))
    return png.SIGNATURE + header(image, **changes) + extra + data + chunk(b"IEND", b"")


def by_opencv(data):
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    order = {3: [2, 1, 0], 4: [2, 1, 0, 3]}.get(image.shape[-1] if image.ndim == 3 else 1)
    return image if order is None else image[..., order]


def by_pillow(data):
    return np.asarray(Image.open(io.BytesIO(data)))


shapes = st.tuples(st.integers(1, 40), st.integers(1, 40))
channel_counts = st.sampled_from([(), (1,), (2,), (3,), (4,)])
dtypes = st.sampled_from([np.uint8, np.uint16])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(shapes, channel_counts, dtypes, st.integers(0, 3))
def test_round_trip(size, channels, dtype, seed):
    image = texture(size + channels, dtype, seed)
    before = image.copy()
    data = png.encode(image)
    back = png.decode(data)
    assert back.dtype == dtype and back.flags.c_contiguous and back.flags.writeable
    assert back.shape == (size if channels in ((), (1,)) else size + channels)
    np.testing.assert_array_equal(back, image.reshape(back.shape))
    np.testing.assert_array_equal(image, before)
    assert data == png.encode(image)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(shapes, st.sampled_from([(), (3,), (4,)]), dtypes, st.integers(0, 3))
def test_opencv_agrees_both_ways(size, channels, dtype, seed):
    image = texture(size + channels, dtype, seed)
    np.testing.assert_array_equal(by_opencv(png.encode(image)), image)
    swapped = image if image.ndim == 2 else image[..., [2, 1, 0, 3][: channels[0]]]
    theirs = cv2.imencode(".png", np.ascontiguousarray(swapped))[1].tobytes()
    np.testing.assert_array_equal(png.decode(theirs), image)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(shapes, st.sampled_from([(), (2,), (3,), (4,)]), st.integers(0, 3))
def test_pillow_agrees_both_ways(size, channels, seed):
    image = texture(size + channels, np.uint8, seed)
    np.testing.assert_array_equal(by_pillow(png.encode(image)), image)
    stream = io.BytesIO()
    mode = {(): "L", (2,): "LA", (3,): "RGB", (4,): "RGBA"}[channels]
    Image.frombytes(mode, size[::-1], image.tobytes()).save(stream, "PNG")
    np.testing.assert_array_equal(png.decode(stream.getvalue()), image)


def test_pillow_reads_our_16_bit_grey():
    image = texture((30, 20), np.uint16)
    np.testing.assert_array_equal(by_pillow(png.encode(image)), image)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [(), (2,), (3,), (4,)])
@pytest.mark.parametrize("kinds", [(0,), (1,), (2,), (3,), (4,), (4, 3, 0, 2, 1)])
def test_every_filter_is_undone(dtype, channels, kinds):
    image = np.random.default_rng(1).integers(0, np.iinfo(dtype).max, (11, 7, *channels), dtype)
    np.testing.assert_array_equal(png.decode(reference(image, kinds)), image)


def test_paeth_is_that_of_the_specification_for_all_neighbours():
    values = [0, 1, 2, 3, 7, 100, 127, 128, 129, 200, 253, 254, 255]
    triples = [(a, b, c) for a in values for b in values for c in values]
    pixels = np.array([[[c, b], [a, 77]] for a, b, c in triples], np.uint8)
    image = np.concatenate(pixels, axis=1)  # 2 x 2n: each second pixel of row 1 sees one triple
    assert png.decode(reference(image, (4,))).tobytes() == image.tobytes()
    image.setflags(write=False)
    png._compile()
    ours = png._filter_rows(image, 1, png.PAETH).tobytes()
    assert ours == filtered(image, (0, 4))


@pytest.mark.parametrize("kind", [png.UP, png.AVERAGE, png.PAETH])
@pytest.mark.parametrize("bpp", [1, 2, 3, 4, 6, 8])
def test_our_filters_are_those_of_the_specification(kind, bpp):
    rows = np.random.default_rng(2).integers(0, 256, (9, 16 * bpp), dtype=np.uint8)
    rows.setflags(write=False)
    image = rows.reshape(9, 16, bpp) if bpp <= 4 else rows.view(">u2").reshape(9, 16, bpp // 2)
    png._compile()
    assert png._filter_rows(rows, bpp, kind).tobytes() == filtered(image, (0, *(kind,) * 8))


def natural(size):
    from skimage import data

    image = data.astronaut()[:size, :size]
    return np.ascontiguousarray(np.pad(image, [(0, size - image.shape[0])] * 2 + [(0, 0)], "wrap"))


def mask(size):
    image = np.zeros((size, size), np.uint8)
    cv2.circle(image, (size // 2, size // 3), size // 7, 255, -1)
    return image


@pytest.mark.parametrize(("image", "bar"), [(natural(256), 1.10), (natural(512), 1.08)])
def test_size_is_near_pillows(image, bar):
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "PNG")
    data = png.encode(image)
    np.testing.assert_array_equal(by_pillow(data), image)
    assert len(data) <= bar * len(stream.getvalue())


@pytest.mark.parametrize("size", [64, 256, 1024])
def test_masks_are_small(size):
    image = mask(size)
    data = png.encode(image)
    np.testing.assert_array_equal(by_opencv(data), image)
    assert len(data) < size * size / 50 + 300


@pytest.mark.parametrize("value", [0, 255])
@pytest.mark.parametrize("shape", [(1, 1), (1, 1000), (1000, 1), (300, 300, 3)])
def test_flat_images(shape, value):
    image = np.full(shape, value, np.uint8)
    np.testing.assert_array_equal(png.decode(png.encode(image)), image)


def test_repeats_may_make_up_the_better_filter():
    row = np.random.default_rng(3).integers(0, 256, (1, 1200, 1), dtype=np.uint8)
    image = np.ascontiguousarray(np.broadcast_to(row, (600, 1200, 3)))
    data = png.encode(image)
    np.testing.assert_array_equal(by_pillow(data), image)
    assert len(data) < 60_000


def test_views_are_encoded():
    image = texture((40, 30, 3))
    for view in (image[::2, ::-1], image.transpose(1, 0, 2), image[5:9, :, 1]):
        np.testing.assert_array_equal(png.decode(png.encode(view)), view)
    read_only = image.copy()
    read_only.setflags(write=False)
    assert png.encode(read_only) == png.encode(image)
    np.testing.assert_array_equal(png.decode(png.encode(image.astype(">u2"))), image)


def test_ancillary_chunks_and_split_data_are_read():
    image = texture((20, 20, 3))
    extra = chunk(b"gAMA", struct.pack(">I", 45455)) + chunk(b"tEXt", b"Title\0Hello")
    np.testing.assert_array_equal(png.decode(reference(image, (4,), extra, pieces=7)), image)


def test_memory_beyond_the_end_is_not_needed():
    data = png.encode(texture((20, 20)))
    np.testing.assert_array_equal(png.decode(data + b"trailing"), png.decode(data))


@pytest.mark.parametrize(
    ("image", "error", "reason"),
    [
        (np.zeros((8, 8), np.float32), TypeError, "from_float"),
        (np.zeros((8, 8), bool), TypeError, "bool"),
        (np.zeros((8, 8), np.int16), TypeError, "int16"),
        (np.zeros((8, 8, 5), np.uint8), ValueError, r"\(8, 8, 5\)"),
        (np.zeros((8, 8, 0), np.uint8), ValueError, r"\(8, 8, 0\)"),
        (np.zeros((0, 8), np.uint8), ValueError, r"\(0, 8\)"),
        (np.zeros(8, np.uint8), ValueError, r"\(8,\)"),
        (np.zeros((2, 8, 8, 3), np.uint8), ValueError, r"\(2, 8, 8, 3\)"),
        (np.broadcast_to(np.uint8(0), (2**15, 2**14)), ValueError, "pixels"),
    ],
)
def test_what_is_no_png(image, error, reason):
    with pytest.raises(error, match=reason):
        png.encode(image)


IMAGE = texture((12, 10, 3))
WHOLE = png.encode(IMAGE)


@pytest.mark.parametrize("keep", range(0, len(WHOLE), 7))
def test_any_truncation_is_told(keep):
    with pytest.raises(ValueError, match="truncated" if keep >= 8 else "not a PNG"):
        png.decode(WHOLE[:keep])


@pytest.mark.parametrize("at", range(0, len(WHOLE), 5))
def test_any_flipped_bit_is_told(at):
    data = bytearray(WHOLE)
    data[at] ^= 4
    with pytest.raises(ValueError, match=r"checksum|truncated|not a PNG|damaged"):
        png.decode(bytes(data))


RAW = filtered(IMAGE, (0,))
ADLER = bytearray(zlib.compress(RAW))
ADLER[-1] ^= 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a PNG"),
        (b"hello world", "not a PNG"),
        (png.SIGNATURE, "truncated"),
        (png.SIGNATURE + chunk(b"IDAT", b""), "damaged: chunk 'IDAT'"),
        (png.SIGNATURE + chunk(b"IHDR", b"short"), "damaged: chunk 'IHDR'"),
        (png.SIGNATURE + header(IMAGE) + header(IMAGE), "damaged: chunk 'IHDR'"),
        (reference(IMAGE, stream=bytes(ADLER)), "bad checksum or damage in the image data"),
        (reference(IMAGE, stream=b"\xff" * 50), "bad checksum or damage in the image data"),
        (reference(IMAGE, stream=zlib.compress(RAW + b"\0")), "damaged: more image data"),
        (reference(IMAGE, stream=zlib.compress(RAW[:-1])), "truncated: 371 of 372 bytes"),
        (reference(IMAGE, stream=zlib.compress(RAW)[:-2]), "truncated: 372 of 372 bytes"),
        (reference(IMAGE, stream=zlib.compress(b"\x05" + RAW[1:])), "unknown filter"),
        (reference(IMAGE, height=2**13, width=2**12), "truncated: .* cannot hold"),
        (reference(IMAGE, height=2**31, width=2**31), "1 to 268435456 are read"),
        (reference(IMAGE, height=0), "1 to 268435456 are read"),
        (WHOLE[:-12], "truncated: the file ends before chunk IEND"),
        (WHOLE[:60], "truncated: .* bytes of chunk 'IDAT' are missing"),
        (WHOLE[:50] + bytes([WHOLE[50] ^ 1]) + WHOLE[51:], "bad checksum in chunk 'IDAT'"),
        (reference(IMAGE, extra=chunk(b"teXt", b"a")[:-1] + b"?"), "bad checksum in chunk 'teXt'"),
    ],
)
def test_faults_have_a_reason(data, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        png.decode(data)
    assert not isinstance(caught.value, png.Unsupported)


def test_a_bomb_is_not_inflated():
    """2 MB that would become 2 GB: the header promises 12 x 10 pixels, and no more is made."""
    packer = zlib.compressobj(9)
    bomb = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    repeated = bomb + bomb[2:] * 100
    with pytest.raises(ValueError, match="more image data than 372 bytes"):
        png.decode(reference(IMAGE, stream=repeated))


def saved(image, **options):
    stream = io.BytesIO()
    image.save(stream, "PNG", **options)
    return stream.getvalue()


PALETTE = Image.fromarray(IMAGE).convert("P")
EXIF = Image.Exif()
EXIF[0x0112] = 6


@pytest.mark.parametrize(
    "data",
    [
        saved(PALETTE),
        saved(Image.fromarray(IMAGE).convert("1")),
        saved(PALETTE, bits=4),
        saved(Image.fromarray(IMAGE), transparency=(1, 2, 3)),
        saved(Image.fromarray(IMAGE), exif=EXIF),
        saved(Image.fromarray(IMAGE), save_all=True, append_images=[Image.new("RGB", (10, 12))]),
        reference(IMAGE, interlaced=1),
        reference(IMAGE, filters=64),
    ],
)
def test_other_kinds_are_left_to_others(data):
    with pytest.raises(png.Unsupported):
        png.decode(data)


def test_importing_is_light():
    heavy = "{'numba', 'cv2', 'PIL', 'scipy', 'skimage', 'isal'}"
    code = f"import sys, blemish.png; print(sorted({heavy} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_threads_may_compile_at_once():
    code = (
        "import numpy as np, concurrent.futures as c; from blemish import png\n"
        "image = np.arange(192, dtype=np.uint8).reshape(8, 8, 3)\n"
        "with c.ThreadPoolExecutor(4) as pool: got = set(pool.map(png.encode, [image] * 8))\n"
        "assert len(got) == 1 and (png.decode(got.pop()) == image).all()"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
