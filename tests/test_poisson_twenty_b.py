"""The twenty expectations of a Poisson editor, 11 to 16: each test carries its number."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest

from blemish import Recipe, Stencil
from blemish.blends import Poisson
from blemish.labels import Changed, Shape
from blemish.poisson import centred, clone, solve
from blemish.poisson.editing import seamless
from poisson_masks import MASKS, blob, clouds, disc
from poisson_reference import (
    LEVEL,
    as_floats,
    error_levels,
    exact_clone,
    picture,
    sines,
)

GRADIENTS = ("import", "mixed", "average", "monochrome")
SHAPE = (75, 90)
MASK = blob(SHAPE, np.random.default_rng(0))


def two(dtype=np.uint8, channels=3, shape=SHAPE):
    return picture(shape, 1, channels, dtype), picture(shape, 2, channels, dtype)


@pytest.mark.parametrize("gradients", GRADIENTS)
def test_11_dtypes(gradients):
    source, target = two()
    truth = exact_clone(source, target, MASK, gradients=gradients)
    wide = clone(*(i.astype(np.uint16) * 257 for i in (source, target)), MASK, gradients=gradients)
    assert error_levels(as_floats(wide), truth) <= 0.25 + 0.5 / 257
    for dtype in (np.float32, np.float64):
        new, old = (as_floats(image).astype(dtype) for image in (source, target))
        result = clone(new, old, MASK, gradients=gradients)
        assert result.dtype == dtype and error_levels(result, truth) <= 0.25 + 1e-3
    grey = clone(source[:, :, 0], target[:, :, 0], MASK, gradients=gradients)
    thick = clone(source[:, :, :1], target[:, :, :1], MASK, gradients=gradients)
    assert grey.shape == SHAPE and np.array_equal(grey, thick[:, :, 0])
    alphas = [np.full((*SHAPE, 1), value, np.uint8) for value in (17, 200)]
    new, old = (np.dstack(both) for both in zip((source, target), alphas, strict=True))
    plain = clone(source, target, MASK, gradients=gradients)
    assert np.array_equal(clone(new, old, MASK, gradients=gradients), np.dstack([plain, alphas[1]]))
    for mask in (MASK.astype(np.uint8), MASK * np.uint8(255), MASK.astype(np.float64)):
        assert np.array_equal(clone(source, target, mask, gradients=gradients), plain)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_12_inputs_are_read_only_and_of_any_layout(dtype):
    source, target = two(dtype)
    plain = clone(source, target, MASK, gradients="mixed")

    def strided(array):
        larger = np.zeros(
            (2 * array.shape[0] + 1, 3 * array.shape[1], *array.shape[2:]), array.dtype
        )
        view = larger[1::2, ::-3]
        view[:] = array
        return view

    for change in (np.asfortranarray, strided, lambda a: np.pad(a, [(3, 2)] * a.ndim)[3:-2, 3:-2]):
        arrays = [change(array) for array in (source, target, MASK)]
        arrays[:2] = [a[:, :, 3:-2] if a.shape[2] > 3 else a for a in arrays[:2]]
        before = [array.tobytes() for array in arrays]
        for array in arrays:
            array.setflags(write=False)
        assert np.array_equal(clone(*arrays, gradients="mixed"), plain)
        assert before == [array.tobytes() for array in arrays]
    out = strided(target)
    assert clone(source, target, MASK, gradients="mixed", out=out) is out
    assert np.array_equal(out, plain)


def test_13_placement(caplog):
    source, target = picture((30, 44), 3), picture((70, 64), 4)
    mask = clouds((30, 44), np.random.default_rng(0), 4)
    y, x = np.nonzero(mask)
    middle = y.min() + (np.ptp(y)) // 2, x.min() + np.ptp(x) // 2
    offset = centred(mask, (35, 30))
    assert (offset[0] + middle[0], offset[1] + middle[1]) == (35, 30)
    for at in (offset, (12, 20), (-9, 11), (50, -8), (-3, 33), (61, 41)):
        truth = exact_clone(source, target, mask, at, "mixed")
        cloned = clone(source, target, mask, at, "mixed")
        assert error_levels(as_floats(cloned), truth) <= 0.75
        # The same by hand, with what lies in the target alone.
        rows = slice(max(0, -at[0]), 70 - at[0])
        columns = slice(max(0, -at[1]), 64 - at[1])
        inside = max(0, at[0]), max(0, at[1])
        by_hand = clone(source[rows, columns], target, mask[rows, columns], inside, "mixed")
        assert np.array_equal(cloned, by_hand)
    for at in ((70, 0), (0, 64), (-30, 0), (0, -44), (1000, -1000)):
        caplog.clear()
        assert np.array_equal(clone(source, target, mask, at), target)
        assert "mask" in caplog.text
    with pytest.raises(ValueError, match=r"\(30, 43\).*\(30, 44\)"):
        clone(source, target, mask[:, 1:])
    with pytest.raises(ValueError, match="empty"):
        centred(np.zeros((9, 9), bool), (3, 3))


@dataclass(frozen=True)
class Donor:
    """A blob of another picture, partly beyond the frame."""

    top: int

    def __call__(self, scene):
        layer = as_floats(two()[0]).astype(np.float32)
        return Stencil(MASK.astype(np.float32), self.top, 20, layer, "blob")


@pytest.mark.parametrize("gradients", GRADIENTS)
def test_14_labels(gradients):
    target = two()[1]
    for top in (-20, 0, 30):
        inside = np.zeros(SHAPE, bool)
        rows = slice(max(0, top), min(75, 75 + top))
        inside[rows, 20:] = MASK[max(0, -top) : 75 - max(0, top), :-20]
        shape, changed = (
            Recipe(Donor(top), None, Poisson(gradients), None, label)(target, rng=0)
            for label in (Shape(), Changed(tolerance_levels=0, hole=0))
        )
        assert np.array_equal(shape.mask > 0, inside)
        difference = (changed.image != target).any(axis=2)
        assert difference.sum() > 500 and not (difference & ~inside).any()
        assert np.array_equal(changed.mask > 0, difference)
        cloned = exact_clone(two()[0], target, MASK, (top, 20), gradients)
        assert error_levels(as_floats(changed.image), cloned) <= 0.75


@pytest.mark.parametrize("n", [71, 127, 223, 225, 226, 499, 511, 1021, 1022, 1023])
def test_15_rectangles_of_any_size(n):
    for shape in ((n, 43), (30, n)):
        known = picture((shape[0] + 2, shape[1] + 2), n, 2, np.float32)
        rhs = np.random.default_rng(n).uniform(-0.2, 0.2, known.shape).astype(np.float32)
        mask = MASKS["rectangle"](known.shape[:2], None)
        for right in (np.zeros_like(rhs), rhs):
            truth = sines(known, right)
            asked = None if right is not rhs else right
            assert error_levels(solve(known, mask, asked), truth) <= 0.25
            assert error_levels(solve(known, mask, asked, 5e-4 * LEVEL), truth) <= 5e-4


@pytest.mark.parametrize("n", [71, 127, 226, 511])
def test_15_squares_of_any_size(n):
    known = picture((n + 2, n + 2), n, 1, np.float32)
    truth = sines(known, np.zeros_like(known))
    assert error_levels(solve(known, MASKS["rectangle"](known.shape[:2], None)), truth) <= 0.25


class Test16Determinism:
    def test_16_after_a_larger_problem(self):
        small = picture((40, 50), 1, 3, np.float32), clouds((40, 50), np.random.default_rng(1), 3)
        large = (
            picture((300, 280), 2, 3, np.float32),
            clouds((300, 280), np.random.default_rng(2), 5),
        )
        first = solve(*small)
        largest = solve(*large)
        for _ in range(2):
            assert solve(*small).tobytes() == first.tobytes()
            assert solve(*large).tobytes() == largest.tobytes()

    def test_16_whatever_lies_under_the_mask(self):
        known, mask = picture((40, 50), 1, 3, np.float32), disc((40, 50))
        other = known.copy()
        other[mask] = 1e6
        assert solve(other, mask).tobytes() == solve(known, mask).tobytes()

    def test_16_of_one_and_of_two_threads(self):
        tasks = []
        for seed in range(8):
            shape = (40 + 31 * seed, 260 - 27 * seed)
            mask = blob(shape, np.random.default_rng(seed))
            pictures = (picture(shape, 2 * seed + k, 3, np.float32) for k in (0, 1))
            tasks.append((*pictures, mask, ("import", "mixed")[seed % 2]))
        alone = [seamless(*task).tobytes() for task in tasks]
        with ThreadPoolExecutor(2) as pool:
            together = list(pool.map(lambda task: seamless(*task).tobytes(), tasks * 2))
        assert together == alone * 2
