"""The layouts of datasets: which image has which mask, and which pictures are good."""

import pytest

from blemish.layouts import find_pairs, normals_of


@pytest.fixture
def tree(tmp_path):
    """Makes empty files: only names matter here."""

    def make(*names):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        return tmp_path

    return make


def pairs_of(folder):
    return [
        (
            pair.image.relative_to(folder).as_posix(),
            pair.mask.relative_to(folder).as_posix(),
            pair.kind,
        )
        for pair in find_pairs(folder)
    ]


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (
            # MVTec AD; a good picture has no mask
            [
                "train/good/000.png",
                "test/good/000.png",
                "test/dent/000.png",
                "test/dent/001.png",
                "ground_truth/dent/000_mask.png",
            ],
            [("test/dent/000.png", "ground_truth/dent/000_mask.png", "dent")],
        ),
        (
            # masks without _mask, and another suffix than the image
            ["test/dent/000.jpg", "ground_truth/dent/000.png"],
            [("test/dent/000.jpg", "ground_truth/dent/000.png", "dent")],
        ),
        (
            # a tree of classes; equal stems do not get mixed up
            [
                f"{name}/{place}"
                for name in ("bottle", "cable")
                for place in ("test/cut/0.png", "ground_truth/cut/0_mask.png")
            ],
            [
                ("bottle/test/cut/0.png", "bottle/ground_truth/cut/0_mask.png", "cut"),
                ("cable/test/cut/0.png", "cable/ground_truth/cut/0_mask.png", "cut"),
            ],
        ),
        (["a.png", "a_mask.png", "b.png"], [("a.png", "a_mask.png", "")]),
        (["dent/a.jpg", "dent/a_mask.png"], [("dent/a.jpg", "dent/a_mask.png", "dent")]),
        (["a.png", "a_mask.png", "masks/a_mask.png"], [("a.png", "a_mask.png", "")]),
        (["a.png", "masks/a.png"], [("a.png", "masks/a.png", "")]),
        (["a.png", "mask/a_mask.png"], [("a.png", "mask/a_mask.png", "")]),
        (["images/a.png", "masks/a.png"], [("images/a.png", "masks/a.png", "")]),
        (
            ["images/dent/a.png", "labels/dent/a.png"],
            [("images/dent/a.png", "labels/dent/a.png", "dent")],
        ),
        (["dent/a.png", "dent/masks/a.png"], [("dent/a.png", "dent/masks/a.png", "dent")]),
        (["dent/a.png", "masks/dent/a.png"], [("dent/a.png", "masks/dent/a.png", "dent")]),
        (["dent/a.png", "masks/cut/a.png"], []),
        (["masks/a.png", "masks/b.png"], []),
        (["a_mask.png"], []),
        ([".hidden/a.png", ".hidden/a_mask.png"], []),
        ([], []),
    ],
)
def test_find_pairs(tree, names, wanted):
    assert pairs_of(tree(*names)) == wanted


def test_the_mask_beside_the_image_comes_first(tree):
    folder = tree("a.png", "a_mask.png", "masks/a.png")
    assert pairs_of(folder) == [("a.png", "a_mask.png", "")]


def test_pairs_are_sorted_by_path(tree):
    stems = ["b", "a", "c"]
    folder = tree(*(f"{s}.png" for s in stems), *(f"{s}_mask.png" for s in stems))
    assert [pair[0] for pair in pairs_of(folder)] == ["a.png", "b.png", "c.png"]


def test_a_folder_whose_own_name_is_that_of_masks(tree):
    folder = tree("labels/a.png", "labels/masks/a.png") / "labels"
    assert pairs_of(folder) == [("a.png", "masks/a.png", "")]


# normals


def test_the_normals_of_a_class(tree):
    folder = tree("bottle/train/good/0.png", "bottle/test/dent/0.png")
    for given in (folder / "bottle", folder / "bottle" / "train" / "good"):
        assert normals_of(given) == {"bottle": folder / "bottle" / "train" / "good"}


def test_the_normals_of_a_tree_of_classes(tree):
    folder = tree("cable/train/good/0.png", "bottle/train/good/0.png", "notes/a.txt")
    assert normals_of(folder) == {
        "bottle": folder / "bottle" / "train" / "good",
        "cable": folder / "cable" / "train" / "good",
    }
    assert list(normals_of(folder)) == ["bottle", "cable"]


def test_any_other_folder_is_one_class(tree):
    folder = tree("parts/0.png", "parts/more/1.png")
    assert normals_of(folder / "parts") == {"parts": folder / "parts"}


def test_the_current_folder_has_a_name(tree, monkeypatch):
    folder = tree("parts/0.png", "bottle/train/good/0.png")
    monkeypatch.chdir(folder / "parts")
    from pathlib import Path

    assert normals_of(Path()) == {"parts": Path()}
    monkeypatch.chdir(folder / "bottle")
    assert normals_of(Path()) == {"bottle": Path("train/good")}


def test_the_real_layouts(data):
    assert set(normals_of(data / "bottle")) == {"bottle"}
    assert len(normals_of(data)) >= 5
    for name in ("bottle", "magnetic_tile", "defect_bank"):
        pairs = find_pairs(data / name)
        assert len(pairs) >= 5 and all(pair.kind not in ("", "good") for pair in pairs)
        assert all(pair.image.parent.name == pair.mask.parent.name for pair in pairs)
