"""Importing blemish, and asking for help, loads nothing heavy."""

import subprocess
import sys

import pytest

import blemish

HEAVY = {"cv2", "scipy", "skimage", "numba", "torch", "numpy", "PIL", "isal", "rich", "yaml"}


def loaded_by(*arguments):
    """The top-level modules that a fresh Python loads; nothing is taken from the parent."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    names = {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}
    assert "blemish" in names, "nothing was measured"
    return names, done.stdout


def test_importing_blemish():
    assert not loaded_by("-c", "import blemish")[0] & HEAVY


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_asking_for_help(arguments):
    names, said = loaded_by("-m", "blemish", *arguments)
    assert not names & HEAVY
    assert said.startswith(("usage: blemish", "blemish "))


@pytest.mark.parametrize(
    "command", ["make", "demo", "preview", "replay", "segment", "audit", "list", "show", "cite"]
)
def test_asking_for_help_on_a_command(command):
    names, said = loaded_by("-m", "blemish", command, "--help")
    assert not names & HEAVY and f"blemish {command}" in said


def test_a_misspelt_name_loads_nothing():
    code = "import blemish\ntry:\n    blemish.recipies\nexcept AttributeError as e:\n    print(e)"
    names, said = loaded_by("-c", code)
    assert not names & HEAVY and "has no attribute 'recipies'" in said


def test_listing_recipes_compiles_nothing():
    names, said = loaded_by("-c", "import blemish; print(blemish.recipes.draem.kind)")
    assert said == "draem\n"
    assert not names & {"numba", "torch", "scipy", "skimage", "isal", "rich"}


@pytest.mark.parametrize("name", blemish.__all__)
def test_every_public_name_is_there(name):
    assert getattr(blemish, name) is not None
    assert name in dir(blemish)


def test_no_public_name_is_forgotten():
    homes = {name for names in blemish._HOMES.values() for name in names}
    assert homes | set(blemish._MODULES) | {"__version__"} == set(blemish.__all__)
    assert sorted(blemish.__all__) == blemish.__all__
