"""The notebook in examples/ runs, and is kept without what it printed."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

NOTEBOOK = Path(__file__).parents[1] / "examples" / "poisson.ipynb"


def cells(kind: str) -> list[dict[str, Any]]:
    """Return the cells of one kind."""
    read = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    return [cell for cell in read["cells"] if cell["cell_type"] == kind]


def shown(source: str, names: dict[str, Any]) -> Any:
    """Run a cell and return its last expression, which is what a notebook shows."""
    tree = ast.parse(source)
    if not isinstance(tree.body[-1], ast.Expr):
        exec(compile(tree, "cell", "exec"), names)
        return None
    last = ast.Expression(tree.body.pop().value)
    exec(compile(tree, "cell", "exec"), names)
    return eval(compile(last, "cell", "eval"), names)


def test_outputs_are_not_kept() -> None:
    assert [cell["outputs"] for cell in cells("code")] == [[]] * len(cells("code"))
    assert {cell["execution_count"] for cell in cells("code")} == {None}


def test_the_notebook_runs_and_says_what_is_so(capsys) -> None:
    names: dict[str, Any] = {}
    pictures = [shown("".join(cell["source"]), names) for cell in cells("code")]
    pictures = [picture for picture in pictures if picture is not None]
    assert len(pictures) >= 14
    for picture in pictures:
        assert isinstance(picture, Image.Image)
        assert np.asarray(picture).std() > 5
    told = capsys.readouterr().out
    assert "pixels changed outside the mask: 0\n" in told
    assert "alpha stays [100]\n" in told
    for tolerance in (0.25, 0.01):
        line = next(line for line in told.splitlines() if f"asked for {tolerance} levels" in line)
        assert float(line.split()[4]) <= tolerance
