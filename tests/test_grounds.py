"""Where defects may lie in a job: estimates, the user's own masks, regions of interest."""

import numpy as np
import pytest

from making import check_labels, goods, pixels, records, save, shell, textured, told

LEFT = np.zeros((48, 64), np.uint8)
LEFT[:, :40] = 255
TOP = np.zeros((48, 64), np.uint8)
TOP[:24] = 255


@pytest.fixture
def source(tmp_path):
    return goods(tmp_path / "in")


def masks(folder, mask=LEFT, names=range(12), suffix=".png"):
    for number in names:
        save(folder / f"{number:03d}{suffix}", mask)
    return folder


def make(source, out, *more):
    return shell("make", source, out, "-n", 16, "--recipe", "draem", "--workers", 1, *more)


def marked(out):
    """Where any defect of a dataset is: bool (48, 64)."""
    assert all(r["status"] == "ok" for r in records(out))
    return np.any([pixels(out / r["mask"])[:, :, 0] > 0 for r in records(out)], axis=0)


def test_defects_stay_on_the_users_foreground(source, tmp_path):
    out = tmp_path / "out"
    assert make(source, out, "--foreground", masks(tmp_path / "fg"), "--with-clean").code == 0
    found = marked(out)
    assert found.sum() > 200 and not found[:, 40:].any()
    assert check_labels(out) == 16


def test_one_mask_serves_all_pictures(source, tmp_path):
    one = save(tmp_path / "roi.png", TOP)
    assert make(source, tmp_path / "out", "--roi", one).code == 0
    found = marked(tmp_path / "out")
    assert found.any() and not found[24:].any()


def test_legal_and_illegal_regions_and_the_object_together(source, tmp_path):
    given = ("--foreground", masks(tmp_path / "fg"), "--roi", save(tmp_path / "roi.png", TOP))
    no = np.zeros((48, 64), np.uint8)
    no[:, :20] = 255
    given = (*given, "--roi-exclude", masks(tmp_path / "no", no))
    assert make(source, tmp_path / "out", *given).code == 0
    found = marked(tmp_path / "out")
    assert found.any()
    assert not found[24:].any() and not found[:, 40:].any() and not found[:, :20].any()


def test_none_takes_the_whole_frame(source, tmp_path):
    assert make(source, tmp_path / "out", "--foreground", "none").code == 0
    found = marked(tmp_path / "out")
    assert found[:, 40:].any() and found[24:].any()


def test_a_part_is_found_by_itself(tmp_path):
    for number in range(6):
        image = np.full((96, 128, 3), 235, np.uint8)
        image[24:80, 30:90] = textured(number, (56, 60, 3))
        save(tmp_path / "in" / f"{number}.png", image)
    assert make(tmp_path / "in", tmp_path / "out").code == 0
    on_part = np.zeros((96, 128), bool)
    on_part[22:82, 28:92] = True
    for r in records(tmp_path / "out"):
        assert not (pixels(tmp_path / "out" / r["mask"])[:, :, 0] > 0)[~on_part].any()


@pytest.mark.parametrize("name", ["{:03d}.png", "{:03d}_mask.png", "{:03d}.bmp", "good/{:03d}.png"])
def test_how_masks_are_found(tmp_path, name):
    goods(tmp_path / "in" / "train" / "good", 3)
    for number in range(3):
        save(tmp_path / "fg" / name.format(number), LEFT)
    assert make(tmp_path / "in", tmp_path / "out", "--foreground", tmp_path / "fg").code == 0
    assert not marked(tmp_path / "out")[:, 40:].any()


def test_what_segment_writes_is_a_foreground(source, tmp_path):
    assert shell("segment", source, tmp_path / "fg").code == 0
    assert make(source, tmp_path / "out", "--foreground", tmp_path / "fg").code == 0


def test_replay_knows_the_masks_and_where_they_moved(source, tmp_path):
    fg, out = masks(tmp_path / "fg"), tmp_path / "out"
    assert make(source, out, "--foreground", fg).code == 0
    asked = ("replay", out / "manifest.jsonl", "--id", 3, "--out", tmp_path / "r")
    assert "identical" in shell(*asked).out
    fg.rename(tmp_path / "moved")
    told(shell(*asked), "--foreground", "not a folder")
    assert "identical" in shell(*asked, "--foreground", tmp_path / "moved").out


def test_other_masks_are_another_job(source, tmp_path):
    given = ("--foreground", masks(tmp_path / "fg"))
    assert make(source, tmp_path / "out", *given).code == 0
    assert make(source, tmp_path / "out", *given, "--resume").code == 0
    other = make(source, tmp_path / "out", "--resume")
    assert other.code == 1 and "grounds" in other.err


def test_missing_masks_are_told_before_any_work(source, tmp_path):
    few = masks(tmp_path / "few", names=range(11))
    told(make(source, tmp_path / "out", "--foreground", few), "--foreground", "011.png")
    told(make(source, tmp_path / "out", "--roi", tmp_path / "nowhere"), "--roi", "nowhere")
    (tmp_path / "empty").mkdir()
    told(make(source, tmp_path / "out", "--roi-exclude", tmp_path / "empty"), "--roi-exclude")
    assert not (tmp_path / "out").exists()


def test_a_mask_of_another_size_is_reported_and_survived(source, tmp_path):
    fg = masks(tmp_path / "fg")
    save(fg / "004.png", np.full((20, 20), 255, np.uint8))
    (fg / "005.png").write_bytes(b"nothing")
    outcome = make(source, tmp_path / "out", "--foreground", fg)
    assert outcome.code == 0
    assert "004.png" in outcome.err and "(20, 20)" in outcome.err and "005.png" in outcome.err
    used = {r["source"] for r in records(tmp_path / "out")}
    assert not used & {"004.png", "005.png"} and len(records(tmp_path / "out")) == 16
    assert make(source, tmp_path / "again", "--foreground", fg, "--strict").code == 1


def test_an_empty_mask_is_told(source, tmp_path):
    empty = np.zeros((48, 64), np.uint8)
    one = save(tmp_path / "empty.png", empty)
    told(make(source, tmp_path / "out", "--foreground", one), "empty.png", "empty mask")
    assert not (tmp_path / "out").exists()
    fg = masks(tmp_path / "fg")
    save(fg / "004.png", empty)
    outcome = make(source, tmp_path / "out", "--foreground", fg)
    assert outcome.code == 0 and "004.png" in outcome.err and "no place for a defect" in outcome.err


def test_masks_of_one_class_are_not_those_of_another(tmp_path):
    for name in ("a", "b"):
        goods(tmp_path / "in" / name / "train" / "good", 3)
    outcome = make(tmp_path / "in", tmp_path / "out", "--foreground", masks(tmp_path / "fg"))
    told(outcome, "the same mask", "folder of its own")


def test_masks_that_change_are_another_job(source, tmp_path):
    fg = masks(tmp_path / "fg", suffix=".bmp")
    assert make(source, tmp_path / "out", "--foreground", fg, "--shard", "1/2").code == 0
    save(fg / "003.bmp", TOP)
    again = make(source, tmp_path / "out", "--foreground", fg, "--shard", "2/2")
    assert again.code == 1 and "grounds" in again.err


def test_why_samples_fail_is_told(source, tmp_path):
    tiny = np.zeros((48, 64), np.uint8)
    tiny[20, 20] = 255
    outcome = make(source, tmp_path / "out", "--foreground", save(tmp_path / "tiny.png", tiny))
    assert outcome.code == 1 and "most of them so: no acceptable defect" in outcome.err


def test_masks_of_a_dataset_are_no_good_pictures(tmp_path):
    save(tmp_path / "in" / "test" / "dent" / "0.png", textured(0))
    save(tmp_path / "in" / "ground_truth" / "dent" / "0_mask.png", LEFT)
    told(make(tmp_path / "in", tmp_path / "out"), "holds masks", "train/good")


def test_preview_knows_the_grounds(source, tmp_path):
    asked = ("preview", source, "-n", 4, "--recipe", "draem", "--out")
    assert shell(*asked, tmp_path / "a.png", "--foreground", masks(tmp_path / "fg")).code == 0
    assert shell(*asked, tmp_path / "b.png", "--foreground", "none").code == 0
    assert (tmp_path / "a.png").read_bytes() != (tmp_path / "b.png").read_bytes()
