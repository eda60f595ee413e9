"""SIGKILL at random moments: nothing cut short, nothing lost, and the same bytes at the end.

    pytest -m slow -s tests/slow/test_sigkill.py

BLEMISH_KILLS (default 100) says how often, BLEMISH_KILL_SEED (default 0) seeds the moments. A third
of the kills aim at the beginning and at the end of a run, where folders come and go.
"""

import os
import random
import shutil
import signal
import time
from collections import Counter

import pytest

from making import (
    assert_same,
    begun,
    check_whole,
    committed,
    defect_bank,
    goods,
    group,
    made,
    wait_until,
)

KILLS = int(os.environ.get("BLEMISH_KILLS", "100"))
SEED = int(os.environ.get("BLEMISH_KILL_SEED", "0"))
SECONDS = 90 + 15 * KILLS
SAMPLES = 400


@pytest.fixture
def job(tmp_path):
    """(arguments without OUT, the uninterrupted result, how long that took with two workers)."""
    parts = goods(tmp_path / "parts", 12)
    bank = defect_bank(tmp_path / "bank")
    options = ("-n", SAMPLES, "--with-clean", "--null", 0.05, "--seed", SEED, "--defects", bank)
    recipes = ("--recipe", "draem:2", "--recipe", "cutpaste", "--recipe", "real_defects")
    arguments = (parts, *options, *recipes)
    made(parts, tmp_path / "wanted", *arguments[1:])
    first = time.monotonic()
    with start(arguments, tmp_path / "timed") as run:
        assert run.wait(120) == 0
    return arguments, tmp_path / "wanted", time.monotonic() - first


def start(arguments, out):
    return begun("make", arguments[0], out, *arguments[1:], "--workers", 2, "--resume")


def is_due(out, aim, moment):
    """Whether it is time to kill, by the aim: a moment, the beginning, or one of the last steps."""
    if aim == "moment":
        return time.monotonic() >= moment
    return (out / {"begin": ".blemish", "end": "recipe.yaml", "close": "preview.png"}[aim]).exists()


def wait_for(run, out, aim, rng, lasts):
    """Wait until the kill is due; return False where the run ended before. It may end just now."""
    moment = time.monotonic() + rng.uniform(0.3, lasts)
    while not is_due(out, aim, moment):
        if run.poll() is not None:
            return False
        time.sleep(0.0005)
    time.sleep(rng.uniform(0, 0.02) if aim != "moment" else 0)
    return run.poll() is None


@pytest.mark.slow
def test_sigkill(job, tmp_path):
    arguments, wanted, lasts = job
    rng, began, out = random.Random(SEED), time.monotonic(), tmp_path / "out"
    kills: Counter[str] = Counter()
    finished = files = recorded = 0
    while kills.total() < KILLS:
        assert time.monotonic() - began < SECONDS, f"{kills} in {SECONDS} s"
        weights = (6, 0 if out.exists() else 6, 1, 1)
        aim = rng.choices(("moment", "begin", "end", "close"), weights)[0]
        with start(arguments, out) as run:
            if wait_for(run, out, aim, rng, lasts):
                os.killpg(run.pid, signal.SIGKILL)
            _, err = run.communicate(timeout=60)
        # It may have ended between the last look and the kill.
        killed = run.returncode == -signal.SIGKILL
        wait_until(lambda run=run: not group(run.pid), 10, "all processes to end")
        if killed:
            kills[aim] += 1
            files += check_whole(out) if out.exists() else 0
            if (out / ".blemish" / "job.json").exists() and not (out / "recipe.yaml").exists():
                assert committed(out) >= recorded
                recorded = committed(out)
            continue
        assert run.returncode == 0, err
        assert_same(out, wanted)
        shutil.rmtree(out)
        finished, recorded = finished + 1, 0
    with start(arguments, out) as run:
        _, err = run.communicate(timeout=120)
    assert run.returncode == 0, err
    assert_same(out, wanted)
    print(
        f"\n{kills.total()} SIGKILLs ({', '.join(f'{n} at {aim}' for aim, n in kills.items())}) "
        f"over {finished + 1} datasets of {SAMPLES} samples in {time.monotonic() - began:.0f} s: "
        f"{files} files checked after them, none cut short; every dataset byte-identical at the "
        f"end to an uninterrupted run of {lasts:.1f} s (seed {SEED})"
    )
