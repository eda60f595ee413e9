"""blemish clone: real defects set in pixel for pixel, one or trees of them, and never harm done."""

import json
import shutil

import cv2
import numpy as np
import pytest

import blemish as bl
from blemish import Clone, Then, choice, from_dict, several, to_dict
from blemish.blends import Paste
from blemish.changes import Rotate
from blemish.cli import clone as command
from blemish.contents import Tone
from blemish.labels import Changed
from blemish.layouts import find_pairs
from blemish.placements import At, Fitting
from blemish.poisson import clone
from blemish.poisson.guidance import GRADIENTS
from blemish.recipe import NoDefect
from blemish.regions import Rectangle
from conftest import change_of, picture
from making import (
    assert_same,
    check_whole,
    defect_bank,
    digest,
    goods,
    pixels,
    records,
    save,
    shell,
    textured,
    told,
    tree,
)

KINDS = {
    "RGB": {},
    "grey": {"channels": None},
    "16 bit": {"dtype": np.uint16},
    "RGBA": {"channels": 4},
    "float": {"dtype": np.float32},
}


def marked(height=60, width=70):
    """A mask that touches its picture's left edge, with a hole, and a second piece."""
    mask = np.zeros((height, width), bool)
    mask[10:30, 0:25] = True
    mask[12:15, 4:9] = False
    mask[40:44, 50:52] = True
    return mask


def cut_to(mask, shape, offset):
    """The mask where an offset lays it, by plain loops of slices."""
    there = np.zeros(shape, bool)
    for y, x in np.argwhere(mask):
        row, column = y + offset[0], x + offset[1]
        if 0 <= row < shape[0] and 0 <= column < shape[1]:
            there[row, column] = True
    return there


class TestRecipe:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("gradients", GRADIENTS)
    def test_it_is_the_clone_of_the_whole_pictures(self, kind, gradients):
        source, target = (picture(h, w, **KINDS[kind], seed=h) for h, w in ((60, 70), (80, 90)))
        for offset in ((0, 0), (9, 4), (20, 20)):
            recipe = Clone(y_px=offset[0], x_px=offset[1], gradients=gradients)
            sample = recipe(target, 0, defects=[(source, marked())])
            wanted = clone(source, target, marked(), offset, gradients)
            assert np.array_equal(sample.image, wanted)
            assert np.array_equal(sample.mask > 0, cut_to(marked(), (80, 90), offset))
            assert np.array_equal(sample.clean, target)

    def test_what_lies_outside_is_refused_or_cut_off(self):
        source, target = picture(60, 70, seed=1), picture(80, 90, seed=2)
        pool = [(source, marked())]
        with pytest.raises(NoDefect, match=r"\d+\.\d% of the defect would lie outside"):
            Clone(y_px=55)(target, 0, defects=pool)
        sample = Clone(y_px=-15, x_px=-10, share=0.0)(target, 0, defects=pool)
        assert np.array_equal(sample.image, clone(source, target, marked(), (-15, -10)))
        assert np.array_equal(sample.mask > 0, cut_to(marked(), (80, 90), (-15, -10)))
        with pytest.raises(NoDefect, match=r"100\.0%"):
            Clone(y_px=500, share=0.0)(target, 0, defects=pool)

    def test_changed_is_a_part_of_the_mask_and_the_rest_is_as_it_was(self):
        target = picture(60, 70, seed=2)
        source = np.array(target)
        source[12:24, 8:20] ^= 64  # elsewhere under the mask both pictures are the same
        mask = np.zeros((60, 70), bool)
        mask[5:40, 4:50] = True
        whole, some = (
            Clone(label=label)(target, 0, defects=[(source, mask)])
            for label in (Clone().label, Changed())
        )
        assert np.array_equal(whole.mask > 0, mask)
        inside = (some.mask > 0) & mask
        assert 100 < np.count_nonzero(inside) == np.count_nonzero(some.mask) < mask.sum()
        assert np.array_equal(some.image[some.mask == 0], target[some.mask == 0])
        assert not (change_of(whole) > 2 + 1e-6)[some.mask == 0].any()

    @pytest.mark.parametrize("spot", [(0, 0), (59, 69), (30, 30), (0, 40)])
    def test_a_defect_of_one_pixel(self, spot):
        source, target = picture(60, 70, seed=1), picture(60, 70, seed=2)
        mask = np.zeros((60, 70), bool)
        mask[spot] = True
        sample = Clone()(target, 0, defects=[(source, mask)])
        assert np.array_equal(sample.image, clone(source, target, mask))
        assert np.array_equal(sample.mask > 0, mask)

    def test_a_mask_of_the_whole_picture(self):
        source, target = picture(40, 50, seed=1), picture(40, 50, seed=2)
        mask = np.ones((40, 50), bool)
        sample = Clone()(target, 0, defects=[(source, mask)])
        assert np.array_equal(sample.image, clone(source, target, mask))

    def test_a_colour_defect_in_a_grey_picture(self):
        source, target = picture(60, 70, seed=1), picture(60, 70, None, seed=2)
        grey = cv2.cvtColor(np.array(source), cv2.COLOR_RGB2GRAY)
        sample = Clone()(target, 0, defects=[(source, marked())])
        assert np.abs(sample.image.astype(int) - clone(grey, target, marked())).max() <= 1

    def test_twelve_bits(self):
        source, target = (picture(60, 70, None, np.uint16, seed=s, white=4095) for s in (1, 2))
        target = np.array(target)
        target[50:, 30:] = 5000  # a hot pixel: it is not the defect's affair
        scene = bl.Scene(target, white=4095)
        sample = Clone()(scene, 0, defects=[(source, marked())])
        assert sample.image[sample.mask > 0].max() <= 4095
        assert np.array_equal(sample.image[sample.mask == 0], target[sample.mask == 0])
        exact = clone(source, target, marked(), tolerance_levels=1e-3)[sample.mask > 0]
        assert np.abs(np.minimum(exact, 4095.0) - sample.image[sample.mask > 0]).max() <= 5

    def test_other_depths_and_masks_are_told(self):
        target = picture(60, 70, seed=2)
        for source, mask, why in (
            (picture(60, 70, dtype=np.uint16), marked(), "uint16, but the good picture uint8"),
            (picture(60, 70), np.zeros((60, 70), bool), "its mask marks nothing"),
        ):
            with pytest.raises(NoDefect, match=why) as raised:
                Clone()(target, 0, defects=[(source, mask)])
            assert list(raised.value.bad) == ["#0"]

    def test_a_grown_mask(self):
        """It is cloned and labelled as large as it was grown, and keeps the defect's contrast."""
        source, target = np.full((60, 70), 200, np.uint8), np.full((60, 70), 90, np.uint8)
        source[20:30, 20:40] = 120
        whole, mask = source < 200, np.zeros((60, 70), bool)
        mask[21:29, 21:39] = True  # it cuts the defect by a pixel
        square = np.zeros((60, 70), bool)
        square[18:32, 18:42] = True
        pool = [(source, mask)]
        tight, wide = (Clone(grow_px=g)(target, 0, defects=pool) for g in (0, 3))
        assert (tight.image == 90).all()
        assert (wide.mask > 0)[mask].all() and not (wide.mask > 0)[~square].any()
        assert np.array_equal(wide.image, clone(source, target, wide.mask > 0))
        assert (wide.image[whole] == 10).all() and (wide.image[~whole] == 90).all()
        some = Clone(grow_px=3, label=Changed())(target, 0, defects=pool)
        assert np.array_equal(some.mask > 0, whole)
        with pytest.raises(ValueError, match="grow_px"):
            Clone(grow_px=-1)

    def test_after_another_defect(self):
        """It reads the picture so far, as a blend does."""
        target = picture(80, 90, seed=2)
        box = bl.Recipe(Rectangle(0.05), Tone(0.9), Paste(), At(0.3, 0.3), kind="box")
        pool = [(picture(60, 70, seed=1), marked())]
        before = box(target, 0).image
        sample = bl.Combined((box, Clone()))(target, 0, defects=pool)
        assert np.array_equal(sample.image, clone(pool[0][0], before, marked()))
        assert len(several(Clone(), 2)(target, 0, defects=pool).defects) == 2

    def test_its_record_makes_it_again(self):
        target, pool = picture(80, 90, seed=2), [(picture(60, 70, seed=1), marked())]
        recipe = Clone(placement=Fitting(0.97), gradients=choice("import", "mixed"), share=0.97)
        assert from_dict(json.loads(json.dumps(to_dict(recipe)))) == recipe
        sample = recipe(target, 5, defects=pool)
        again = from_dict(json.loads(json.dumps(to_dict(sample.made_by))))
        assert again == sample.made_by
        assert np.array_equal(again(target, defects=pool).image, sample.image)

    def test_it_places_only_what_fits(self):
        """Of a defect nearly all lies on the object, or it is refused with the reason."""
        target = picture(80, 90, seed=2)
        pool = [(picture(60, 70, seed=1), marked())]
        recipe = Clone(placement=Fitting(0.97), share=0.97)
        large, small = np.zeros((80, 90), bool), np.zeros((80, 90), bool)
        large[6:70, 11:80], small[30:40, 30:40] = True, True
        places = set()
        for seed in range(6):
            scene = bl.Scene(target, estimator=lambda _: large)
            sample = recipe(scene, seed, defects=pool)
            assert not (sample.mask > 0)[~large].any()
            assert np.count_nonzero(sample.mask) >= 0.97 * marked().sum()
            assert np.array_equal(sample.image[sample.mask == 0], target[sample.mask == 0])
            places.add(sample.defects[0].made_by.offset(scene))
        assert len(places) > 1
        with pytest.raises(NoDefect, match="no place for the shape on the object"):
            recipe(bl.Scene(target, estimator=lambda _: small), 0, defects=pool)
        # Where everything is object, a defect larger than the picture does not fit either.
        with pytest.raises(NoDefect, match="of the defect would lie off the object"):
            recipe(picture(40, 40, seed=2), 0, defects=pool)

    def test_what_is_none(self):
        with pytest.raises(ValueError, match="gradients"):
            Clone(gradients="strong")
        with pytest.raises(ValueError, match="share"):
            Clone(share=2)

    def test_the_command_knows_the_gradients(self):
        assert set(command._GRADIENTS) == set(GRADIENTS)


@pytest.fixture
def one(tmp_path):
    """The arguments that clone one picture into another, of the same size."""
    image, mask = textured(1), np.zeros((48, 64), np.uint8)
    image[12:30, 20:40] = 255 - image[12:30, 20:40]
    mask[10:32, 18:42] = 255
    return (
        *("clone", "--source", save(tmp_path / "bad.png", image)),
        *("--target", save(tmp_path / "good.png", textured(2))),
        *("--mask", save(tmp_path / "bad_mask.png", mask)),
    )


class TestOnePicture:
    def test_a_pair_is_written(self, one, tmp_path):
        outcome = shell(*one, tmp_path / "new" / "out.png", "--offset", "5,-3", "--json")
        assert outcome.code == 0, outcome.err
        assert outcome.json["offset"] == [5, -3]
        image, mask = pixels(tmp_path / "new/out.png"), pixels(tmp_path / "new/out_mask.png")
        assert outcome.json["area"] == np.count_nonzero(mask)
        assert set(np.unique(mask)) == {0, 255} and mask.shape == (*image.shape[:2], 1)

    @pytest.mark.parametrize("gradients", GRADIENTS)
    def test_it_is_what_the_library_makes(self, one, tmp_path, gradients):
        given = ("--gradients", gradients, "--offset=-4,7", "--json")
        outcome = shell(*one, tmp_path / "out.png", *given)
        assert outcome.code == 0, outcome.err
        source, target, mask = (bl.read_image(path) for path in one[2::2])
        wanted = clone(source, target, mask > 0, (-4, 7), gradients)
        assert np.array_equal(bl.read_image(tmp_path / "out.png"), wanted)
        label = bl.read_image(tmp_path / "out_mask.png") > 0
        assert np.array_equal(label, cut_to(mask > 0, (48, 64), (-4, 7)))
        assert outcome.json == {
            "image": str(tmp_path / "out.png"),
            "mask": str(tmp_path / "out_mask.png"),
            "offset": [-4, 7],
            "area": int(label.sum()),
        }

    def test_the_mask_may_be_grown(self, one, tmp_path):
        for grow, label in ((0, "mask"), (4, "mask"), (4, "changed")):
            out = tmp_path / f"{grow}_{label}.png"
            assert shell(*one, out, "--grow", grow, "--label", label).code == 0
        tight, wide, changed = (
            pixels(tmp_path / f"{name}_mask.png") > 0 for name in ("0_mask", "4_mask", "4_changed")
        )
        assert tight.sum() == 528 and (wide | tight).sum() == wide.sum() > 750
        assert (wide | changed).sum() == wide.sum() >= changed.sum() > 0

    def test_for_people(self, one, tmp_path):
        outcome = shell(*one, tmp_path / "out.png")
        assert outcome.out.splitlines()[:2] == [
            str(tmp_path / "out.png"),
            str(tmp_path / "out_mask.png"),
        ]
        assert outcome.out.splitlines()[2] == "528 px, with offset 0,0"

    def test_what_leaves_the_target(self, one, tmp_path):
        told(shell(*one, tmp_path / "out.png", "--offset", "30,0"), "% of the defect would lie out")
        assert not (tmp_path / "out.png").exists()
        outcome = shell(*one, tmp_path / "out.png", "--offset", "30,0", "--clip")
        assert outcome.code == 0
        assert np.count_nonzero(pixels(tmp_path / "out_mask.png")) == 8 * 24

    def test_on_the_object(self, one, tmp_path):
        part = np.zeros((48, 64), np.uint8)
        part[20:46, 30:62] = 255
        masks = ("--foreground", save(tmp_path / "part.png", part), "--place", "auto")
        places = set()
        for seed in range(4):
            out = tmp_path / f"{seed}.png"
            outcome = shell(*one, out, *masks, "--seed", seed, "--json")
            assert outcome.code == 0, outcome.err
            marked = pixels(out.with_name(f"{seed}_mask.png"))[:, :, 0] > 0
            assert not marked[part == 0].any() and marked.sum() >= 0.97 * 528
            places.add(tuple(outcome.json["offset"]))
        assert len(places) > 1
        shell(*one, tmp_path / "again.png", *masks, "--seed", 3)
        assert digest(tmp_path / "again.png") == digest(tmp_path / "3.png")
        part[:, 34:] = 0
        save(tmp_path / "part.png", part)
        told(shell(*one, tmp_path / "x.png", *masks), "good.png", "no place for the shape")

    def test_what_follows_is_done_to_both(self, one, tmp_path):
        assert shell(*one, tmp_path / "a.png").code == 0
        assert shell(*one, tmp_path / "b.png", "--then", "Rotate(pi/2)").code == 0
        for name in ("", "_mask"):
            plain, turned = (pixels(tmp_path / f"{stem}{name}.png") for stem in "ab")
            assert np.array_equal(turned, np.rot90(plain))

    def test_inputs_are_never_written_to(self, one, tmp_path):
        (tmp_path / "link.png").symlink_to(tmp_path / "good.png")
        (tmp_path / "twin_mask.png").hardlink_to(tmp_path / "bad_mask.png")
        before = tree(tmp_path)
        for name in ("good.png", "bad.png", "link.png", "twin.png"):
            told(shell(*one, tmp_path / name, "--overwrite"), "which is only read")
        assert tree(tmp_path) == before

    def test_nothing_is_lost_unasked(self, one, tmp_path):
        assert shell(*one, tmp_path / "out.png").code == 0
        before = digest(tmp_path / "out.png")
        mixed = (*one, tmp_path / "out.png", "--gradients", "mixed")
        told(shell(*mixed), "is there already", "--overwrite")
        assert digest(tmp_path / "out.png") == before
        assert shell(*mixed, "--overwrite").code == 0
        assert digest(tmp_path / "out.png") != before

    @pytest.mark.parametrize("name", ["out.jpg", "out", "."])
    def test_kinds_that_lose_pixels(self, one, tmp_path, name):
        told(shell(*one, tmp_path / name), "OUT", "as in out.png")

    def test_what_is_missing_or_wrong(self, one, tmp_path):
        out = tmp_path / "out.png"
        told(shell(*one[:5], out), "--mask", "it is missing")
        told(shell(*one[:5], "--mask", tmp_path, out), "--mask must be one too")
        told(shell(*one[:3], "--target", tmp_path, *one[5:], out), "--target must be one too")
        told(shell(*one, out, "--copies", 2), "--copies")
        told(shell(*one, out, "--place", "auto", "--clip"), "--clip goes with --offset")
        told(shell("clone", "--source", "none", "--target", "x", out), "--source none is not there")
        assert shell(*one, out, "--offset", "5").code == 2
        assert shell(*one, out, "--offset", "1,2", "--place", "auto").code == 2
        save(tmp_path / "bad_mask.png", np.zeros((48, 64), np.uint8))
        told(shell(*one, out), "bad_mask.png: an empty mask")
        save(tmp_path / "bad_mask.png", np.full((40, 64), 255, np.uint8))
        told(shell(*one, out), "bad.png", "(48, 64) px, but its mask (40, 64)")
        assert not out.exists()

    @pytest.mark.parametrize("suffix", [".png", ".tif"])
    @pytest.mark.parametrize("shape", [(48, 64), (48, 64, 3)])
    def test_sixteen_bits(self, tmp_path, suffix, shape):
        given = []
        for number, name in enumerate(("source", "target")):
            image = textured(number, shape, np.uint16)
            given += [f"--{name}", save(tmp_path / f"{name}{suffix}", image)]
        mask = np.zeros((48, 64), np.uint8)
        mask[10:32, 18:42] = 255
        save(tmp_path / "mask.png", mask)
        out = tmp_path / f"out{suffix}"
        outcome = shell("clone", *given, "--mask", tmp_path / "mask.png", out)
        assert outcome.code == 0, outcome.err
        source, target, made = (bl.read_image(p) for p in (given[1], given[3], out))
        assert made.dtype == np.uint16
        assert np.array_equal(made, clone(source, target, mask > 0))


def dataset(folder, classes=("bolt", "nut")):
    """A tree of classes in MVTec layout, with good pictures and defects."""
    for turn, name in enumerate(classes):
        for number in range(3):
            image = textured(100 * turn + number)
            save(folder / name / "train/good" / f"{number:03d}.png", image)
            save(folder / name / "test/good" / f"{number:03d}.png", image)
        defect_bank(folder / name)
    return folder


@pytest.fixture(scope="module")
def mvtec(tmp_path_factory):
    return dataset(tmp_path_factory.mktemp("clone") / "mvtec")


def cloned(mvtec, out, *more):
    """Clone a tree into itself, with one worker, and expect success."""
    given = ("clone", "--source", mvtec, "--target", mvtec, out, "--workers", 1)
    outcome = shell(*given, *more)
    assert outcome.code == 0, outcome.err
    return outcome


def check_pairs(out, source, target, gradients="import"):
    """Check every pair of a folder against what the recorded files give."""
    found = records(out)
    for r in found:
        assert r["image"].replace("/images/", "/masks/") == r["mask"]
        defect = r["recipe"]["Clone"]["defect"]["File"]["path"]
        own, _, kind, file = defect.split("/")
        assert r["image"] == f"{own}/images/{kind}/{file}"
        assert r["source"].startswith(f"{own}/train/good/")
        bad, good = bl.read_image(source / defect), bl.read_image(target / r["source"])
        mask = source / own / "ground_truth" / kind / f"{file[:-4]}_mask.png"
        wanted = clone(bad, good, bl.read_image(mask) > 0, gradients=gradients)
        assert np.array_equal(bl.read_image(out / r["image"]), wanted)
        assert np.array_equal(bl.read_image(out / r["mask"]), bl.read_image(mask))
    return found


@pytest.fixture(scope="module")
def full(mvtec):
    cloned(mvtec, mvtec.parent / "full")
    return mvtec.parent / "full"


class TestTree:
    def test_every_defect_of_every_class(self, full, mvtec):
        assert len(check_pairs(full, mvtec, mvtec)) == 8
        wanted = {
            f"{name}/{what}/{kind}/{number:03d}.png"
            for name in ("bolt", "nut")
            for what in ("images", "masks")
            for kind in ("dent", "stain")
            for number in range(2)
        }
        assert set(tree(full)) == {*wanted, "manifest.jsonl", "recipe.yaml", "preview.png"}
        assert check_whole(full) == len(wanted) + 3

    def test_inputs_are_as_they_were(self, mvtec, tmp_path):
        before = tree(mvtec)
        cloned(mvtec, tmp_path / "out", "--gradients", "mixed")
        assert len(check_pairs(tmp_path / "out", mvtec, mvtec, "mixed")) == 8
        assert tree(mvtec) == before

    @pytest.mark.parametrize("name", ["", "out", "bolt/test", "bolt/test/new", "elsewhere/out"])
    def test_out_is_never_among_the_inputs(self, mvtec, tmp_path, name):
        """The benchmark is not written to, whatever links lead into it."""
        (tmp_path / "in").mkdir()
        shutil.copytree(mvtec / "nut", tmp_path / "in" / "nut")
        shutil.copytree(mvtec / "bolt", tmp_path / "away" / "bolt")
        (tmp_path / "in" / "bolt").symlink_to(tmp_path / "away" / "bolt")
        (tmp_path / "in" / "elsewhere").symlink_to(tmp_path / "away" / "bolt" / "test")
        before = tree(tmp_path)
        given = ("clone", "--source", tmp_path / "in", "--target", mvtec)
        told(shell(*given, tmp_path / "in" / name), "which is only read")
        told(shell(*given, tmp_path / "in" / name, "--resume"), "which is only read")
        swapped = ("clone", "--source", mvtec, "--target", tmp_path / "in")
        told(shell(*swapped, tmp_path / "in" / name), "which is only read")
        told(shell(*given, tmp_path, "--resume"), "OUT", "holds")
        assert tree(tmp_path) == before

    def test_not_over_other_files(self, full, mvtec, tmp_path):
        save(tmp_path / "out" / "mine.png", textured(1))
        given = ("clone", "--source", mvtec, "--target", mvtec)
        told(shell(*given, tmp_path / "out"), "is not empty", "--resume")
        told(shell(*given, full), "is not empty")
        told(shell(*given, tmp_path / "new", "--overwrite"), "--overwrite")
        told(shell(*given, tmp_path / "new", "--mask", "x.png"), "--mask")

    def test_the_seed_says_which_target(self, full, mvtec, tmp_path):
        for name, seed in (("same", 0), ("other", 1)):
            cloned(mvtec, tmp_path / name, "--seed", seed)
        assert_same(tmp_path / "same", full)
        sources = [[r["source"] for r in records(out)] for out in (full, tmp_path / "other")]
        assert sources[0] != sources[1]
        # Four defects a class for three good pictures: none is used twice before all are.
        for own in ("bolt", "nut"):
            assert len({s for s in sources[0] if s.startswith(own)}) == 3

    def test_parts_of_the_job(self, full, mvtec, tmp_path):
        for shard in ("2/2", "1/2"):
            cloned(mvtec, tmp_path / "out", "--shard", shard)
        assert_same(tmp_path / "out", full)

    def test_resume(self, full, mvtec, tmp_path):
        out = tmp_path / "out"
        cloned(mvtec, out)
        kept = {p: p.stat().st_mtime_ns for p in out.glob("*/images/*/*.png")}
        cloned(mvtec, out, "--resume")
        assert {p: p.stat().st_mtime_ns for p in kept} == kept
        (out / "bolt/images/dent/000.png").unlink()
        cloned(mvtec, out, "--resume")
        assert_same(out, full)
        given = ("clone", "--source", mvtec, "--target", mvtec, out, "--resume")
        told(shell(*given, "--gradients", "mixed"), "another job", "gradients")
        told(shell(*given, "--copies", 2), "another job", "copies")

    def test_broken_off(self, full, mvtec, tmp_path, monkeypatch):
        """What an interrupted run has written is whole, and the rest is made later."""
        out, write, left = tmp_path / "out", bl.clones.write_pair, [5]

        def failing(*given, **more):
            left[0] -= 1
            if not left[0]:
                raise OSError(28, "No space left on device", str(out))
            return write(*given, **more)

        monkeypatch.setattr(bl.clones, "write_pair", failing)
        given = ("clone", "--source", mvtec, "--target", mvtec, out, "--workers", 1)
        outcome = shell(*given)
        assert outcome.code == 1 and "No space left" in outcome.err and "--resume" in outcome.err
        assert check_whole(out) > 4
        monkeypatch.undo()
        cloned(mvtec, out, "--resume")
        assert_same(out, full)

    def test_copies(self, mvtec, tmp_path):
        cloned(mvtec, tmp_path / "out", "--copies", 3)
        found = records(tmp_path / "out")
        assert len(found) == 24
        for stem in ("000", "001"):
            own = [r for r in found if r["image"].startswith(f"bolt/images/dent/{stem}_")]
            assert sorted(r["image"][-9:] for r in own) == [f"{stem}_{k}.png" for k in (1, 2, 3)]

    def test_a_class_without_good_pictures(self, mvtec, tmp_path):
        one = dataset(tmp_path / "one", ("bolt",))
        given = ("clone", "--source", mvtec, "--target", one, tmp_path / "out", "--workers", 1)
        outcome = shell(*given, "--json")
        assert outcome.code == 0
        assert outcome.json == {
            "out": str(tmp_path / "out"),
            "complete": True,
            "pairs": 4,
            "kinds": {"dent": 2, "stain": 2},
            "classes": {"bolt": {"dent": 2, "stain": 2}},
            "left_out": {"nut": f"no good pictures of this class in {one}"},
            "failed": 0,
            "skipped": {},
        }
        again = shell(*given, "--resume", "--strict")
        assert again.code == 1 and "left out: nut: no good pictures" in again.err
        assert f"{tmp_path / 'out'}: 4 pairs (2 dent, 2 stain)" in again.out
        assert "  bolt: 4 pairs" in again.out

    def test_no_class_has_any(self, mvtec, tmp_path):
        other = dataset(tmp_path / "other", ("gear", "pin"))
        out = tmp_path / "out"
        told(
            shell("clone", "--source", mvtec, "--target", other, out), "none of the classes", "pin"
        )
        own = ("clone", "--source", defect_bank(tmp_path / "washer"), "--target", other, out)
        told(shell(*own), "good pictures for none of the classes", "washer")
        assert not out.exists()

    def test_one_class_takes_its_own(self, mvtec, tmp_path):
        """`--target mvtec/bolt` means bolts, and its train/good does too."""
        for target in (mvtec / "bolt", mvtec / "bolt" / "train" / "good"):
            out = tmp_path / target.name
            given = ("clone", "--source", mvtec, "--target", target, out, "--workers", 1)
            outcome = shell(*given)
            assert outcome.code == 0 and "left out: nut" in outcome.err
            assert {r["image"].split("/")[0] for r in records(out)} == {"bolt"}

    def test_one_folder_of_good_pictures_is_for_all(self, mvtec, tmp_path):
        good = goods(tmp_path / "good", 3)
        given = ("--source", mvtec, "--target", good, tmp_path / "out", "--workers", 1)
        assert shell("clone", *given).code == 0
        found = records(tmp_path / "out")
        assert {r["image"].split("/")[0] for r in found} == {"bolt", "nut"}
        assert {r["source"] for r in found} == {"000.png", "001.png", "002.png"}

    @pytest.mark.parametrize(
        ("source", "name"),
        [("bolt/test", "parts"), ("bolt", "bolt")],
    )
    def test_how_one_class_is_called(self, mvtec, tmp_path, source, name):
        """A dataset has a name; a folder of defects is of what it is set into."""
        bad = tmp_path / "bad"
        if source == "bolt":
            bad = mvtec / "bolt"
        else:
            save(bad / "dent" / "a.png", textured(9))
            save(bad / "dent" / "a_mask.png", np.eye(48, 64, dtype=np.uint8) * 255)
        good = goods(tmp_path / "parts", 2)
        out = tmp_path / "out"
        assert shell("clone", "--source", bad, "--target", good, out, "--workers", 1).code == 0
        assert {r["image"].split("/")[0] for r in records(out)} == {name}

    def test_flat_defects_of_classes(self, mvtec, tmp_path):
        """Folders that have the names of the classes are the classes, whatever is in them."""
        for name in ("bolt", "nut"):
            save(tmp_path / "bad" / name / "a.png", textured(9))
            save(tmp_path / "bad" / name / "a_mask.png", np.eye(48, 64, dtype=np.uint8) * 255)
        given = ("--source", tmp_path / "bad", "--target", mvtec, tmp_path / "out")
        assert shell("clone", *given, "--workers", 1).code == 0
        found = records(tmp_path / "out")
        assert [r["image"] for r in found] == ["bolt/images/bolt/a.png", "nut/images/nut/a.png"]
        assert [r["source"].split("/")[0] for r in found] == ["bolt", "nut"]

    def test_names_that_are_taken(self, tmp_path):
        for file, mask in (("a.png", "a_mask.png"), ("a.bmp", "a_mask.png")):
            save(tmp_path / "bad" / "dent" / file, textured(len(file)))
            save(tmp_path / "bad" / "dent" / mask, np.eye(48, 64, dtype=np.uint8) * 255)
        given = ("--source", tmp_path / "bad", "--target", goods(tmp_path / "good", 2))
        assert shell("clone", *given, tmp_path / "out", "--workers", 1).code == 0
        names = {r["image"] for r in records(tmp_path / "out")}
        assert names == {"good/images/dent/a.png", "good/images/dent/a_2.png"}

    def test_annotations(self, tmp_path):
        save(tmp_path / "bad" / "images" / "a.png", textured(3))
        told_of = {
            "images": [{"id": 1, "file_name": "a.png", "height": 48, "width": 64}],
            "categories": [{"id": 1, "name": "deep dent"}],
            "annotations": [
                {
                    "id": n,
                    "image_id": 1,
                    "category_id": 1,
                    "segmentation": [[9, 9, 9 + n, 30, 5, 30]],
                }
                for n in (4, 11)
            ],
        }
        file = tmp_path / "bad" / "instances.json"
        file.write_text(json.dumps(told_of))
        given = ("--source", file, "--target", goods(tmp_path / "good", 2), tmp_path / "out")
        assert shell("clone", *given, "--workers", 1).code == 0
        names = {r["image"] for r in records(tmp_path / "out")}
        assert names == {f"good/images/deep_dent/a_{n}.png" for n in (4, 11)}

    def test_bad_files_are_told_and_survived(self, mvtec, tmp_path):
        bad = tmp_path / "bad"
        shutil.copytree(mvtec, bad)
        cut = bad / "bolt/test/dent/000.png"
        cut.write_bytes(cut.read_bytes()[:200])
        save(bad / "nut/ground_truth/dent/000_mask.png", np.full((9, 9), 255, np.uint8))
        (bad / "nut/train/good/001.png").write_bytes(b"")
        given = ("clone", "--source", bad, "--target", bad, tmp_path / "out", "--workers", 1)
        outcome = shell(*given, "--json")
        assert outcome.code == 0
        told_of = outcome.json
        assert told_of["pairs"] == 6 and told_of["failed"] == 2
        words = " ".join([*told_of["skipped"], *told_of["skipped"].values()])
        assert "nut/train/good/001.png" in words and "dent/000.png" in words
        failed = [r for r in records(tmp_path / "out") if r["status"] == "failed"]
        assert len(failed) == 2 and all(r["reason"] and r["image"] is None for r in failed)
        assert "2 defects failed" in outcome.err
        assert shell(*given, "--resume", "--strict").code == 1

    def test_what_does_not_fit(self, mvtec, tmp_path):
        """Defects of larger pictures are refused with the reason, or cut off when asked."""
        good = goods(tmp_path / "good", 2, shape=(16, 24, 3))
        given = ("clone", "--source", mvtec / "bolt", "--target", good, "--workers", 1)
        outcome = shell(*given, tmp_path / "out")
        assert outcome.code == 1
        reasons = {r["reason"] for r in records(tmp_path / "out")}
        assert all("of the defect would lie outside the picture" in reason for reason in reasons)
        assert shell(*given, tmp_path / "cut", "--clip").code == 0
        for r in records(tmp_path / "cut"):
            if r["status"] == "ok":
                assert pixels(tmp_path / "cut" / r["mask"]).shape == (16, 24, 1)

    def test_on_the_object(self, mvtec, tmp_path):
        part = np.zeros((48, 64), np.uint8)
        part[12:44, 24:60] = 255
        masks = ("--foreground", save(tmp_path / "part.png", part))
        cloned(mvtec, tmp_path / "out", *masks, "--place", "auto")
        for r in records(tmp_path / "out"):
            assert r["status"] == "ok"
            mask = pixels(tmp_path / "out" / r["mask"])[:, :, 0]
            assert not mask[part == 0].any()
        save(tmp_path / "part.png", np.where(part & (np.arange(64) < 30), 255, 0).astype(np.uint8))
        given = ("clone", "--source", mvtec, "--target", mvtec, tmp_path / "x", "--workers", 1)
        outcome = shell(*given, *masks, "--place", "auto")
        assert outcome.code == 1 and "no place for the shape on the object" in outcome.err

    def test_pairs_are_read_again(self, full, mvtec, tmp_path):
        pairs = find_pairs(full)
        assert len(pairs) == 8
        for pair in pairs:
            assert pair.image.name == pair.mask.name and pair.kind == pair.image.parent.name
        outcome = shell("audit", full, "--strict", "--workers", 1)
        assert outcome.code == 0 and "0 faults" in outcome.out
        one = shell("replay", full / "manifest.jsonl", "--id", 3, "--out", tmp_path / "r")
        assert one.code == 0 and "identical" in one.out

    def test_what_follows_is_done_to_both(self, full, mvtec, tmp_path):
        out = tmp_path / "out"
        cloned(mvtec, out, "--then", "Rotate(pi/2)", "--then", "Brightness(1, 5)")
        for r in records(out):
            plain, turned = (pixels(folder / r["mask"]) for folder in (full, out))
            assert np.array_equal(turned, np.rot90(plain))
            image = np.rot90(pixels(full / r["image"]).astype(int))
            assert np.array_equal(pixels(out / r["image"]), np.clip(image + 5, 0, 255))
        again = shell("replay", out / "manifest.jsonl", "--id", 3, "--out", tmp_path / "r")
        assert "identical" in again.out

    def test_in_python(self, mvtec, tmp_path):
        recipe = Then(Clone(gradients="mixed", label=Changed()), Rotate(np.pi))
        report = bl.clone_tree(mvtec, mvtec, tmp_path / "out", recipe, copies=2)
        assert report.written == 16 and report.classes["nut"] == {"dent": 4, "stain": 4}
        with pytest.raises(ValueError, match="copies"):
            bl.clone_tree(mvtec, mvtec, tmp_path / "x", copies=0)


def test_real_defects_lie_on_the_part(data, tmp_path):
    """Of bottles and hazelnuts: at least 97 % of each defect on the part that is found."""
    (tmp_path / "in").mkdir()
    for name in ("bottle", "hazelnut_toy"):
        few = tmp_path / "in" / name
        (few / "train").mkdir(parents=True)
        (few / "train" / "good").symlink_to(data / name / "train" / "good")
        for pair in find_pairs(data / name)[::9]:
            for path in (pair.image, pair.mask):
                place = few / path.relative_to(data / name)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, place)
    given = ("--source", tmp_path / "in", "--target", tmp_path / "in", tmp_path / "out")
    outcome = shell("clone", *given, "--place", "auto", "--workers", 1)
    assert outcome.code == 0, outcome.err
    found = [r for r in records(tmp_path / "out") if r["status"] == "ok"]
    assert len(found) >= 8
    for r in found:
        path = tmp_path / "in" / r["source"]
        scene = bl.Scene(bl.read_image(path), path=path, estimator=bl.foreground.Automatic())
        mask = pixels(tmp_path / "out" / r["mask"])[:, :, 0] > 0
        assert scene.foreground[mask].mean() >= 0.97
