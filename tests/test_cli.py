"""The command line: help, list, show, cite, exit codes, and what it loads."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import blemish as bl
from blemish.cli import main, parser
from making import goods, process, shell, told

RECIPES = ("cutpaste", "cutpaste_scar", "draem", "real_defects")
COMMANDS = ("make", "demo", "preview", "replay", "segment", "audit", "list", "show", "cite")


class TestHelp:
    def test_of_all(self):
        outcome = shell("--help")
        assert outcome.code == 0
        for name in COMMANDS:
            assert re.search(rf"^ +{name}\b", outcome.out, re.MULTILINE), name

    @pytest.mark.parametrize("name", COMMANDS)
    def test_of_each(self, name):
        outcome = shell(name, "--help")
        assert outcome.code == 0 and outcome.out.startswith(f"usage: blemish {name}")

    def test_every_option_of_make_is_explained(self):
        text = shell("make", "--help").out
        for option in (
            *("--recipe", "-n", "--seed", "--workers", "--textures", "--defects", "--test-good"),
            *("--disjoint", "--with-clean", "--null", "--shard", "--resume", "--append", "--name"),
            *("--no-normals", "--link", "--white", "--set", "--plugin", "--dry-run", "--strict"),
            "--json",
        ):
            assert re.search(rf"^ +(-\w [A-Z/]+, )?{option}\b", text, re.MULTILINE), option

    def test_version(self):
        outcome = shell("--version")
        assert outcome.code == 0 and outcome.out == f"blemish {bl.__version__}\n"

    @pytest.mark.parametrize("arguments", [(), ("mkae",), ("make",), ("replay", "m.jsonl")])
    def test_usage(self, arguments):
        outcome = shell(*arguments)
        assert outcome.code == 2 and "usage: blemish" in outcome.err and outcome.out == ""

    def test_parser_is_made_once_for_documentation_too(self):
        assert parser().prog == "blemish"


class TestLight:
    """`import blemish` and the help load nothing heavy."""

    HEAVY = ("cv2", "scipy", "skimage", "numba", "torch", "PIL", "yaml", "rich")

    @pytest.mark.parametrize(
        "code",
        [
            "import blemish",
            "import blemish.cli",
            "from blemish.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass",
            "from blemish.cli import main\ntry: main(['make', '-h'])\nexcept SystemExit: pass",
            "from blemish.cli import main\ntry: main(['--version'])\nexcept SystemExit: pass",
        ],
    )
    def test_nothing_heavy_is_loaded(self, code):
        code += f"\nimport sys; sys.exit(str([m for m in {self.HEAVY} if m in sys.modules] or ''))"
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
        assert done.stderr.strip() == "", done.stderr

    def test_listing_needs_no_compiler(self):
        code = "from blemish.cli import main; main(['list']); import sys"
        code += "; sys.exit(str([m for m in ('numba', 'skimage', 'torch') if m in sys.modules]))"
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
        assert done.stderr.strip() == "[]"


class TestList:
    def test_json(self):
        outcome = shell("list", "--json")
        assert outcome.code == 0
        recipes = {r["name"]: r for r in outcome.json["recipes"]}
        assert set(recipes) >= set(RECIPES)
        for r in recipes.values():
            assert r.keys() == {"name", "summary", "needs", "reference"}
            assert len(r["summary"]) > 20 and r["summary"].endswith(".")
        assert recipes["draem"]["needs"] == [] and recipes["cutpaste"]["needs"] == []
        assert recipes["real_defects"]["needs"] == ["defects"]
        assert "li2021cutpaste" in recipes["cutpaste_scar"]["reference"]

    def test_every_exported_part_is_listed(self):
        listed = {(p["group"], p["name"]) for p in shell("list", "--json").json["parts"]}
        for group in ("regions", "placements", "contents", "changes", "blends", "labels"):
            package = getattr(bl, group)
            exported = {n for n in package.__all__ if isinstance(getattr(package, n), type)}
            assert exported and {(group, name) for name in exported} <= listed
        parts = shell("list", "--json").json["parts"]
        assert all(p["summary"] and not p["summary"].startswith(p["name"] + "(") for p in parts)

    def test_for_people(self):
        outcome = shell("list")
        assert outcome.code == 0
        rows = {line.split()[0]: line for line in outcome.out.splitlines() if line.split()}
        assert set(rows) >= set(RECIPES)
        assert "nothing" in rows["draem"] and "zavrtanik2021draem" in rows["draem"]
        assert "defects" in rows["real_defects"]
        assert "Rectangle" in outcome.out and "PerlinBlobs" in outcome.out


class TestShow:
    @pytest.mark.parametrize("name", RECIPES)
    def test_is_the_recipe(self, name):
        outcome = shell("show", name)
        assert outcome.code == 0
        assert bl.from_dict(yaml.safe_load(outcome.out)) == bl.find(name)

    def test_unknown(self):
        told(shell("show", "cutpast"), "'cutpast'", "'cutpaste'")
        told(shell("show", "os.path"), "'os.path'", "--plugin")


class TestCite:
    @pytest.mark.parametrize("name", RECIPES)
    def test_is_bibtex(self, name):
        outcome = shell("cite", name)
        assert outcome.code == 0
        text = outcome.out.strip()
        assert re.match(r"@\w+\{\w+,\n", text) and text.count("{") == text.count("}")
        for field in ("title", "author", "year"):
            assert re.search(rf"^ *{field} += \{{", text, re.MULTILINE)

    def test_unknown(self):
        told(shell("cite", "dream"), "'dream'", "'draem'")


class TestProcess:
    """A few runs as a user starts them."""

    def test_module_and_script(self):
        outcome = process("--version")
        assert outcome.code == 0 and outcome.out.startswith("blemish ")
        script = Path(sys.executable).with_name("blemish")
        done = subprocess.run([script, "--version"], capture_output=True, text=True, check=False)
        assert done.stdout == outcome.out

    def test_error_goes_to_standard_error(self, tmp_path):
        outcome = process("make", tmp_path / "nowhere", tmp_path / "out")
        told(outcome, "nowhere")
        assert outcome.out == ""

    def test_json_is_all_there_is_on_standard_output(self, tmp_path):
        goods(tmp_path / "parts", 4)
        (tmp_path / "parts" / "zero.png").touch()
        outcome = process("make", tmp_path / "parts", tmp_path / "out", "-n", 20, "--json")
        assert outcome.code == 0, outcome.err
        assert json.loads(outcome.out)["samples"] == 20

    def test_progress_where_there_is_no_terminal(self, tmp_path):
        goods(tmp_path / "parts", 4)
        outcome = process("make", tmp_path / "parts", tmp_path / "out", "-n", 3, "--workers", 1)
        assert "blemish make: 7 of 7" in outcome.err.splitlines()
        assert "\x1b" not in outcome.err + outcome.out and "\r" not in outcome.err

    def test_a_reader_that_goes_away(self):
        """As in `blemish list --json | head -1`."""
        run = subprocess.Popen(
            [sys.executable, "-m", "blemish", "list", "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with run:
            run.stdout.close()
            err = run.stderr.read()
        assert "Traceback" not in err and "BrokenPipeError" not in err, err

    def test_verbose(self, tmp_path):
        from PIL import Image

        goods(tmp_path / "parts", 2)
        with Image.open(tmp_path / "parts" / "000.png") as image:
            image.convert("P").save(tmp_path / "parts" / "palette.png")
        given = ("make", tmp_path / "parts", "-n", 1, "--workers", 1)
        quiet = process(*given[:2], tmp_path / "a", *given[2:])
        told_of = process("-v", *given[:2], tmp_path / "b", *given[2:])
        assert "palette.png: converted" not in quiet.err
        assert "palette.png: converted" in told_of.err

    def test_terminal_shows_a_bar(self, tmp_path):
        """In a pseudo-terminal: a bar that is redrawn, on standard error alone."""
        import pty

        goods(tmp_path / "parts", 3)
        main_end, other_end = pty.openpty()
        command = [sys.executable, "-m", "blemish", "make", tmp_path / "parts", tmp_path / "out"]
        run = subprocess.Popen(
            [*command, "-n", "3", "--workers", "1"],
            stdout=subprocess.PIPE,
            stderr=other_end,
            env={**os.environ, "TERM": "xterm"},
        )
        os.close(other_end)
        with run:
            seen = b""
            while True:
                try:
                    piece = os.read(main_end, 4096)
                except OSError:  # the other end is closed
                    break
                if not piece:
                    break
                seen += piece
            out = run.stdout.read()
        os.close(main_end)
        assert run.returncode == 0
        assert b"6/6" in seen and b"\x1b" not in out and b"3 samples" in out


def test_main_returns_the_exit_code(capsys):
    assert main(["show", "draem"]) == 0
    assert main(["show", "nonsense"]) == 1
    assert capsys.readouterr().err.startswith("blemish: unknown recipe 'nonsense'")
