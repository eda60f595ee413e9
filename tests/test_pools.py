"""Pools: folders and lists of files and arrays, what is drawn from them, and what is refused."""

import hashlib

import cv2
import numpy as np
import pytest

from blemish import draw, files, from_dict, rng_of, to_dict
from blemish.file import File
from blemish.pools import Entries, fingerprint, mask_of, open_pool, open_pools
from blemish.random import bind
from blemish.recipes import real_defects
from conftest import defects, frozen, picture, textures


def write(path, image=None):
    """Write an image (a grey one of 10 x 12 px where none is given) and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((10, 12), 90, np.uint8) if image is None else image)
    return path


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def mask(shape=(10, 12)):
    marked = np.zeros(shape, np.uint8)
    marked[3:6, 4:9] = 255
    return marked


def paths_of(pool):
    return [pool[number].path for number in range(len(pool))]


# folders


def test_a_folder_of_textures(tmp_path):
    for name in ("b.png", "a/c.png", "a/b.png", "z.bmp"):
        write(tmp_path / name)
    (tmp_path / "notes.txt").write_text("none")
    pool = open_pool("textures", tmp_path)
    assert paths_of(pool) == ["a/b.png", "a/c.png", "b.png", "z.bmp"]
    file = pool[1]
    assert file.sha256 == sha256(tmp_path / "a" / "c.png")
    assert (file.pool, file.kind, file.origin) == ("textures", "", tmp_path / "a" / "c.png")
    assert pool.find("b.png") == pool[2]
    assert paths_of(open_pool("sources", str(tmp_path))) == paths_of(pool)


def test_a_file_that_is_not_there(tmp_path):
    write(tmp_path / "a.png")
    with pytest.raises(LookupError, match=r"the pool 'textures' \(.*\) has no b\.png"):
        open_pool("textures", tmp_path).find("b.png")
    with pytest.raises(LookupError, match=r"\(a list\) has no ../a\.png"):
        open_pool("textures", textures()).find("../a.png")


def test_defects_in_mvtec_layout(tmp_path):
    write(tmp_path / "bottle/train/good/000.png")
    write(tmp_path / "bottle/test/good/000.png")
    for kind in ("crack", "dent"):
        write(tmp_path / f"bottle/test/{kind}/000.png")
        write(tmp_path / f"bottle/ground_truth/{kind}/000_mask.png", mask())
    for root, start in ((tmp_path, "bottle/"), (tmp_path / "bottle", "")):
        pool = open_pool("defects", root)
        assert paths_of(pool) == [f"{start}test/crack/000.png", f"{start}test/dent/000.png"]
        assert [pool[i].kind for i in range(2)] == ["crack", "dent"]
        assert mask_of(pool[0]).sum() == 15


@pytest.mark.parametrize("place", ["masks/a.png", "a_mask.png", "ground_truth/a_mask.bmp"])
def test_defects_beside_their_masks(tmp_path, place):
    write(tmp_path / "a.png")
    write(tmp_path / "without.png")
    write(tmp_path / place, mask())
    pool = open_pool("defects", tmp_path)
    assert paths_of(pool) == ["a.png"]
    assert pool[0].origin == (tmp_path / "a.png", tmp_path / place)
    assert np.array_equal(mask_of(pool[0]), mask() > 0)


def test_the_digest_of_a_defect_is_of_image_and_mask(tmp_path):
    write(tmp_path / "a.png")
    path = write(tmp_path / "masks" / "a.png", mask())
    before = open_pool("defects", tmp_path)[0].sha256
    both = sha256(tmp_path / "a.png") + sha256(path)
    assert before == hashlib.sha256(both.encode()).hexdigest()
    write(path, 255 - mask())
    assert open_pool("defects", tmp_path)[0].sha256 != before


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("textures", "textures: .* holds no images"),
        ("sources", "sources: .* holds no images"),
        ("defects", r"defects: .* holds no images with masks.*test/KIND.*STEM_mask\.png"),
    ],
)
def test_an_empty_folder_is_refused(tmp_path, name, told):
    (tmp_path / "notes.txt").write_text("none")
    with pytest.raises(ValueError, match=told):
        open_pool(name, tmp_path)


def test_images_without_masks_are_no_defects(tmp_path):
    write(tmp_path / "a.png")
    with pytest.raises(ValueError, match="holds no images with masks"):
        open_pool("defects", tmp_path)


@pytest.mark.parametrize("name", ["textures", "defects"])
def test_what_is_no_folder_is_refused(tmp_path, name):
    path = write(tmp_path / "a.png")
    for wrong in (path, tmp_path / "none"):
        with pytest.raises(FileNotFoundError, match=f"{name}: .*is not a folder"):
            open_pool(name, wrong)


# lists


def test_a_list_of_arrays():
    pool = open_pool("textures", textures())
    assert paths_of(pool) == ["#0", "#1", "#2"] and len(pool) == 3
    assert len({pool[i].sha256 for i in range(3)}) == 3
    again = open_pool("textures", [array.copy() for array in textures()])
    assert [again[i] for i in range(3)] == [pool[i] for i in range(3)]


def test_the_digest_of_an_array_is_of_content_shape_and_dtype():
    image = picture(12, 8, None)
    digests = [
        open_pool("textures", [array])[0].sha256
        for array in (
            image,
            image.reshape(8, 12),
            image[:, :, None],
            image.astype(np.uint16),
            frozen(image + np.uint8(1)),
        )
    ]
    assert len(set(digests)) == len(digests)
    assert open_pool("textures", [np.asfortranarray(image)])[0].sha256 == digests[0]


def test_a_list_of_files(tmp_path):
    paths = [write(tmp_path / "a.png"), write(tmp_path / "b.png")]
    for given in (paths, [str(path) for path in paths], tuple(paths)):
        pool = open_pool("textures", given)
        assert [pool[i].origin for i in range(2)] == paths
        assert pool[0].sha256 == sha256(paths[0])


def test_a_list_of_pairs(tmp_path):
    pool = open_pool("defects", defects())
    assert paths_of(pool) == ["#0", "#1"]
    assert np.array_equal(mask_of(pool[1]), defects()[1][1])
    third = (defects()[0][0], defects()[0][1][:, :, None].astype(np.uint8) * 255)
    assert np.array_equal(mask_of(open_pool("defects", [third])[0]), defects()[0][1])
    pair = (write(tmp_path / "a.png"), write(tmp_path / "m.png", mask()))
    for given in (pair, tuple(map(str, pair))):
        pool = open_pool("defects", [given])
        assert pool[0].path == str(pair[0]) and np.array_equal(mask_of(pool[0]), mask() > 0)


@pytest.mark.parametrize(
    ("name", "given", "error", "told"),
    [
        ("textures", [], ValueError, "textures: an empty list was given"),
        ("textures", None, ValueError, "an empty list was given"),
        ("textures", [np.zeros((4, 4), np.uint8)], ValueError, "at least 8 px"),
        ("textures", [np.zeros((9, 9))[None] - 1], ValueError, "channels come last|at least 8 px"),
        ("textures", [3], TypeError, "must be a NumPy array, not int"),
        ("pictures", ["a"], ValueError, "unknown pool 'pictures': the pools are textures"),
        ("defects", [(picture(9, 9), np.ones((9, 8)))], ValueError, "mask must have the image's"),
        ("defects", [picture(9, 9)], (TypeError, ValueError), "pair"),
        ("defects", [(picture(9, 9),)], (TypeError, ValueError), "pair"),
        ("defects", ["a.png"], (TypeError, ValueError), "pair"),
    ],
)
def test_a_list_of_something_else_is_refused(name, given, error, told):
    with pytest.raises(error, match=told):
        open_pool(name, given)


def test_open_pools_leaves_out_what_is_not_given():
    pool = open_pool("textures", textures())
    pools = open_pools(textures=pool, defects=None, sources=[picture(9, 9)])
    assert list(pools) == ["textures", "sources"] and pools["textures"] is pool


def test_without():
    pool = open_pool("sources", textures())
    less = pool.without("#1")
    assert paths_of(less) == ["#0", "#2"] and len(pool) == 3
    assert less.find("#2") == pool[2]
    with pytest.raises(LookupError, match="has no #1"):
        less.find("#1")
    assert paths_of(pool.without("#7")) == ["#0", "#1", "#2"]


def test_a_mask_without_its_pool_says_what_to_pass():
    with pytest.raises(LookupError, match="pass defects=FOLDER"):
        mask_of(File("defects", "a.png", "0"))


def test_drawing_takes_any_file_alike():
    pool = open_pools(textures=textures())
    rng = rng_of(0, 0)
    counts = np.unique(
        [draw(files("textures"), rng, pool).path for _ in range(900)], return_counts=True
    )
    np.testing.assert_allclose(counts[1] / 900, 1 / 3, atol=0.06)


# records and their files


def test_a_record_finds_its_files_again(tmp_path):
    image, marked = defects()[0]
    write(tmp_path / "test/dent/a.png", image[:, :, ::-1])
    write(tmp_path / "ground_truth/dent/a_mask.png", marked.astype(np.uint8) * 255)
    sample = real_defects(picture(64, 64), rng=0, defects=tmp_path)
    assert sample.kind == "dent"
    record = from_dict(to_dict(sample.made_by))
    assert record.region.defect.origin is None
    assert np.array_equal(record(picture(64, 64), defects=tmp_path).image, sample.image)
    write(tmp_path / "test/dent/a.png", np.asarray(255 - image))
    with pytest.raises(ValueError, match=r"test/dent/a\.png .*is not the file that was drawn"):
        record(picture(64, 64), defects=tmp_path)
    (tmp_path / "test/dent/a.png").rename(tmp_path / "test/dent/b.png")
    (tmp_path / "ground_truth/dent/a_mask.png").rename(tmp_path / "ground_truth/dent/b_mask.png")
    with pytest.raises(LookupError, match=r"has no test/dent/a\.png"):
        bind(record, open_pools(defects=tmp_path))


def test_the_fingerprint_of_pools(tmp_path):
    write(tmp_path / "a.png")
    one = fingerprint(open_pools(textures=tmp_path, sources=textures()))
    assert list(one) == ["sources", "textures"]
    assert fingerprint(open_pools(textures=tmp_path, sources=textures())) == one
    write(tmp_path / "b.png")
    two = fingerprint(open_pools(textures=tmp_path, sources=textures()[:2]))
    assert two["textures"] != one["textures"] and two["sources"] != one["sources"]


def test_the_real_pools(data):
    pool = open_pool("defects", data / "defect_bank")
    assert len(pool) > 50 and isinstance(pool, Entries)
    kinds = {entry.kind for entry in pool.entries}
    assert len(kinds) > 5 and "" not in kinds
    for number in range(0, len(pool), 40):
        assert mask_of(pool[number]).any()
    assert len(open_pool("textures", data / "textures")) > 20
