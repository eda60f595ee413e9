"""Object masks as files, and the command that writes them."""

import cv2
import numpy as np
import pytest

from blemish.grounds import Grounds
from blemish.images import read_image, write_image
from blemish.segment import PREVIEW, segment
from drawn_parts import drawn_part
from making import goods, pixels, shell, told, tree


def parts(folder, count=3, family="white"):
    """A folder of pictures of parts."""
    for number in range(1, count + 1):
        image = cv2.resize(drawn_part(family, number).image, (160, 120))
        folder.mkdir(parents=True, exist_ok=True)
        write_image(folder / f"{number}.png", image)
    return folder


def doubtful(path):
    """A picture that nobody can be sure of: a pale part before a background of grain."""
    rng = np.random.default_rng(0)
    image = np.full((120, 160, 3), 120.0)
    image[30:90, 40:120] = 134
    path.parent.mkdir(parents=True, exist_ok=True)
    write_image(path, np.clip(image + rng.normal(0, 3, image.shape), 0, 255).astype(np.uint8))


class TestFiles:
    def test_a_mask_for_each_picture(self, tmp_path):
        parts(tmp_path / "good")
        (tmp_path / "good" / "below").mkdir()
        write_image(tmp_path / "good" / "below" / "here.jpg", drawn_part("dark", 1).image)
        done = segment(tmp_path / "good", tmp_path / "out")
        assert set(tree(tmp_path / "out")) == {
            *("1.png", "2.png", "3.png", "below/here.png"),
            PREVIEW,
        }
        assert (done.objects, done.textures, done.bad) == (4, 0, {})
        mask = pixels(tmp_path / "out" / "below" / "here.png")
        assert mask.dtype == np.uint8 and set(np.unique(mask)) == {0, 255}
        truth = drawn_part("dark", 1).truth
        assert mask.shape == (*truth.shape, 1)
        assert np.mean((mask[:, :, 0] > 0) == truth) > 0.99

    def test_of_a_dataset_and_of_a_tree(self, tmp_path):
        for name in ("bolt", "nut"):
            parts(tmp_path / "all" / name / "train" / "good", 1)
        segment(tmp_path / "all", tmp_path / "a")
        assert set(tree(tmp_path / "a")) == {
            *("bolt/train/good/1.png", "nut/train/good/1.png"),
            PREVIEW,
        }
        segment(tmp_path / "all" / "nut", tmp_path / "b")
        assert set(tree(tmp_path / "b")) == {"train/good/1.png", PREVIEW}

    def test_pictures_of_one_name(self, tmp_path):
        """a.png and a.jpg, and one that is called as a mask of these would be."""
        parts(tmp_path / "good", 1)
        image = read_image(tmp_path / "good" / "1.png")
        for name in ("1.jpg", "1.png.jpg"):
            write_image(tmp_path / "good" / name, image)
        segment(tmp_path / "good", tmp_path / "out")
        names = {"1.png.png", "1.jpg.png", "1.png.jpg.png", PREVIEW}
        assert set(tree(tmp_path / "out")) == names

    def test_pictures_called_as_the_contact_sheet_is(self, tmp_path):
        """Their masks are kept, and `make` takes the masks and not the sheet."""
        parts(tmp_path / "good", 1)
        image = read_image(tmp_path / "good" / "1.png")
        (tmp_path / "good" / "below").mkdir()
        for place in (".", "below"):
            write_image(tmp_path / "good" / place / PREVIEW, image)
        (tmp_path / "good" / "1.png").unlink()
        done = segment(tmp_path / "good", tmp_path / "out")
        assert done.objects == 2
        masks = {"preview.png": "preview.png.png", "below/preview.png": "below/preview.png"}
        assert set(tree(tmp_path / "out")) == {*masks.values(), PREVIEW}
        grounds = Grounds(str(tmp_path / "out"))
        for picture, mask in masks.items():
            assert grounds.path("foreground", picture) == tmp_path / "out" / mask
            found = pixels(tmp_path / "out" / mask)
            assert found.shape == (120, 160, 1) and set(np.unique(found)) == {0, 255}
        given = ("--foreground", tmp_path / "out", "--strict", "--workers", 1)
        outcome = shell("make", tmp_path / "good", tmp_path / "set", "-n", 2, *given)
        assert outcome.code == 0, outcome.err

    def test_textures_are_all_part(self, tmp_path):
        goods(tmp_path / "good", 2)
        done = segment(tmp_path / "good", tmp_path / "out")
        assert (done.objects, done.textures) == (0, 2)
        assert all((pixels(tmp_path / "out" / f"00{k}.png") == 255).all() for k in range(2))

    def test_the_same_again_from_the_cache(self, tmp_path):
        parts(tmp_path / "good")
        segment(tmp_path / "good", tmp_path / "a")
        segment(tmp_path / "good", tmp_path / "b")
        assert tree(tmp_path / "a") == tree(tmp_path / "b")

    def test_sixteen_bits(self, tmp_path):
        (tmp_path / "good").mkdir()
        write_image(tmp_path / "good" / "a.png", drawn_part("dark", 2).image.astype(np.uint16) * 16)
        segment(tmp_path / "good", tmp_path / "out", white=4095)
        mask = pixels(tmp_path / "out" / "a.png")[:, :, 0] > 0
        assert np.mean(mask == drawn_part("dark", 2).truth) > 0.99
        assert pixels(tmp_path / "out" / PREVIEW).max() > 200

    def test_the_contact_sheet_is_spread_over_all(self, tmp_path, monkeypatch):
        from blemish import segment as module

        monkeypatch.setattr(module, "_SHOWN", 3)
        seen = []
        sheet = module.contact_sheet
        monkeypatch.setattr(
            module, "contact_sheet", lambda pages: sheet(seen.extend(pages) or pages)
        )
        goods(tmp_path / "good", 9)
        segment(tmp_path / "good", tmp_path / "out")
        assert [caption.split()[-1] for _, _, caption in seen] == ["000.png", "004.png", "008.png"]
        assert all(caption.startswith("texture ") for _, _, caption in seen)

    def test_progress(self, tmp_path):
        goods(tmp_path / "good", 2)
        (tmp_path / "good" / "z.png").touch()
        seen = []
        segment(tmp_path / "good", tmp_path / "out", progress=lambda *done: seen.append(done))
        assert seen == [(1, 3), (2, 3), (3, 3)]


class TestDoubt:
    def test_the_least_sure_is_first(self, tmp_path):
        parts(tmp_path / "good")
        doubtful(tmp_path / "good" / "pale.png")
        write_image(tmp_path / "good" / "black.png", np.zeros((60, 80, 3), np.uint8))
        done = segment(tmp_path / "good", tmp_path / "out")
        assert list(done.unsure) == ["black.png", "pale.png"]
        assert done.unsure["black.png"] == 0 < done.unsure["pale.png"] < 0.5
        outcome = shell("segment", tmp_path / "good", tmp_path / "again")
        lines = outcome.out.splitlines()
        assert outcome.code == 0
        assert "2 of them are not sure, the worst first:" in lines
        assert lines.index("  0.00 black.png") + 1 == next(
            k for k, line in enumerate(lines) if line.endswith("pale.png")
        )
        assert shell("segment", tmp_path / "good", tmp_path / "strict", "--strict").code == 1


class TestCommand:
    def test_tells_what_was_found(self, tmp_path):
        parts(tmp_path / "good", 2)
        goods(tmp_path / "good" / "flat", 1)
        outcome = shell("segment", tmp_path / "good", tmp_path / "out", "--strict")
        assert outcome.code == 0, outcome
        assert "2 pictures of parts before a background, 1 of textures" in outcome.out
        assert f"contact sheet: {tmp_path / 'out' / PREVIEW}" in outcome.out
        assert "blemish segment: 3 of 3" in outcome.err

    def test_json(self, tmp_path):
        parts(tmp_path / "good", 2)
        (tmp_path / "good" / "zero.png").touch()
        outcome = shell("segment", tmp_path / "good", tmp_path / "out", "--json")
        assert outcome.code == 0
        told_of = outcome.json
        assert told_of.pop("skipped").keys() == {"zero.png"}
        assert told_of == {
            "out": str(tmp_path / "out"),
            "objects": 2,
            "textures": 0,
            "unsure": {},
        }

    def test_bad_files_are_survived(self, tmp_path):
        parts(tmp_path / "good", 2)
        (tmp_path / "good" / "cut.png").write_bytes(
            (tmp_path / "good" / "1.png").read_bytes()[:500]
        )
        (tmp_path / "good" / "gone.png").symlink_to(tmp_path / "nowhere.png")
        outcome = shell("segment", tmp_path / "good", tmp_path / "out")
        assert outcome.code == 0 and "2 pictures of parts" in outcome.out
        skipped = [line for line in outcome.err.splitlines() if line.startswith("skipped: ")]
        assert len(skipped) == 2 and "cut.png" in skipped[0]
        assert skipped[1] == "skipped: gone.png: it is not there, or a link to nothing"
        assert shell("segment", tmp_path / "good", tmp_path / "b", "--strict").code == 1

    def test_nothing_but_bad_files(self, tmp_path):
        (tmp_path / "good").mkdir()
        (tmp_path / "good" / "zero.png").touch()
        assert shell("segment", tmp_path / "good", tmp_path / "out").code == 1
        assert not (tmp_path / "out").exists()

    def test_a_folder_that_is_not_empty_is_refused(self, tmp_path):
        parts(tmp_path / "good", 1)
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "notes.txt").touch()
        told(shell("segment", tmp_path / "good", tmp_path / "out"), "not empty", "new folder")
        assert set(tree(tmp_path / "out")) == {"notes.txt"}

    @pytest.mark.parametrize("source", ["bottle", "bottle/train/good", "bottle/*/good/*.png"])
    @pytest.mark.parametrize("out", ["x", "train/x", "train/good/x"])
    def test_a_folder_anywhere_in_the_source_is_refused(self, tmp_path, source, out):
        parts(tmp_path / "bottle" / "train" / "good", 1)
        outcome = shell("segment", tmp_path / source, tmp_path / "bottle" / out)
        inside = (tmp_path / "bottle" / out).is_relative_to(tmp_path / source.partition("/*")[0])
        assert outcome.code == inside
        assert ("among the pictures" in outcome.err) == inside
        assert (tmp_path / "bottle" / out).exists() != inside

    @pytest.mark.parametrize("out", [".", "masks", "a/b"])
    def test_a_folder_among_the_pictures_is_refused(self, tmp_path, out):
        parts(tmp_path / "good", 1)
        outcome = shell("segment", tmp_path / "good", tmp_path / "good" / out)
        assert outcome.code == 1 and set(tree(tmp_path / "good")) == {"1.png"}
        assert "not empty" in outcome.err or "among the pictures" in outcome.err

    def test_no_source(self, tmp_path):
        told(shell("segment", tmp_path / "nowhere", tmp_path / "out"), "nowhere")


def test_make_takes_the_folder(tmp_path):
    """Where the masks are handed over, defects lie on the parts."""
    parts(tmp_path / "good")
    assert shell("segment", tmp_path / "good", tmp_path / "masks").code == 0
    outcome = shell(
        *("make", tmp_path / "good", tmp_path / "out", "-n", 4, "--recipe", "cutpaste"),
        *("--foreground", tmp_path / "masks", "--workers", 1),
    )
    assert outcome.code == 0, outcome.err
