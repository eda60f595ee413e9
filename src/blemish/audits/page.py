"""An audit as a page: one HTML file that holds all it shows."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

import numpy as np

from . import tables
from .auditing import Audit
from .charts import histogram, positions
from .items import Item, listing
from .measured import Measured
from .summary import OF_CHANGES, OF_MASKS, values_of
from .thumbnails import thumbnail

_SHOWN = 8
_LISTED = 1000
_LEGEND = (
    "Beside each picture is a map of the same part: light where it is labelled, blue where it is "
    "labelled and did not change, red where it changed and is not labelled."
)
_LOGARITHMIC = frozenset({"area", "elongation", "components"})
_WORST: tuple[tuple[str, str, Callable[[Measured], float | None]], ...] = (
    ("Changed and not labelled", "unlabelled", lambda m: m.unlabelled),
    ("Labelled and not changed", "unchanged", lambda m: _above(m.unchanged, 0.1)),
    ("On the background", "background", lambda m: _above(m.background, 0.5)),
    ("The faintest", "change", lambda m: None if m.change is None else 1 / (1 + m.change)),
    ("Least contrast", "contrast", lambda m: 1 / (1 + m.contrast) if m.change is None else None),
    ("The largest", "area", lambda m: m.area),
    ("The smallest", "area", lambda m: 1 / m.area),
)


def page(audit: Audit) -> str:
    """Return an audit as HTML: tables, histograms, and the worst pictures as thumbnails.

    The pictures are read once more; those that cannot be read now are left out.
    """
    style = files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    sections = [
        _section("Faults", _faults(audit)),
        _section("Masks", _table(tables.of_masks(audit))),
        _section("Changes", _table(tables.of_changes(audit))),
        _section("Against the reference", _table(tables.of_distances(audit))),
        "".join(f"<p>{escape(note)}</p>" for note in tables.notes(audit)),
        _section("Distributions", _charts(audit)),
        f"<p>{_LEGEND}</p>" if audit.samples else "",
        *_worst(audit),
        _section("Duplicates", _duplicates(audit)),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(audit.dataset)}</title><style>\n{style}</style></head><body><main>"
        f"{_head(audit)}{''.join(sections)}</main></body></html>\n"
    )


def _head(audit: Audit) -> str:
    count = len(audit.faults)
    verdict = f"{count} fault{'' if count == 1 else 's'}" if count else "No faults"
    told = [f"<h1>Audit</h1><p>{escape(tables.title(audit))}</p>"]
    if audit.reference:
        key = '<span class="key here"></span> dataset <span class="key there"></span> reference'
        told.append(f"<p>Reference: {escape(tables.title(audit.reference))}</p><p>{key}</p>")
    told.append(f'<p class="{"bad" if count else "sound"}">{verdict}</p>')
    return f"<header>{''.join(told)}</header>"


def _section(title: str, inside: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{inside}</section>" if inside else ""


def _table(table: tables.Table) -> str:
    heads, rows = table
    if not rows:
        return ""
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join(f"<tr>{''.join(_cell(text) for text in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(text: str) -> str:
    return f"<td>{escape(text).replace(chr(10), '<br>')}</td>"


def _charts(audit: Audit) -> str:
    """Return a figure for each measure, all kinds together, and one of where the defects lie."""
    real = audit.reference.samples if audit.reference else ()
    figures = []
    for name in (*OF_MASKS, *OF_CHANGES):
        mine, theirs = values_of(audit.samples, name), values_of(real, name)
        if len(mine) == 0 or name in ("y", "x"):
            continue  # both are in one chart
        drawn = histogram(
            mine,
            theirs if name in OF_MASKS else theirs[:0],
            name in _LOGARITHMIC,
            100 if name in tables.IN_PERCENT else 1,
        )
        scale = ", logarithmic axis" if name in _LOGARITHMIC else ""
        figures.append((tables.NAMES[name] + scale, drawn))
    if audit.samples:
        figures.append(("where they lie", positions(_centroids(audit.samples), _centroids(real))))
    return _figures(figures)


def _centroids(samples: Sequence[Measured]) -> np.ndarray:
    return np.array([(sample.y, sample.x) for sample in samples]).reshape(-1, 2)


def _worst(audit: Audit) -> Iterable[str]:
    """Yield a section for each way to be bad, with the pictures that are worst in it."""
    normals = Path(audit.normals) if audit.normals else None
    items = {item.name: item for item in listing(Path(audit.dataset), normals).items}
    known: dict[str, str] = {}
    for title, measure, badness in _WORST:
        ranked = [(badness(sample) or 0.0, sample) for sample in audit.samples]
        worst = sorted((pair for pair in ranked if pair[0] > 0), key=lambda pair: -pair[0])
        figures = []
        for _, sample in worst[:_SHOWN]:
            picture = _picture(items.get(sample.image), audit.white, known)
            value = getattr(sample, measure) * (100 if measure in tables.IN_PERCENT else 1)
            if picture:
                told = f"{sample.image}: {tables.NAMES[measure].removesuffix(' %')} {value:.3g}"
                figures.append((told + " %" * (measure in tables.IN_PERCENT), picture))
        yield _section(title, _figures(figures))


def _picture(item: Item | None, white: float | None, known: dict[str, str]) -> str:
    """Return a thumbnail as an <img> that holds its data, "" where the files are gone."""
    if item is None:
        return ""
    if item.name not in known:
        try:
            data = base64.b64encode(thumbnail(item, white)).decode()
        except (ValueError, OSError):
            data = ""  # the faults tell of it
        known[item.name] = f'<img alt="" src="data:image/png;base64,{data}">' if data else ""
    return known[item.name]


def _figures(figures: Sequence[tuple[str, str]]) -> str:
    if not figures:
        return ""
    told = "".join(
        f"<figure>{drawn}<figcaption>{escape(caption)}</figcaption></figure>"
        for caption, drawn in figures
    )
    return f'<div class="figures">{told}</div>'


def _faults(audit: Audit) -> str:
    """Return the faults by sort, and all the files in a list that can be opened."""
    rows = [(fault.file, fault.what, fault.told) for fault in audit.faults]
    return _listed(tables.of_faults(audit), (("file", "fault", ""), rows))


def _duplicates(audit: Audit) -> str:
    rows = [(one.file, one.of) for one in audit.duplicates]
    return _listed(tables.of_duplicates(audit), (("file", "the same as"), rows))


def _listed(summary: tables.Table, every: tables.Table) -> str:
    """Return a table, and all its files in a list that can be opened; "" for none."""
    heads, rows = every
    if not rows:
        return ""
    more = len(rows) - _LISTED
    rest = f"<p>and {more} more: --json tells all</p>" if more > 0 else ""
    return (
        f"{_table(summary)}<details><summary>All files</summary>"
        f"{_table((heads, rows[:_LISTED]))}{rest}</details>"
    )


def _above(value: float | None, least: float) -> float | None:
    return value if value is not None and value > least else None
