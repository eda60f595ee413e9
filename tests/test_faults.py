"""What may be wrong with files, folders, disks and words: told, and survived where possible."""

import errno
import os
import resource
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import blemish as bl
import blemish.images
from making import (
    assert_same,
    check_files,
    check_labels,
    check_whole,
    command,
    defect_bank,
    digest,
    goods,
    made,
    pixels,
    records,
    save,
    shell,
    textured,
    told,
    tree,
)


@pytest.fixture
def parts(tmp_path):
    return goods(tmp_path / "parts", 6)


def make(parts, out, *options):
    return shell("make", parts, out, "-n", 12, "--workers", 1, *options)


def truncated(path):
    data = (path.parent / "000.png").read_bytes()
    path.write_bytes(data[: len(data) // 2])


def cut_jpeg(path):
    save(path, textured(1, (200, 200, 3)))
    path.write_bytes(path.read_bytes()[:3000])


def flipped_bit(path):
    data = bytearray((path.parent / "000.png").read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


BAD = {
    "truncated.png": truncated,
    "flipped_bit.png": flipped_bit,
    "cut.jpg": cut_jpeg,
    "text.png": lambda path: path.write_text("I am no image, whatever I am called."),
    "zero.png": lambda path: path.touch(),
    "zero.jpg": lambda path: path.touch(),
    "one.png": lambda path: save(path, np.full((1, 1, 3), 9, np.uint8)),
    "narrow.png": lambda path: save(path, np.full((300, 7), 9, np.uint8)),
    "link.png": lambda path: path.symlink_to("nowhere.png"),
}


class TestBadSources:
    @pytest.mark.parametrize("name", BAD)
    def test_reported_skipped_counted(self, parts, tmp_path, name):
        BAD[name](parts / name)
        outcome = make(parts, tmp_path / "out")
        assert outcome.code == 0 and "Traceback" not in outcome.err, outcome.err
        reports = [line for line in outcome.err.splitlines() if line.startswith("skipped: ")]
        assert len(reports) == 1 and name in reports[0], outcome.err
        assert "1 files were skipped" in outcome.err
        check_files(tmp_path / "out", parts)
        assert [r["status"] for r in records(tmp_path / "out")] == ["ok"] * 12
        assert name not in {r["source"] for r in records(tmp_path / "out")}
        assert not [p for p in (tmp_path / "out").rglob("*") if name in p.name]
        strict = make(parts, tmp_path / "strict", "--strict", "--json")
        assert strict.code == 1
        assert strict.json["skipped"].keys() == {name}

    def test_resume_reports_again(self, parts, tmp_path):
        BAD["text.png"](parts / "text.png")
        made(parts, tmp_path / "out", "-n", 12)
        assert make(parts, tmp_path / "out", "--resume", "--strict").code == 1

    def test_in_two_processes(self, parts, tmp_path):
        BAD["text.png"](parts / "text.png")
        BAD["truncated.png"](parts / "truncated.png")
        outcome = shell("make", parts, tmp_path / "out", "-n", 33, "--workers", 2, "--json")
        assert outcome.code == 0
        assert outcome.json["skipped"].keys() == {"text.png", "truncated.png"}
        made(parts, tmp_path / "one", "-n", 33)
        assert_same(tmp_path / "out", tmp_path / "one")

    def test_one_that_disappears(self, parts, tmp_path, monkeypatch):
        import blemish.work

        load = blemish.work.load

        def moved_away(path):
            (parts / "003.png").unlink(missing_ok=True)
            return load(path)

        monkeypatch.setattr(blemish.work, "load", moved_away)
        outcome = make(parts, tmp_path / "out", "--json")
        assert outcome.code == 0 and outcome.json["skipped"].keys() == {"003.png"}

    def test_all_bad(self, tmp_path):
        parts = tmp_path / "parts"
        parts.mkdir()
        for name in ("text.png", "zero.png"):
            BAD[name](parts / name)
        out = tmp_path / "out"
        outcome = make(parts, out, "--json", "--strict")
        assert outcome.code == 1
        assert outcome.json["failed"] == 12
        assert outcome.json["skipped"].keys() == {"text.png", "zero.png"}
        for r in records(out):
            assert r["status"] == "failed" and r["source"] in ("text.png", "zero.png")
            assert r["attempts"] == 0 and r["reason"]

    def test_the_manifest_holds_no_absolute_path(self, tmp_path):
        """Not even in the reason of a failure: it must not depend on the machine."""
        parts = tmp_path / "parts"
        parts.mkdir()
        BAD["text.png"](parts / "text.png")
        make(parts, tmp_path / "out")
        text = (tmp_path / "out" / "manifest.jsonl").read_text()
        assert '"failed"' in text
        assert str(tmp_path) not in text


class TestUnusualSources:
    """Pictures that readers disagree on are converted, and all is consistent afterwards."""

    @staticmethod
    def variants(parts):
        picture = Image.fromarray(textured(20))
        picture.convert("CMYK").save(parts / "cmyk.jpg")
        picture.convert("P").save(parts / "palette.png")
        picture.convert("1").save(parts / "bits.png")
        exif = Image.Exif()
        exif[0x0112] = 6
        picture.save(parts / "turned.jpg", exif=exif)
        rgba = picture.convert("RGBA")
        rgba.putalpha(90)
        rgba.save(parts / "alpha.png")
        picture.convert("L").save(parts / "grey.png")
        picture.convert("LA").save(parts / "grey_alpha.png")
        return {
            "cmyk.jpg": (48, 64, 3),
            "palette.png": (48, 64, 3),
            "bits.png": (48, 64, 1),
            "turned.jpg": (64, 48, 3),
            "alpha.png": (48, 64, 4),
            "grey.png": (48, 64, 1),
            "grey_alpha.png": (48, 64, 4),  # OpenCV reads grey and alpha as BGRA
        }

    def test_all(self, tmp_path):
        parts, out = tmp_path / "parts", tmp_path / "out"
        parts.mkdir()
        shapes = self.variants(parts)
        made(parts, out, "-n", 14, "--with-clean", "--test-good", 0, "--strict")
        check_files(out, parts)
        assert check_labels(out) == 14
        assert {r["source"] for r in records(out)} == shapes.keys()
        for r in records(out):
            assert pixels(out / r["image"]).shape == shapes[r["source"]], r["source"]

    def test_normals_show_what_samples_show(self, tmp_path):
        parts, out = tmp_path / "parts", tmp_path / "out"
        parts.mkdir()
        shapes = self.variants(parts)
        made(parts, out, "-n", 7, "--with-clean", "--test-good", 0)
        normals = out / "parts" / "train" / "good"
        converted = {"cmyk.jpg", "palette.png", "bits.png", "turned.jpg"}
        wanted = {f"{name}.png" if name in converted else name for name in shapes}
        assert {p.name for p in normals.iterdir()} == wanted
        for r in records(out):
            name = r["source"]
            normal = normals / (f"{name}.png" if name in converted else name)
            clean = out / "clean" / r["kind"] / f"{r['id']}.png"
            assert np.array_equal(pixels(clean), pixels(normal)), name
            if name not in converted:
                assert digest(normal) == digest(parts / name)


class TestPools:
    def test_corrupt_texture(self, parts, tmp_path):
        textures = goods(tmp_path / "textures", 2)
        BAD["truncated.png"](textures / "cut.png")
        (textures / "zero.jpg").touch()
        (textures / "link.png").symlink_to("nowhere.png")
        out = tmp_path / "out"
        outcome = make(parts, out, "--textures", textures, "-n", 40, "--strict")
        assert outcome.code == 1 and "Traceback" not in outcome.err
        reports = [line for line in outcome.err.splitlines() if line.startswith("skipped: ")]
        assert len(reports) == 3
        names = ("cut.png", "zero.jpg", "link.png")
        assert all(any(name in line for line in reports) for name in names)
        assert [r["status"] for r in records(out)] == ["ok"] * 40
        check_files(out, parts)
        used = {
            r["recipe"]["Recipe"]["content"]["Texture"]["file"]["File"]["path"]
            for r in records(out)
        }
        assert used == {"000.png", "001.png"}

    def test_all_textures_corrupt(self, parts, tmp_path):
        textures = tmp_path / "textures"
        textures.mkdir()
        BAD["text.png"](textures / "text.png")
        out = tmp_path / "out"
        outcome = make(parts, out, "--textures", textures, "--json")
        assert outcome.code == 1 and outcome.json["failed"] == 12
        assert all("text.png" in r["reason"] for r in records(out))
        assert str(tmp_path) not in (out / "manifest.jsonl").read_text()

    @pytest.mark.parametrize("form", ["text", "empty", "black", "size", "image"])
    def test_corrupt_defect(self, parts, tmp_path, form):
        bank = defect_bank(tmp_path / "bank", count=3)
        mask = bank / "ground_truth" / "dent" / "001_mask.png"
        if form == "text":
            mask.write_text("not a mask")
        elif form == "empty":
            mask.write_bytes(b"")
        elif form == "black":
            save(mask, np.zeros((48, 64), np.uint8))
        elif form == "size":
            save(mask, np.full((20, 30), 255, np.uint8))
        else:
            mask = bank / "test" / "dent" / "001.png"
            mask.write_bytes(mask.read_bytes()[:300])
        out = tmp_path / "out"
        given = ("--recipe", "real_defects", "--defects", bank, "-n", 40, "--strict")
        outcome = make(parts, out, *given)
        assert outcome.code == 1 and "Traceback" not in outcome.err
        reports = [line for line in outcome.err.splitlines() if line.startswith("skipped: ")]
        assert len(reports) == 1, outcome.err
        assert mask.stem.removesuffix("_mask") in reports[0]
        assert [r["status"] for r in records(out)] == ["ok"] * 40
        check_files(out, parts)

    def test_missing_defects_are_told_before_any_work(self, parts, tmp_path):
        outcome = make(parts, tmp_path / "out", "--recipe", "draem", "--recipe", "real_defects")
        told(outcome, "defects", "--defects DIR")
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize("pool", ["textures", "defects"])
    @pytest.mark.parametrize("what", ["nowhere", "empty", "file.txt"])
    def test_folder_that_holds_nothing(self, parts, tmp_path, pool, what):
        (tmp_path / "empty").mkdir()
        (tmp_path / "file.txt").touch()
        outcome = make(parts, tmp_path / "out", f"--{pool}", tmp_path / what)
        told(outcome, pool, str(tmp_path / what))
        assert not (tmp_path / "out").exists()

    def test_images_without_masks_are_no_defects(self, parts, tmp_path):
        outcome = make(parts, tmp_path / "out", "--recipe", "real_defects", "--defects", parts)
        told(outcome, "images with masks")

    @pytest.mark.parametrize("kind", ["combined", "deep scratch", "good", "Kratzer groß", "_x"])
    def test_folder_names_of_defects(self, parts, tmp_path, kind):
        """MVTec AD has test/combined (cable, pill, zipper ...), and people put blanks in names.

        Filed under a name that can be one, or refused before any work with the name.
        """
        bank = defect_bank(tmp_path / "bank", (kind, "dent"))
        out = tmp_path / "out"
        outcome = make(parts, out, "--recipe", "real_defects", "--defects", bank, "--with-clean")
        if outcome.code:
            told(outcome, kind)
            assert not out.exists()
            return
        assert [r["status"] for r in records(out)] == ["ok"] * 12
        check_files(out, parts)
        assert check_labels(out) == 12


class TestOut:
    def test_a_file(self, parts, tmp_path):
        (tmp_path / "out").write_text("mine")
        told(make(parts, tmp_path / "out"), str(tmp_path / "out"))
        assert (tmp_path / "out").read_text() == "mine"

    def test_below_a_file(self, parts, tmp_path):
        (tmp_path / "file").write_text("mine")
        told(make(parts, tmp_path / "file" / "out"), str(tmp_path / "file"))

    def test_where_nobody_may_write(self, parts):
        told(make(parts, "/proc/blemish"), "/proc/blemish")

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
    def test_without_the_right_to(self, parts, tmp_path):
        (tmp_path / "out").mkdir(mode=0o555)
        told(make(parts, tmp_path / "out"), str(tmp_path / "out"))

    def test_a_folder_in_the_place_of_a_file(self, parts, tmp_path):
        out = tmp_path / "out"
        (out / "parts/test/draem/000003.png").mkdir(parents=True)
        told(make(parts, out, "--resume", "--recipe", "draem"), "000003.png")


class TestFullDisk:
    @pytest.mark.parametrize("after", [0, 1, 5, 20, 40, 48])
    def test_enospc(self, parts, tmp_path, monkeypatch, after):
        """The disk is full after so many files; what is there is whole, and resume completes it."""
        out, calls, replace = tmp_path / "out", [], Path.replace

        def full(path, target):
            calls.append(target)
            if len(calls) > after:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
            return replace(path, target)

        given = ("-n", 20, "--recipe", "cutpaste")
        made(parts, tmp_path / "wanted", *given)
        with monkeypatch.context() as patched:
            patched.setattr(Path, "replace", full)
            outcome = shell("make", parts, out, *given, "--workers", 1)
        told(outcome, str(out), "No space left on device", "--resume")
        assert ".tmp" not in outcome.err and "scratch" not in outcome.err
        check_whole(out)
        assert not list((out / ".blemish/scratch").glob("*.tmp"))
        made(parts, out, *given, "--resume")
        assert_same(out, tmp_path / "wanted")

    @pytest.mark.parametrize("workers", [1, 2])
    def test_file_size_limit(self, tmp_path, workers):
        """A real refusal of the operating system, in the middle of a file."""
        parts = goods(tmp_path / "parts", 6, shape=(400, 400, 3))
        out, given = tmp_path / "out", ("-n", 20, "--recipe", "cutpaste", "--link")
        made(parts, tmp_path / "wanted", *given)

        def limit():
            # Records, masks and what numba caches fit; pictures do not.
            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

        done = subprocess.run(
            command("make", parts, out, *given, "--workers", workers),
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=limit,
        )
        lines = [x for x in done.stderr.splitlines() if x.startswith("blemish: ")]
        assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
        assert len(lines) == 1 and str(out) in lines[0] and "File too large" in lines[0]
        check_whole(out)
        made(parts, out, *given, "--resume")
        assert_same(out, tmp_path / "wanted")

    def test_write_atomic_leaves_what_was_there(self, tmp_path, monkeypatch):
        path = tmp_path / "a.bin"
        blemish.images.write_atomic(path, b"before")

        def full(path, target):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

        monkeypatch.setattr(Path, "replace", full)
        with pytest.raises(OSError, match=r"a\.bin"):
            blemish.images.write_atomic(path, b"after")
        assert path.read_bytes() == b"before"
        assert tree(tmp_path).keys() == {"a.bin"}


class TestWords:
    @pytest.mark.parametrize(
        ("options", "words"),
        [
            (("--recipe", "dream"), ("'dream'", "'draem'")),
            (("--recipe", "CutPaste"), ("'CutPaste'", "'cutpaste'")),
            (("--recipe", "zzzz"), ("'zzzz'",)),
            (("--recipe", "os.system"), ("'os.system'",)),
            (("--recipe", "draem:-1"), ("draem:-1", "weight")),
            (("--recipe", "draem:0", "--recipe", "cutpaste:0"), ("weight",)),
            (("--recipe", "missing.yaml"), ("missing.yaml",)),
            (("--set", "regoin.angle=0"), ("'regoin'", "'region'")),
            (("--set", "region.treshold=0"), ("'treshold'", "'threshold'")),
            (("--set", "region.threshold"), ("region.threshold", "PATH=VALUE")),
            (("--set", "=3"), ("PATH=VALUE",)),
            (("--set", "region.threshold=high"), ("threshold", "high")),
            (("--set", "blend=Alhpa"), ("'Alhpa'", "'Alpha'")),
            (("--set", "blend={Alpha: {opacity: 7}}"), ("opacity",)),
            (("--set", "blend={uniform: [0.1"), ("--set",)),
            (("--set", "kind=a/b"), ("a/b",)),
            (("--seed", -1), ("seed",)),
            (("-n", -1), ("n must",)),
            (("--test-good", 1.5), ("test_good",)),
            (("--null", 2), ("null",)),
            (("--workers", -2), ("workers",)),
            (("--name", "../up"), ("../up",)),
            (("--white", 0), ("white",)),
        ],
    )
    def test_wrong_values(self, parts, tmp_path, monkeypatch, options, words):
        monkeypatch.chdir(tmp_path)
        # The last one given counts, so that --workers and -n can be among the wrong ones.
        told(shell("make", parts, "out", "-n", 2, "--workers", 1, *options), *words)
        assert "--white" in options or not Path("out").exists()

    @pytest.mark.parametrize(
        "options",
        [
            ("--shard", "4/3"),
            ("--shard", "0/3"),
            ("--shard", "x"),
            ("-n", "many"),
            ("--seed", "1.5"),
            ("--no-such-option",),
        ],
    )
    def test_wrong_usage(self, parts, tmp_path, options):
        outcome = shell("make", parts, tmp_path / "out", *options)
        assert outcome.code == 2 and "usage: blemish" in outcome.err
        assert str(options[-1]) in outcome.err
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize(
        ("text", "word"),
        [
            ("Recipe: {region: [", "YAML"),
            ("a: b: c", "YAML"),
            ("\x00\x01", "YAML"),
            ("", ""),
            ("5", ""),
            ("[1, 2]", ""),
            ("Recipe: 7", "Recipe"),
            ("Recipe: {}", "region"),
            ("Rectangle: {area: 0.1, aspect: 1}", ""),
            ("Recipe: {region: Rectangel, content: null, blend: Paste}", "'Rectangle'"),
            ("Recipe: {regoin: Rectangle}", "'region'"),
            ("Recipe: {region: os.system, content: null, blend: Paste}", "'os.system'"),
            ("!!python/object/apply:os.system [true]", "YAML"),
            ("Recipe: {region: Rectangle, content: Shifted}\nDraem: {}", "2 names"),
            ("runs: []", ""),
            ("runs: 5", ""),
            ("choice: []", "option"),
            ("choice: [draem, 7]", ""),
        ],
    )
    def test_wrong_recipe_file(self, parts, tmp_path, text, word):
        """Told before any work, in one line, with the file."""
        recipe = tmp_path / "mine.yaml"
        recipe.write_text(text)
        told(make(parts, tmp_path / "out", "--recipe", recipe), str(recipe), word)
        assert not (tmp_path / "out").exists()

    def test_recipe_file_in_another_encoding(self, parts, tmp_path):
        recipe = tmp_path / "mine.yaml"
        recipe.write_bytes("Recipe: {kind: größe}".encode("latin-1"))
        told(make(parts, tmp_path / "out", "--recipe", recipe), str(recipe))


@pytest.mark.parametrize("recipe", [7, "dream", (), bl.regions.Rectangle(0.1, 1)])
def test_what_is_no_recipe_in_python(parts, tmp_path, recipe):
    with pytest.raises((TypeError, LookupError), match="recipe"):
        bl.make(parts, recipe, n=2, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
