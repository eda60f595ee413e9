"""COCO instances: shapes as masks, where images are found, and what is wrong with a file."""

import json

import cv2
import numpy as np
import pytest

from blemish import rng_of
from blemish.coco import Annotation, find_instances, mask_of_segmentation, unpacked
from blemish.images import BadFile
from blemish.layouts import find_pairs, read_pair_mask
from blemish.pools import fingerprint, mask_of, open_pool, open_pools
from blemish.recipe import NoDefect
from blemish.recipes import real_defects
from conftest import picture

SQUARE = [[10, 5, 20, 5, 20, 15, 10, 15]]


def annotated(folder, name="annotations/instances.json", where="images", **changes):
    """A COCO file of three images and four annotations, and the images; returns its path."""
    told = {
        "images": [
            {"id": n, "file_name": f"{n}.png", "height": 40, "width": 60} for n in (1, 2, 3)
        ],
        "categories": [{"id": 1, "name": "deep scratch"}, {"id": 7, "name": "dent"}],
        "annotations": [
            entry(11, 1, 1, SQUARE),
            entry(12, 1, 7, [[30, 20, 40, 20, 40, 30, 30, 30]]),
            entry(13, 2, 7, {"size": [40, 60], "counts": [805, 6, 34, 6, 1549]}, iscrowd=1),
            entry(14, 3, 1, [[1, 1, 9, 1, 9, 9]]),
        ],
    }
    told.update(changes)
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(told))
    if where is not None:
        (folder / where).mkdir(parents=True, exist_ok=True)
        for number in (1, 2, 3):
            image = np.array(picture(40, 60, seed=number))
            image[5:15, 10:20] = 255
            cv2.imwrite(str(folder / where / f"{number}.png"), image)
    return file


def entry(number, image, category, segmentation, **more):
    told = {"id": number, "image_id": image, "category_id": category, "segmentation": segmentation}
    return told | {"bbox": [0, 0, 1, 1], "area": 1, "iscrowd": 0} | more


# shapes


def runs_of(mask):
    """The run lengths of a mask, counted pixel by pixel down the columns."""
    lengths, value, count = [], False, 0
    for x in range(mask.shape[1]):
        for y in range(mask.shape[0]):
            if bool(mask[y, x]) != value:
                lengths.append(count)
                value, count = not value, 0
            count += 1
    return [*lengths, count]


def packed(lengths):
    """The run lengths as COCO compresses them: written from the format, to check `unpacked`."""
    text = ""
    for place, length in enumerate(lengths):
        number = length - lengths[place - 2] if place > 2 else length
        while True:
            bits, number = number & 31, number >> 5
            more = not (number == 0 and not bits & 16) and not (number == -1 and bits & 16)
            text += chr(48 + bits + 32 * more)
            if not more:
                break
    return text


@pytest.mark.parametrize("shape", [(1, 1), (7, 5), (40, 60), (600, 31)])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 1.0])
def test_run_lengths_plain_and_compressed(shape, share):
    mask = np.random.default_rng(1).random(shape) < share
    lengths = runs_of(mask)
    assert unpacked(packed(lengths)) == lengths
    if not share:
        return
    for counts in (lengths, packed(lengths)):
        told = {"size": list(shape), "counts": counts}
        assert np.array_equal(mask_of_segmentation(told, shape), mask)


def test_strings_that_pycocotools_wrote():
    ring = np.zeros((7, 5), bool)
    ring[2:5, 1:4] = True
    ring[3, 2] = False
    told = {"size": [7, 5], "counts": "934NM0325"}
    assert np.array_equal(mask_of_segmentation(told, (7, 5)), ring)
    large = np.zeros((600, 500), bool)
    large[100:500, 50:400] = True
    told = {"size": [600, 500], "counts": "d\\m0`<X6" + "0" * 697 + "l_j1"}
    assert np.array_equal(mask_of_segmentation(told, (600, 500)), large)


def inside(points, y, x):
    """Whether a place is in a polygon, by the edges that a ray to the left of it crosses."""
    crossed = 0
    for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1], strict=True):
        if (y0 <= y) != (y1 <= y):
            crossed += x0 + (y - y0) / (y1 - y0) * (x1 - x0) <= x
    return crossed % 2 == 1


@pytest.mark.parametrize("seed", range(6))
def test_a_polygon_marks_the_pixels_whose_centre_is_in_it(seed):
    rng = np.random.default_rng(seed)
    corners = [tuple(map(float, p)) for p in rng.uniform(-8, 32, (3 + 2 * seed, 2)).round(1)]
    mask = mask_of_segmentation([[n for corner in corners for n in corner]], (20, 24))
    wanted = [[inside(corners, y + 0.5, x + 0.5) for x in range(24)] for y in range(20)]
    assert np.array_equal(mask, wanted) and mask.any()


def test_polygons_with_the_area_that_pycocotools_gives_them():
    for polygon, area in (
        ([10, 10, 19, 10, 19, 19, 10, 19], 81),
        ([2, 2, 12, 2, 12, 12, 2, 12, 2, 2], 100),
    ):
        assert mask_of_segmentation([polygon], (20, 24)).sum() == area


def test_several_polygons_are_one_shape():
    both = mask_of_segmentation([[1, 1, 4, 1, 4, 4, 1, 4], [2, 2, 6, 2, 6, 6, 2, 6]], (8, 8))
    assert both.sum() == 9 + 16 - 4


@pytest.mark.parametrize(
    "line", [[2.1, 3.2, 17.8, 3.3, 2.1, 3.25], [5.6, 1, 5.7, 17.9, 5.8, 1], [4.1, 4.1] * 3]
)
def test_a_line_thinner_than_a_pixel_is_marked(line):
    mask = mask_of_segmentation([line], (20, 20))
    x, y = np.array(line).reshape(-1, 2).T
    assert mask.sum() == (int(x.max()) - int(x.min()) + 1) * (int(y.max()) - int(y.min()) + 1)
    assert mask[int(y[0]), int(x[0])]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ([], "no segmentation, at most a box"),
        (None, "no segmentation"),
        ([[1, 2, 3, 4]], "three corners or more"),
        ([[1, 2, 3, 4, 5, 6, 7]], "a list of x, y"),
        ([1, 2, 3, 4, 5, 6], "a list of x, y"),
        ([[1, 2, 3, 4, 5, "6"]], "a list of x, y"),
        ([[1, 2, 3, 4, 5, float("nan")]], "not finite"),
        ([[100, 100, 120, 100, 120, 120]], "marks no pixel"),
        ([[-9, -9, -2, -9, -2, -2]], "marks no pixel"),
        ({"size": [20, 24], "counts": [480]}, "marks no pixel"),
        ({"size": [24, 20], "counts": [479, 1]}, r"the size \[20, 24\] of the image"),
        ({"size": [20, 24]}, "need counts"),
        ({"size": [20, 24], "counts": [1, 2]}, "add up to 3 px"),
        ({"size": [20, 24], "counts": [481, -1]}, "whole numbers"),
        ({"size": [20, 24], "counts": [470.5, 9.5]}, "whole numbers"),
        ({"size": [20, 24], "counts": "\x00"}, "not compressed by COCO"),
        ({"size": [20, 24], "counts": "1P"}, "in the middle of a number"),
        ("polygon", "run lengths need counts"),
    ],
)
def test_a_shape_that_is_none_is_told_with_file_and_number(tmp_path, told, why):
    annotation = Annotation(tmp_path / "a.json", 17, (20, 24), json.dumps(told))
    with pytest.raises(BadFile, match=rf"a\.json#17: .*{why}"):
        annotation.mask()


# files


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("annotations/instances.json", "images"),
        ("annotations/instances.json", ""),
        ("annotations/instances_train.json", "train"),
        ("annotations/instances_train.json", "images/train"),
        ("annotations/a.json", "annotations"),
        ("_annotations.coco.json", ""),
        ("a.json", "images"),
        ("train/_annotations.coco.json", "train"),
    ],
)
def test_images_are_found_by_folder_and_by_file(tmp_path, name, where):
    file = annotated(tmp_path, name, where)
    for given in (tmp_path, file):
        pairs = find_pairs(given)
        assert [pair.image for pair in pairs] == [
            tmp_path / where / f"{n}.png" for n in (1, 1, 2, 3)
        ]
        assert [pair.mask.number for pair in pairs] == [11, 12, 13, 14]
        assert [pair.kind for pair in pairs] == ["deep scratch", "dent", "dent", "deep scratch"]
        wanted = np.zeros((40, 60), bool)
        wanted[5:15, 10:20] = True
        assert np.array_equal(read_pair_mask(pairs[0]), wanted)
        assert np.argwhere(read_pair_mask(pairs[2])).tolist() == [
            [y, x] for y in range(5, 11) for x in (20, 21)
        ]


def test_the_pool_of_a_coco_dataset(tmp_path):
    file = annotated(tmp_path)
    for given in (tmp_path, file, str(file)):
        pool = open_pool("defects", given)
        paths = [pool[number].path for number in range(len(pool))]
        assert paths == ["images/1.png#11", "images/1.png#12", "images/2.png#13", "images/3.png#14"]
        assert pool.find("images/2.png#13").kind == "dent"
        assert mask_of(pool[2]).sum() == 12
        assert len({pool[number].sha256 for number in range(4)}) == 4


def test_the_digest_is_of_the_image_and_of_this_annotation_alone(tmp_path):
    def digests():
        pools = open_pools(defects=tmp_path)
        told = [pools["defects"][number].sha256 for number in range(4)]
        return told, fingerprint(pools)["defects"]

    annotated(tmp_path)
    before, whole = digests()
    assert digests() == (before, whole)
    told = json.loads((tmp_path / "annotations/instances.json").read_text())
    told["annotations"][0]["segmentation"][0][0] += 1
    told["annotations"][1]["bbox"] = [1, 2, 3, 4]
    annotated(tmp_path, where=None, **told)
    after, other = digests()
    assert after[0] != before[0] and after[1:] == before[1:] and other != whole
    cv2.imwrite(str(tmp_path / "images/2.png"), np.full((40, 60), 3, np.uint8))
    assert digests()[0][2] != before[2]


def test_defects_of_coco_are_set_into_a_picture_and_replayed(tmp_path):
    file = annotated(tmp_path)
    for given in (tmp_path, file):
        sample = real_defects(picture(96, 96, seed=9), rng=1, defects=given)
        assert sample.kind in ("deep_scratch", "dent") and sample.mask.any()
        again = sample.made_by(picture(96, 96, seed=9), defects=given)
        assert np.array_equal(again.image, sample.image)


def test_an_image_of_coco_is_read_from_there_and_not_from_its_mask(tmp_path):
    annotated(tmp_path)
    (tmp_path / "masks").mkdir()
    for name in ("1", "extra"):
        cv2.imwrite(str(tmp_path / "masks" / f"{name}.png"), np.ones((40, 60), np.uint8))
    cv2.imwrite(str(tmp_path / "images" / "extra.png"), np.ones((40, 60), np.uint8))
    pool = open_pool("defects", tmp_path)
    assert [pool[n].path for n in range(len(pool))][-1] == "images/extra.png" and len(pool) == 5


def test_other_json_is_passed_over(tmp_path):
    annotated(tmp_path)
    for name in ("notes.json", "images/labels.json", ".hidden.json", "annotations/captions.json"):
        (tmp_path / name).write_text('{"images": [], "annotations": []}')
    assert len(find_instances(tmp_path)) == 4
    (tmp_path / "list.json").write_text("[1, 2]")
    assert len(find_instances(tmp_path)) == 4


def test_an_annotation_that_two_files_hold_counts_once(tmp_path):
    annotated(tmp_path)
    annotated(tmp_path, "annotations/keypoints.json", None)
    assert len(find_instances(tmp_path)) == 4
    annotated(tmp_path, "annotations/other.json", None, annotations=[entry(11, 1, 7, SQUARE)])
    with pytest.raises(BadFile, match=r"other\.json: its annotation 11 of 1\.png is another"):
        find_instances(tmp_path)


def test_a_missing_image_is_told_when_it_is_drawn(tmp_path):
    file = annotated(tmp_path)
    (tmp_path / "images" / "1.png").unlink()
    pool = open_pool("defects", file)
    assert len(pool) == 4
    with pytest.raises(BadFile, match=r"1\.png: No such file"):
        pool[0]
    found = [real_defects(picture(64, 64), rng=seed, defects=file) for seed in range(8)]
    assert any("1.png" in name for sample in found for name in sample.bad)


def test_a_bad_shape_is_told_and_another_is_drawn(tmp_path):
    annotations = [
        entry(1, 1, 1, SQUARE),
        entry(2, 2, 1, []),
        entry(3, 3, 1, [[90, 9, 99, 9, 99, 19]]),
    ]
    file = annotated(tmp_path, annotations=annotations)
    found = [real_defects(picture(64, 64), rng=seed, defects=file) for seed in range(8)]
    bad = {name: why for sample in found for name, why in sample.bad.items()}
    assert set(bad) == {f"{file}#2", f"{file}#3"}
    annotated(tmp_path, annotations=annotations[1:])
    with pytest.raises(NoDefect, match=r"instances\.json#2: it has no segmentation"):
        real_defects(picture(64, 64), rng_of(0, 0), defects=file)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"categories": None}, "no COCO file: .*images, annotations, categories"),
        ({"categories": [{"id": 1}]}, "a category has no 'name' that is str"),
        ({"categories": [{"id": 1, "name": "dent"}]}, "annotation 12: image 1 or category 7"),
        ({"images": [{"id": 1}]}, "image 1 has no 'file_name'"),
        ({"images": [{"file_name": "1.png"}]}, "an image has no 'id' that is int: None"),
        ({"images": [3]}, "an image has no 'id'"),
        ({"annotations": [{"id": 5, "image_id": 1}]}, "annotation 5 has no 'category_id'"),
        ({"images": [{"id": 1, "file_name": "1.png", "width": 9}]}, "image 1 has no 'height'"),
        ({"images": [{"id": 1, "file_name": "no.png"}]}, r"none of its 1 images .* no\.png in"),
    ],
)
def test_a_file_that_is_not_coco_is_refused_by_name(tmp_path, changes, told):
    file = annotated(tmp_path, **changes)
    with pytest.raises(BadFile, match=rf"instances\.json: {told}"):
        open_pool("defects", file)


def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path):
    file = annotated(tmp_path)
    file.write_text('{"images": [')
    for given in (tmp_path, file):
        with pytest.raises(BadFile, match=r"instances\.json: not readable as JSON"):
            open_pool("defects", given)
    with pytest.raises(FileNotFoundError, match=r"none\.json is not a folder, nor a COCO file"):
        open_pool("defects", tmp_path / "none.json")
    with pytest.raises(FileNotFoundError, match=r"instances\.json is not a folder"):
        open_pool("textures", file)
