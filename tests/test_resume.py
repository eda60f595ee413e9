"""--resume on a new, a broken and a finished folder; Ctrl-C and SIGKILL; nothing cut short."""

import itertools
import json
import os
import shutil
import signal
import time

import pytest

import blemish.work
from making import (
    assert_same,
    begun,
    check_whole,
    committed,
    goods,
    group,
    made,
    records,
    save,
    shell,
    textured,
    told,
    tree,
    wait_until,
    workers_of,
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("resume")
    goods(folder / "parts", 10)
    goods(folder / "textures", 2)
    return folder


@pytest.fixture(scope="module")
def given(place):
    recipes = ("--recipe", "draem", "--recipe", "cutpaste_scar")
    return (place / "parts", "-n", 40, "--seed", 4, "--with-clean", "--null", 0.1, *recipes)


@pytest.fixture(scope="module")
def wanted(place, given):
    made(given[0], place / "wanted", *given[1:])
    return place / "wanted"


@pytest.fixture
def finished(wanted, tmp_path):
    """A copy of the finished dataset, to be broken."""
    return shutil.copytree(wanted, tmp_path / "out")


def stopped(monkeypatch, after, *arguments):
    """Run a command that Ctrl-C stops after so many samples."""
    calls, work = itertools.count(), blemish.work._make

    def stopping(*given):
        if next(calls) >= after:
            raise KeyboardInterrupt
        return work(*given)

    with monkeypatch.context() as patched:
        patched.setattr(blemish.work, "_make", stopping)
        told(shell(*arguments, "--workers", 1), "--resume", code=130)


@pytest.fixture
def half_done(given, tmp_path, monkeypatch):
    """A run that stopped after 38 of 50 items."""
    stopped(monkeypatch, 38, "make", given[0], tmp_path / "out", *given[1:])
    assert committed(tmp_path / "out") == 3
    return tmp_path / "out"


def resume(given, out, *options):
    return made(given[0], out, *given[1:], "--resume", *options)


class TestNew:
    def test_new_folder(self, given, wanted, tmp_path):
        resume(given, tmp_path / "deep" / "er" / "out")
        assert_same(tmp_path / "deep" / "er" / "out", wanted)

    def test_empty_folder(self, given, wanted, tmp_path):
        (tmp_path / "out").mkdir()
        made(given[0], tmp_path / "out", *given[1:])
        assert_same(tmp_path / "out", wanted)

    def test_folder_in_use_is_refused(self, given, tmp_path):
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "letter.txt").write_text("mine")
        outcome = shell("make", given[0], tmp_path / "out", *given[1:])
        told(outcome, str(tmp_path / "out"), "--resume", "--append")
        assert tree(tmp_path / "out").keys() == {"letter.txt"}


class TestFinished:
    def test_refused_without_resume(self, given, finished, wanted):
        outcome = shell("make", given[0], finished, *given[1:])
        told(outcome, str(finished), "--resume")
        assert_same(finished, wanted)

    def test_nothing_to_do(self, given, finished, wanted):
        before = {p: p.stat().st_mtime_ns for p in finished.glob("parts/test/[!g]*/*")}
        outcome = resume(given, finished, "--json")
        assert_same(finished, wanted)
        assert {p: p.stat().st_mtime_ns for p in before} == before
        assert outcome.json["complete"] and outcome.json["samples"] == 40

    @pytest.mark.parametrize(
        "lost",
        [
            *("manifest.jsonl", "preview.png", "recipe.yaml"),
            *("parts/test/draem", "parts/ground_truth/cutpaste_scar", "clean/good"),
            *("parts/train/good", "parts/test/good", "clean", "parts/test", "parts"),
        ],
    )
    def test_lost(self, given, finished, wanted, lost):
        target = finished / lost
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink()
        resume(given, finished)
        assert_same(finished, wanted)

    @pytest.mark.parametrize("form", ["missing", "empty"])
    @pytest.mark.parametrize(
        "pattern",
        ["parts/test/draem/*", "parts/ground_truth/*/*", "clean/*/*", "parts/*/good/*"],
    )
    def test_single_files(self, given, finished, wanted, pattern, form):
        found = sorted(finished.glob(pattern))
        for path in (found[0], found[-1]):
            path.unlink()
            if form == "empty":
                path.touch()
        resume(given, finished)
        assert_same(finished, wanted)

    def test_nothing_but_the_samples_is_left(self, given, finished, wanted):
        for name in ("manifest.jsonl", "preview.png", "recipe.yaml"):
            (finished / name).unlink()
        resume(given, finished)
        assert_same(finished, wanted)

    def test_a_cut_manifest(self, given, finished, wanted):
        """As after a copy that broke off: told with the line, or mended."""
        text = (finished / "manifest.jsonl").read_text()
        (finished / "manifest.jsonl").write_text(text[: len(text) // 2])
        outcome = shell("make", given[0], finished, *given[1:], "--resume", "--workers", 1)
        if outcome.code:
            told(outcome, "manifest.jsonl", "line")
            (finished / "manifest.jsonl").unlink()
            resume(given, finished)
        assert_same(finished, wanted)

    def test_a_manifest_of_some_lines(self, given, finished, wanted):
        lines = (finished / "manifest.jsonl").read_text().splitlines(keepends=True)
        (finished / "manifest.jsonl").write_text("".join(lines[:18]))
        resume(given, finished)
        assert_same(finished, wanted)

    def test_damaged_recipe_yaml(self, given, finished):
        (finished / "recipe.yaml").write_text("runs: {")
        told(shell("make", given[0], finished, *given[1:], "--resume"), "recipe.yaml")

    def test_lost_recipe_yaml_and_another_seed(self, given, finished):
        """Records of another seed must not be taken for this job's."""
        (finished / "recipe.yaml").unlink()
        other = (*given[1:], "--seed", 5, "--resume", "--workers", 1)
        outcome = shell("make", given[0], finished, *other)
        if outcome.code:
            told(outcome, "seed")
        else:
            assert {r["seed"] for r in records(finished)} == {5}


class TestAppended:
    @pytest.fixture
    def appended(self, given, finished):
        made(given[0], finished, *given[1:], "--append", "--recipe", "cutpaste", "-n", 20)
        return finished

    @pytest.fixture
    def more(self, given):
        return (*given, "--recipe", "cutpaste", "-n", 20, "--append")

    @pytest.mark.parametrize("lost", ["preview.png", "parts/test/cutpaste", "parts/test/good"])
    def test_what_the_last_run_lost(self, appended, more, tmp_path, lost):
        whole = shutil.copytree(appended, tmp_path / "whole")
        target = appended / lost
        if target.is_dir():
            for path in target.iterdir():
                if path.stem.removeprefix("null_") > "000039" or len(path.stem) == 3:
                    path.unlink()
        else:
            target.unlink()
        resume(more, appended)
        assert_same(appended, whole)

    def test_lost_manifest(self, appended, more, tmp_path):
        """The lines of earlier runs cannot be made by the last one: told, not left out."""
        (appended / "manifest.jsonl").unlink()
        outcome = shell("make", more[0], appended, *more[1:], "--resume", "--workers", 1)
        if outcome.code:
            told(outcome, "manifest.jsonl")
        else:
            assert [r["index"] for r in records(appended)] == list(range(60))

    def test_interrupted_append(self, given, more, finished, tmp_path, monkeypatch):
        whole = shutil.copytree(finished, tmp_path / "whole")
        made(more[0], whole, *more[1:])
        stopped(monkeypatch, 17, "make", more[0], finished, *more[1:])
        assert len(records(finished)) == 40
        again = shell("make", more[0], finished, *more[1:])
        told(again, "--resume")
        resume(more, finished)
        assert_same(finished, whole)


class TestHalfDone:
    def test_refused_without_resume(self, given, half_done):
        told(shell("make", given[0], half_done, *given[1:]), "--resume")

    def test_resumed(self, given, half_done, wanted):
        outcome = resume(given, half_done)
        assert "blemish make: 50 of 50" in outcome.err
        assert_same(half_done, wanted)

    @pytest.mark.parametrize(
        "lost", ["job.json", "chunks-*", "scratch", "chunks-*/samples-000000016.jsonl", "."]
    )
    def test_part_of_the_state_is_lost(self, given, half_done, wanted, lost):
        state = half_done / ".blemish"
        (target,) = [state] if lost == "." else state.glob(lost)
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink()
        resume(given, half_done)
        assert_same(half_done, wanted)

    def test_job_is_lost_and_another_is_given(self, given, half_done):
        """Chunks recorded by one job must not become another's."""
        (half_done / ".blemish" / "job.json").unlink()
        other = (*given[1:], "--seed", 5, "--resume", "--workers", 1)
        outcome = shell("make", given[0], half_done, *other)
        if outcome.code:
            told(outcome, str(half_done))
        else:
            assert {r["seed"] for r in records(half_done)} == {5}

    def test_damaged_job(self, given, half_done):
        (half_done / ".blemish" / "job.json").write_text("")
        outcome = shell("make", given[0], half_done, *given[1:], "--resume", "--workers", 1)
        if outcome.code:
            told(outcome, "job.json")

    def test_files_are_lost(self, given, half_done, wanted):
        found = sorted(p for p in (half_done / "parts").rglob("*.png"))
        for number, path in enumerate(found):
            if number % 3 == 0:
                path.unlink()
            elif number % 3 == 1:
                path.write_bytes(b"")
        resume(given, half_done)
        assert_same(half_done, wanted)

    def test_leftovers_are_removed(self, given, half_done, wanted):
        (half_done / ".blemish" / "scratch" / ".1-abc.tmp").write_bytes(b"half a picture")
        resume(given, half_done)
        assert_same(half_done, wanted)


class TestOtherJob:
    """Resuming with anything else than the same job is refused, and told what differs."""

    @pytest.mark.parametrize("state", ["finished", "half_done"])
    @pytest.mark.parametrize(
        ("options", "name"),
        [
            (("--seed", 5), "seed"),
            (("-n", 41), "n (40 there, 41 here)"),
            (("--recipe", "cutpaste"), "recipe"),
            (("--set", "limits.max_area=0.5"), "recipe"),
            (("--test-good", 0.2), "test_good"),
            (("--null", 0.2), "null"),
            (("--white", 255), "white"),
            (("--disjoint",), "disjoint"),
            (("--no-normals",), "normals"),
            (("--name", "screw"), "sources"),
        ],
    )
    def test_options(self, given, request, state, options, name):
        out = request.getfixturevalue(state)
        before = tree(out)
        outcome = shell("make", given[0], out, *given[1:], "--resume", *options)
        told(outcome, str(out), "another job", name)
        assert tree(out) == before

    def test_without_clean(self, given, finished, wanted):
        rest = [a for a in given[1:] if a != "--with-clean"]
        told(shell("make", given[0], finished, *rest, "--resume"), "with_clean")
        assert_same(finished, wanted)

    def test_textures(self, given, place, finished, wanted):
        options = ("--resume", "--textures", place / "textures")
        told(shell("make", given[0], finished, *given[1:], *options), "pools")
        assert_same(finished, wanted)

    @pytest.mark.parametrize("change", ["more", "fewer", "other"])
    def test_sources(self, given, half_done, tmp_path, change):
        parts = shutil.copytree(given[0], tmp_path / "parts")
        if change == "more":
            save(parts / "new.png", textured(50))
        elif change == "fewer":
            (parts / "000.png").unlink()
        else:
            save(parts / "000.png", textured(50, (60, 60, 3)))
        told(shell("make", parts, half_done, *given[1:], "--resume"), "sources")

    def test_sources_that_only_moved(self, given, half_done, wanted, tmp_path):
        """The same pictures elsewhere are the same job, but for the root in recipe.yaml."""
        parts = shutil.copytree(given[0], tmp_path / "parts")
        made(parts, half_done, *given[1:], "--resume")
        here, there = tree(half_done), tree(wanted)
        assert {n for n in here.keys() | there if here.get(n) != there.get(n)} == {"recipe.yaml"}

    def test_workers_and_links_are_no_part_of_a_job(self, given, half_done, wanted):
        resume(given, half_done, "--link")
        assert_same(half_done, wanted)


@pytest.fixture(scope="module")
def many(place):
    """A job that lasts long enough to be interrupted, in two processes."""
    given = (place / "parts", "-n", 480, "--recipe", "draem", "--with-clean")
    made(given[0], place / "many", *given[1:])
    return given, place / "many"


class TestSignals:
    def test_ctrl_c(self, many, tmp_path):
        given, whole = many
        out = tmp_path / "out"
        with begun("make", given[0], out, *given[1:], "--workers", 2) as run:
            wait_until(lambda: committed(out) >= 4, what="four chunks")
            os.killpg(run.pid, signal.SIGINT)
            _, err = run.communicate(timeout=30)
            assert run.returncode == 130
            assert "--resume" in err and "Traceback" not in err
            wait_until(lambda: not group(run.pid), 10, "the workers to end")
        assert not (out / "manifest.jsonl").exists()
        assert check_whole(out) > 40
        resume(given, out)
        assert_same(out, whole)

    @pytest.mark.parametrize("moment", [0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5])
    def test_ctrl_c_while_workers_start(self, many, tmp_path, moment):
        given, _ = many
        out = tmp_path / "out"
        with begun("make", given[0], out, *given[1:], "--workers", 2) as run:
            wait_until(lambda: len(workers_of(run.pid)) == 2, what="two workers")
            time.sleep(moment)
            os.killpg(run.pid, signal.SIGINT)
            _, err = run.communicate(timeout=30)
            assert run.returncode == 130, err
            assert "Traceback" not in err, err
            assert err.strip().splitlines()[-1].startswith("blemish: interrupted")
            wait_until(lambda: not group(run.pid), 10, "the workers to end")
        check_whole(out)

    def test_sigkill_of_the_parent(self, many, tmp_path):
        given, whole = many
        out = tmp_path / "out"
        with begun("make", given[0], out, *given[1:], "--workers", 2) as run:
            wait_until(lambda: committed(out) >= 2, what="two chunks")
            assert len(workers_of(run.pid)) == 2
            run.kill()
            run.wait(10)
            wait_until(lambda: not group(run.pid), 10, "the orphans to end")
        check_whole(out)
        resume(given, out)
        assert_same(out, whole)

    def test_sigkill_of_a_worker(self, many, tmp_path):
        given, whole = many
        out = tmp_path / "out"
        with begun("make", given[0], out, *given[1:], "--workers", 2) as run:
            wait_until(lambda: committed(out) >= 2, what="two chunks")
            os.kill(workers_of(run.pid)[0], signal.SIGKILL)
            _, err = run.communicate(timeout=30)
            assert run.returncode == 1
            assert "a worker process was killed" in err and "--resume" in err
            assert "Traceback" not in err
            wait_until(lambda: not group(run.pid), 10, "the other worker to end")
        check_whole(out)
        resume(given, out)
        assert_same(out, whole)

    def test_sigkill_of_the_group(self, many, tmp_path):
        """Thrice, each time a little later; the 100 times are in tests/slow."""
        given, whole = many
        out = tmp_path / "out"
        for chunks in (1, 4, 8):
            with begun("make", given[0], out, *given[1:], "--workers", 1, "--resume") as run:
                wait_until(lambda least=chunks: committed(out) >= least, what="chunks")
                os.killpg(run.pid, signal.SIGKILL)
            assert check_whole(out) > 0
            assert not (out / "manifest.jsonl").exists()
        resume(given, out)
        assert_same(out, whole)

    def test_state_tells_nothing_of_time_or_machine(self, half_done):
        told_of = json.loads((half_done / ".blemish" / "job.json").read_text())
        assert told_of.keys() == {"start", "settings"}
        assert "/" not in json.dumps(told_of)
