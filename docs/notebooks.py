"""The notebooks in examples/, run and made into pages whenever the documentation is built.

A hook of mkdocs (`mkdocs build` runs it). A cell that fails or warns fails the build. To look at
the pages alone: ``.venv/bin/python docs/notebooks.py FOLDER``.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

EXAMPLES = Path(__file__).parents[1] / "examples"
_TIMEOUT_S = 120


def on_files(files: Any, config: Any) -> Any:
    """Add each notebook, its page and the pictures that it showed to the documentation."""
    from mkdocs.structure.files import File

    for notebook in sorted(EXAMPLES.glob("*.ipynb")):
        for path, content in page(notebook):
            files.append(File.generated(config, path, content=content))
    return files


def page(notebook: Path) -> Iterator[tuple[str, str | bytes]]:
    """Yield (path, content) of the page of a notebook, of its pictures, and of itself."""
    name = notebook.stem
    blocks: list[str] = []
    pictures = 0
    for cell in executed(notebook).cells:
        if cell.cell_type == "markdown":
            blocks.append(cell.source)
            continue
        blocks.append(f"```python\n{cell.source}\n```")
        for output in cell.outputs:
            shown = picture_of(output)
            if shown is None:
                blocks.append(f"```text\n{text_of(output)}\n```")
                continue
            path = f"{name}/{pictures:02d}.png"
            pictures += 1
            yield f"examples/{path}", shown
            blocks.append(f"![What the code above shows]({path})")
    blocks.append(f"[The notebook]({name}.ipynb)")
    yield f"examples/{notebook.name}", notebook.read_bytes()
    yield f"examples/{name}.md", "\n\n".join(blocks) + "\n"


def executed(notebook: Path) -> Any:
    """Return the notebook with the outputs of its cells, run in a folder of its own."""
    import nbformat
    from nbclient import NotebookClient
    from traitlets.config import Config

    read = nbformat.read(notebook, as_version=4)
    with TemporaryDirectory() as folder:
        # Sockets that are files: over TCP others could listen, which the kernel warns of. Each side
        # looks for them from where it is, so their path is absolute.
        sockets = {"transport": "ipc", "ip": f"{folder}/kernel"}
        client = NotebookClient(
            read,
            timeout=_TIMEOUT_S,
            resources={"metadata": {"path": folder}},
            config=Config(KernelManager=sockets),
        )
        return client.execute()


def picture_of(output: Any) -> bytes | None:
    """Return the PNG file that an output shows, if it shows one."""
    encoded = output.get("data", {}).get("image/png")
    return None if encoded is None else base64.b64decode(encoded)


def text_of(output: Any) -> str:
    """Return what an output says; raises ValueError for a warning."""
    if output.output_type != "stream":
        return str(output.data["text/plain"])
    if output.name == "stderr":
        raise ValueError(f"a notebook must not warn: {output.text}")
    return str(output.text).rstrip("\n")


if __name__ == "__main__":
    for source in sorted(EXAMPLES.glob("*.ipynb")):
        for path, content in page(source):
            target = Path(sys.argv[1]) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
