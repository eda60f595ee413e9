"""What an audit tells, as rows of text: the same on a terminal and on a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .auditing import Audit
from .faults import FAULTS
from .summary import Spread, Summary

Table = tuple[Sequence[str], Sequence[Sequence[str]]]
"""The heads, and the rows."""

NAMES = {
    "area": "area %",
    "elongation": "elongation",
    "components": "pieces",
    "contrast": "contrast",
    "y": "centre y %",
    "x": "centre x %",
    "change": "change",
    "unlabelled": "unlabelled %",
    "unchanged": "unchanged %",
    "background": "background %",
}
"""What the measures are called where they are shown."""

IN_PERCENT = frozenset({"area", "y", "x", "unlabelled", "unchanged", "background"})
_FILES = 3


def title(audit: Audit) -> str:
    """Return what was looked at, on a line."""
    good = ", ".join(f"{count} in {part}" for part, count in audit.good.items())
    told = f"{audit.dataset}: {_count(len(audit.samples), 'picture')} of defects"
    return f"{told}, {_count(sum(audit.good.values()), 'good picture')}" + (good and f" ({good})")


def of_masks(audit: Audit) -> Table:
    """Return the shapes and contrasts of the masks, by kind."""
    names = ("area", "elongation", "components", "contrast", "y", "x")
    rows = [
        (kind.kind, str(kind.count), *(_told(kind, name) for name in names))
        for kind in _kinds(audit)
    ]
    return ("kind", "count", *(NAMES[name] for name in names)), rows


def of_changes(audit: Audit) -> Table:
    """Return what a comparison with the pictures without the defects shows, by kind."""
    names = ("change", "unlabelled", "unchanged", "background")
    rows = [
        (
            kind.kind,
            f"{kind.compared} of {kind.count}",
            *(_told(kind, name) for name in names),
            str(kind.unlabelled) if kind.compared else "-",
            str(kind.invisible),
        )
        for kind in _kinds(audit)
        if kind.compared or "background" in kind.spreads
    ]
    heads = ("kind", "compared", *(NAMES[name] for name in names), "with unlabelled", "invisible")
    return heads, rows


def of_distances(audit: Audit) -> Table:
    """Return how far the dataset is from the reference, by measure."""
    rows = [
        (
            NAMES[far.measure],
            spread_told(far.measure, far.here),
            spread_told(far.measure, far.there),
            f"{far.distance:.2f}",
            f"{far.chance:.2f}",
            "differs" if far.distance > far.chance else "",
        )
        for far in audit.distances
    ]
    return ("", "here", "reference", "distance", "by chance", ""), rows


def of_faults(audit: Audit) -> Table:
    """Return the faults by sort, with the first files of each."""
    rows = []
    for what, meaning in FAULTS.items():
        found = [f"{fault.file}: {fault.told}" for fault in audit.faults if fault.what == what]
        if found:
            rows.append((meaning, str(len(found)), _first(found)))
    return ("fault", "files", ""), rows


def of_duplicates(audit: Audit) -> Table:
    """Return the pictures that are there twice, on one row: no faults."""
    found = [f"{one.file}: the same pixels as {one.of}" for one in audit.duplicates]
    rows = [("no fault, but the same pixels twice", str(len(found)), _first(found))]
    return ("duplicates", "files", ""), rows if found else []


def _first(files: list[str]) -> str:
    more = [f"and {len(files) - _FILES} more"] if len(files) > _FILES else []
    return "\n".join(files[:_FILES] + more)


def notes(audit: Audit) -> list[str]:
    """Return what a reader of the tables must know."""
    told = [
        "The median, and in brackets what 5 and 95 % of the pictures stay below. Contrast (to the "
        "surroundings) and change (from the picture without the defect) in levels of 255."
    ]
    broken = len(audit.reference.faults) if audit.reference else 0
    if broken:
        told.append(f"{_count(broken, 'fault')} in the reference: audit it by itself to see them.")
    unknown = sum(not sample.compared for sample in audit.samples)
    altered = sum(sample.compared == "altered" for sample in audit.samples)
    if altered:
        told.append(
            f"{_count(altered, 'source')} not comparable: the whole picture was altered. Make the "
            "dataset with --with-clean."
        )
    if unknown:
        told.append(
            f"{_count(unknown, 'picture')} without a known picture of the part before the defect "
            "(--normals): what changed there is not known."
        )
    outside = sum(sample.background is None for sample in audit.samples)
    if audit.foreground and outside:
        told.append(
            f"{_count(outside, 'picture')} without an object mask of its size in "
            f"{audit.foreground}: how much of the defect lies on the background is not known."
        )
    return told


def spread_told(measure: str, spread: Spread) -> str:
    """Return the median of a spread, and in brackets its 5 and 95 % quantiles."""
    scale = 100 if measure in IN_PERCENT else 1
    low, middle, high = (_number(v * scale) for v in (spread.low, spread.middle, spread.high))
    return middle if low == middle == high else f"{middle} ({low}-{high})"


def _kinds(audit: Audit) -> Sequence[Summary]:
    return audit.kinds if len(audit.kinds) == 1 else (*audit.kinds, audit.whole)


def _told(kind: Summary, measure: str) -> str:
    spread = kind.spreads.get(measure)
    return "-" if spread is None else spread_told(measure, spread)


def _number(value: float) -> str:
    digits: Callable[[float], str] = "{:.0f}".format
    if 0 < abs(value) < 0.995:
        digits = "{:.2g}".format
    elif abs(value) < 9.95 and value != round(value):
        digits = "{:.1f}".format
    return digits(value)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
