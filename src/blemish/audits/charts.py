"""Charts as SVG: histograms, and where the defects lie."""

from __future__ import annotations

import math

import numpy as np

_WIDTH, _HEIGHT, _FOOT = 260, 110, 18
_BINS = 24
# As attributes, not as a style sheet: so the charts look the same outside the page.
_BAR, _DOT = 'fill="#2f6db3"', 'fill="#2f6db3" fill-opacity="0.55"'
_REAL = 'fill="none" stroke="#d9822b" stroke-width="1.5"'
_AXIS, _TEXT = 'fill="none" stroke="#aab3bc"', 'fill="#66707a" font-size="11"'


def histogram(values: np.ndarray, real: np.ndarray, logarithmic: bool, scale: float = 1) -> str:
    """Return a histogram of `values` as bars, and of `real`, where there are any, as a line.

    No value is below 0, and none is 0 on a `logarithmic` scale; the other begins at 0. Heights are
    shares of the pictures, the highest filling the chart. The numbers below are `scale` times the
    values.
    """
    if logarithmic:
        values, real = np.log10(values), np.log10(real)
    both = np.concatenate([values, real])
    low, high = float(both.min()) if logarithmic else 0.0, float(both.max())
    if high - low < 1e-9:
        high = low + (1.0 if logarithmic else 1 / scale)
    shares = [np.histogram(v, _BINS, (low, high))[0] / max(1, len(v)) for v in (values, real)]
    top = max(float(share.max()) for share in shares)
    bars = "".join(_bars(shares[0] / top))
    line = _line(shares[1] / top) if len(real) else ""
    marks = [(low, "start"), ((low + high) / 2, "middle"), (high, "end")]
    ends = [(10**at if logarithmic else at) * scale for at, _ in marks]
    texts = "".join(
        f'<text x="{number * _WIDTH / 2:g}" y="{_HEIGHT + 13}" text-anchor="{anchor}" {_TEXT}>'
        f"{end:.3g}</text>"
        for number, (end, (_, anchor)) in enumerate(zip(ends, marks, strict=True))
    )
    return _svg(_WIDTH, _HEIGHT + _FOOT, f"{bars}{line}{_axis()}{texts}")


def _bars(heights: np.ndarray) -> list[str]:
    step = _WIDTH / _BINS
    return [
        f'<rect {_BAR} x="{number * step + 0.5:.2f}" y="{_HEIGHT * (1 - height):.2f}" '
        f'width="{step - 1:.2f}" height="{_HEIGHT * height:.2f}"/>'
        for number, height in enumerate(heights)
        if height > 0
    ]


def _line(heights: np.ndarray) -> str:
    step = _WIDTH / _BINS
    path = "".join(
        f"L{number * step:.2f} {_HEIGHT * (1 - height):.2f}h{step:.2f}"
        for number, height in enumerate(heights)
    )
    return f'<path {_REAL} d="M0 {_HEIGHT}{path}V{_HEIGHT}"/>'


def _axis() -> str:
    return f'<path {_AXIS} d="M0 {_HEIGHT}h{_WIDTH}"/>'


def positions(here: np.ndarray, real: np.ndarray) -> str:
    """Return the centroids (n, 2), y before x as shares of the frame, as dots; `real` as rings."""
    side = _HEIGHT + _FOOT
    dots = [
        f'<circle {look} cx="{x * side:.1f}" cy="{y * side:.1f}" r="{radius}"/>'
        for points, look, radius in ((here, _DOT, 2), (real, _REAL, 2.5))
        for y, x in points
        if math.isfinite(x + y)
    ]
    frame = f'<rect {_AXIS} x="0.5" y="0.5" width="{side - 1}" height="{side - 1}"/>'
    return _svg(side, side, frame + "".join(dots))


def _svg(width: int, height: int, inside: str) -> str:
    box = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {box}>{inside}</svg>'
