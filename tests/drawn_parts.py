"""Pictures of parts on backgrounds, with the truth of where the part is; the same on every run."""

from dataclasses import dataclass

import cv2
import numpy as np

FAMILIES = (
    *("white", "dark", "coloured", "grey", "gradient"),
    *("shadow", "strip", "hole", "several"),
)
_FINER = 2


@dataclass(frozen=True, eq=False)
class Drawn:
    """A picture (H, W, 3), uint8; where its part is, bool (H, W)."""

    image: np.ndarray
    truth: np.ndarray


def drawn_part(family, number):
    """A picture of that family; 30 are 270 different ones."""
    rng = np.random.default_rng((FAMILIES.index(family), number))
    height, width = (int(side) for side in rng.integers(220, 640, 2))
    cover = _cover(rng, family, height, width)
    background, part = _colours(rng, family)
    back = np.ones((height, width, 1)) * background * _light(rng, height, width, family)
    if family == "shadow" or (family != "strip" and rng.random() < 0.5):
        back *= _shadow(rng, cover, family)
    front = _surface(rng, part, height, width)
    image = back + cover[:, :, None] * (front - back)
    image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.2))
    image += rng.normal(0, rng.uniform(0.5, 4), image.shape)
    return Drawn(np.clip(np.rint(image), 0, 255).astype(np.uint8), cover >= 0.5)


def _cover(rng, family, height, width):
    """How much of each pixel the part covers, float64 (H, W)."""
    page = np.zeros((height * _FINER, width * _FINER), np.uint8)
    side = min(page.shape)
    places = [(0.5, 0.5)]
    size = rng.uniform(0.2, 0.38)
    if family == "several":
        places = [(y, x) for y in (0.27, 0.73) for x in (0.25, 0.75)][: rng.integers(3, 5)]
        size = rng.uniform(0.12, 0.18)
    if family == "strip":
        return _strip(rng, page, height, width)
    shape = rng.integers(0, 3)
    for y, x in places:
        y, x = (np.array((y, x)) + rng.normal(0, 0.02, 2)) * page.shape
        outline = _outline(rng, shape, size * side) + np.array((x, y))
        cv2.fillPoly(page, [np.rint(outline).astype(np.int32)], 255)
        if family == "hole":
            radius = rng.uniform(0.25, 0.4) * size * side * (0.5 if shape == 2 else 1)
            cv2.circle(page, (int(x), int(y)), int(radius), 0, -1)
    return cv2.resize(page, (width, height), interpolation=cv2.INTER_AREA) / 255


def _outline(rng, shape, radius):
    """An ellipse, a polygon with corners, or a bar: points (x, y) around (0, 0)."""
    turn = rng.uniform(0, 2 * np.pi)
    if shape == 0:
        angles = np.linspace(0, 2 * np.pi, 200)
        points = np.stack([np.cos(angles), rng.uniform(0.6, 1) * np.sin(angles)], axis=1)
    elif shape == 1:
        count = rng.integers(5, 9)
        angles = (np.arange(count) + rng.uniform(-0.25, 0.25, count)) * 2 * np.pi / count
        reach = rng.uniform(0.7, 1.1, (count, 1))
        points = reach * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    else:
        flat = rng.uniform(0.3, 0.5)
        points = np.array([(-1.15, -flat), (1.15, -flat), (1.15, flat), (-1.15, flat)])
    spin = np.array([(np.cos(turn), np.sin(turn)), (-np.sin(turn), np.cos(turn))])
    return radius * points @ spin


def _strip(rng, page, height, width):
    """A strip from side to side, or from top to bottom."""
    across = page if rng.random() < 0.5 else page.T
    long, wide = rng.uniform(0.25, 0.6), across.shape[1]
    top = across.shape[0] * (0.5 - long / 2 + rng.uniform(-0.08, 0.08))
    slope = rng.uniform(-0.08, 0.08) * across.shape[0]
    edge = np.array([(0, top), (wide, top + slope)])
    low = edge[::-1] + np.array((0, long * across.shape[0]))
    drawn = np.zeros(across.shape, np.uint8)
    cv2.fillPoly(drawn, [np.rint(np.vstack([edge, low])).astype(np.int32)], 255)
    across[:] = drawn
    return cv2.resize(page, (width, height), interpolation=cv2.INTER_AREA) / 255


def _colours(rng, family):
    """The colours of background and part: they differ by 70 levels or more."""
    while True:
        grey = {"white": (225, 250), "dark": (8, 35), "grey": (90, 160)}.get(family)
        if grey is None and family != "coloured":
            grey = ((225, 250), (8, 35), (90, 160))[rng.integers(0, 3)]
        if grey is None:
            background = rng.uniform(20, 220, 3)
            if np.ptp(background) < 70:
                continue
        else:
            background = rng.uniform(*grey) + rng.uniform(-4, 4, 3)
        part = rng.uniform(10, 240, 3)
        if rng.random() < 0.5:
            part = part.mean() + rng.uniform(-6, 6, 3)
        if np.linalg.norm(part - background) > 70 * np.sqrt(3) * 0.75:
            return background, part


def _light(rng, height, width, family):
    """Uneven light, about 1: float64 (H, W, 1)."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    angle = rng.uniform(0, 2 * np.pi)
    strength = rng.uniform(0.12, 0.25) if family == "gradient" else rng.uniform(0, 0.06)
    slope = strength * (x * np.cos(angle) + y * np.sin(angle))
    vignette = rng.uniform(0, strength) * (x * x + y * y) / 2
    return np.clip(1 + slope - vignette, 0, 1.3)[:, :, None]


def _shadow(rng, cover, family):
    """A soft shadow beside the part, a factor: float64 (H, W, 1)."""
    side = min(cover.shape)
    angle, far = rng.uniform(0, 2 * np.pi), rng.uniform(0.02, 0.05) * side
    shift = np.array([(1, 0, far * np.cos(angle)), (0, 1, far * np.sin(angle))])
    moved = cv2.warpAffine(cover, shift, cover.shape[::-1])
    soft = cv2.GaussianBlur(moved, (0, 0), rng.uniform(0.015, 0.03) * side)
    depth = rng.uniform(0.2, 0.45) if family == "shadow" else rng.uniform(0.05, 0.25)
    return 1 - depth * soft[:, :, None]


def _surface(rng, part, height, width):
    """What the part looks like: shaded, with grain and spots: float64 (H, W, 3)."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    angle = rng.uniform(0, 2 * np.pi)
    shade = 1 + rng.uniform(0, 0.2) * (x * np.cos(angle) + y * np.sin(angle))
    coarse = rng.normal(0, 1, (height // 8 + 1, width // 8 + 1))
    grain = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    surface = part * shade[:, :, None] + rng.uniform(0, 8) * grain[:, :, None]
    for _ in range(rng.integers(0, 4)):
        cy, cx = (int(v) for v in rng.uniform(0.4, 0.6, 2) * (height, width))
        spot = part + rng.uniform(-40, 40)
        cv2.circle(surface, (cx, cy), int(rng.uniform(0.02, 0.06) * height), spot.tolist(), -1)
    return surface
