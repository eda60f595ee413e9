"""The programs in examples/ run, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from blemish.images import read_image, read_mask

EXAMPLES = Path(__file__).parents[1] / "examples"
WRITTEN = {
    "simple.py": ("simple.png", "simple_mask.png"),
    "advanced.py": ("advanced/dataset/preview.png",),
    "expert.py": ("expert.png",),
}


def test_every_example_is_tested() -> None:
    assert sorted(WRITTEN) == sorted(path.name for path in EXAMPLES.glob("*.py"))


@pytest.mark.parametrize("name", WRITTEN)
def test_example_runs(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", str(EXAMPLES / name)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for path in WRITTEN[name]:
        assert read_image(tmp_path / path).size > 0
    if name == "simple.py":
        assert read_mask(tmp_path / "simple_mask.png").shape == (400, 600)
