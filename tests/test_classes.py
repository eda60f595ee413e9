"""Several classes in one run: each under its own name, with its own defects."""

import numpy as np
import pytest
import yaml

from blemish import find
from blemish.layouts import class_of, normals_of
from blemish.plan import Job, plan
from making import (
    assert_same,
    check_files,
    check_labels,
    defect_bank,
    goods,
    made,
    records,
    save,
    shell,
    textured,
    told,
    tree,
)

CLASSES = ("bolt", "nut", "pin")


def several(folder, classes=CLASSES, count=5):
    """A tree of classes in MVTec layout, without defects, no two pictures the same."""
    for turn, name in enumerate(classes):
        for number in range(count + turn):
            save(folder / name / "train/good" / f"{number}.png", textured(100 * turn + number))
    return folder


def banks(folder, classes=CLASSES):
    """A tree of real defects; each class has a kind of its own, and one that all have."""
    for name in classes:
        defect_bank(folder / name, ("dent", f"{name}_stain"))
    return folder


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return several(tmp_path_factory.mktemp("classes") / "in")


@pytest.fixture(scope="module")
def bank(source):
    return banks(source.parent / "bank")


@pytest.fixture(scope="module")
def full(source, bank):
    out = source.parent / "full"
    made(source, out, "--recipe", "real_defects", "--defects", bank, "-n", 7, "--with-clean")
    return out


def path_of(record):
    """The path of the defect of a record."""
    recipe = record["recipe"]
    recipe = recipe.get("Then", {}).get("recipe", recipe)
    return recipe["Recipe"]["region"]["DefectBank"]["defect"]["File"]["path"]


def class_of_record(record):
    return record["image"].split("/")[0]


class TestMake:
    def test_each_class_has_its_own_defects(self, full, source):
        check_files(full, source)
        assert check_labels(full) == 21
        found = records(full)
        for r in found:
            own = class_of_record(r)
            assert r["source"].startswith(f"{own}/train/good/")
            assert path_of(r).startswith(f"{own}/test/")
        assert [class_of_record(r) for r in found].count("nut") == 7
        assert {r["kind"] for r in found} == {"dent", *(f"{name}_stain" for name in CLASSES)}
        assert {p.name for p in full.iterdir() if p.is_dir()} == {*CLASSES, "clean"}

    def test_n_is_of_each_class(self, full, source, bank, tmp_path):
        assert len(records(full)) == 21
        # All pictures of a class are used before any is used again.
        for name, count in zip(CLASSES, (4, 5, 6), strict=True):
            own = [r["source"] for r in records(full) if class_of_record(r) == name]
            assert len(own) == 7 and len(set(own)) == len(set(own[:count])) == count
        planned = plan(Job(str(source), find("real_defects"), 7, tmp_path / "o", defects=bank))
        assert planned.total == 21 and planned.settings["n"] == 21

    def test_the_summary(self, source, bank, tmp_path):
        given = ("--recipe", "real_defects", "--defects", bank, "-n", 2, "--workers", 1)
        outcome = shell("make", source, tmp_path / "json", *given, "--json")
        assert outcome.code == 0
        told_of = outcome.json
        assert told_of["samples"] == 6 and told_of["left_out"] == {}
        assert list(told_of["classes"]) == list(CLASSES)
        assert all(sum(kinds.values()) == 2 for kinds in told_of["classes"].values())
        text = shell("make", source, tmp_path / "text", *given).out
        assert "6 samples" in text and "  nut: 2 samples" in text

    def test_workers_and_shards_give_the_same(self, full, source, bank, tmp_path):
        given = (source, tmp_path / "out", "--recipe", "real_defects", "--defects", bank)
        for shard in ("2/3", "1/3", "3/3"):
            made(*given, "-n", 7, "--with-clean", "--shard", shard)
        assert_same(tmp_path / "out", full)

    def test_resume(self, full, source, bank, tmp_path):
        out = tmp_path / "out"
        given = (source, out, "--recipe", "real_defects", "--defects", bank, "-n", 7)
        made(*given, "--with-clean")
        for path in sorted((out / "nut").rglob("*.png"))[::3]:
            path.unlink()
        made(*given, "--with-clean", "--resume")
        assert_same(out, full)
        told(shell("make", *given, "--resume"), "with_clean")

    def test_append(self, full, source, bank, tmp_path):
        out = tmp_path / "out"
        given = (source, out, "--defects", bank, "--disjoint")
        made(*given, "--recipe", "real_defects", "-n", 2)
        held = tree(out)
        made(*given, "--recipe", "cutpaste", "-n", 1, "--append")
        found = records(out)
        assert [r["index"] for r in found] == list(range(9))
        assert [class_of_record(r) for r in found[6:]] == list(CLASSES)
        now = {n: d for n, d in tree(out).items() if "/good/" in n}
        assert now == {n: d for n, d in held.items() if "/good/" in n}

    def test_null_samples_of_each_class(self, source, bank, tmp_path):
        given = ("--recipe", "real_defects", "--defects", bank, "-n", 4, "--null", 0.5)
        made(source, tmp_path / "out", *given)
        null = [class_of_record(r) for r in records(tmp_path / "out") if r["status"] == "null"]
        assert sorted(null) == sorted(CLASSES * 2)

    def test_a_quota_is_of_each_class(self, source, bank, tmp_path):
        quota = ("--recipe", "real_defects", "--quota", "dent=2,scratch=1")
        made(source, tmp_path / "out", *quota[:2], "--defects", bank, "--quota", "dent=3")
        assert [r["kind"] for r in records(tmp_path / "out")] == ["dent"] * 9
        outcome = made(
            source, tmp_path / "some", *quota[:2], "--defects", bank, "--quota", "nut_stain=2"
        )
        assert {class_of_record(r) for r in records(tmp_path / "some")} == {"nut"}
        assert "left out: bolt: its defects hold nothing of the kind 'nut_stain'" in outcome.err

    def test_one_sample_again(self, full, tmp_path):
        given = ("replay", full / "manifest.jsonl", "--id", "000010", "--out", tmp_path / "again")
        outcome = shell(*given)
        assert outcome.code == 0 and "identical to the recorded sample" in outcome.out

    def test_preview_shows_every_class(self, source, bank, tmp_path, caplog):
        given = ("--recipe", "real_defects", "--out", tmp_path / "p.png", "-n", 3)
        assert shell("preview", source, *given, "--defects", bank).code == 0
        few = banks(tmp_path / "few", ("bolt",))
        assert shell("preview", source, *given, "--defects", few).code == 0
        assert "nut is left out: no defects of this class" in caplog.text

    def test_shared_defects(self, source, tmp_path):
        """Defects that are no tree of classes are for all."""
        shared = defect_bank(tmp_path / "bad", ("dent",))
        given = ("--recipe", "real_defects", "--defects", shared, "-n", 1)
        made(source, tmp_path / "out", *given)
        assert {class_of_record(r) for r in records(tmp_path / "out")} == set(CLASSES)


class TestWithoutDefects:
    @pytest.fixture
    def few(self, tmp_path):
        return banks(tmp_path / "few", ("bolt", "screw"))

    def test_is_left_out_and_told(self, source, few, tmp_path):
        given = ("make", source, tmp_path / "out", "--recipe", "real_defects", "--defects", few)
        outcome = shell(*given, "-n", 2, "--workers", 1)
        assert outcome.code == 0
        assert f"left out: nut: no defects of this class in {few}" in outcome.err
        assert "screw" not in outcome.err
        assert [p.name for p in (tmp_path / "out").iterdir() if p.is_dir()] == ["bolt"]
        again = shell(*given, "-n", 2, "--workers", 1, "--resume", "--strict", "--json")
        assert again.code == 1
        assert set(again.json["left_out"]) == {"nut", "pin"}
        assert set(again.json["classes"]) == {"bolt"}

    def test_its_split_is_kept_for_later(self, source, few, tmp_path):
        """A class that is left out does not change which pictures of others are held back."""
        out, whole = tmp_path / "out", tmp_path / "whole"
        made(source, out, "--recipe", "real_defects", "--defects", few, "-n", 1)
        made(source, whole, "--recipe", "cutpaste", "-n", 1)
        held = {n for n in tree(whole / "bolt") if "/good/" in n}
        assert {n for n in tree(out / "bolt") if "/good/" in n} == held
        made(source, out, "--recipe", "cutpaste", "-n", 1, "--append")
        assert {n for n in tree(out) if "/good/" in n} == {n for n in tree(whole) if "/good/" in n}

    def test_none_has_any(self, source, tmp_path):
        other = banks(tmp_path / "other", ("screw", "washer"))
        given = ("make", source, tmp_path / "out", "--recipe", "real_defects", "--defects", other)
        told(shell(*given), "defects for none of the classes", "bolt", "nut")
        assert not (tmp_path / "out").exists()

    def test_dry_run_tells(self, source, few, tmp_path):
        given = ("make", source, tmp_path / "out", "--recipe", "real_defects", "--defects", few)
        outcome = shell(*given, "-n", 3, "--dry-run", "--json")
        assert outcome.code == 0
        assert outcome.json["classes"] == ["bolt"] and outcome.json["samples"] == 3
        assert outcome.json["defects"] == {"bolt": 4} and set(outcome.json["left_out"]) == {
            "nut",
            "pin",
        }
        assert "left_out" in shell(*given, "--dry-run").out
        assert shell(*given, "--dry-run", "--strict").code == 1
        assert not (tmp_path / "out").exists()

    def test_a_recipe_that_needs_none_makes_all(self, source, few, tmp_path):
        outcome = made(source, tmp_path / "out", "--recipe", "cutpaste", "--defects", few, "-n", 1)
        assert {class_of_record(r) for r in records(tmp_path / "out")} == set(CLASSES)
        assert "left out" not in outcome.err


class TestOneClass:
    def test_is_as_before(self, source, bank, tmp_path):
        """One class takes all the defects that it is given, and its run tells of no classes."""
        given = ("--recipe", "real_defects", "--defects", bank, "-n", 12, "--json")
        outcome = shell("make", source / "bolt", tmp_path / "out", *given, "--workers", 1)
        assert outcome.code == 0
        assert set(outcome.json) == {
            *("out", "complete", "samples", "kinds", "failed", "normals", "skipped")
        }
        assert {path_of(r).split("/")[0] for r in records(tmp_path / "out")} == set(CLASSES)
        run = yaml.safe_load((tmp_path / "out/recipe.yaml").read_text())["runs"][0]
        assert "classes" not in run and run["n"] == 12

    def test_a_tree_of_one_is_a_tree(self, bank, tmp_path):
        one = several(tmp_path / "in", ("nut",))
        made(one, tmp_path / "out", "--recipe", "real_defects", "--defects", bank, "-n", 6)
        assert {path_of(r).split("/")[0] for r in records(tmp_path / "out")} == {"nut"}


class TestLayout:
    def test_folders_with_good_ones_are_classes(self, bank, tmp_path):
        for name in ("bolt", "nut"):
            goods(tmp_path / "in" / name / "good", 3)
        (tmp_path / "in" / "readme.txt").write_text("x")
        assert set(normals_of(tmp_path / "in")) == {"bolt", "nut"}
        given = ("--recipe", "real_defects", "--defects", bank, "-n", 2)
        made(tmp_path / "in", tmp_path / "out", *given)
        check_files(tmp_path / "out", tmp_path / "in")
        for r in records(tmp_path / "out"):
            assert path_of(r).split("/")[0] == class_of_record(r) == r["source"].split("/")[0]

    @pytest.mark.parametrize(
        "files",
        [
            ["a/good/0.png"],
            ["a/good/0.png", "b/0.png"],
            ["a/good/0.png", "b/good/0.png", "0.png"],
            ["test/good/0.png", "val/good/0.png"],
        ],
    )
    def test_other_folders_are_one_class(self, tmp_path, files):
        for name in files:
            save(tmp_path / "in" / name, textured(0))
        assert normals_of(tmp_path / "in") == {"in": tmp_path / "in"}

    def test_the_class_of_a_path(self):
        assert class_of("bottle/test/crack/0.png") == "bottle"
        assert class_of("a/b/test/crack/0.png") == "a/b"
        for path in ("test/crack/0.png", "crack/0.png", "test.png", "bottle/images/0.png"):
            assert class_of(path) == ""


def test_real_classes(data, tmp_path):
    """Two classes of MVTec AD, as they are, through links."""
    for name in ("bottle", "carpet"):
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / name).symlink_to(data / name)
    given = ("--recipe", "real_defects", "--defects", tmp_path / "in", "-n", 2, "--no-normals")
    made(tmp_path / "in", tmp_path / "out", *given)
    found = records(tmp_path / "out")
    assert [r["status"] for r in found] == ["ok"] * 4
    for r in found:
        assert path_of(r).split("/")[0] == class_of_record(r)
    assert np.unique([class_of_record(r) for r in found]).tolist() == ["bottle", "carpet"]
