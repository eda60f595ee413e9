"""The records of a dataset, and making a sample again from them."""

import json
import shutil

import numpy as np
import pytest

import blemish as bl
from blemish.manifest import read_records, read_runs, write_runs
from making import (
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
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("manifest")
    goods(folder / "parts", 8)
    save(folder / "parts" / "deep" / "er.tif", textured(30, (48, 64), np.uint16))
    goods(folder / "textures", 3, shape=(70, 50, 3))
    defect_bank(folder / "bank")
    return folder


@pytest.fixture(scope="module")
def dataset(place):
    """Every recipe, null samples, pools, two runs."""
    given = (place / "parts", place / "out", "--null", 0.15, "--with-clean")
    pools = ("--textures", place / "textures", "--defects", place / "bank")
    both = ("--recipe", "draem", "--recipe", "real_defects")
    made(*given, *pools, *both, "-n", 20, "--seed", 3)
    both = ("--recipe", "cutpaste", "--recipe", "cutpaste_scar")
    made(*given, *both, "-n", 20, "--seed", 2**63, "--append")
    return place / "out"


@pytest.fixture
def scar(dataset):
    return next(r for r in records(dataset) if r["kind"] == "cutpaste_scar")


def replay(dataset, record, folder, *options):
    return shell(
        "replay", dataset / "manifest.jsonl", "--id", record["id"], "--out", folder, *options
    )


class TestReplay:
    def test_every_sample_is_identical(self, dataset):
        kinds = set()
        for r in records(dataset):
            again = bl.replay(dataset / "manifest.jsonl", r["id"])
            assert again.identical, r["id"]
            assert again.record == r
            assert again.sample.kind == r["kind"]
            if r["mask"]:
                assert np.array_equal(again.sample.mask, pixels(dataset / r["mask"])[:, :, 0])
            clean = pixels(dataset / "clean" / r["kind"] / f"{r['id']}.png")
            order = [2, 1, 0] if clean.shape[2] == 3 else [0]
            again_clean = again.sample.clean.reshape(clean.shape)
            assert np.array_equal(again_clean, clean[:, :, order])
            kinds.add(r["kind"])
        assert kinds == {"draem", "dent", "stain", "cutpaste", "cutpaste_scar", "good"}

    def test_command(self, dataset, tmp_path):
        for r in (records(dataset)[0], records(dataset)[-1]):
            outcome = replay(dataset, r, tmp_path / "r")
            assert outcome.code == 0, outcome.err
            assert "identical to the recorded sample" in outcome.out
            assert "NOT" not in outcome.out
            assert digest(tmp_path / "r" / f"{r['id']}.png") == r["image_sha256"]
            if r["mask"]:
                assert digest(tmp_path / "r" / f"{r['id']}_mask.png") == digest(dataset / r["mask"])

    def test_from_another_folder_in_another_process(self, dataset, tmp_path):
        r = records(dataset)[4]
        outcome = process(
            "replay", dataset / "manifest.jsonl", "--id", r["id"], "--out", "r", cwd=tmp_path
        )
        assert outcome.code == 0 and "identical" in outcome.out
        assert digest(tmp_path / "r" / f"{r['id']}.png") == r["image_sha256"]

    def test_the_record_alone_is_enough_in_python(self, place, dataset, scar):
        """As DESIGN says: a drawn recipe and an image give the sample."""
        image = bl.replay(dataset / "manifest.jsonl", scar["id"]).sample.clean
        sample = bl.from_dict(scar["recipe"])(image)
        assert np.array_equal(sample.mask, pixels(dataset / scar["mask"])[:, :, 0])
        assert bl.to_dict(sample.made_by) == scar["recipe"]

    def test_edited(self, dataset, scar, tmp_path):
        """The same scar, but wider, and nothing else."""
        width = scar["recipe"]["Recipe"]["region"]["Scar"]["width"]
        edit = f"recipe.region.width={3 * width}"
        outcome = replay(dataset, scar, tmp_path, "--set", edit)
        assert outcome.code == 0, outcome.err
        assert "identical" not in outcome.out
        wide = pixels(tmp_path / f"{scar['id']}_mask.png") > 0
        thin = pixels(dataset / scar["mask"]) > 0
        assert wide.sum() > 1.5 * thin.sum()
        again = bl.replay(
            dataset / "manifest.jsonl", scar["id"], {"recipe.region.width": 3 * width}
        )
        assert not again.identical
        made_by = bl.to_dict(again.sample.made_by)
        made_by["Recipe"]["region"]["Scar"]["width"] = width
        assert made_by == scar["recipe"]

    def test_edited_to_what_it_was(self, dataset, scar):
        width = scar["recipe"]["Recipe"]["region"]["Scar"]["width"]
        again = bl.replay(dataset / "manifest.jsonl", scar["id"], {"region.width": width})
        assert again.identical

    @pytest.mark.parametrize(
        ("edit", "words"),
        [
            ("recipe.regoin.width=0.1", ("'regoin'", "'region'")),
            ("recipe.region.wdith=0.1", ("'wdith'", "'width'")),
            ("recipe.region.width=wide", ("width", "wide")),
            ("recipe.region.width=-1", ("width",)),
            ("recipe.region.width={uniform: [0.1, 0.2]}", ("yet to be drawn",)),
            ("recipe", ("PATH=VALUE",)),
            ("recipe=1", ("region.width=0.02",)),
            ("recipe.limits.min_area_px=100000", ("smaller than 100000 px",)),
        ],
    )
    def test_wrong_edits(self, dataset, scar, tmp_path, edit, words):
        told(replay(dataset, scar, tmp_path / "r", "--set", edit), *words)
        assert not (tmp_path / "r").exists()

    def test_unknown_id(self, dataset, tmp_path):
        told(replay(dataset, {"id": "999999"}, tmp_path / "r"), "'999999'", "manifest.jsonl")

    def test_no_manifest(self, tmp_path):
        told(replay(tmp_path, {"id": "000000"}, tmp_path / "r"), "manifest.jsonl")

    def test_without_recipe_yaml(self, dataset, tmp_path, scar):
        shutil.copy(dataset / "manifest.jsonl", tmp_path)
        told(replay(tmp_path, scar, tmp_path / "r"), "recipe.yaml")

    def test_failed_sample(self, tmp_path):
        save(tmp_path / "parts" / "black.png", np.zeros((48, 64, 3), np.uint8))
        wanted = ("-n", 1, "--recipe", "cutpaste", "--workers", 1)
        assert shell("make", tmp_path / "parts", tmp_path / "out", *wanted).code == 1
        outcome = replay(tmp_path / "out", {"id": "000000"}, tmp_path / "r")
        told(outcome, "000000", "failed", "nothing visible changed")


class TestMoved:
    @pytest.fixture
    def moved(self, place, dataset, tmp_path):
        """The same dataset and roots, at other places; the old ones are told of no more."""
        for name in ("parts", "textures", "bank"):
            shutil.copytree(place / name, tmp_path / "new" / name)
        out = tmp_path / "new" / "out"
        out.mkdir()
        shutil.copy(dataset / "manifest.jsonl", out)
        text = (dataset / "recipe.yaml").read_text().replace(str(place), str(tmp_path / "old"))
        (out / "recipe.yaml").write_text(text)
        return tmp_path / "new"

    def roots(self, moved):
        return [
            part
            for name, folder in (("source", "parts"), ("textures",) * 2, ("defects", "bank"))
            for part in (f"--{name}", moved / folder)
        ]

    def test_roots_may_be_told(self, moved, dataset, tmp_path):
        for r in records(dataset):
            outcome = replay(moved / "out", r, tmp_path / "r", *self.roots(moved))
            assert outcome.code == 0 and "identical" in outcome.out, outcome.err

    def test_roots_that_are_not_there(self, moved, dataset, tmp_path):
        r = records(dataset)[-1]
        told(replay(moved / "out", r, tmp_path / "r"), str(tmp_path / "old" / "parts"))

    def test_pools_that_a_sample_does_not_use_may_be_gone(self, moved, dataset, tmp_path):
        draem = next(r for r in records(dataset) if r["kind"] == "draem")
        roots = [*self.roots(moved)[:2], "--textures", moved / "textures"]
        outcome = replay(moved / "out", draem, tmp_path / "r", *roots)
        assert outcome.code == 0, outcome.err

    def test_a_source_that_changed(self, moved, dataset, tmp_path):
        r = records(dataset)[0]
        save(moved / "parts" / r["source"], textured(99))
        outcome = replay(moved / "out", r, tmp_path / "r", *self.roots(moved))
        told(outcome, r["source"], "changed")
        assert not (tmp_path / "r").exists()

    def test_a_texture_that_changed(self, moved, dataset, tmp_path):
        r = next(r for r in records(dataset) if r["kind"] == "draem")
        file = r["recipe"]["Recipe"]["content"]["Texture"]["file"]["File"]["path"]
        save(moved / "textures" / file, textured(99))
        told(replay(moved / "out", r, tmp_path / "r", *self.roots(moved)), file)

    def test_a_defect_whose_mask_changed(self, moved, dataset, tmp_path):
        r = next(r for r in records(dataset) if r["kind"] == "dent")
        file = r["recipe"]["Recipe"]["region"]["DefectBank"]["defect"]["File"]["path"]
        mask = file.replace("test", "ground_truth").replace(".png", "_mask.png")
        changed = pixels(moved / "bank" / mask)[:, :, 0].copy()
        changed[:5] = 255
        save(moved / "bank" / mask, changed)
        told(replay(moved / "out", r, tmp_path / "r", *self.roots(moved)), file)

    def test_a_texture_that_is_gone(self, moved, dataset, tmp_path):
        r = next(r for r in records(dataset) if r["kind"] == "draem")
        file = r["recipe"]["Recipe"]["content"]["Texture"]["file"]["File"]["path"]
        (moved / "textures" / file).unlink()
        told(replay(moved / "out", r, tmp_path / "r", *self.roots(moved)), file)


class TestFiles:
    def test_records_are_strict_json_in_order(self, dataset):
        def refuse(name):
            raise AssertionError(f"{name} is not JSON")

        lines = (dataset / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            assert json.loads(line, parse_constant=refuse)["index"] == number

    def test_nothing_of_time_or_machine(self, place, dataset):
        import getpass
        import os
        import socket
        import time

        text = (dataset / "manifest.jsonl").read_text()
        words = [str(place), str(dataset), time.strftime("%Y-%m-%d"), f'"{socket.gethostname()}"']
        assert not [word for word in [*words, f"/{getpass.getuser()}/"] if word in text]
        keys = {key for r in records(dataset) for key in r}
        assert not keys & {"time", "date", "host", "worker", "pid", "user", "path"}
        assert str(os.getpid()) not in (dataset / "recipe.yaml").read_text().split()

    def test_a_drawn_recipe_holds_nothing_to_draw(self, dataset):
        names = {"uniform", "choice", "seed:", "files", "given", "some", "integers", "loguniform"}

        def walk(data):
            if isinstance(data, dict):
                if len(data) == 1:
                    assert not set(data) & names
                for value in data.values():
                    walk(value)
            elif isinstance(data, list):
                for value in data:
                    walk(value)

        for r in records(dataset):
            walk(r["recipe"])

    def test_a_line_that_is_none(self, tmp_path):
        (tmp_path / "manifest.jsonl").write_text('{"index": 0}\n{"index"')
        with pytest.raises(ValueError, match=r"manifest\.jsonl, line 2"):
            list(read_records(tmp_path / "manifest.jsonl"))

    def test_runs(self, dataset, tmp_path):
        runs = read_runs(dataset)
        assert [run["start"] for run in runs] == [0, 20]
        (tmp_path / "recipe.yaml").write_text(write_runs(runs))
        assert digest(tmp_path / "recipe.yaml") == digest(dataset / "recipe.yaml")
        assert read_runs(tmp_path / "nowhere") == []

    @pytest.mark.parametrize("text", ["runs: {", "5", "", "other: 1", "[]"])
    def test_runs_of_something_else(self, tmp_path, text):
        (tmp_path / "recipe.yaml").write_text(text)
        with pytest.raises(ValueError, match=r"recipe\.yaml"):
            read_runs(tmp_path)
