"""Plain NumPy/OpenCV versions of published methods, to measure blemish against.

Written from the papers, as a competent user writes them: whole-image arrays, vectorised, OpenCV
where it has the operation, no compiled code of our own. Each takes an RGB uint8 image (H, W, 3)
and a generator, and returns the augmented image and its mask (H, W), uint8 0 or 255.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Bytes = NDArray[np.uint8]
Sample = tuple[Bytes, Bytes]
Perlin = Callable[[tuple[int, int], tuple[int, int], NDArray[np.float64]], NDArray[np.float64]]


# ---------------------------------------------------------------- CutPaste (Li et al., CVPR 2021)


def cutpaste(image: Bytes, rng: np.random.Generator) -> Sample:
    """A rectangle of 2 to 15 % of the image, jittered, pasted elsewhere."""
    height, width = image.shape[:2]
    area = rng.uniform(0.02, 0.15) * height * width
    aspect = rng.uniform(0.3, 1) if rng.random() < 0.5 else rng.uniform(1, 3.3)
    h = min(max(round(math.sqrt(area / aspect)), 1), height)
    w = min(max(round(math.sqrt(area * aspect)), 1), width)
    patch = jitter(_cut(image, h, w, rng), rng, 0.1)
    top, left = rng.integers(height - h + 1), rng.integers(width - w + 1)
    augmented, mask = image.copy(), np.zeros((height, width), np.uint8)
    augmented[top : top + h, left : left + w] = patch
    mask[top : top + h, left : left + w] = 255
    return augmented, mask


def scar(image: Bytes, rng: np.random.Generator) -> Sample:
    """A thin jittered strip, rotated by up to 45 degrees, pasted through its rotated mask."""
    height, width = image.shape[:2]
    unit = min(height, width) / 256  # the paper's sizes are pixels of a 256 x 256 image
    w = max(round(rng.uniform(2, 16) * unit), 1)
    h = max(round(rng.uniform(10, 25) * unit), 1)
    patch = jitter(_cut(image, h, w, rng), rng, 0.1)
    turn, size = _rotation_that_fits(h, w, rng.uniform(-45, 45))
    # Repeated at the border, as interpolation would otherwise give the scar a dark rim.
    patch = cv2.warpAffine(patch, turn, size, borderMode=cv2.BORDER_REPLICATE)
    inside = cv2.warpAffine(np.full((h, w), 255, np.uint8), turn, size, flags=cv2.INTER_NEAREST)
    h, w = min(size[1], height), min(size[0], width)
    patch, inside = patch[:h, :w], inside[:h, :w]
    top, left = rng.integers(height - h + 1), rng.integers(width - w + 1)
    augmented, mask = image.copy(), np.zeros((height, width), np.uint8)
    cv2.copyTo(patch, inside, augmented[top : top + h, left : left + w])
    mask[top : top + h, left : left + w] = inside
    return augmented, mask


def jitter(patch: Bytes, rng: np.random.Generator, strength: float) -> Bytes:
    """The patch with brightness, contrast, saturation and hue changed by up to `strength`."""
    brightness, contrast, saturation = rng.uniform(1 - strength, 1 + strength, 3)
    hue = round(rng.uniform(-strength, strength) * 180)
    patch = cv2.convertScaleAbs(patch, alpha=brightness)
    mean = cv2.mean(cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY))[0]
    patch = cv2.addWeighted(patch, contrast, patch, 0, (1 - contrast) * mean)
    grey = cv2.cvtColor(cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    patch = cv2.addWeighted(patch, saturation, grey, 1 - saturation, 0)
    hsv = cv2.cvtColor(patch, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = cv2.LUT(hsv[..., 0], ((np.arange(256) + hue) % 180).astype(np.uint8))
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)


def _cut(image: Bytes, h: int, w: int, rng: np.random.Generator) -> Bytes:
    height, width = image.shape[:2]
    h, w = min(h, height), min(w, width)
    top, left = rng.integers(height - h + 1), rng.integers(width - w + 1)
    return image[top : top + h, left : left + w]


def _rotation_that_fits(
    h: int, w: int, degrees: float
) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """The affine that turns an (h, w) patch into the smallest frame holding it, and that frame."""
    cos, sin = abs(math.cos(math.radians(degrees))), abs(math.sin(math.radians(degrees)))
    size = math.ceil(w * cos + h * sin), math.ceil(w * sin + h * cos)
    turn = cv2.getRotationMatrix2D(((w - 1) / 2, (h - 1) / 2), degrees, 1)
    turn[:, 2] += (size[0] - w) / 2, (size[1] - h) / 2
    return turn, size


# ------------------------------------------------------------ DRAEM (Zavrtanik et al., ICCV 2021)


def draem(
    image: Bytes, texture: Bytes, rng: np.random.Generator, perlin: Perlin | None = None
) -> Sample:
    """An augmented texture blended in where turned Perlin noise exceeds 0.5.

    The noise is `grid_perlin`, as the generators in use compute it, or the leaner `slow_perlin`.
    """
    height, width = image.shape[:2]
    cells = 2 ** int(rng.integers(6)), 2 ** int(rng.integers(6))
    angles = rng.uniform(0, 2 * np.pi, (cells[0] + 1, cells[1] + 1))
    gradients = np.stack([np.cos(angles), np.sin(angles)])
    noise = (perlin or grid_perlin)((height, width), cells, gradients)
    mask = _rotate(noise, rng.uniform(-90, 90)) > 0.5
    layer = cv2.resize(texture, (width, height))
    for chosen in rng.choice(len(AUGMENTERS), 3, replace=False):
        layer = AUGMENTERS[chosen](layer, rng)
    base, layer = image.astype(np.float32), layer.astype(np.float32)
    weight = mask[..., None].astype(np.float32)
    beta = np.float32(rng.uniform(0, 0.8))
    blended = base * (1 - weight) + (1 - beta) * weight * layer + beta * weight * base
    return np.rint(blended).astype(np.uint8), mask.astype(np.uint8) * np.uint8(255)


def grid_perlin(
    shape: tuple[int, int], cells: tuple[int, int], gradients: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Perlin noise as it is defined: at every pixel, four gradients and the way from their corner.

    float64, with a gradient and a position (y, x) for each pixel: the form in which DRAEM and the
    codes that follow it compute it.
    """
    (height, width), (rows, columns) = shape, cells
    if height % rows or width % columns:
        raise ValueError(f"{shape} is no multiple of {cells} cells; use sides that are")
    place = np.stack(
        np.meshgrid(
            np.arange(height) * rows / height, np.arange(width) * columns / width, indexing="ij"
        ),
        axis=-1,
    )
    place %= 1

    def corner(i: int, j: int) -> NDArray[np.float64]:
        lattice = gradients[:, i : i + rows, j : j + columns].transpose(1, 2, 0)
        gradient = lattice.repeat(height // rows, 0).repeat(width // columns, 1)
        return (gradient * (place - (i, j))).sum(axis=-1)

    fade = _fade(place)
    upper = corner(0, 0) * (1 - fade[..., 1]) + corner(0, 1) * fade[..., 1]
    lower = corner(1, 0) * (1 - fade[..., 1]) + corner(1, 1) * fade[..., 1]
    return math.sqrt(2) * (upper * (1 - fade[..., 0]) + lower * fade[..., 0])


def slow_perlin(
    shape: tuple[int, int], cells: tuple[int, int], gradients: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Perlin noise from lattice gradients (2, cells_y + 1, cells_x + 1), expanded to the image."""
    (height, width), (rows, columns) = shape, cells
    if height % rows or width % columns:
        raise ValueError(f"{shape} is no multiple of {cells} cells; use sides that are")
    y = (np.arange(height) * rows / height % 1)[:, None]
    x = (np.arange(width) * columns / width % 1)[None]

    def corner(i: int, j: int) -> NDArray[np.float64]:
        lattice = gradients[:, i : i + rows, j : j + columns]
        along_y, along_x = lattice.repeat(height // rows, 1).repeat(width // columns, 2)
        return along_y * (y - i) + along_x * (x - j)

    down, across = _fade(y), _fade(x)
    above, above_right = corner(0, 0), corner(0, 1)
    below, below_right = corner(1, 0), corner(1, 1)
    upper = above + across * (above_right - above)
    lower = below + across * (below_right - below)
    return math.sqrt(2) * (upper + down * (lower - upper))


def pillow_chain(
    source_path: Path,
    texture: Bytes,
    rng: np.random.Generator,
    out_image_path: Path,
    out_mask_path: Path,
) -> None:
    """The DRAEM reference from file to files, through Pillow at its default settings."""
    with Image.open(source_path) as opened:
        image = np.asarray(opened.convert("RGB"))
    augmented, mask = draem(image, texture, rng)
    Image.fromarray(augmented).save(out_image_path)
    Image.fromarray(mask).save(out_mask_path)


def _fade(t: NDArray[np.float64]) -> NDArray[np.float64]:
    return 6 * t**5 - 15 * t**4 + 10 * t**3


# -------------------------------------------------- the ten operations DRAEM puts a texture through


def _gamma(layer: Bytes, rng: np.random.Generator) -> Bytes:
    tone = np.arange(256) / 255
    table = np.stack([tone ** rng.uniform(0.5, 2) for _ in range(3)], axis=-1)
    return cv2.LUT(layer, np.rint(table * 255).astype(np.uint8)[None])


def _brightness(layer: Bytes, rng: np.random.Generator) -> Bytes:
    hsv = cv2.cvtColor(layer, cv2.COLOR_RGB2HSV)
    table = np.arange(256) * rng.uniform(0.8, 1.2) + rng.uniform(-30, 30)
    hsv[..., 2] = cv2.LUT(hsv[..., 2], _to_bytes(table))
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)


def _sharpness(layer: Bytes, rng: np.random.Generator) -> Bytes:
    factor = rng.uniform(0, 3)
    smooth = cv2.filter2D(layer, -1, np.array([[1, 1, 1], [1, 5, 1], [1, 1, 1]]) / 13)
    return cv2.addWeighted(layer, factor, smooth, 1 - factor, 0)


def _hue_saturation(layer: Bytes, rng: np.random.Generator) -> Bytes:
    hsv = cv2.cvtColor(layer, cv2.COLOR_RGB2HSV)
    hue, saturation = rng.uniform(-50, 50, 2)
    # On a scale of 0 to 255 for both, of which OpenCV's hue takes 180 to the circle.
    hues = ((np.arange(256) + round(hue / 255 * 180)) % 180).astype(np.uint8)
    hsv[..., 0] = cv2.LUT(hsv[..., 0], hues)
    hsv[..., 1] = cv2.LUT(hsv[..., 1], _to_bytes(np.arange(256) + saturation))
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)


def _solarize(layer: Bytes, rng: np.random.Generator) -> Bytes:
    threshold = rng.uniform(32, 128)
    if rng.random() < 0.5:
        return layer
    tone = np.arange(256)
    return cv2.LUT(layer, np.where(tone < threshold, tone, 255 - tone).astype(np.uint8))


def _posterize(layer: Bytes, rng: np.random.Generator) -> Bytes:
    return layer & np.uint8(256 - 2 ** (8 - int(rng.integers(1, 9))))


def _invert(layer: Bytes, rng: np.random.Generator) -> Bytes:
    return cv2.bitwise_not(layer)


def _autocontrast(layer: Bytes, rng: np.random.Generator) -> Bytes:
    cutoff = rng.uniform(0, 20) / 100
    table = np.empty((1, 256, 3), np.uint8)
    for channel in range(3):
        counts = cv2.calcHist([layer], [channel], None, [256], [0, 256]).ravel()
        share = np.cumsum(counts) / counts.sum()
        low, high = np.searchsorted(share, cutoff), np.searchsorted(share, 1 - cutoff)
        table[0, :, channel] = _to_bytes((np.arange(256) - low) * (255 / max(high - low, 1)))
    return cv2.LUT(layer, table)


def _equalize(layer: Bytes, rng: np.random.Generator) -> Bytes:
    return cv2.merge([cv2.equalizeHist(channel) for channel in cv2.split(layer)])


def _turn(layer: Bytes, rng: np.random.Generator) -> Bytes:
    return _rotate(layer, rng.uniform(-45, 45))


def _to_bytes(values: NDArray[np.float64]) -> Bytes:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _rotate(array: np.ndarray, degrees: float) -> np.ndarray:
    """The array turned about its centre in the same frame; 0 comes in at the corners."""
    height, width = array.shape[:2]
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1)
    return cv2.warpAffine(array, turn, (width, height))


AUGMENTERS: tuple[Callable[[Bytes, np.random.Generator], Bytes], ...] = (
    _gamma,
    _brightness,
    _sharpness,
    _hue_saturation,
    _solarize,
    _posterize,
    _invert,
    _autocontrast,
    _equalize,
    _turn,
)


# ------------------------------------------------------------------------ the other Perlin methods


def perlin_family(
    image: Bytes,
    texture: Bytes,
    rng: np.random.Generator,
    masks: int = 1,
    changed: bool = True,
    structure: bool = False,
) -> Sample:
    """DRAEM's descendants: one or two noise masks, a texture with or without augmentations.

    With `structure` half of the layers are the picture itself, augmented, cut in 4 x 8 cells and
    shuffled, as in MemSeg.
    """
    height, width = image.shape[:2]
    mask = np.ones((height, width), bool)
    for _ in range(masks):
        cells = 2 ** int(rng.integers(6)), 2 ** int(rng.integers(6))
        angles = rng.uniform(0, 2 * np.pi, (cells[0] + 1, cells[1] + 1))
        noise = grid_perlin((height, width), cells, np.stack([np.cos(angles), np.sin(angles)]))
        mask &= _rotate(noise, rng.uniform(-90, 90)) > 0.5
    shuffled = structure and rng.random() < 0.5
    layer = image if shuffled else cv2.resize(texture, (width, height))
    for chosen in rng.choice(len(AUGMENTERS), 3, replace=False) if changed else ():
        layer = AUGMENTERS[chosen](layer, rng)
    if shuffled:
        cells = [c for row in np.array_split(layer, 4) for c in np.array_split(row, 8, axis=1)]
        order = rng.permutation(32).reshape(4, 8)
        layer = np.vstack([np.hstack([cells[i] for i in row]) for row in order])
    base, layer = image.astype(np.float32), layer.astype(np.float32)
    weight = mask[..., None].astype(np.float32)
    opacity = np.float32(rng.uniform(0.2, 1))
    blended = base * (1 - weight) + opacity * weight * layer + (1 - opacity) * weight * base
    return np.rint(blended).astype(np.uint8), mask.astype(np.uint8) * np.uint8(255)


# ------------------------------------------------------------------- superpixels (TASAD, IVC 2023)


def superpixel(image: Bytes, texture: Bytes, rng: np.random.Generator) -> Sample:
    """A tenth of a texture's superpixels, found at the picture's size, pasted onto it."""
    from skimage.segmentation import slic

    height, width = image.shape[:2]
    layer = cv2.resize(texture, (width, height))
    for chosen in rng.choice(len(AUGMENTERS), 3, replace=False):
        layer = AUGMENTERS[chosen](layer, rng)
    count = int(rng.choice([30, 150, 250]))
    parts = slic(layer, n_segments=count, compactness=8, sigma=1, start_label=1)
    numbers = np.unique(parts)
    mask = np.isin(parts, rng.choice(numbers, max(1, len(numbers) // 10)))
    return np.where(mask[..., None], layer, image), mask.astype(np.uint8) * np.uint8(255)


# ------------------------------------------------------------------------------- FractalAD (2023)


def fractal(image: Bytes, rng: np.random.Generator, points: int = 100_000) -> Sample:
    """A patch of the picture through the attractor of two affine maps, a point at a time."""
    height, width = image.shape[:2]
    side = int(rng.uniform(0.1, 0.5) * min(height, width))
    maps = rng.uniform(-0.6, 0.6, (2, 2, 2)).tolist()
    shifts = rng.uniform(-1, 1, (2, 2)).tolist()
    which = rng.integers(0, 2, points).tolist()
    x = y = 0.0
    places = np.empty((points, 2))
    for number, k in enumerate(which):
        (a, b), (c, d) = maps[k]
        x, y = a * x + b * y + shifts[k][0], c * x + d * y + shifts[k][1]
        places[number] = x, y
    low, high = places.min(axis=0), places.max(axis=0)
    cells = ((places - low) / np.maximum(high - low, 1e-9) * (side - 1)).astype(int)
    shape = np.zeros((side, side), np.uint8)
    shape[cells[:, 1], cells[:, 0]] = 255
    shape = cv2.dilate(shape, np.ones((3, 3), np.uint8))
    patch = jitter(_cut(image, side, side, rng), rng, 0.2)
    top, left = rng.integers(height - side + 1), rng.integers(width - side + 1)
    augmented, mask = image.copy(), np.zeros((height, width), np.uint8)
    cv2.copyTo(patch, shape, augmented[top : top + side, left : left + side])
    mask[top : top + side, left : left + side] = shape
    return augmented, mask


# ------------------------------------------------------------------- simplex noise (RRD, CVPR 2023)


def simplex(image: Bytes, rng: np.random.Generator, noise: Callable[..., np.ndarray]) -> Sample:
    """Six octaves of simplex noise, added in a window of up to an eighth of the picture."""
    height, width = image.shape[:2]
    h = int(rng.integers(round(height * 10 / 256), height // 8 + 1))
    w = int(rng.integers(round(width * 10 / 256), width // 8 + 1))
    total = np.zeros((3, h, w))
    for octave in range(6):
        wavelength = 32 / 2**octave
        x, y = np.arange(w) / wavelength, np.arange(h) / wavelength
        total += 0.6**octave * noise(x, y, np.arange(3) / wavelength)
    top, left = int(rng.integers(height - h + 1)), int(rng.integers(width - w + 1))
    augmented, mask = image.astype(np.float32), np.zeros((height, width), np.uint8)
    augmented[top : top + h, left : left + w] += 0.2 * 255 * total.transpose(1, 2, 0)
    mask[top : top + h, left : left + w] = 255
    return np.clip(np.rint(augmented), 0, 255).astype(np.uint8), mask


# ------------------------------------------------------------------------ RACP (BGAD, CVPR 2023)


class Racp:
    """Real defects through three groups of an albumentations chain, each piece to a place."""

    def __init__(self, folder: Path, side: int) -> None:
        import albumentations as A  # noqa: N812 - as everyone calls it

        from blemish.images import read_image, read_mask
        from blemish.layouts import find_pairs

        self.pairs = []
        for pair in find_pairs(folder):
            image = read_image(pair.image)
            image = np.repeat(image[..., None], 3, 2) if image.ndim == 2 else image[..., :3]
            mask = read_mask(pair.mask).astype(np.uint8) * np.uint8(255)
            self.pairs.append([cv2.resize(plane, (side, side)) for plane in (image, mask)])
        self.groups = [
            A.RandomRotate90(p=1),
            A.HorizontalFlip(p=1),
            A.Transpose(p=1),
            A.OpticalDistortion(distort_limit=1.0, p=1),
            A.GaussNoise(p=0.2),
            A.OneOf([A.MotionBlur(p=0.2), A.MedianBlur(blur_limit=3, p=0.1), A.Blur(p=0.1)], p=0.2),
            A.ShiftScaleRotate(p=0.2),
            A.OneOf([A.OpticalDistortion(p=0.3), A.GridDistortion(p=0.1)], p=0.2),
            A.OneOf([A.CLAHE(), A.Sharpen(), A.Emboss(), A.RandomBrightnessContrast()], p=0.3),
            A.HueSaturationValue(p=0.3),
        ]
        self.compose = A.Compose

    def __call__(self, image: Bytes, rng: np.random.Generator) -> Sample:
        """A sample: the augmented defect, each piece of it moved to a point of the part."""
        defect, marked = self.pairs[int(rng.integers(len(self.pairs)))]
        some = [self.groups[i] for i in rng.choice(10, 3, replace=False)]
        done = self.compose(some, seed=int(rng.integers(2**31)))(image=defect, mask=marked)
        height, width = image.shape[:2]
        augmented, mask = image.copy(), np.zeros((height, width), np.uint8)
        found, _ = cv2.findContours(done["mask"], cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for contour in found:
            x, y, w, h = cv2.boundingRect(contour)
            top, left = int(rng.integers(height - h + 1)), int(rng.integers(width - w + 1))
            piece = done["mask"][y : y + h, x : x + w] > 0
            augmented[top : top + h, left : left + w][piece] = done["image"][y : y + h, x : x + w][
                piece
            ]
            mask[top : top + h, left : left + w][piece] = 255
        return augmented, mask
