"""The audit: each fault in a small dataset of its own, and what is told of it."""

import json
import math
import re
import types
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest

import blemish as bl
from blemish.audits import Duplicate, Fault, audit
from blemish.audits.items import listing
from blemish.audits.page import page
from blemish.audits.summary import kolmogorov_smirnov
from making import goods, made, records, save, shell, textured, told

SHAPE = (48, 64)


def marked(where=np.s_[10:26, 12:34], shape=SHAPE):
    mask = np.zeros(shape, np.uint8)
    mask[where] = 255
    return mask


def labelled(root, count=3, kind="dent", change=-40, where=np.s_[10:26, 12:34]):
    """A sound dataset of another tool, and the normals in a folder of their own."""
    for number in range(count):
        name = f"{number:03d}"
        clean = np.full((*SHAPE, 3), 150, np.uint8) + (textured(number, (*SHAPE, 3)) >> 3)
        image = clean.copy()
        image[where] = np.clip(image[where].astype(int) + change, 0, 255)
        save(root / "set" / "test" / kind / f"{name}.png", image)
        save(root / "set" / "ground_truth" / kind / f"{name}_mask.png", marked(where))
        save(root / "normals" / f"{name}.png", clean)
    return root / "set"


def seen(dataset, **options):
    """The faults as (file's name, what)."""
    faults = audit(dataset, **options).faults
    return [(fault.file.rpartition("/")[2], fault.what) for fault in faults]


class TestSound:
    def test_another_tools_dataset(self, tmp_path):
        dataset = labelled(tmp_path)
        goods(dataset / "train" / "good", 2)
        found = audit(dataset, normals=tmp_path / "normals")
        assert found.faults == () and found.sound and found.good == {"train": 2}
        (kind,) = found.kinds
        assert (kind.kind, kind.count, kind.compared) == ("dent", 3, 3)
        assert (kind.unlabelled, kind.invisible) == (0, 0)
        first = found.samples[0]
        assert (first.image, first.mask) == ("test/dent/000.png", "ground_truth/dent/000_mask.png")
        assert first.compared == "normals" and first.change == 40 and first.pixels == 16 * 22
        assert first.unlabelled == first.unchanged == 0
        assert first.contrast == pytest.approx(40, abs=6)
        assert (first.y, first.x, first.components) == (18 / 48, 23 / 64, 1)
        assert kind.spreads["change"].middle == 40 and kind.spreads["area"].count == 3

    def test_without_normals(self, tmp_path):
        found = audit(labelled(tmp_path))
        assert found.faults == () and found.whole.compared == 0
        assert {s.compared for s in found.samples} == {""}
        assert all(s.change is s.unlabelled is s.background is None for s in found.samples)
        assert "change" not in found.whole.spreads

    def test_normals_in_folders_by_kind(self, tmp_path):
        dataset = labelled(tmp_path)
        labelled(tmp_path, kind="scratch", change=60)
        for kind in ("dent", "scratch"):
            for number in range(3):
                image = cv2.imread(str(tmp_path / "normals" / f"{number:03d}.png"))
                save(tmp_path / "sorted" / kind / f"{number:03d}.png", image[..., ::-1])
        found = audit(dataset, normals=tmp_path / "sorted")
        assert {kind.kind: kind.spreads["change"].middle for kind in found.kinds} == {
            "dent": 40,
            "scratch": 60,
        }
        assert found.whole.kind == "all" and found.whole.count == 6

    def test_images_beside_masks(self, tmp_path):
        save(tmp_path / "a.png", textured(1))
        save(tmp_path / "a_mask.png", marked())
        found = audit(tmp_path)
        assert found.faults == () and [kind.kind for kind in found.kinds] == ["defect"]

    def test_a_tree_of_classes(self, tmp_path):
        (tmp_path / "both").mkdir()
        for name in ("nut", "bolt"):
            labelled(tmp_path / name).rename(tmp_path / "both" / name)
        found = audit(tmp_path / "both")
        assert [kind.kind for kind in found.kinds] == ["bolt/dent", "nut/dent"]

    def test_black_masks_of_good_pictures(self, tmp_path):
        dataset = labelled(tmp_path)
        save(dataset / "test" / "good" / "000.png", textured(5))
        save(dataset / "ground_truth" / "good" / "000_mask.png", np.zeros(SHAPE, np.uint8))
        found = audit(dataset)
        assert found.faults == () and found.good == {"test": 1} and found.whole.count == 3

    def test_grey_of_16_bit(self, tmp_path):
        clean = np.full(SHAPE, 2000, np.uint16)
        image = clean.copy()
        image[10:26, 12:34] += 16 * 20
        save(tmp_path / "test" / "dent" / "0.png", image)
        save(tmp_path / "ground_truth" / "dent" / "0_mask.png", marked())
        save(tmp_path / "clean" / "0.png", clean)
        found = audit(tmp_path, normals=tmp_path / "clean", white=4095)
        assert found.samples[0].change == pytest.approx(20, abs=0.1)

    def test_one_value_of_255_is_1(self, tmp_path):
        dataset = labelled(tmp_path, 1)
        save(dataset / "ground_truth" / "dent" / "000_mask.png", marked() // 255)
        assert seen(dataset) == []

    def test_coco(self, tmp_path):
        """The annotations of a picture are taken together; a picture without one is good."""
        save(tmp_path / "a.png", textured(1))
        save(tmp_path / "b.png", textured(2))
        square = [[10, 10, 20, 10, 20, 20, 10, 20]]
        other = [[30, 10, 40, 10, 40, 30, 30, 30]]
        marks = [
            {"id": n, "image_id": 1, "category_id": 1, "segmentation": shape}
            for n, shape in enumerate((square, other))
        ]
        images = [
            {"id": n, "file_name": name, "width": 64, "height": 48}
            for n, name in ((1, "a.png"), (2, "b.png"))
        ]
        told = {"images": images, "annotations": marks, "categories": [{"id": 1, "name": "dent"}]}
        (tmp_path / "marks.json").write_text(json.dumps(told))
        for given in (tmp_path, tmp_path / "marks.json"):
            found = audit(given)
            assert found.faults == () and found.good == {"test": 1}
            (sample,) = found.samples
            assert (sample.kind, sample.pixels, sample.components) == ("dent", 300, 2)
            assert sample.mask == "marks.json#0, marks.json#1"


class TestFaults:
    def test_unreadable_picture(self, tmp_path):
        dataset = labelled(tmp_path)
        path = dataset / "test" / "dent" / "001.png"
        path.write_bytes(path.read_bytes()[:200])
        found = audit(dataset)
        assert [(f.file, f.what) for f in found.faults] == [("test/dent/001.png", "unreadable")]
        assert found.whole.count == 2 and not found.sound

    def test_unreadable_good_picture_and_mask(self, tmp_path):
        dataset = labelled(tmp_path)
        goods(dataset / "train" / "good", 2)
        (dataset / "train" / "good" / "000.png").write_bytes(b"")
        (dataset / "ground_truth" / "dent" / "002_mask.png").write_text("no image")
        assert seen(dataset) == [("002_mask.png", "unreadable"), ("000.png", "unreadable")]

    def test_no_mask(self, tmp_path):
        dataset = labelled(tmp_path)
        (dataset / "ground_truth" / "dent" / "001_mask.png").unlink()
        assert seen(dataset) == [("001.png", "no mask")]

    def test_no_picture(self, tmp_path):
        dataset = labelled(tmp_path)
        (dataset / "test" / "dent" / "001.png").unlink()
        assert seen(dataset) == [("001_mask.png", "no image")]

    def test_size(self, tmp_path):
        dataset = labelled(tmp_path)
        save(dataset / "ground_truth" / "dent" / "001_mask.png", marked(shape=(64, 48)))
        found = audit(dataset)
        assert seen(dataset) == [("001_mask.png", "size")] and found.whole.count == 2
        assert "(64, 48)" in found.faults[0].told and "(48, 64)" in found.faults[0].told

    def test_empty_mask(self, tmp_path):
        dataset = labelled(tmp_path)
        save(dataset / "ground_truth" / "dent" / "001_mask.png", np.zeros(SHAPE, np.uint8))
        assert seen(dataset) == [("001_mask.png", "empty mask")]

    def test_resized_mask(self, tmp_path):
        dataset = labelled(tmp_path)
        small = cv2.resize(marked(), (20, 15))
        soft = cv2.resize(small, SHAPE[::-1])
        save(dataset / "ground_truth" / "dent" / "001_mask.png", soft)
        found = audit(dataset)
        assert seen(dataset) == [("001_mask.png", "soft mask")]
        assert f"{len(np.unique(soft))} values" in found.faults[0].told
        assert found.whole.count == 3

    def test_marked_good_picture(self, tmp_path):
        dataset = labelled(tmp_path)
        save(dataset / "test" / "good" / "000.png", textured(5))
        save(dataset / "ground_truth" / "good" / "000_mask.png", marked())
        assert seen(dataset) == [("000.png", "marked good")]

    def test_changed_and_not_labelled(self, tmp_path):
        dataset = labelled(tmp_path)
        save(dataset / "ground_truth" / "dent" / "001_mask.png", marked(np.s_[10:18, 12:34]))
        found = audit(dataset, normals=tmp_path / "normals")
        assert [(f.file, f.what) for f in found.faults] == [("test/dent/001.png", "unlabelled")]
        assert "50.00%" in found.faults[0].told
        assert found.samples[1].unlabelled == 0.5 and found.whole.unlabelled == 1

    def test_a_change_of_two_levels_is_none(self, tmp_path):
        dataset = labelled(tmp_path)
        path = dataset / "test" / "dent" / "001.png"
        image = cv2.imread(str(path))
        image[40:] += 2
        cv2.imwrite(str(path), image)
        assert seen(dataset, normals=tmp_path / "normals") == []
        image[40, 0] += 1
        cv2.imwrite(str(path), image)
        assert seen(dataset, normals=tmp_path / "normals") == [("001.png", "unlabelled")]

    def test_labelled_and_not_changed(self, tmp_path):
        """Told, and no fault: filled holes are labelled too."""
        dataset = labelled(tmp_path, 1, where=np.s_[10:20, 10:30])
        save(dataset / "ground_truth" / "dent" / "000_mask.png", marked(np.s_[10:20, 10:50]))
        found = audit(dataset, normals=tmp_path / "normals")
        assert found.faults == () and found.samples[0].unchanged == 0.5

    @pytest.mark.parametrize(("change", "faults"), [(5, ["invisible"]), (6, [])])
    def test_faint(self, tmp_path, change, faults):
        found = audit(labelled(tmp_path, 1, change=change), normals=tmp_path / "normals")
        assert [fault.what for fault in found.faults] == faults
        assert found.whole.invisible == len(faults)

    @pytest.mark.parametrize(("width", "faults"), [(7, ["invisible"]), (8, [])])
    def test_tiny(self, tmp_path, width, faults):
        found = audit(labelled(tmp_path, 1, where=np.s_[10:11, 10 : 10 + width]))
        assert [fault.what for fault in found.faults] == faults

    def test_moved_defect(self, tmp_path):
        """As OpenCV's seamlessClone does with a mask that is off the middle."""
        dataset = labelled(tmp_path, 1)
        save(dataset / "ground_truth" / "dent" / "000_mask.png", marked(np.s_[30:46, 40:62]))
        found = audit(dataset, normals=tmp_path / "normals")
        assert {fault.what for fault in found.faults} == {"unlabelled", "invisible"}
        assert found.samples[0].unlabelled == found.samples[0].unchanged == 1

    def test_normals_of_another_size(self, tmp_path):
        dataset = labelled(tmp_path)
        save(tmp_path / "normals" / "001.png", textured(1, (30, 30, 3)))
        (tmp_path / "normals" / "002.png").write_bytes(b"\x89PNG")
        found = audit(dataset, normals=tmp_path / "normals")
        assert [(f.file, f.what) for f in found.faults] == [
            ("test/dent/001.png", "clean"),
            ("test/dent/002.png", "clean"),
        ]
        assert found.whole.compared == 1 and found.whole.count == 3

    def test_duplicates_and_leaks(self, tmp_path):
        dataset = labelled(tmp_path)
        goods(dataset / "train" / "good", 3)
        train = cv2.imread(str(dataset / "train" / "good" / "001.png"))
        # The same pixels in other bytes.
        save(dataset / "train" / "good" / "again.bmp", train[..., ::-1])
        save(dataset / "test" / "good" / "leak.bmp", train[..., ::-1])
        twin = cv2.imread(str(dataset / "test" / "dent" / "000.png"))
        save(dataset / "test" / "dent" / "twin.bmp", twin[..., ::-1])
        save(dataset / "ground_truth" / "dent" / "twin_mask.png", marked())
        found = audit(dataset)
        assert found.faults == (
            Fault("test/good/leak.bmp", "leak", "the same pixels as train/good/001.png"),
        )
        assert found.duplicates == (
            Duplicate("test/dent/twin.bmp", "test/dent/000.png"),
            Duplicate("train/good/again.bmp", "train/good/001.png"),
        )
        assert not found.sound and found.counts() == {"leak": 1}

    def test_duplicates_alone_are_no_fault(self, tmp_path):
        dataset = labelled(tmp_path)
        for name in "ab":
            save(dataset / "train" / "good" / f"{name}.png", textured(1))
        found = audit(dataset)
        assert found.sound and found.to_dict()["duplicates"] == [
            {"file": "train/good/b.png", "of": "train/good/a.png"}
        ]
        outcome = shell("audit", dataset, "--strict")
        assert outcome.code == 0 and outcome.out.splitlines()[-1] == "0 faults"
        assert "train/good/b.png: the same pixels as train/good/a.png" in outcome.out
        texts = Tags(page(found)).texts
        assert "No faults" in texts and "Duplicates" in texts and "Faults" not in texts

    @pytest.mark.parametrize(("rows", "faults"), [(46, ["whole picture"]), (45, [])])
    def test_whole_picture_marked(self, tmp_path, rows, faults):
        """46 of 48 rows are 95.8 %."""
        found = audit(labelled(tmp_path, 1, where=np.s_[:rows]))
        assert [fault.what for fault in found.faults] == faults
        assert found.sound is not bool(faults)

    def test_everything_at_once(self, tmp_path):
        """One picture's fault hides no other's."""
        dataset = labelled(tmp_path, 6)
        masks = dataset / "ground_truth" / "dent"
        (masks / "000_mask.png").unlink()
        (masks / "001_mask.png").write_bytes(b"x")
        save(masks / "002_mask.png", np.zeros(SHAPE, np.uint8))
        save(masks / "003_mask.png", marked(shape=(9, 9), where=np.s_[:3]))
        (dataset / "test" / "dent" / "004.png").write_bytes(b"")
        found = audit(dataset, normals=tmp_path / "normals")
        assert found.counts() == {"no mask": 1, "unreadable": 2, "empty mask": 1, "size": 1}
        assert [sample.image for sample in found.samples] == ["test/dent/005.png"]


class TestWrong:
    def test_help(self):
        outcome = shell("audit", "--help")
        assert outcome.code == 0 and outcome.out.startswith("usage: blemish audit")

    def test_nothing_there(self, tmp_path):
        told(shell("audit", tmp_path / "nowhere"), "nowhere")
        goods(tmp_path / "train" / "good", 2)
        told(shell("audit", tmp_path), "no picture with a mask")
        told(shell("audit", labelled(tmp_path), "--normals", tmp_path / "none"), "none")

    def test_no_dataset(self, tmp_path):
        """A folder of mere pictures or masks, an empty one, and a file."""
        (tmp_path / "empty").mkdir()
        pictures = goods(tmp_path / "pictures", 3)
        masks = labelled(tmp_path) / "ground_truth"
        for given in (tmp_path / "empty", pictures, pictures / "000.png", masks):
            told(shell("audit", given), str(given), "expected test/KIND beside", "COCO")

    def test_a_dataset_that_lost_its_masks(self, tmp_path):
        """Is one still, with a fault for each."""
        dataset = labelled(tmp_path)
        goods(dataset / "test" / "good", 1)
        for mask in (dataset / "ground_truth" / "dent").iterdir():
            mask.unlink()
        assert audit(dataset).counts() == {"no mask": 3}

    @pytest.mark.parametrize("workers", [0, -1])
    def test_no_workers(self, tmp_path, workers):
        dataset = labelled(tmp_path)
        told(shell("audit", dataset, "--workers", workers), "workers", "at least 1", str(workers))

    def test_page_that_cannot_be_written(self, tmp_path, monkeypatch):
        """Told before anything is measured."""
        dataset = labelled(tmp_path)
        monkeypatch.setattr("blemish.audits.audit", None)
        told(shell("audit", dataset, "--html", tmp_path), "--html", "is a folder")
        told(shell("audit", dataset, "--html", tmp_path / "no" / "a.html"), "--html", "not exist")
        assert not (tmp_path / "no").exists()

    def test_foreground_that_is_not_there(self, tmp_path):
        dataset = labelled(tmp_path)
        (tmp_path / "empty").mkdir()
        for name, words in (("nowhere", "not a folder"), ("empty", "holds no image")):
            given = ("audit", dataset, "--foreground", tmp_path / name)
            told(shell(*given), "--foreground", name, words)


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    return goods(tmp_path_factory.mktemp("audit") / "parts", 6)


class TestOfMake:
    def test_with_clean(self, parts, tmp_path):
        made(parts, tmp_path / "out", "-n", 12, "--recipe", "cutpaste", "--with-clean")
        found = audit(tmp_path / "out")
        assert found.faults == () and found.whole.count == found.whole.compared == 12
        assert {sample.compared for sample in found.samples} == {"clean"}
        wanted = {r["image"]: r["defects"][0] for r in records(tmp_path / "out")}
        for sample in found.samples:
            defect = wanted[sample.image]
            assert sample.pixels == defect["area"]
            assert sample.change == pytest.approx(defect["contrast"], abs=0.01)
        # The class alone finds the same.
        one = audit(tmp_path / "out" / "parts")
        assert [s.change for s in one.samples] == [s.change for s in found.samples]

    def test_against_the_sources(self, parts, tmp_path):
        made(parts, tmp_path / "out", "-n", 8, "--recipe", "cutpaste", "--null", 0.25)
        found = audit(tmp_path / "out")
        assert {sample.compared for sample in found.samples} == {"source"}
        assert found.whole.count == 6 and found.whole.unlabelled == 0
        # The null samples equal their sources, which are in train/good.
        assert found.faults == ()

    def test_a_source_that_changed(self, parts, tmp_path):
        goods(tmp_path / "own", 3)
        made(tmp_path / "own", tmp_path / "out", "-n", 3, "--recipe", "cutpaste", "--test-good", 0)
        for path in (tmp_path / "own").iterdir():
            save(path, textured(77))
        found = audit(tmp_path / "out")
        assert [fault.what for fault in found.faults] == ["clean"] * 3
        assert "changed" in found.faults[0].told

    def test_a_source_that_is_not_comparable(self, parts, tmp_path):
        made(parts, tmp_path / "out", "-n", 4, "--recipe", "cutpaste")
        for record in records(tmp_path / "out")[:2]:
            image = cv2.imread(str(tmp_path / "out" / record["image"]))
            cv2.imwrite(str(tmp_path / "out" / record["image"]), image // 2)
        found = audit(tmp_path / "out")
        assert found.faults == () and found.whole.compared == 2
        assert [s.compared for s in found.samples] == ["altered", "altered", "source", "source"]
        assert "2 sources not comparable" in shell("audit", tmp_path / "out").out

    @pytest.mark.parametrize(("kept", "compared"), [(True, "clean"), (False, "altered")])
    def test_of_pictures_altered_as_a_whole(self, parts, tmp_path, kept, compared):
        """Such a picture is compared with its clean one, and never with its source."""
        recipe = bl.Then(bl.recipes.cutpaste, bl.changes.Brightness(factor=0.98))
        bl.make(parts, recipe, 4, tmp_path / "out", with_clean=kept)
        found = audit(tmp_path / "out")
        assert {sample.compared for sample in found.samples} == {compared}
        assert found.faults == () and found.whole.compared == (4 if kept else 0)

    def test_workers_find_the_same(self, parts, tmp_path):
        made(parts, tmp_path / "out", "-n", 40, "--recipe", "cutpaste")
        done = []
        alone = audit(tmp_path / "out", progress=lambda *now: done.append(now))
        assert audit(tmp_path / "out", workers=2) == alone
        assert done[-1] == (46, 46)


class TestBackground:
    def test_share_of_the_mask(self, tmp_path, monkeypatch):
        """With an estimate that takes the left half for the object."""

        def estimate(image, white=None):
            mask = np.zeros(image.shape[:2], bool)
            mask[:, :32] = True
            return types.SimpleNamespace(mask=mask, confidence=1.0, texture=texture)

        monkeypatch.setattr("blemish.audits.measured.estimate", estimate)
        texture = False
        dataset = labelled(tmp_path, 3, where=np.s_[10:20, 22:42])
        normals = tmp_path / "normals"
        assert {s.background for s in audit(dataset, normals=normals).samples} == {0.5}
        assert {s.background for s in audit(dataset).samples} == {None}
        texture = True
        assert {s.background for s in audit(dataset, normals=normals).samples} == {None}

    def test_of_most_decides(self, tmp_path, monkeypatch):
        """A class in which an object was found in few pictures is a texture."""
        textures = []

        def estimate(image, white=None):
            mask = np.zeros(image.shape[:2], bool)
            return types.SimpleNamespace(mask=mask, confidence=1.0, texture=textures.pop())

        monkeypatch.setattr("blemish.audits.measured.estimate", estimate)
        dataset = labelled(tmp_path, 5)
        for number, told_of in ((3, 0), (2, 3)):
            textures[:] = [True] * number + [False] * (5 - number)
            samples = audit(dataset, normals=tmp_path / "normals").samples
            assert sum(sample.background == 1 for sample in samples) == told_of

    def test_is_estimated_in_a_hundred(self, tmp_path, monkeypatch):
        monkeypatch.setattr("blemish.audits.items._ESTIMATED", 4)
        found = audit(labelled(tmp_path, 9), normals=tmp_path / "normals")
        assert found.whole.compared == 9
        items = listing(tmp_path / "set", tmp_path / "normals").items
        assert sum(item.estimated for item in items) == 4


def shares(found):
    return [sample.background for sample in found.samples]


class TestObjectMasks:
    """The object by the user's own masks."""

    LEFT = marked(np.s_[:, :28])
    RIGHT = marked(np.s_[:, 28:])

    @pytest.fixture(autouse=True)
    def nothing_is_estimated(self, monkeypatch):
        monkeypatch.setattr("blemish.audits.measured.estimate", None)

    def masks(self, folder, mask, names):
        for name in names:
            save(folder / name, mask)
        return folder

    def share(self, out, sample, mask):
        label = cv2.imread(str(out / sample.mask), cv2.IMREAD_GRAYSCALE) > 0
        return np.count_nonzero(label & (mask == 0)) / np.count_nonzero(label)

    def test_of_the_run(self, parts, tmp_path):
        """Changed after the run, so that the share is not 0; OUT/clean is not needed."""
        names = [f"{number:03d}.png" for number in range(6)]
        folder = self.masks(tmp_path / "object", np.full(SHAPE, 255, np.uint8), names)
        out = tmp_path / "out"
        made(parts, out, "-n", 6, "--recipe", "cutpaste", "--foreground", folder, "--with-clean")
        assert shares(audit(out)) == [0] * 6
        self.masks(folder, self.LEFT, names)
        found = audit(out)
        wanted = [self.share(out, sample, self.LEFT) for sample in found.samples]
        assert shares(found) == pytest.approx(wanted) and max(wanted) > 0
        other = self.masks(tmp_path / "other", self.RIGHT, names)
        right = audit(out, foreground=other)
        assert shares(right) == pytest.approx([1 - share for share in wanted])
        assert right.foreground == str(other) and found.foreground is None
        assert set(shares(audit(out, foreground="none"))) == {None}
        for name in names:
            (folder / name).unlink()
        assert set(shares(audit(out))) == {None}

    @pytest.mark.parametrize("option", ["--foreground", "--roi"])
    def test_of_a_run_without_an_object(self, parts, tmp_path, option):
        """The whole frame, or a region of interest in place of the object."""
        roi = save(tmp_path / "roi.png", self.LEFT)
        given = (option, "none" if option == "--foreground" else roi)
        made(parts, tmp_path / "out", "-n", 4, "--recipe", "cutpaste", "--with-clean", *given)
        found = audit(tmp_path / "out")
        assert found.whole.compared == 4 and set(shares(found)) == {None}

    def test_of_any_dataset(self, tmp_path):
        """Without the pictures before; by path, by name, and one for all."""
        dataset = labelled(tmp_path)
        names = [f"{number:03d}.png" for number in range(3)]
        wanted = [pytest.approx(6 / 22)] * 3
        for place in ("test/dent", "dent", ""):
            folder = self.masks(tmp_path / f"by {place}" / place, self.LEFT, names)
            assert shares(audit(dataset, foreground=folder)) == wanted
        one = save(tmp_path / "one.png", self.LEFT)
        assert shares(audit(dataset, foreground=one)) == wanted
        rows = shell("audit", dataset, "--foreground", one).out.splitlines()
        assert "dent 0 of 3 - - - 27 - 0" in [" ".join(row.split()) for row in rows]

    def test_where_one_is_missing(self, tmp_path):
        """Or of another size, or no image: nothing is told of that picture."""
        dataset = labelled(tmp_path, 4)
        folder = self.masks(tmp_path / "object", self.LEFT, ["000.png", "001.png"])
        save(folder / "001.png", np.zeros((9, 9), np.uint8))
        (folder / "002.png").write_bytes(b"")
        found = audit(dataset, foreground=folder)
        assert shares(found) == [pytest.approx(6 / 22), None, None, None] and found.sound
        outcome = shell("audit", dataset, "--foreground", folder)
        assert "3 pictures without an object mask" in outcome.out


class TestReference:
    def test_distances(self, tmp_path):
        here = labelled(tmp_path / "a", 8)
        there = labelled(tmp_path / "b", 6, where=np.s_[2:4, 2:40])
        found = audit(here, there)
        far = {distance.measure: distance for distance in found.distances}
        assert list(far) == ["area", "elongation", "components", "contrast", "y", "x"]
        assert far["area"].distance == far["elongation"].distance == 1
        assert far["components"].distance == 0
        assert far["y"].chance == pytest.approx(1.36 * math.sqrt(1 / 8 + 1 / 6))
        assert found.reference.whole.count == 6
        (there / "test" / "dent" / "000.png").write_bytes(b"")
        assert "1 fault in the reference" in shell("audit", here, "--reference", there).out
        same = audit(here, here)
        assert {distance.distance for distance in same.distances} == {0}

    def test_kolmogorov_smirnov(self):
        scipy_stats = pytest.importorskip("scipy.stats")
        rng = np.random.default_rng(0)
        for _ in range(20):
            one, other = (rng.integers(0, 9, rng.integers(1, 30)).astype(float) for _ in "ab")
            wanted = scipy_stats.ks_2samp(one, other).statistic
            assert kolmogorov_smirnov(one, other) == pytest.approx(wanted)


class TestCommand:
    def test_table(self, tmp_path):
        dataset = labelled(tmp_path)
        save(dataset / "ground_truth" / "dent" / "001_mask.png", marked(np.s_[10:18, 12:34]))
        outcome = shell("audit", dataset, "--normals", tmp_path / "normals")
        assert outcome.code == 0
        rows = [" ".join(line.split()) for line in outcome.out.splitlines()]
        assert rows[0] == f"{dataset}: 3 pictures of defects, 0 good pictures"
        assert "dent 3 of 3 40 0 (0-45) 0 - 1 0" in rows
        assert any("test/dent/001.png: 50.00% of the changed" in row for row in rows)
        assert rows[-1] == "1 fault"

    def test_strict(self, tmp_path):
        dataset = labelled(tmp_path)
        assert shell("audit", dataset, "--strict").code == 0
        (dataset / "test" / "dent" / "001.png").write_bytes(b"")
        assert shell("audit", dataset).code == 0
        assert shell("audit", dataset, "--strict").code == 1
        assert shell("audit", dataset, "--strict", "--json").code == 1

    def test_json(self, tmp_path):
        dataset = labelled(tmp_path, 1, where=np.s_[:, :])
        outcome = shell("audit", dataset, "--reference", dataset, "--json")
        assert outcome.err == "" and "NaN" not in outcome.out
        data = json.loads(outcome.out)
        assert data["sound"] is False and data["samples"][0]["contrast"] is None
        assert data["faults"][0]["what"] == "whole picture"
        assert data["reference"]["whole"]["count"] == 1
        assert data["kinds"][0]["spreads"]["area"] == {
            "count": 1,
            "low": 1.0,
            "middle": 1.0,
            "high": 1.0,
        }

    def test_names_are_no_markup(self, tmp_path):
        dataset = labelled(tmp_path, 2, kind="[bold]<b>&")
        (dataset / "ground_truth" / "[bold]<b>&" / "000_mask.png").unlink()
        outcome = shell("audit", dataset, "--html", tmp_path / "page.html")
        assert "test/[bold]<b>&/000.png" in outcome.out.replace("\n", "")
        assert "<b>&" not in (tmp_path / "page.html").read_text()


class Tags(HTMLParser):
    """Checks that what is opened is closed, and keeps the tags and texts."""

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.texts = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


class TestPage:
    def test_order_and_axes(self, tmp_path):
        """Faults first; a logarithmic axis is said to be one, and no other."""
        dataset = labelled(tmp_path)
        (dataset / "test" / "dent" / "000.png").write_bytes(b"")
        texts = Tags(page(audit(dataset))).texts
        order = [texts.index(title) for title in ("1 fault", "Faults", "Masks", "Distributions")]
        assert order == sorted(order)
        marked_so = [text for text in texts if "logarithmic" in text]
        names = ("area %", "elongation", "pieces")
        assert marked_so == [f"{name}, logarithmic axis" for name in names]
        assert "contrast" in texts

    def test_holds_all_it_shows(self, parts, tmp_path):
        made(parts, tmp_path / "out", "-n", 10, "--recipe", "cutpaste", "--with-clean")
        outcome = shell("audit", tmp_path / "out", "--html", tmp_path / "page.html")
        assert outcome.code == 0 and f"page: {tmp_path / 'page.html'}" in outcome.out
        text = (tmp_path / "page.html").read_text()
        tags = Tags(text)
        assert "http" not in re.sub(r'xmlns="[^"]+"', "", text) and "<script" not in text
        sources = [given["src"] for tag, given in tags.seen if tag == "img"]
        assert len(sources) == 3 * 8  # the faintest, the largest, the smallest
        assert all(source.startswith("data:image/png;base64,") for source in sources)
        assert sum(tag == "svg" for tag, _ in tags.seen) == 8
        assert "No faults" in tags.texts and "The faintest" in tags.texts

    def test_the_worst_come_first(self, tmp_path):
        dataset = labelled(tmp_path)
        for number, rows in ((1, 14), (2, 12)):
            mask = marked(np.s_[10 : 10 + rows, 12:34])
            save(dataset / "ground_truth" / "dent" / f"{number:03d}_mask.png", mask)
        texts = Tags(page(audit(dataset, normals=tmp_path / "normals"))).texts
        at = texts.index("Changed and not labelled")
        assert texts[at + 1 : at + 3] == [
            "test/dent/002.png: unlabelled 25 %",
            "test/dent/001.png: unlabelled 12.5 %",
        ]
        assert "2 faults" in texts

    def test_map(self, tmp_path):
        """Light where labelled, blue where not changed, red where not labelled."""
        from blemish.audits.thumbnails import thumbnail
        from blemish.png import decode

        dataset = labelled(tmp_path, 1, where=np.s_[16:32, 16:32])
        save(dataset / "ground_truth" / "dent" / "000_mask.png", marked(np.s_[16:32, 24:40]))
        (item,) = listing(dataset, tmp_path / "normals").items
        shown = decode(thumbnail(item, None))
        drawn = shown[:, shown.shape[1] // 2 + 2 :]
        counts = [
            (np.abs(drawn.astype(int) - colour).max(axis=2) < 8).mean()
            for colour in ((236, 238, 240), (84, 130, 190), (255, 40, 40))
        ]
        assert counts == pytest.approx([8 * 16 / (48 * 64)] * 3, rel=0.1)

    def test_of_what_is_gone(self, tmp_path):
        """The page is of the audit; pictures that are gone since are left out."""
        dataset = labelled(tmp_path)
        found = audit(dataset)
        for path in (dataset / "test" / "dent").iterdir():
            path.write_bytes(b"")
        tags = Tags(page(found))
        assert not any(tag == "img" for tag, _ in tags.seen)

    def test_of_faults_alone(self, tmp_path):
        dataset = labelled(tmp_path, 1)
        (dataset / "test" / "dent" / "000.png").write_bytes(b"")
        tags = Tags(page(audit(dataset)))
        assert "1 fault" in tags.texts and "test/dent/000.png" in tags.texts
