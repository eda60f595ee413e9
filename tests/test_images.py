"""Reading and writing images: every kind of file, and every way in which one can be wrong."""

import errno
import hashlib
import io
import os
import subprocess
import sys
import threading
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from blemish import images, layouts, png


def texture(shape, dtype=np.uint8, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


RGB = cv2.resize(texture((5, 6, 3)), (32, 24), interpolation=cv2.INTER_CUBIC)
DEEP = texture((24, 32, 3), np.uint16)


def saved(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def written(folder, data, name="image.png"):
    path = folder / name
    path.write_bytes(data)
    return path


def load(folder, data, name="image.png"):
    loaded = images.load(written(folder, data, name))
    assert loaded.sha256 == hashlib.sha256(data).hexdigest()
    assert loaded.pixels.flags.c_contiguous and loaded.pixels.flags.writeable
    return loaded


# finding


def test_find_images(tmp_path):
    wanted = ["a/10.PNG", "a/9.jpg", "a/b/x.TIFF", "b.bmp", "c.jpeg", "d.tif", "e.webp"]
    others = ["a/.hidden.png", ".git/x.png", "a/notes.txt", "a/x.png.txt", "png", "a/x.gif"]
    for name in wanted + others:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    found = layouts.find_images(tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in found] == sorted(wanted)


def test_find_images_follows_links_once(tmp_path):
    (tmp_path / "data" / "good").mkdir(parents=True)
    (tmp_path / "data" / "good" / "1.png").touch()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "2.png").touch()
    (tmp_path / "data" / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "data" / "good" / "loop").symlink_to(tmp_path / "data")
    (tmp_path / "elsewhere" / "back").symlink_to(tmp_path / "data" / "good")
    found = layouts.find_images(tmp_path / "data")
    names = [path.relative_to(tmp_path / "data").as_posix() for path in found]
    assert names == ["good/1.png", "good/loop/link/2.png", "link/2.png", "link/back/1.png"] or (
        names == ["good/1.png", "link/2.png", "link/back/1.png"]
    )


def test_find_images_in_no_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="missing"):
        layouts.find_images(tmp_path / "missing")


# reading


@pytest.mark.parametrize("channels", [(), (2,), (3,), (4,)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_png_is_read_as_it_is(tmp_path, channels, dtype):
    image = texture((9, 13, *channels), dtype)
    loaded = load(tmp_path, png.encode(image))
    assert loaded.faithful and loaded.pixels.dtype == dtype
    np.testing.assert_array_equal(loaded.pixels, image)


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "WEBP", "PNG"])
def test_lossless_formats(tmp_path, kind):
    options = {"lossless": True} if kind == "WEBP" else {}
    loaded = load(tmp_path, saved(Image.fromarray(RGB), kind, **options), "misnamed.png")
    assert loaded.faithful
    np.testing.assert_array_equal(loaded.pixels, RGB)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_tiff_modes_of_8_bit(tmp_path, mode):
    image = Image.fromarray(RGB).convert(mode)
    loaded = load(tmp_path, saved(image, "TIFF", compression="tiff_lzw"), "x.tif")
    assert loaded.faithful
    np.testing.assert_array_equal(loaded.pixels, np.asarray(image))


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("progressive", [False, True])
def test_jpeg(tmp_path, mode, progressive):
    data = saved(Image.fromarray(RGB).convert(mode), "JPEG", progressive=progressive)
    loaded = load(tmp_path, data, "x.jpg")
    assert loaded.faithful
    np.testing.assert_array_equal(loaded.pixels, np.asarray(Image.open(io.BytesIO(data))))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(tmp_path, kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(Image.fromarray(RGB), kind, exif=exif)
    loaded = load(tmp_path, data)
    upright = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    assert loaded.pixels.shape == ((24, 32, 3) if orientation < 5 else (32, 24, 3))
    assert loaded.faithful == (orientation == 1)
    np.testing.assert_array_equal(loaded.pixels, upright)


@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_orientation_of_16_bit_tiff(tmp_path, orientation):
    data = saved(Image.fromarray(DEEP[..., 0]), "TIFF", tiffinfo={274: orientation})
    loaded = load(tmp_path, data, "x.tif")
    turns = {1: 0, 3: 2, 6: 3}[orientation]
    np.testing.assert_array_equal(loaded.pixels, np.rot90(DEEP[..., 0], turns))
    assert loaded.faithful == (orientation == 1)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk(tmp_path, kind, caplog):
    image = Image.fromarray(RGB).convert("CMYK")
    with caplog.at_level("INFO", "blemish.images"):
        loaded = load(tmp_path, saved(image, kind), "x.jpg")
    assert loaded.pixels.shape == (24, 32, 3) and not loaded.faithful
    assert "x.jpg: converted" in caplog.text
    assert np.abs(loaded.pixels.astype(int) - RGB).mean() < 12


def test_palette(tmp_path):
    image = Image.fromarray(RGB).quantize(16)
    for bits in (4, 8):
        loaded = load(tmp_path, saved(image, "PNG", bits=bits))
        assert not loaded.faithful
        np.testing.assert_array_equal(loaded.pixels, np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("transparency", [3, bytes([0, 128, 255, 7])])
def test_palette_with_transparency(tmp_path, transparency):
    image = Image.fromarray(RGB).quantize(16)
    data = saved(image, "PNG", transparency=transparency)
    loaded = load(tmp_path, data)
    assert loaded.pixels.shape == (24, 32, 4) and not loaded.faithful
    expected = Image.open(io.BytesIO(data)).convert("RGBA")
    np.testing.assert_array_equal(loaded.pixels, np.asarray(expected))
    assert loaded.pixels[..., 3].min() < 255


def test_transparent_colour(tmp_path):
    grey = load(
        tmp_path, saved(Image.fromarray(RGB[..., 0]), "PNG", transparency=int(RGB[0, 0, 0]))
    )
    assert grey.pixels.shape == (24, 32, 2) and not grey.faithful
    colour = saved(Image.fromarray(RGB), "PNG", transparency=tuple(map(int, RGB[0, 0])))
    loaded = load(tmp_path, colour)
    assert loaded.pixels.shape == (24, 32, 4) and not loaded.faithful
    np.testing.assert_array_equal(loaded.pixels[..., :3], RGB)
    np.testing.assert_array_equal(loaded.pixels[..., 3] == 0, np.all(RGB[0, 0] == RGB, -1))


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_one_bit(tmp_path, kind):
    image = Image.fromarray(RGB).convert("1")
    loaded = load(tmp_path, saved(image, kind))
    assert loaded.pixels.dtype == np.uint8 and not loaded.faithful
    np.testing.assert_array_equal(loaded.pixels, np.asarray(image) * np.uint8(255))


def chunk(name, body):
    crc = zlib.crc32(name + body).to_bytes(4, "big")
    return len(body).to_bytes(4, "big") + name + body + crc


def interlaced(image, extra=b""):
    """Adam7: seven small pictures of every eighth, fourth, second pixel, unfiltered."""
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2)]
    lines = []
    for top, left, down, across in [*passes, (1, 0, 2, 1)]:
        part = image[top::down, left::across].astype(image.dtype.newbyteorder(">"))
        lines += [b"\0" + row.tobytes() for row in part if row.size]
    height, width, channels = image.shape
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    head = size + bytes([8 * image.itemsize, {1: 0, 3: 2}[channels], 0, 0, 1])
    body = chunk(b"IHDR", head) + extra + chunk(b"IDAT", zlib.compress(b"".join(lines)))
    return png.SIGNATURE + body + chunk(b"IEND", b"")


def test_interlaced(tmp_path):
    loaded = load(tmp_path, interlaced(RGB))
    assert loaded.faithful
    np.testing.assert_array_equal(loaded.pixels, RGB)
    deep = load(tmp_path, interlaced(DEEP))
    assert deep.pixels.dtype == np.uint16
    np.testing.assert_array_equal(deep.pixels, DEEP)


def opencv_tiff(image):
    swapped = image if image.ndim == 2 else image[..., [2, 1, 0, 3][: image.shape[2]]]
    return cv2.imencode(".tif", np.ascontiguousarray(swapped))[1].tobytes()


@pytest.mark.parametrize("channels", [(), (3,), (4,)])
@pytest.mark.parametrize("dtype", [np.uint16, np.float32, np.float64])
def test_deep_tiff(tmp_path, channels, dtype):
    image = texture((12, 10, *channels), np.uint16)
    if dtype != np.uint16:
        image = (image / 65535).astype(dtype)
    loaded = load(tmp_path, opencv_tiff(image), "x.tif")
    assert loaded.faithful
    assert loaded.pixels.dtype == (np.uint16 if dtype == np.uint16 else np.float32)
    np.testing.assert_array_equal(loaded.pixels, image.astype(loaded.pixels.dtype))


def test_a_photograph_with_previews_is_its_first_picture(tmp_path):
    data = saved(
        Image.fromarray(RGB), "MPO", save_all=True, append_images=[Image.new("RGB", (9, 9))]
    )
    assert load(tmp_path, data, "x.jpg").pixels.shape == RGB.shape


# what is refused

WHOLE = {
    "png": png.encode(RGB),
    "palette.png": saved(Image.fromarray(RGB).convert("P"), "PNG"),
    "jpg": saved(Image.fromarray(RGB), "JPEG"),
    "bmp": saved(Image.fromarray(RGB), "BMP"),
    "tif": saved(Image.fromarray(RGB), "TIFF"),
    "deep.tif": saved(Image.fromarray(DEEP[..., 0]), "TIFF"),
    "rgb.tif": opencv_tiff(DEEP),
    "webp": saved(Image.fromarray(RGB), "WEBP", lossless=True),
}


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9, 0.999])
def test_truncated(tmp_path, name, share):
    data = WHOLE[name]
    path = written(tmp_path, data[: int(len(data) * share)], f"cut.{name}")
    with pytest.raises(ValueError, match=r"cut\..*(export it again|convert it to)"):
        images.load(path)


@pytest.mark.parametrize("cut", [1, 2, 3, 20])
def test_jpeg_without_its_end(tmp_path, cut):
    with pytest.raises(ValueError, match=r"x\.jpg: .*truncated.*copy or export it again"):
        images.load(written(tmp_path, WHOLE["jpg"][:-cut], "x.jpg"))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from(sorted(WHOLE)), st.floats(0, 1), st.integers(1, 255))
def test_damage_is_an_image_or_a_value_error(tmp_path_factory, name, where, flip):
    data = bytearray(WHOLE[name])
    data[int(where * (len(data) - 1))] ^= flip
    path = written(tmp_path_factory.mktemp("damaged"), bytes(data), f"x.{name}")
    try:
        loaded = images.load(path)
    except ValueError as error:
        assert str(path) in str(error)
    else:
        assert not name.endswith("png") and min(loaded.pixels.shape[:2]) >= 8


def animation(kind):
    other = Image.fromarray(RGB[::-1])
    return saved(Image.fromarray(RGB), kind, save_all=True, append_images=[other], duration=100)


def float_tiff(value):
    image = np.full((12, 12), 0.5, np.float32)
    image[3, 4] = value
    return opencv_tiff(image)


BOMB = (
    b"BM" + bytes(8) + (54).to_bytes(4, "little") + (40).to_bytes(4, "little")
    + (30000).to_bytes(4, "little") * 2 + b"\1\0\x18\0" + bytes(24)
)  # fmt: skip


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty, 0 bytes.*convert it to .bmp"),
        (b"hello, I am a text", "no image .starts with b'hello, .*convert it to .bmp"),
        (b"GIF89a" + bytes(50), "no image"),
        (b"BM is how this text starts, and more of it" * 3, "not readable"),
        (b"RIFF1234AVI LIST", "not readable"),
        (BOMB, "not readable .*exceeds limit"),
        (animation("PNG"), "2 frames or pages: save the right one"),
        (animation("WEBP"), "2 frames or pages: save the right one"),
        (animation("TIFF"), "several pages: save the right one"),
        (float_tiff(np.nan), r"floats from nan to nan: bring them into \[0, 1\]"),
        (float_tiff(np.inf), r"floats from 0.5 to inf"),
        (float_tiff(1.5), r"floats from 0.5 to 1.5"),
        (float_tiff(-0.25), r"floats from -0.25 to 0.5"),
        (opencv_tiff(DEEP[..., 0].astype(np.int32)), "samples of int32: use uint8"),
        (png.encode(RGB[:7]), r"\(7, 32\) px, but blemish works from 8 px up"),
        (png.encode(RGB[:, :7]), r"\(24, 7\) px, but blemish works from 8 px up"),
        (png.encode(RGB)[:-30], "truncated: .*copy or export it again"),
        (interlaced(DEEP, chunk(b"eXIf", b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06"
                                + bytes(6))), "16 bit that EXIF says to rotate"),
        (saved(Image.new("LAB", (16, 16)), "TIFF"), "pixels of kind LAB: convert it"),
    ],
)  # fmt: skip
def test_refused(tmp_path, data, reason):
    path = written(tmp_path, data)
    with pytest.raises(ValueError, match=reason) as caught:
        images.load(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"missing\.png"):
        images.load(tmp_path / "missing.png")
    with pytest.raises(IsADirectoryError, match="is a folder, not an image"):
        images.load(tmp_path)


def test_read_image_takes_a_string(tmp_path):
    path = written(tmp_path, png.encode(RGB))
    np.testing.assert_array_equal(images.read_image(str(path)), RGB)


# masks


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_mask_of_any_kind(tmp_path, mode):
    marked = np.zeros((12, 9), bool)
    marked[3:5, 2:7] = True
    image = Image.fromarray(marked * np.uint8(255)).convert("RGBA" if mode == "RGBA" else mode)
    mask = images.read_mask(written(tmp_path, saved(image, "PNG")), (12, 9))
    assert mask.dtype == bool and mask.flags.c_contiguous
    np.testing.assert_array_equal(mask, marked)


def test_any_channel_and_any_value_marks(tmp_path):
    image = np.zeros((3, 4, 3), np.uint16)
    image[0, 0, 2] = image[1, 1, 0] = 1
    mask = images.read_mask(written(tmp_path, png.encode(image)))
    np.testing.assert_array_equal(mask, image.any(-1))


@pytest.mark.parametrize("channels", [2, 4])
def test_alpha_does_not_mark(tmp_path, channels):
    image = np.zeros((3, 4, channels), np.uint8)
    image[..., -1] = 255
    path = written(tmp_path, png.encode(image))
    with pytest.raises(ValueError, match=r"image\.png: an empty mask"):
        images.read_mask(path)
    image[2, 1, 0] = 1
    path.write_bytes(png.encode(image))
    assert images.read_mask(path).sum() == 1


def test_mask_of_another_size(tmp_path):
    path = written(tmp_path, png.encode(np.ones((3, 4), np.uint8)))
    with pytest.raises(ValueError, match=r"image\.png: mask of \(3, 4\) px, image of \(4, 3\)"):
        images.read_mask(path, (4, 3))
    assert images.read_mask(path, (3, 4)).all()


# cache and hash


@pytest.fixture
def empty_cache():
    images._images.clear()
    yield
    images._images.clear()


def test_cached_is_read_only_and_the_same(tmp_path, empty_cache):
    path = written(tmp_path, png.encode(RGB))
    first = images.cached(path)
    np.testing.assert_array_equal(first, RGB)
    assert images.cached(str(path)) is first
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 0


def test_cached_sees_a_new_file(tmp_path, empty_cache):
    path = written(tmp_path, png.encode(RGB))
    images.cached(path)
    path.write_bytes(png.encode(RGB[::-1]))
    os.utime(path, ns=(1, 1))
    np.testing.assert_array_equal(images.cached(path), RGB[::-1])


def test_cache_is_bounded(tmp_path, empty_cache, monkeypatch):
    monkeypatch.setattr(images, "CACHE_BYTES", 4 * RGB.nbytes)
    paths = [written(tmp_path, png.encode(RGB), f"{i}.png") for i in range(6)]
    kept = [images.cached(path) for path in paths]
    assert images.cached(paths[5]) is kept[5]
    assert images.cached(paths[2]) is kept[2]
    assert images.cached(paths[0]) is not kept[0]
    assert images.cached(paths[2]) is kept[2]
    assert sum(image.nbytes for image in images._images.values()) <= 4 * RGB.nbytes
    large = written(tmp_path, png.encode(np.tile(RGB, (2, 1, 1))), "large.png")
    assert images.cached(large) is not images.cached(large)
    assert images.cached(paths[2]) is kept[2]


def test_cache_by_threads(tmp_path, empty_cache, monkeypatch):
    monkeypatch.setattr(images, "CACHE_BYTES", 4 * RGB.nbytes)
    paths = [written(tmp_path, png.encode(np.roll(RGB, i)), f"{i}.png") for i in range(6)]
    wrong = []

    def read():
        for i in [*range(6), *reversed(range(6))] * 3:
            if not np.array_equal(images.cached(paths[i]), np.roll(RGB, i)):
                wrong.append(i)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_sha256_of(tmp_path):
    path = written(tmp_path, b"abc" * 100_000, "x.bin")
    assert images.sha256_of(path) == hashlib.sha256(b"abc" * 100_000).hexdigest()
    path.write_bytes(b"other")
    assert images.sha256_of(str(path)) == hashlib.sha256(b"other").hexdigest()
    with pytest.raises(FileNotFoundError, match="missing"):
        images.sha256_of(tmp_path / "missing")


# writing


def test_write_atomic(tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    path = tmp_path / "x.bin"
    images.write_atomic(path, b"one")
    images.write_atomic(str(path), b"two", scratch)
    assert path.read_bytes() == b"two"
    assert sorted(tmp_path.rglob("*")) == [scratch, path]


@pytest.mark.parametrize("step", ["write", "replace"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_a_failed_write_leaves_the_old_file_alone(tmp_path, monkeypatch, step, code):
    path = written(tmp_path, b"old", "x.bin")

    def fail(*_):
        raise OSError(code, os.strerror(code), "temporary name")

    class Full(io.BytesIO):
        write = fail

    with monkeypatch.context() as patch:
        if step == "replace":
            patch.setattr(Path, "replace", fail)
        else:
            patch.setattr(Path, "open", lambda self, mode: (self.touch(), Full())[1])
        with pytest.raises(OSError, match=r"x\.bin") as caught:
            images.write_atomic(path, b"new")
    assert caught.value.errno == code and caught.value.filename == str(path)
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_an_interrupted_write_leaves_nothing(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", interrupt)
        with pytest.raises(KeyboardInterrupt):
            images.write_atomic(tmp_path / "x.bin", b"new")
    assert not list(tmp_path.iterdir())


def test_writing_where_nothing_can_be(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"missing.x\.png"):
        images.write_atomic(tmp_path / "missing" / "x.png", b"data")
    parent = written(tmp_path, b"a file", "file")
    with pytest.raises(NotADirectoryError, match=r"file.x\.png"):
        images.write_atomic(parent / "x.png", b"data")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        images.write_atomic(tmp_path / "folder", b"data")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


@pytest.mark.parametrize(
    ("suffix", "channels", "dtypes"),
    [
        (".png", [(), (2,), (3,), (4,)], "BH"),
        (".PNG", [(3,)], "B"),
        (".bmp", [(), (3,)], "B"),
        (".tif", [(), (3,), (4,)], "BHf"),
        (".tiff", [(3,)], "B"),
        (".webp", [(3,)], "B"),
    ],
)
def test_what_is_written_is_read(tmp_path, suffix, channels, dtypes):
    for shape in channels:
        for dtype in dtypes:
            image = texture((20, 30, *shape), np.uint16) / 65535
            image = (image * {"B": 255, "H": 65535, "f": 1}[dtype]).astype(dtype)
            path = tmp_path / f"x{suffix}"
            before = image.copy()
            digest = images.write_image(path, image)
            loaded = images.load(path)
            assert loaded.sha256 == digest and loaded.faithful and loaded.pixels.dtype == dtype
            np.testing.assert_array_equal(loaded.pixels, image)
            np.testing.assert_array_equal(image, before)
            assert images.write_image(path, image[..., None] if not shape else image) == digest


@pytest.mark.parametrize("suffix", [".jpg", ".JPEG"])
@pytest.mark.parametrize("image", [RGB, RGB[..., 1]])
def test_jpeg_of_quality_95(tmp_path, suffix, image):
    path = tmp_path / f"x{suffix}"
    images.write_image(path, image)
    back = images.read_image(path)
    assert back.shape == image.shape
    assert np.abs(back.astype(int) - image).mean() < 6
    theirs = Image.open(io.BytesIO(saved(Image.fromarray(image), "JPEG", quality=95)))
    with Image.open(path) as ours:
        assert ours.quantization == theirs.quantization


@pytest.mark.parametrize(
    ("name", "image", "reason"),
    [
        ("x.gif", RGB, "unknown suffix: use one of .bmp, .jpeg, .jpg, .png"),
        ("x", RGB, "unknown suffix"),
        ("x.png", RGB / np.float32(255), "float32: use arrays.from_float"),
        ("x.jpg", RGB / 255, "float64: use arrays.from_float"),
        ("x.jpg", DEEP, "does not hold uint16"),
        ("x.tif", RGB / np.float32(25), "floats from"),
        ("x.jpg", texture((9, 9, 4)), r"\(9, 9, 4\): write .png"),
        ("x.webp", texture((9, 9)), r"\(9, 9\): write .png"),
        ("x.bmp", texture((0, 9)), r"\(0, 9\): write .png"),
        ("x.tif", texture(9), r"\(9,\): write .png"),
    ],
)
def test_what_is_not_written(tmp_path, name, image, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        images.write_image(tmp_path / name, image)
    assert str(caught.value).startswith(str(tmp_path / name))
    assert not list(tmp_path.iterdir())


def test_importing_is_light():
    heavy = "{'numba', 'cv2', 'PIL', 'scipy', 'skimage', 'isal'}"
    code = f"import sys, blemish.images; print(sorted({heavy} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_a_png_needs_no_other_reader(tmp_path):
    path = written(tmp_path, png.encode(RGB))
    code = (
        "import sys, blemish.images; blemish.images.load(sys.argv[1])\n"
        "assert not {'cv2', 'PIL'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
