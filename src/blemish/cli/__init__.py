"""The command line. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from .._version import __version__
from . import audit, catalogue, clone, demo, make, preview, replay, segment

_COMMANDS = (make, clone, demo, preview, replay, segment, audit, catalogue)


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(
        prog="blemish",
        description="Labelled defects for visual inspection: pictures of good parts in, pictures "
        "of defective parts with pixel-exact masks out.",
        epilog="First steps: blemish demo, then blemish make GOOD_PARTS OUT -n 200.",
    )
    top.add_argument("--version", action="version", version=f"blemish {__version__}")
    top.add_argument("-v", "--verbose", action="store_true", help="tell what is logged")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add_to(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0, 1 for an error, 2 for wrong usage."""
    given = parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO if given.verbose else logging.ERROR, format="%(name)s: %(message)s"
    )
    try:
        code: int = given.run(given)
    except KeyboardInterrupt:
        return _fail(
            "interrupted; `make` and `clone` go on with --resume, and `demo` when run again", 130
        )
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except LookupError as error:
        return _fail(str(error.args[0]) if error.args else str(error))
    except OSError as error:
        return _fail(_os_told(error))
    except (ValueError, TypeError, ImportError, RuntimeError) as error:
        return _fail(str(error))
    return code


def _fail(message: str, code: int = 1) -> int:
    print(f"blemish: {message}", file=sys.stderr)
    return code


def _os_told(error: OSError) -> str:
    if error.errno is None or error.strerror is None:
        return str(error)
    place = f"{error.filename}: " if error.filename else ""
    remedy = " Free some space, then run again with --resume." if error.errno == 28 else ""
    return f"{place}{error.strerror}.{remedy}"
