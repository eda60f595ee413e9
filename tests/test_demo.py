"""blemish demo."""

import shutil

import numpy as np
import pytest

from blemish.catalog import recipes
from blemish.demo import PHOTOGRAPHS
from blemish.layouts import find_pairs
from making import assert_same, check_files, pixels, records, shell, told, tree


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "first"
    return folder, shell("demo", folder)


def test_sixty_samples_of_every_recipe(shown):
    folder, outcome = shown
    assert outcome.code == 0, outcome.err
    kinds = [r["kind"] for r in records(folder / "dataset")]
    assert len(kinds) == 60
    pasted = {"racp", "real_defects", "cutpaste_union"}
    assert set(kinds) - {"foreign_body"} == set(recipes()) - pasted
    assert kinds.count("foreign_body") >= 2 and kinds.count("scratch") in (1, 2)
    assert {r["status"] for r in records(folder / "dataset")} == {"ok"}
    check_files(folder / "dataset", folder / "photographs")


def test_says_where_the_contact_sheet_is(shown):
    folder, outcome = shown
    sheet = folder / "dataset" / "preview.png"
    assert f"contact sheet: {sheet}" in outcome.out.splitlines()
    assert sheet.is_file() and pixels(sheet).std() > 20


def test_photographs_and_coins(shown):
    folder, _ = shown
    names = {p.stem.rpartition("_")[0] for p in (folder / "photographs").iterdir()}
    assert names == set(PHOTOGRAPHS)
    assert all(pixels(p).shape[:2] == (320, 320) for p in (folder / "photographs").iterdir())
    coins = find_pairs(folder / "defects")
    assert len(coins) >= 10
    for coin in coins:
        image, mask = pixels(coin.image), pixels(coin.mask)
        assert image.shape == mask.shape == (200, 200, 1)
        assert set(np.unique(mask)) == {0, 255}
        assert 0.01 < (mask > 0).mean() < 0.2


def test_second_run_completes_what_is_there(shown, tmp_path):
    folder, first = shown
    again = shutil.copytree(folder, tmp_path / "again")
    # A copy has other roots; the demo's own folder is what is run a second time.
    before = tree(folder)
    second = shell("demo", folder)
    assert second.code == 0, second.err
    assert second.out == first.out
    assert tree(folder) == before
    (folder / "dataset" / "preview.png").unlink()
    assert shell("demo", folder).code == 0
    assert_same(folder, again)


def test_other_numbers(shown, tmp_path):
    outcome = shell("demo", tmp_path / "small", "-n", 4, "--seed", 2)
    assert outcome.code == 0, outcome.err
    assert len(records(tmp_path / "small" / "dataset")) == 4
    told(shell("demo", shown[0], "-n", 4), "n (60 there, 4 here)")


def test_default_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert shell("demo", "-n", 1).code == 0
    assert [p.name for p in tmp_path.iterdir()] == ["blemish-demo"]


def test_a_file_in_the_way(tmp_path):
    (tmp_path / "file").touch()
    told(shell("demo", tmp_path / "file"), str(tmp_path / "file"))
