"""The code of README, CONTRIBUTING and docs runs, and their commands are commands."""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import shlex
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import blemish as bl
from blemish import catalog
from blemish.cli import main, parser
from blemish.images import write_image
from blemish.notation import load_recipe

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
README_COMMANDS = (
    "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/blemish demo",
    'python3 -m venv .venv && .venv/bin/pip install -e ".[test]" && .venv/bin/pytest',
)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[tuple[str, str, str]]:
    """Return (language, title, text) of every fenced block of a page."""
    return FENCE.findall(page.read_text(encoding="utf-8"))


def commands(page: Path) -> list[str]:
    """Return the lines that call blemish."""
    found = []
    for language, _, text in blocks(page):
        for line in text.splitlines():
            if language == "console" and line.startswith("$ "):
                found.append(line[2:])
            elif language == "sh":
                found.append(line)
    return [line for line in found if line.split()[0] == "blemish"]


def arguments(line: str) -> list[str]:
    """Return what the shell passes on, without a redirection."""
    return shlex.split(line, comments=True)[1:]


def parsed(line: str) -> argparse.Namespace:
    given = arguments(line)
    return parser().parse_args(given[: given.index(">")] if ">" in given else given)


def write_pictures(folder: Path, number: int, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(number)
    for i in range(number):
        image = rng.integers(60, 200, shape, np.uint8)
        write_image(folder / f"{i:02d}.png", image)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield a folder with the pictures that the pages speak of, and be in it."""
    for name in ("good", "textures", "bad/scratch", "bad/masks/scratch"):
        (tmp_path / name).mkdir(parents=True)
    write_pictures(tmp_path / "good", 12, (96, 128, 3))
    write_pictures(tmp_path / "textures", 3, (64, 64, 3))
    write_pictures(tmp_path / "bad" / "scratch", 2, (80, 80, 3))
    mask = np.zeros((80, 80), np.uint8)
    mask[30:40, 10:60] = 255
    for i in range(2):
        write_image(tmp_path / "bad" / "masks" / "scratch" / f"{i:02d}.png", mask)
    write_image(tmp_path / "part.png", np.full((96, 128, 3), 120, np.uint8))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(catalog, "_plugins", [])
    monkeypatch.setitem(sys.modules, "page", types.ModuleType("page"))
    yield tmp_path
    sys.modules.pop("inspection_parts", None)
    catalog.parts.cache_clear()
    catalog.recipes.cache_clear()


def run(source: str, module: types.ModuleType, where: str) -> None:
    exec(compile(source, where, "exec"), module.__dict__)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_python_runs(page: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["page"]
    for language, title, text in blocks(page):
        if title and not title.startswith("src/"):
            path = folder / title
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            if language == "yaml":
                bl.from_dict(bl.to_dict(load_recipe(path)))
        elif title.endswith("__init__.py"):
            continue
        elif title and language == "python":
            # A file of blemish itself: it runs where it says it would lie.
            name = title.removeprefix("src/").removesuffix(".py").replace("/", ".")
            part = types.ModuleType(name)
            part.__package__ = name.rpartition(".")[0]
            monkeypatch.setitem(sys.modules, name, part)
            run(text, part, f"{page.name}: {title}")
        elif language == "python":
            run(text, module, page.name)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_commands_parse(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for line in commands(page):
        try:
            parsed(line)
        except SystemExit as ended:
            assert ended.code == 0, f"{line}: {capsys.readouterr().err}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def shown(page: Path) -> list[tuple[str, list[str]]]:
    """Return (command, what it prints) of the console blocks of a page."""
    steps: list[tuple[str, list[str]]] = []
    for language, _, text in blocks(page):
        for line in text.splitlines() if language == "console" else []:
            if line.startswith("$ "):
                steps.append((line[2:], []))
            else:
                steps[-1][1].append(line)
    return steps


def test_the_tutorial_prints_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for command, expected in shown(ROOT / "docs" / "tutorial.md"):
        told = io.StringIO()
        with contextlib.redirect_stdout(told):
            assert main(arguments(command)) == 0, command
        # How many samples of which kind there are is a matter of the draws.
        counts = re.compile(r"\d+(?= \w+[,)])")
        got = [counts.sub("N", line) for line in told.getvalue().splitlines()]
        assert got == [counts.sub("N", line) for line in expected], command


def test_the_readme_has_its_two_commands() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert set(README_COMMANDS) <= set(lines)
    assert README_COMMANDS[1] in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_every_recipe_is_in_the_table() -> None:
    table = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
    assert [name for name in catalog.recipes() if f"| `{name}` |" not in table] == []


def test_every_part_is_in_the_reference() -> None:
    pages = {
        path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "docs/reference").glob("*")
    }
    missing = [
        name
        for name, part in catalog.parts().items()
        if f"::: {part.__module__}.{name}\n" not in pages[part.__module__.split(".")[1]]
    ]
    assert missing == []


def test_every_public_name_is_in_the_reference() -> None:
    told = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "docs/reference").glob("*.md"))
    modules = {name for name in bl.__all__ if isinstance(getattr(bl, name), types.ModuleType)}
    names = set(bl.__all__) - modules - {"__version__"}
    assert [name for name in sorted(names) if not re.search(rf"::: \S+\.{name}\n", told)] == []


def options_of(command: argparse.ArgumentParser) -> Iterator[str]:
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            for sub in action.choices.values():
                yield from options_of(sub)
        yield from action.option_strings


def test_every_option_is_on_its_page() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    unknown = {"-h", "--help", "--version", "--verbose"}
    assert [o for o in options_of(parser()) if o not in unknown and f"{o}" not in page] == []
