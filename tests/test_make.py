"""blemish make: the layout written, its options, and labels checked against the files."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

import blemish as bl
from making import (
    assert_same,
    check_files,
    check_labels,
    defect_bank,
    digest,
    goods,
    made,
    pixels,
    process,
    records,
    save,
    shell,
    textured,
    told,
    tree,
)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return goods(tmp_path_factory.mktemp("make") / "parts", 12)


@pytest.fixture(scope="module")
def full(source):
    """A dataset with nearly every option."""
    out = source.parent / "full"
    bank = defect_bank(source.parent / "bank")
    made(
        source,
        out,
        *("--recipe", "draem", "--recipe", "cutpaste", "--recipe", "real_defects:2"),
        *("-n", 40, "--seed", 5, "--with-clean", "--null", 0.2, "--test-good", 0.25),
        *("--defects", bank),
    )
    return out


def folders(out):
    return sorted({Path(name).parent.as_posix() for name in tree(out)})


class TestLayout:
    def test_what_is_written(self, full):
        kinds = {r["kind"] for r in records(full) if r["status"] == "ok"}
        assert {"draem", "cutpaste", "dent", "stain"} >= kinds > {"draem", "cutpaste"}
        wanted = {".", "parts/train/good", "parts/test/good", "clean/good"}
        for kind in kinds:
            wanted |= {f"parts/test/{kind}", f"parts/ground_truth/{kind}", f"clean/{kind}"}
        assert set(folders(full)) == wanted
        assert {p.name for p in full.iterdir()} == {
            *("parts", "clean", "manifest.jsonl", "recipe.yaml", "preview.png")
        }

    def test_every_file_is_of_the_dataset(self, full, source):
        wanted = {"manifest.jsonl", "recipe.yaml", "preview.png"}
        for r in records(full):
            wanted |= {r["image"], f"clean/{r['kind']}/{r['id']}.png"}
            wanted |= {r["mask"]} if r["mask"] else set()
        held = {p.name for p in (full / "parts/test/good").iterdir()} & set(tree(source))
        assert len(held) == 3
        wanted |= {f"parts/test/good/{name}" for name in held}
        wanted |= {f"parts/train/good/{name}" for name in set(tree(source)) - held}
        assert set(tree(full)) == wanted

    def test_records_and_files_agree(self, full, source):
        check_files(full, source)

    def test_labels_are_true(self, full):
        assert check_labels(full) == 32

    def test_null_share(self, full):
        kinds = [r["status"] for r in records(full)]
        assert kinds.count("null") == 8 and kinds.count("ok") == 32
        assert len(list((full / "clean/good").iterdir())) == 8

    def test_held_back_is_never_a_source(self, full, source):
        names = {r["source"] for r in records(full)}
        held = {p.name for p in (full / "parts/test/good").iterdir()} & set(tree(source))
        assert names and not names & held
        assert len(names) == 9

    def test_clean_is_the_source_itself(self, full, source):
        for r in records(full):
            clean = pixels(full / "clean" / r["kind"] / f"{r['id']}.png")
            assert np.array_equal(clean, pixels(source / r["source"]))

    def test_normals_are_copies(self, full, source):
        for path in (full / "parts/train/good").iterdir():
            assert digest(path) == digest(source / path.name)

    def test_pixels_are_readable_by_others(self, full):
        for r in records(full)[:5]:
            with Image.open(full / r["image"]) as image:
                assert image.mode == "RGB" and image.size == (64, 48)
            if r["mask"]:
                with Image.open(full / r["mask"]) as mask:
                    assert mask.mode == "L" and mask.size == (64, 48)

    def test_recipe_yaml_tells_the_roots(self, full, source):
        runs = yaml.safe_load((full / "recipe.yaml").read_text())["runs"]
        assert len(runs) == 1
        assert runs[0]["source"] == str(source.resolve())
        assert runs[0]["defects"] == str((source.parent / "bank").resolve())
        assert runs[0]["textures"] is None
        assert (runs[0]["n"], runs[0]["seed"], runs[0]["start"]) == (40, 5, 0)

    def test_sources_are_taken_all_before_any_repeats(self, full):
        used = [r["source"] for r in records(full)]
        for first in range(0, 36, 9):
            assert len(set(used[first : first + 9])) == 9


class TestSources:
    def test_formats_suffixes_and_bits(self, tmp_path):
        parts = tmp_path / "parts"
        for number, name in enumerate(("a.jpg", "b.JPEG", "c.bmp", "d.TIF", "e.webp", "f.PNG")):
            save(parts / name, textured(number))
        save(parts / "deep" / "g.png", textured(7, (50, 40)))
        save(parts / "h.png", textured(8, (48, 64), np.uint16))
        save(parts / "i.tiff", textured(9, (48, 64, 3), np.uint16))
        out = tmp_path / "out"
        made(parts, out, "-n", 9, "--test-good", 0, "--with-clean", "--recipe", "cutpaste")
        check_files(out, parts)
        assert check_labels(out) == 9
        by_source = {r["source"]: r for r in records(out)}
        assert set(by_source) == set(tree(parts))
        for name, r in by_source.items():
            image = pixels(out / r["image"])
            deep = name in ("h.png", "i.tiff")
            assert image.dtype == (np.uint16 if deep else np.uint8), name
            assert image.shape == pixels(parts / name).shape, name
        names = {p.name for p in (out / "parts/train/good").iterdir()}
        assert names == {n.replace("/", "_") for n in tree(parts)}

    def test_alpha_is_kept(self, tmp_path):
        rgba = np.dstack([textured(1), np.full((48, 64), 100, np.uint8)])
        save(tmp_path / "parts" / "a.png", rgba)
        out = tmp_path / "out"
        made(tmp_path / "parts", out, "-n", 2, "--with-clean", "--recipe", "cutpaste")
        for r in records(out):
            image = pixels(out / r["image"])
            assert image.shape == (48, 64, 4) and (image[:, :, 3] == 100).all()
        assert check_labels(out) == 2

    def test_mvtec_class(self, tmp_path):
        bottle = tmp_path / "bottle"
        goods(bottle / "train" / "good", 5)
        for number in range(3):
            save(bottle / "test" / "good" / f"{number:03d}.png", textured(100 + number))
        made(bottle, tmp_path / "out", "-n", 4)
        check_files(tmp_path / "out", bottle)
        assert all(r["source"].startswith("train/good/") for r in records(tmp_path / "out"))
        good = tmp_path / "out/bottle"
        copies = [*(good / "train/good").iterdir(), *(good / "test/good").iterdir()]
        wanted = sorted(digest(p) for p in (bottle / "train/good").iterdir())
        assert sorted(digest(p) for p in copies) == wanted

    def test_tree_of_classes(self, tmp_path):
        for number, name in enumerate(("bottle", "cable")):
            for i in range(5):
                save(
                    tmp_path / "tree" / name / "train/good" / f"{i}.png", textured(10 * number + i)
                )
        out = tmp_path / "out"
        made(tmp_path / "tree", out, "-n", 8, "--with-clean")
        check_files(out, tmp_path / "tree")
        assert {p.name for p in out.iterdir() if p.is_dir()} == {"bottle", "cable", "clean"}
        for r in records(out):
            assert r["image"].split("/")[0] == r["source"].split("/")[0]
        for name in ("bottle", "cable"):
            assert len(list((out / name / "train/good").iterdir())) == 4
            assert len(list((out / name / "test/good").iterdir())) == 1

    def test_glob(self, tmp_path):
        goods(tmp_path / "line/a", 3)
        goods(tmp_path / "line/b", 3, ".jpg")
        out = tmp_path / "out"
        made(tmp_path / "line" / "*" / "*.jpg", out, "-n", 3)
        check_files(out, tmp_path / "line")
        assert {r["source"] for r in records(out)} < {"b/000.jpg", "b/001.jpg", "b/002.jpg"}
        assert (out / "line/train/good").is_dir()

    @pytest.mark.parametrize("spelled", ["nowhere", "empty", "empty/*.png", "parts/000.png"])
    def test_errors(self, tmp_path, spelled):
        goods(tmp_path / "parts", 2)
        (tmp_path / "empty").mkdir()
        told(shell("make", tmp_path / spelled, tmp_path / "out"), str(tmp_path / spelled))
        assert not (tmp_path / "out").exists()

    def test_paths_may_be_relative(self, tmp_path, monkeypatch):
        goods(tmp_path / "parts", 3)
        made(tmp_path / "parts", tmp_path / "one", "-n", 3)
        monkeypatch.chdir(tmp_path / "parts")
        made(".", "../two", "-n", 3)
        assert_same(tmp_path / "two", tmp_path / "one")

    def test_out_inside_source(self, tmp_path, monkeypatch):
        """`blemish make . out`: what is written must not become a good picture of the next run."""
        monkeypatch.chdir(goods(tmp_path / "parts", 4))
        first = shell("make", ".", "out", "-n", 4, "--workers", 1)
        if first.code != 0:
            return told(first, "out")
        wanted = tree(Path("out"))
        again = shell("make", ".", "out", "-n", 4, "--workers", 1, "--resume")
        assert again.code == 0, again.err
        assert tree(Path("out")) == wanted
        made(".", "out", "-n", 4, "--append")
        assert {r["source"] for r in records(Path("out"))} <= {f"{i:03d}.png" for i in range(4)}
        return None

    def test_names_like_those_of_samples(self, tmp_path):
        """Held-back pictures and null samples share a folder; neither may hide the other."""
        for number in range(12):
            save(tmp_path / "parts" / f"{number:06d}.png", textured(number))
        out = tmp_path / "out"
        made(tmp_path / "parts", out, "-n", 12, "--null", 1, "--test-good", 0.5, "--with-clean")
        assert len(list((out / "parts/test/good").iterdir())) == 6 + 12
        check_files(out, tmp_path / "parts")

    def test_folder_named_clean(self, tmp_path):
        """OUT/clean is not a class: refused, with a hint at --name, or named otherwise."""
        goods(tmp_path / "clean", 3)
        given = (tmp_path / "clean", tmp_path / "out", "-n", 2, "--with-clean", "--workers", 1)
        outcome = shell("make", *given)
        if outcome.code != 0:
            told(outcome, "name")
            assert shell("make", *given, "--name", "part").code == 0
        assert {p.name for p in (tmp_path / "out/clean").iterdir()} == {"draem"}


class TestOptions:
    def test_test_good(self, source, tmp_path):
        made(source, tmp_path / "none", "-n", 2, "--test-good", 0)
        assert not (tmp_path / "none/parts/test/good").exists()
        made(source, tmp_path / "half", "-n", 2, "--test-good", 0.5)
        assert len(list((tmp_path / "half/parts/test/good").iterdir())) == 6
        assert len(list((tmp_path / "half/parts/train/good").iterdir())) == 6

    def test_disjoint(self, source, tmp_path):
        out = tmp_path / "out"
        made(source, out, "-n", 8, "--disjoint")
        train = {p.name for p in (out / "parts/train/good").iterdir()}
        held = {p.name for p in (out / "parts/test/good").iterdir()}
        used = {r["source"] for r in records(out)}
        assert not used & train and not used & held and not train & held
        assert train | held | used == set(tree(source))

    def test_no_normals(self, source, tmp_path):
        out = tmp_path / "out"
        made(source, out, "-n", 3, "--no-normals")
        assert {p.name for p in (out / "parts").iterdir()} == {"test", "ground_truth"}
        assert {p.name for p in (out / "parts/test").iterdir()} == {"draem"}

    def test_link(self, source, tmp_path):
        goods(tmp_path / "parts", 4)
        before = tree(tmp_path / "parts")
        for options in ((), ("--resume",)):
            made(tmp_path / "parts", tmp_path / "out", "-n", 2, "--link", *options)
            copies = list((tmp_path / "out/parts").glob("*/good/*"))
            assert len(copies) == 4
            for path in copies:
                assert path.stat().st_ino == (tmp_path / "parts" / path.name).stat().st_ino
        made(tmp_path / "parts", tmp_path / "copied", "-n", 2)
        assert_same(tmp_path / "out", tmp_path / "copied")
        shutil.rmtree(tmp_path / "out")
        assert tree(tmp_path / "parts") == before

    def test_link_of_a_picture_that_is_converted(self, tmp_path):
        parts = goods(tmp_path / "parts", 2)
        with Image.open(parts / "000.png") as image:
            image.convert("P").save(parts / "palette.png")
        made(parts, tmp_path / "out", "-n", 1, "--link", "--test-good", 0)
        names = {p.name for p in (tmp_path / "out/parts/train/good").iterdir()}
        assert names == {"000.png", "001.png", "palette.png.png"}

    def test_name(self, source, tmp_path):
        made(source, tmp_path / "out", "-n", 2, "--name", "screw-7")
        assert {p.name for p in (tmp_path / "out").iterdir() if p.is_dir()} == {"screw-7"}
        told(shell("make", source, tmp_path / "no", "--name", "a/b"), "a/b")

    def test_null_of_every_recipe(self, source, tmp_path):
        bank = defect_bank(tmp_path / "bank")
        for recipe in ("cutpaste", "cutpaste_scar", "draem", "real_defects"):
            out = tmp_path / recipe
            given = ("--recipe", recipe, "--defects", bank, "--null", 1, "--with-clean")
            made(source, out, "-n", 4, *given)
            assert [r["status"] for r in records(out)] == ["null"] * 4
            check_files(out, source)
            check_labels(out)
            assert not (out / "parts/ground_truth").exists()

    def test_white(self, tmp_path):
        parts = tmp_path / "parts"
        for number in range(4):
            save(parts / f"{number}.png", textured(number, (48, 64), np.uint16, 4095))
        out = tmp_path / "out"
        made(parts, out, "-n", 12, "--white", 4095, "--with-clean", "--recipe", "draem")
        check_files(out, parts)
        assert check_labels(out, 4095) == 12
        assert max(pixels(out / r["image"]).max() for r in records(out)) <= 4095
        # Without it the same pictures are almost black, and so are their defects' surroundings.
        made(parts, tmp_path / "dark", "-n", 12, "--recipe", "draem")
        sheet, dark = (pixels(place / "preview.png") for place in (out, tmp_path / "dark"))
        assert np.median(sheet[60:160, 10:190]) > np.median(dark[60:160, 10:190]) + 50

    def test_white_that_does_not_fit(self, source, tmp_path):
        outcome = shell("make", source, tmp_path / "out", "--white", 4095, "--workers", 1)
        assert outcome.code == 1 and "white=4095" in outcome.err

    def test_set(self, source, tmp_path):
        out = tmp_path / "out"
        edits = ("--set", "region.area=0.05", "--set", "content.x={uniform: [0, 0.1]}")
        made(source, out, "--recipe", "cutpaste", "-n", 6, *edits)
        for r in records(out):
            fields = r["recipe"]["Recipe"]
            assert fields["region"]["Rectangle"]["area"] == 0.05
            assert 0 <= fields["content"]["Shifted"]["x"] <= 0.1

    def test_set_kind(self, source, tmp_path):
        made(source, tmp_path / "out", "-n", 2, "--set", "kind=stain")
        assert {r["kind"] for r in records(tmp_path / "out")} == {"stain"}

    def test_recipes_with_weights(self, source, tmp_path):
        out = tmp_path / "out"
        weighted = ("--recipe", "cutpaste:3", "--recipe", "cutpaste_scar", "--recipe", "draem:0")
        made(source, out, *weighted, "-n", 60, "--no-normals")
        kinds = [r["kind"] for r in records(out)]
        assert set(kinds) == {"cutpaste", "cutpaste_scar"}
        assert 35 <= kinds.count("cutpaste") <= 54  # 45 are expected, with a deviation of 3.4

    def test_textures(self, source, tmp_path):
        textures = goods(tmp_path / "textures", 3, shape=(80, 30, 3))
        out = tmp_path / "out"
        made(source, out, "-n", 8, "--textures", textures, "--with-clean")
        check_files(out, source)
        assert check_labels(out) == 8
        for r in records(out):
            file = r["recipe"]["Recipe"]["content"]["Texture"]["file"]["File"]
            assert digest(textures / file["path"]) == file["sha256"]

    def test_several_kinds_are_combined(self, source, tmp_path):
        recipe = tmp_path / "mine.yaml"
        recipe.write_text("Combined:\n  recipes: [cutpaste, cutpaste_scar]\n")
        out = tmp_path / "out"
        made(source, out, "--recipe", recipe, "-n", 6, "--with-clean")
        check_files(out, source)
        assert check_labels(out) == 6
        assert {r["kind"] for r in records(out)} == {"combined"}
        for r in records(out):
            assert [d["kind"] for d in r["defects"]] == ["cutpaste", "cutpaste_scar"]

    def test_several_of_one_kind_keep_it(self, source, tmp_path):
        mine = bl.several(bl.find("cutpaste_scar"), bl.integers(2, 3))
        report = bl.make(source, mine, n=6, out=tmp_path / "out", with_clean=True)
        assert report.kinds == {"cutpaste_scar": 6}
        check_files(tmp_path / "out", source)
        assert check_labels(tmp_path / "out") == 6
        assert {len(r["defects"]) for r in records(tmp_path / "out")} == {2, 3}

    def test_recipe_file(self, source, tmp_path):
        recipe = tmp_path / "mine.yaml"
        shown = shell("show", "cutpaste")
        assert shown.code == 0
        recipe.write_text(shown.out)
        made(source, tmp_path / "named", "-n", 5, "--recipe", "cutpaste")
        made(source, tmp_path / "file", "-n", 5, "--recipe", recipe)
        assert_same(tmp_path / "file", tmp_path / "named")
        made(source, tmp_path / "weighted", "-n", 5, "--recipe", f"{recipe}:3")
        assert_same(tmp_path / "weighted", tmp_path / "named")

    def test_recipe_yaml_of_a_dataset_is_a_recipe(self, full, source, tmp_path):
        given = ("-n", 40, "--seed", 5, "--with-clean", "--null", 0.2, "--test-good", 0.25)
        bank = ("--defects", source.parent / "bank")
        made(source, tmp_path / "again", "--recipe", full / "recipe.yaml", *given, *bank)
        assert_same(tmp_path / "again", full)

    def test_dry_run_writes_nothing(self, source, tmp_path):
        given = ("make", source, tmp_path / "out", "--null", 0.5, "-n", 10, "--dry-run")
        outcome = shell(*given, "--json")
        assert outcome.code == 0
        assert outcome.json == {
            "classes": ["parts"],
            "samples": 10,
            "null": 5,
            "sources": 11,
            "train_good": 11,
            "test_good": 1,
            "chunks": 2,
            "pools": {},
        }
        text = shell(*given)
        assert text.code == 0 and "sources" in text.out
        assert not (tmp_path / "out").exists()
        told(shell(*given, "--recipe", "nonsense"), "nonsense")

    def test_json(self, source, tmp_path):
        outcome = shell(
            *("make", source, tmp_path / "out", "-n", 4, "--null", 0.5, "--json", "--workers", 1)
        )
        assert outcome.code == 0 and outcome.err == ""
        assert outcome.json == {
            "out": str(tmp_path / "out"),
            "complete": True,
            "samples": 4,
            "kinds": {"draem": 2, "good": 2},
            "failed": 0,
            "normals": 12,
            "skipped": {},
        }

    def test_summary_for_people(self, source, tmp_path):
        outcome = made(source, tmp_path / "out", "-n", 3)
        assert "3 samples (3 draem), 12 good pictures" in outcome.out
        assert f"contact sheet: {tmp_path / 'out' / 'preview.png'}" in outcome.out

    def test_no_samples_at_all(self, source, tmp_path):
        made(source, tmp_path / "out", "-n", 0)
        assert records(tmp_path / "out") == []
        assert len(list((tmp_path / "out/parts").glob("*/good/*.png"))) == 12


class TestAppend:
    @pytest.fixture
    def grown(self, source, tmp_path):
        out = tmp_path / "out"
        made(source, out, "-n", 20, "--seed", 1, "--test-good", 0.3, "--null", 0.1)
        first, manifest = tree(out), (out / "manifest.jsonl").read_text()
        given = ("--recipe", "cutpaste", "--seed", 2, "--test-good", 0.3)
        made(source, out, "-n", 15, "--append", *given)
        return out, first, manifest

    def test_indices_go_on_and_earlier_lines_stay(self, grown, source):
        out, first, manifest = grown
        assert (out / "manifest.jsonl").read_text().startswith(manifest)
        assert len(records(out)) == 35
        assert [r["seed"] for r in records(out)] == [1] * 20 + [2] * 15
        check_files(out, source)
        after = tree(out)
        changed = {name for name in first if after[name] != first[name]}
        assert changed <= {"manifest.jsonl", "recipe.yaml", "preview.png"}

    def test_held_back_pictures_stay_the_same(self, grown, source):
        out, first, _ = grown
        held = {n for n in first if n.startswith("parts/test/good/0") and len(n) == 23}
        held = {Path(n).name for n in held}
        now = {p.name for p in (out / "parts/test/good").iterdir()} & set(tree(source))
        assert held == now and len(now) == 4
        assert not {r["source"] for r in records(out)} & now

    def test_recipe_yaml_tells_both_runs(self, grown):
        runs = yaml.safe_load((grown[0] / "recipe.yaml").read_text())["runs"]
        assert [(r["start"], r["n"], r["seed"]) for r in runs] == [(0, 20, 1), (20, 15, 2)]

    def test_other_samples_than_the_first_run(self, source, tmp_path):
        """The seed may stay: the indices are others, and so are the samples."""
        made(source, tmp_path / "out", "-n", 8)
        made(source, tmp_path / "out", "-n", 8, "--append")
        hashes = [r["image_sha256"] for r in records(tmp_path / "out")]
        assert len(set(hashes)) == 16

    def test_nothing_to_append_to(self, source, tmp_path):
        told(shell("make", source, tmp_path / "out", "--append"), str(tmp_path / "out"))
        assert not (tmp_path / "out").exists()

    def test_after_good_pictures_were_added(self, tmp_path):
        """No picture may be held back and learnt from, whichever run it came with."""
        parts, out = goods(tmp_path / "parts", 12), tmp_path / "out"
        made(parts, out, "-n", 6, "--test-good", 0.3)
        for number in range(50, 70):
            save(parts / f"{number:03d}.png", textured(number))
        given = (parts, out, "-n", 30, "--test-good", 0.3, "--append", "--workers", 1)
        outcome = shell("make", *given)
        if outcome.code != 0:
            told(outcome, str(out))
        held = {p.name for p in (out / "parts/test/good").iterdir()}
        assert not held & {p.name for p in (out / "parts/train/good").iterdir()}
        assert not held & {r["source"] for r in records(out)}

    def test_with_another_share_held_back(self, source, tmp_path):
        out = tmp_path / "out"
        made(source, out, "-n", 6, "--test-good", 0.1)
        given = (source, out, "-n", 6, "--test-good", 0.5, "--append", "--workers", 1)
        outcome = shell("make", *given)
        if outcome.code != 0:
            told(outcome, "test_good")
        held = {p.name for p in (out / "parts/test/good").iterdir()}
        assert not held & {p.name for p in (out / "parts/train/good").iterdir()}
        assert not held & {r["source"] for r in records(out)}

    def test_disjoint_stays_disjoint(self, source, tmp_path):
        out = tmp_path / "out"
        made(source, out, "-n", 2, "--disjoint")
        outcome = shell("make", source, out, "-n", 5, "--disjoint", "--append", "--workers", 1)
        if outcome.code != 0:
            told(outcome, "disjoint")
        train = {p.name for p in (out / "parts/train/good").iterdir()}
        assert not train & {r["source"] for r in records(out)}


class TestRefused:
    """What happens where a picture takes no defect."""

    @pytest.fixture
    def flat(self, tmp_path):
        """Black pictures, on which cutpaste changes nothing, beside two good ones."""
        parts = goods(tmp_path / "parts", 2)
        for number in range(10, 14):
            save(parts / f"{number:03d}.png", np.zeros((48, 64, 3), np.uint8))
        return parts

    def test_another_source_is_taken(self, flat, tmp_path):
        given = ("--recipe", "cutpaste", "--test-good", 0, "--strict")
        made(flat, tmp_path / "out", "-n", 12, *given)
        check_files(tmp_path / "out", flat)
        assert {r["source"] for r in records(tmp_path / "out")} == {"000.png", "001.png"}
        assert max(r["attempts"] for r in records(tmp_path / "out")) > 20

    def test_up_to_five_others(self, tmp_path):
        parts = goods(tmp_path / "parts", 1)
        for number in range(10, 30):
            save(parts / f"{number:03d}.png", np.zeros((48, 64, 3), np.uint8))
        out = tmp_path / "out"
        given = ("--recipe", "cutpaste", "--test-good", 0, "-n", 21)
        outcome = made(parts, out, *given)
        check_files(out, parts)
        states = [r["status"] for r in records(out)]
        assert states.count("ok") == 6 and states.count("failed") == 15
        assert "15 samples failed" in outcome.err
        for r in records(out):
            if r["status"] == "failed":
                assert r["attempts"] == 120
                assert "nothing visible changed" in r["reason"]
        strict = shell("make", parts, tmp_path / "s", *given, "--strict", "--workers", 1)
        assert strict.code == 1

    def test_all_refuse(self, tmp_path):
        save(tmp_path / "parts" / "a.png", np.zeros((48, 64), np.uint8))
        out = tmp_path / "out"
        given = ("--recipe", "cutpaste", "-n", 3)
        outcome = shell(
            "make", tmp_path / "parts", out, *given, "--workers", 1, "--json", "--strict"
        )
        assert outcome.code == 1
        assert outcome.json["failed"] == 3 and outcome.json["samples"] == 0
        assert [r["status"] for r in records(out)] == ["failed"] * 3
        assert not list(out.glob("parts/test/*/*"))


class TestPlugin:
    def test_a_part_of_another_package(self, source, tmp_path):
        package = tmp_path / "site" / "blotches"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(
            "from ._dot import Dot\nfrom ._dotted import dotted\n__all__ = ['Dot', 'dotted']\n"
        )
        (package / "_dot.py").write_text(
            '''"""Dot: a disc."""
from dataclasses import dataclass
import numpy as np
from blemish import Stencil


@dataclass(frozen=True)
class Dot:
    """A disc in the middle."""

    radius: float = 0.1

    def __call__(self, scene):
        h, w = scene.shape
        y, x = np.mgrid[:h, :w]
        far = np.hypot(y - h / 2, x - w / 2)
        return Stencil((far < self.radius * scene.side).astype(np.float32), 0, 0)
'''
        )
        (package / "_dotted.py").write_text(
            '''"""Dotted: a disc of another place."""
from blemish import Recipe, uniform
from blemish.blends import Paste
from blemish.contents import Shifted
from ._dot import Dot

REFERENCE = "@misc{dot2024, title = {Dots}}"
dotted = Recipe(Dot(uniform(0.1, 0.2)), Shifted(), Paste(), kind="dot")
'''
        )
        env = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
        out, plugin = tmp_path / "out", ("--plugin", "blotches")
        given = ("--recipe", "dotted", "-n", 20, "--with-clean", "--workers", 2, *plugin)
        outcome = process("make", source, out, *given, env=env)
        assert outcome.code == 0, outcome.err
        check_files(out, source)
        assert check_labels(out) == 20
        assert {r["kind"] for r in records(out)} == {"dot"}
        again = process(
            "replay", out / "manifest.jsonl", "--id", "000003", "--out", tmp_path / "r", env=env
        )
        assert again.code == 0 and "identical" in again.out, again.err
        listed = process("list", "--json", *plugin, env=env).json
        assert "dotted" in {r["name"] for r in listed["recipes"]}
        assert {"name": "Dot", "group": "blotches", "summary": "A disc in the middle."} in listed[
            "parts"
        ]
        cited = process("cite", "dotted", *plugin, env=env)
        assert cited.out.strip() == "@misc{dot2024, title = {Dots}}"

    def test_unknown_package(self, source, tmp_path):
        told(shell("make", source, tmp_path / "out", "--plugin", "no_such"), "no_such")
        assert not (tmp_path / "out").exists()

    def test_package_without_parts(self, source, tmp_path):
        told(shell("make", source, tmp_path / "out", "--plugin", "json"), "json", "__all__")


class TestPython:
    def test_all_in_one_line(self, source, tmp_path):
        report = bl.make(source, "draem", n=6, out=tmp_path / "python", seed=3)
        assert report.complete and report.written == 6 and report.normals == 12
        made(source, tmp_path / "shell", "-n", 6, "--seed", 3, "--recipe", "draem")
        assert_same(tmp_path / "python", tmp_path / "shell")

    def test_pools_of_arrays(self, source, tmp_path):
        textures = [textured(70, (90, 40, 3)), textured(71, (30, 30))]
        image, mask = textured(80), np.zeros((48, 64), bool)
        image[10:20, 20:40], mask[10:20, 20:40] = 250, True
        mine = bl.choice(bl.find("draem"), bl.find("real_defects"))
        out = tmp_path / "out"
        options = {"textures": textures, "defects": [(image, mask)], "with_clean": True}
        report = bl.make(source, mine, n=16, out=out, **options)
        assert set(report.kinds) == {"draem", "defect"}
        check_files(out, source)
        assert check_labels(out) == 16
        draem = next(r for r in records(out) if r["kind"] == "draem")
        again = bl.replay(out / "manifest.jsonl", draem["id"], textures=textures)
        assert again.identical

    def test_progress(self, source, tmp_path):
        seen = []
        bl.make(source, n=20, out=tmp_path / "out", progress=lambda *now: seen.append(now))
        assert seen[0] == (0, 32) and seen[-1] == (32, 32)
        assert [done for done, _ in seen] == sorted(done for done, _ in seen)


@pytest.mark.parametrize("name", ["bottle", "magnetic_tile", "hazelnut_toy", "macaroni"])
def test_real_pictures(data, tmp_path, name):
    out = tmp_path / "out"
    made(data / name, out, "--recipe", "draem", "-n", 24, "--with-clean", "--no-normals")
    check_files(out, data / name)
    assert check_labels(out) == 24
