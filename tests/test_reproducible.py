"""The same bytes, whatever the workers, the shards, their order and the interruptions."""

import itertools
import json
import shutil
import subprocess
import sys

import pytest

import blemish as bl
import blemish.work
from making import (
    assert_same,
    committed,
    defect_bank,
    goods,
    made,
    process,
    records,
    save,
    shell,
    textured,
    tree,
    wait_until,
)

N = 70  # five chunks of samples, and one of normals


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reproducible")
    goods(folder / "parts", 12)
    save(folder / "parts" / "deep" / "er.tif", textured(77, (40, 40), "uint16"))
    (folder / "parts" / "broken.png").write_text("not an image")
    defect_bank(folder / "bank")
    goods(folder / "textures", 3, shape=(70, 50, 3))
    return folder


@pytest.fixture(scope="module")
def given(place):
    return (
        *(place / "parts", "-n", N, "--seed", 11, "--with-clean", "--null", 0.1),
        *("--recipe", "draem:2", "--recipe", "cutpaste", "--recipe", "real_defects"),
        *("--defects", place / "bank", "--textures", place / "textures"),
    )


@pytest.fixture(scope="module")
def wanted(place, given):
    """The dataset of one worker, in one go."""
    made(given[0], place / "wanted", *given[1:])
    return place / "wanted"


def shard(given, out, number, count):
    return made(given[0], out, *given[1:], "--shard", f"{number}/{count}", "--json").json


def test_every_kind_is_in_it(wanted):
    kinds = {r["kind"] for r in records(wanted)}
    assert kinds == {"draem", "cutpaste", "dent", "stain", "good"}


def test_twice(given, wanted, tmp_path):
    made(given[0], tmp_path / "out", *given[1:])
    assert_same(tmp_path / "out", wanted)


def test_four_workers(given, wanted, tmp_path):
    out = tmp_path / "out"
    outcome = process("make", given[0], out, *given[1:], "--workers", 4)
    assert outcome.code == 0, outcome.err
    assert_same(out, wanted)


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_shards_in_any_order(given, wanted, tmp_path, order):
    out = tmp_path / "out"
    for done, number in enumerate(order):
        assert not (out / "manifest.jsonl").exists()
        assert shard(given, out, number, 3)["complete"] == (done == 2)
    assert_same(out, wanted)


def test_more_shards_than_chunks(given, wanted, tmp_path):
    for number in range(9, 0, -1):
        shard(given, tmp_path / "out", number, 9)
    assert_same(tmp_path / "out", wanted)


def test_shards_and_a_resumed_whole(given, wanted, tmp_path):
    """Two of three shards, and then one run for the rest of it."""
    out = tmp_path / "out"
    shard(given, out, 3, 3)
    shard(given, out, 1, 3)
    made(given[0], out, *given[1:], "--resume")
    assert_same(out, wanted)


def test_a_shard_run_twice(given, wanted, tmp_path):
    out = tmp_path / "out"
    shard(given, out, 2, 2)
    shard(given, out, 2, 2)
    shard(given, out, 1, 2)
    assert_same(out, wanted)


def test_a_shard_of_another_count_finds_what_is_done(given, wanted, tmp_path):
    out = tmp_path / "out"
    shard(given, out, 1, 2)
    for number in (3, 2, 1):
        shard(given, out, number, 3)
        if (out / "manifest.jsonl").exists():
            break
    assert_same(out, wanted)


def test_a_shard_of_another_job_is_refused(given, wanted, tmp_path):
    out = tmp_path / "out"
    shard(given, out, 1, 3)
    other = shell("make", given[0], out, *given[1:], "--shard", "2/3", "--seed", 12)
    assert other.code == 1 and "seed" in other.err


def test_a_shard_that_starts_while_another_begins(given, wanted, tmp_path):
    """On a cluster all shards start at once: the first has only made its scratch folder."""
    out = tmp_path / "out"
    (out / ".blemish" / "scratch").mkdir(parents=True)
    for number in (2, 1):
        shard(given, out, number, 2)
    assert_same(out, wanted)


def test_shards_that_finish_at_once(given, wanted, tmp_path):
    """Both find all chunks done; the second waits, and then finds the job finished."""
    fcntl = pytest.importorskip("fcntl")
    out, quicker = tmp_path / "out", tmp_path / "quicker"
    shard(given, out, 1, 2)
    shutil.copytree(out, quicker)
    shard(given, quicker, 2, 2)
    words = [str(word) for word in ("make", given[0], out, *given[1:], "--workers", 1)]
    command = [sys.executable, "-m", "blemish", *words, "--shard", "2/2", "--json"]
    with (out / ".blemish" / "job.json").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as slower:
            wait_until(lambda: committed(out) == 6, what="the last chunk")
            with pytest.raises(subprocess.TimeoutExpired):
                slower.wait(1.5)
            for path in quicker.iterdir():
                if path.is_file():
                    shutil.copy2(path, out / path.name)
            shutil.rmtree(out / ".blemish")
            fcntl.flock(lock, fcntl.LOCK_UN)
            told = json.loads(slower.communicate(timeout=30)[0])
    assert slower.returncode == 0 and told["complete"]
    assert_same(out, wanted)


def test_appended_in_shards_or_at_once(given, wanted, tmp_path):
    options = (*given[3:], "-n", 40, "--append")
    for name in ("once", "shards"):
        shutil.copytree(wanted, tmp_path / name)
    made(given[0], tmp_path / "once", *options)
    for number in (2, 1):
        made(given[0], tmp_path / "shards", *options, "--shard", f"{number}/2")
    assert_same(tmp_path / "shards", tmp_path / "once")


class Interrupted(BaseException):
    """What Ctrl-C is, at a moment of our choice."""


@pytest.mark.parametrize("moment", [0, 1, 5, 20, 37, 60, 80])
def test_interrupt_and_resume(given, wanted, tmp_path, monkeypatch, moment):
    """The run stops before, in and between chunks, and the resumed one soon again."""
    out = tmp_path / "out"
    for limit, options in ((moment, ()), (3, ("--resume",))):
        with monkeypatch.context() as patched:
            calls = itertools.count()
            for name in ("_make", "_copy"):
                work = getattr(blemish.work, name)
                patched.setattr(blemish.work, name, interrupted(work, calls, limit))
            with pytest.raises(Interrupted):
                made(given[0], out, *given[1:], *options)
        assert not (out / "manifest.jsonl").exists()
        assert committed(out) == (moment + 2) // 16
    made(given[0], out, *given[1:], "--resume")
    assert_same(out, wanted)


def interrupted(work, calls, limit):
    """The work, which is interrupted when it is called for the `limit`-th time."""

    def called(*arguments):
        if next(calls) >= limit:
            raise Interrupted
        return work(*arguments)

    return called


def test_seed_matters(given, wanted, tmp_path):
    made(given[0], tmp_path / "out", *given[1:], "--seed", 12)
    here, there = (
        {r["image_sha256"] for r in records(out) if r["status"] == "ok"}
        for out in (tmp_path / "out", wanted)
    )
    assert len(here) == len(there) == 63
    assert not here & there


def test_a_sample_does_not_depend_on_how_many_there_are(place, tmp_path):
    """Index i of seed s is the same sample in a dataset of any size."""
    for n in (4, 9):
        made(place / "parts", tmp_path / str(n), "-n", n, "--no-normals")
    few, many = records(tmp_path / "4"), records(tmp_path / "9")
    assert many[:4] == few


def test_global_random_state_is_neither_read_nor_written(place, tmp_path):
    import random

    import numpy as np

    for name, seed in (("one", 1), ("two", 2)):
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002
        before = (random.getstate(), json.dumps(np.random.get_state()[1].tolist()))  # noqa: NPY002
        bl.make(place / "parts", "draem", n=5, out=tmp_path / name)
        after = (random.getstate(), json.dumps(np.random.get_state()[1].tolist()))  # noqa: NPY002
        assert after == before
    assert_same(tmp_path / "one", tmp_path / "two")


def test_manifest_depends_on_no_path(place, given, wanted, tmp_path, monkeypatch):
    """The same pictures elsewhere, reached by a relative path: the same manifest."""
    for name in ("parts", "bank", "textures"):
        shutil.copytree(place / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    moved = [a if str(a).startswith("-") else str(a).replace(f"{place}/", "") for a in given]
    made(moved[0], "out", *moved[1:])
    here, there = tree(tmp_path / "out"), tree(wanted)
    assert {name for name in there if here[name] != there[name]} == {"recipe.yaml"}
    for folder in (place, tmp_path):
        assert str(folder) not in (wanted / "manifest.jsonl").read_text()
        assert str(folder) not in (tmp_path / "out" / "manifest.jsonl").read_text()
