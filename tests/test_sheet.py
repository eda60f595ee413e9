"""Contact sheets."""

import numpy as np
import pytest

import blemish as bl
from blemish.sheet import contact_sheet
from making import defect_bank, goods, made, pixels, records, save, shell, textured, told


def shown(shape=(48, 64, 3), dtype=np.uint8, caption="000000 dent"):
    mask = np.zeros(shape[:2], np.uint8)
    mask[shape[0] // 4 : shape[0] // 2, shape[1] // 4 : shape[1] // 2] = 255
    return textured(1, shape, dtype), mask, caption


def red(page):
    """Where the outline's colour is."""
    return (page == (255, 40, 40)).all(axis=2)


def test_page():
    page = contact_sheet([shown()] * 6)
    one = contact_sheet([shown()])
    assert page.dtype == np.uint8 and page.ndim == 3
    assert page.shape == (2 * one.shape[0], 4 * one.shape[1], 3)
    h, w = one.shape[:2]
    assert np.array_equal(page[:h, :w], one) and np.array_equal(page[h:, w : 2 * w], one)
    assert (page[h:, 2 * w :] == 250).all()


def test_columns():
    one = contact_sheet([shown()])
    assert contact_sheet([shown()] * 3, columns=2).shape == (
        2 * one.shape[0],
        2 * one.shape[1],
        3,
    )


def test_outline_lies_just_outside_the_mask():
    """At three times the size: a line of one pixel around 36 x 48, and the defect unchanged."""
    image, mask, caption = shown()
    cell = contact_sheet([(image, mask, caption)])
    ys, xs = np.nonzero(red(cell))
    assert (ys.max() - ys.min() + 1, xs.max() - xs.min() + 1) == (36 + 2, 48 + 2)
    inside = cell[ys.min() + 1 : ys.max(), xs.min() + 1 : xs.max()]
    wanted = image[12:24, 16:32].repeat(3, axis=0).repeat(3, axis=1)
    assert np.array_equal(inside, wanted)


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [
        ((48, 64), np.uint8),
        ((48, 64, 3), np.uint16),
        ((8, 8, 3), np.uint8),
        ((900, 40, 3), np.uint8),
        ((40, 900), np.uint16),
        ((500, 700, 3), np.uint8),
    ],
)
def test_any_picture_fits_its_cell(shape, dtype):
    cell = contact_sheet([shown(shape, dtype)])
    assert cell.shape == contact_sheet([shown()]).shape
    assert red(cell).any()


def test_other_kinds_of_pixels():
    image, mask, caption = shown()
    alpha = np.dstack([image, np.full(image.shape[:2], 7, np.uint8)])
    wanted = contact_sheet([(image, mask, caption)])
    assert np.array_equal(contact_sheet([(alpha, mask, caption)]), wanted)
    floats = (image / 255).astype(np.float32)
    assert np.array_equal(contact_sheet([(floats, mask, caption)]), wanted)
    twelve = np.rint(image * (4095 / 255)).astype(np.uint16)
    assert np.array_equal(contact_sheet([(twelve, mask, caption)], white=4095), wanted)


def test_nothing_to_show():
    with pytest.raises(ValueError, match="no sample"):
        contact_sheet([])


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    return goods(tmp_path_factory.mktemp("sheet") / "parts", 5)


class TestOfADataset:
    def test_shows_40_samples(self, parts, tmp_path):
        made(parts, tmp_path / "out", "-n", 44)
        cell = contact_sheet([shown()])
        page = pixels(tmp_path / "out" / "preview.png")
        assert page.shape == (10 * cell.shape[0], 4 * cell.shape[1], 3)
        first = records(tmp_path / "out")[0]
        image = pixels(tmp_path / "out" / first["image"])[..., ::-1]
        mask = pixels(tmp_path / "out" / first["mask"])[:, :, 0]
        wanted = contact_sheet([(image, mask, f"{first['id']} {first['kind']}")])
        assert np.array_equal(page[: cell.shape[0], : cell.shape[1], ::-1], wanted)

    def test_leaves_out_what_shows_nothing(self, parts, tmp_path):
        made(parts, tmp_path / "out", "-n", 6, "--null", 0.5)
        cell = contact_sheet([shown()])
        assert pixels(tmp_path / "out" / "preview.png").shape[1] == 3 * cell.shape[1]

    def test_mixed_sizes_and_bits(self, parts, tmp_path):
        save(tmp_path / "mixed" / "a.png", textured(1, (90, 30)))
        save(tmp_path / "mixed" / "b.png", textured(2, (48, 64, 3), np.uint16))
        made(tmp_path / "mixed", tmp_path / "out", "-n", 4, "--test-good", 0)
        assert (tmp_path / "out" / "preview.png").is_file()


class TestPreview:
    def test_command(self, parts, tmp_path):
        out = tmp_path / "sheet.png"
        outcome = shell("preview", parts, "--recipe", "cutpaste", "-n", 5, "--out", out)
        assert outcome.code == 0, outcome.err
        assert outcome.out == f"contact sheet: {out}\n"
        cell = contact_sheet([shown()])
        assert pixels(out).shape == (2 * cell.shape[0], 4 * cell.shape[1], 3)
        assert {p.name for p in tmp_path.iterdir()} == {"sheet.png"}

    def test_default_name(self, parts, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert shell("preview", parts, "-n", 1).code == 0
        assert [p.name for p in tmp_path.iterdir()] == ["preview.png"]

    def test_shows_what_make_makes(self, parts, tmp_path):
        options = ("-n", 7, "--seed", 9, "--recipe", "draem", "--recipe", "cutpaste_scar")
        shell("preview", parts, *options, "--out", tmp_path / "sheet.png")
        made(parts, tmp_path / "out", *options, "--test-good", 0)
        sheet, page = pixels(tmp_path / "sheet.png"), pixels(tmp_path / "out" / "preview.png")
        assert np.array_equal(sheet, page)

    def test_python_and_options(self, parts, tmp_path):
        bank = defect_bank(tmp_path / "bank")
        page = bl.preview(parts, "real_defects", 4, seed=2, defects=bank)
        assert page.dtype == np.uint8 and page.shape[2] == 3
        out = tmp_path / "sheet.jpg"
        options = ("--recipe", "real_defects", "-n", 4, "--seed", 2, "--defects", bank)
        outcome = shell("preview", parts, *options, "--out", out)
        assert outcome.code == 0, outcome.err
        assert np.abs(pixels(out)[..., ::-1].astype(float) - page).mean() < 5

    def test_set_and_textures(self, parts, tmp_path):
        options = ("--textures", parts, "--set", "blend.opacity=1", "-n", 2)
        assert shell("preview", parts, *options, "--out", tmp_path / "s.png").code == 0

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            (("--recipe", "dream"), ("'draem'",)),
            (("--recipe", "real_defects"), ("--defects",)),
            (("--out", "sheet.doc"), ("sheet.doc",)),
            (("--out", "no/such/folder/sheet.png"), ("no/such/folder/sheet.png",)),
            (("-n", -1), ("n must",)),
            (("-n", 0), ("no sample",)),
        ],
    )
    def test_errors(self, parts, tmp_path, monkeypatch, options, words):
        monkeypatch.chdir(tmp_path)
        told(shell("preview", parts, "-n", 2, *options), *words)
        assert list(tmp_path.iterdir()) == []

    def test_no_source(self, tmp_path):
        told(shell("preview", tmp_path / "nowhere"), "nowhere")

    def test_nothing_can_be_made(self, tmp_path):
        save(tmp_path / "parts" / "black.png", np.zeros((48, 64, 3), np.uint8))
        out = tmp_path / "sheet.png"
        outcome = shell("preview", tmp_path / "parts", "--recipe", "cutpaste", "--out", out)
        told(outcome, "no sample")

    def test_a_bad_source_is_skipped(self, tmp_path):
        """As `make` does it: one bad picture of many must not stand in the way of a look."""
        parts = goods(tmp_path / "parts", 4)
        (parts / "zero.png").touch()
        outcome = shell("preview", parts, "-n", 5, "--out", tmp_path / "sheet.png")
        assert outcome.code == 0, outcome.err

    def test_of_the_folder_one_is_in(self, parts, tmp_path, monkeypatch):
        monkeypatch.chdir(parts)
        outcome = shell("preview", ".", "-n", 2, "--out", tmp_path / "sheet.png")
        assert outcome.code == 0, outcome.err

    def test_of_a_folder_above(self, tmp_path, monkeypatch):
        """Where one stands is no OUT: its pictures are not left out."""
        monkeypatch.chdir(goods(tmp_path / "line" / "parts", 3))
        outcome = shell("preview", "..", "-n", 2, "--out", tmp_path / "sheet.png")
        assert outcome.code == 0, outcome.err
